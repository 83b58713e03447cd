"""What a capture holds at all, for sentences that say that something did not happen."""

from __future__ import annotations

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.findings.evidence.select import one_of

_REGISTERS = {"RegSetValue", "RegCreateKey", "RegDeleteKey", "RegDeleteValue"}


def kept(capture: Capture) -> dict[str, bool]:
    """Whether changes (of files and of the registry), network traffic and stacks would be seen in ``capture``."""
    shows = {what: bool(one["value"]) for what, one in capture.info["can_show"].items()}
    return {
        "changes": shows["file_events"] and shows["registry_events"],
        "network": shows["network_events"],
        "stacks": shows["stacks"],
    }


def keeps_registering(capture: Capture) -> bool:
    """Whether anything is entered in the registry in ``capture``, so that what a set-up program enters would be seen."""
    return bool(one_of(capture.events[e.OPERATION], _REGISTERS).any())
