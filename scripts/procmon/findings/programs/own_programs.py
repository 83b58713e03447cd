"""Whether a program is a security product's own: it lies among installed programs, in a folder that bears such a name."""

from __future__ import annotations

import re
from functools import lru_cache

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.findings.evidence.names import image_path
from scripts.procmon.findings.paths.places import below_windows, kind_of
from scripts.procmon.knowledge import knowledge

#: Words that stand in the names of many products and tell none apart.
_COMMON = frozenset(
    re.findall(
        r"\S+",
        """antivirus anti virus security internet endpoint protection firewall total suite service driver the and for
        microsoft windows center update system engine program files x86 common software app data free client tray agent
        defender exe dll sys gui svc""",
    )
)


def is_own_program(product: str, capture: Capture, process: int, *, any_maker: bool = True) -> bool:
    """Whether ``process`` runs from an installed program's folder that bears a word of ``product``, or a maker's name.

    ``any_maker``: a name of any maker of security products will do, since values and services are often called by a
    program's name ("egui") and folders by the maker's ("ESET"). Windows' own programs are nobody's uninstaller.
    """
    image = image_path(capture, process)
    return image is not None and _is_own(product, image, any_maker)


@lru_cache(maxsize=1 << 10)
def _is_own(product: str, image: str, any_maker: bool) -> bool:
    if kind_of(image)[0] != "own" or below_windows(image) is not None:
        return False
    folders = image.rpartition("\\")[0]
    joined = folders.lower().replace(" ", "")
    makers = (word for maker in knowledge("security_vendors") for word in maker["words"])
    return bool(words(product) & words(folders)) or (any_maker and any(maker in joined for maker in makers))


def words(text: str) -> frozenset[str]:
    """The words of a name that tell it apart, in lower case: "Avast Antivirus" → {"avast"}."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return frozenset(re.findall(r"[^\W_]{3,}", apart.lower())) - _COMMON
