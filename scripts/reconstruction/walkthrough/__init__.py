"""The walk-through of an infection with Stuxnet on Windows XP, for an administrator."""

from __future__ import annotations

from scripts.reconstruction.recording import Recording
from scripts.reconstruction.walkthrough import everyday, infection, lookalikes, upkeep
from scripts.reconstruction.walkthrough.machine import XP


def recording() -> Recording:
    """All that happened."""
    recording = Recording(XP)
    for part in (infection.infect, lookalikes.mislead, upkeep.keep, everyday.live):
        part(recording)
    return recording
