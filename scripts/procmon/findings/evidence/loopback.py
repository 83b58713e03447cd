"""Names and addresses by which a computer calls itself."""

from __future__ import annotations

import re

_LOOPBACK = re.compile(r"(?:localhost|ip6-localhost|127(?:\.\d+){3}|\[?(?:::1|(?:0:){7}1)\]?)", re.IGNORECASE)


def is_loopback(host: str) -> bool:
    """Whether a host, as Process Monitor shows it in Path, is the computer itself."""
    return _LOOPBACK.fullmatch(host) is not None
