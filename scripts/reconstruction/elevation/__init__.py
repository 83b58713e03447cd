"""An infection of Windows 7 that began with a standard user's rights and went on with the system's."""

from __future__ import annotations

from scripts.reconstruction.elevation import everyday, infection, lookalikes
from scripts.reconstruction.elevation.machine import SEVEN
from scripts.reconstruction.recording import Recording


def recording() -> Recording:
    """All that happened."""
    recording = Recording(SEVEN)
    for part in (infection.infect, lookalikes.mislead, everyday.live):
        part(recording)
    return recording
