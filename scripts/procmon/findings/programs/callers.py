"""Whose doing something was: programs of Windows and browsers act for whoever started them."""

from __future__ import annotations

from collections.abc import Iterable

from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.paths.places import below_windows, in_another_windows, in_its_place, kind_of
from scripts.procmon.findings.programs.lineage import ancestors
from scripts.procmon.knowledge import knowledge


class Callers:
    """The processes of a capture, by name and number."""

    def __init__(self, rows: Iterable[ProcessRow]) -> None:
        self._by_name: dict[str, ProcessRow] = {}
        self._by_number: dict[int, ProcessRow] = {}
        for row in rows:
            self._by_name.setdefault(row.who, row)
            self._by_number[row.process] = row

    def behind(self, people: Iterable[str]) -> list[str]:
        """Those of ``people`` ("a.exe (1)") who can be asked about, who acts for others as who started him.

        Empty where nobody but such programs is known: then who wanted it can't be told from the capture.
        """
        callers = (self._caller(person) for person in people)
        return list(dict.fromkeys(caller for caller in callers if caller))

    def _caller(self, person: str) -> str | None:
        """The first on the way up who does not act for others; None where there is none."""
        at = self._by_name.get(person)
        if at is None:
            return person
        upwards = (at, *ancestors(at, self._by_number))
        return next(
            (one.who for one in upwards if not acts_for_others(one.process_name, one.image_path)), None
        )


def acts_for_others(name: str, image: str | None) -> bool:
    """Whether a program does what others ask of it: one of Windows, or a browser in its place."""
    lower = name.lower()
    if image and "\\" in image:
        own = below_windows(image) is not None and kind_of(image)[0] == "own"
        windows = own or in_another_windows(image)
        return windows or (lower in knowledge("network")["browsers"] and in_its_place(image))
    return lower in knowledge("acting_for_others") or lower in knowledge("network")["browsers"]
