"""Public name servers: everybody asks them, so that they are no sign of anything and not to be blocked."""

from __future__ import annotations

import re

_PUBLIC = re.compile(
    r"^(?:8\.8\.[84]\.[84]|1\.[01]\.[01]\.[1-3]|9\.9\.9\.(?:9|10|11)|149\.112\.112\.112|208\.67\.22[02]\.22[02]|94\.140\.1[45]\.1[45]"
    r"|2001:4860:4860:(?:0:0:0:0:|:)88(?:88|44)|2606:4700:4700:(?:0:0:0:0:|:)1(?:111|001)|2620:fe::(?:fe|9)"
    r"|(?:google-public-dns-[ab]|dns)\.google(?:\.com)?|one\.one\.one\.one|dns[0-9]*\.quad9\.net)(?::[a-z0-9]+)?$",
    re.IGNORECASE,
)


def is_public_name_server(peer: str) -> bool:
    """Whether a peer, with or without its port, is a name server that is open to everybody."""
    return _PUBLIC.match(peer.strip("[]")) is not None
