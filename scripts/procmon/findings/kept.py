"""What a capture holds at all, for sentences that say that something did not happen."""

from __future__ import annotations

from scripts.procmon.contracts.capture import Capture


def kept(capture: Capture) -> dict[str, bool]:
    """Whether changes (of files and of the registry), network traffic and stacks would be seen in ``capture``."""
    shows = {what: bool(one["value"]) for what, one in capture.info["can_show"].items()}
    return {
        "changes": shows["file_events"] and shows["registry_events"],
        "network": shows["network_events"],
        "stacks": shows["stacks"],
    }
