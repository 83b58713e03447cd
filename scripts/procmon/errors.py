"""What can be wrong with a capture or a setting, said so that its owner can mend it."""

from __future__ import annotations


class CaptureError(Exception):
    """A capture that can't be read: the file, the place, what was expected and what was found.

    ``where`` is an offset ("offset 0x1F4"), a row ("row 12") or None where the whole file is meant.
    """

    def __init__(
        self,
        file: str,
        *,
        where: str | None = None,
        expected: str,
        found: str,
        advice: str | None = None,
    ) -> None:
        self.file = file
        self.where = where
        self.expected = expected
        self.found = found
        self.advice = advice
        place = f"{file}, {where}" if where else file
        sentence = f"{place}: expected {expected}, found {found}"
        super().__init__(f"{sentence}. {advice}" if advice else sentence)

    def refused(self) -> dict[str, str | None]:
        """What capture.json and sidecars.json say under ``refused``: its parts, and the whole as a sentence."""
        parts = ("file", "where", "expected", "found", "advice")
        return {**{part: getattr(self, part) for part in parts}, "message": str(self)}


class SettingsError(Exception):
    """A setting or a filter set that can't be used; the message names file, key and nearest right word."""
