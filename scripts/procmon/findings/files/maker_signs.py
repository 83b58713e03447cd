"""What speaks against the new files of one process, and what every finding on them tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.contracts.tables import FileRow
from scripts.procmon.findings.evidence.names import name_of
from scripts.procmon.findings.evidence.suspects import images, suspects
from scripts.procmon.findings.evidence.tables import tree
from scripts.procmon.findings.files.file_acts import is_hidden
from scripts.procmon.findings.files.file_uses import Use, module_users
from scripts.procmon.findings.files.standing import got_its_end, placed, stands_at
from scripts.procmon.findings.paths.file_kinds import (
    has_double_ending,
    is_stray,
    odd_place,
)
from scripts.procmon.findings.paths.path_forms import file_key
from scripts.procmon.findings.programs.brought_programs import brought_programs
from scripts.procmon.findings.programs.doers import Doers
from scripts.procmon.findings.programs.setup_programs import setup_programs

MOST_FILES = 40


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of all processes and files, looked up once however many processes made a file."""

    ran: Mapping[str, Use]
    loaded: Mapping[str, list[str]]  #: from the tables of modules
    images: Mapping[int, str]
    accused: Mapping[str, list[str]]
    doers: Doers
    setups: set[str]
    brought: set[str]  #: who was brought by Windows Update or an installed product

    @classmethod
    def of(
        cls,
        capture: Capture,
        rows: Sequence[FileRow],
        ran: Mapping[str, Use],
        earlier: Mapping[str, Analysis],
    ) -> Known:
        return cls(
            ran=ran,
            loaded=module_users(capture, frozenset(file_key(stands_at(row)) for row in rows)),
            images=images(earlier),
            accused=suspects(earlier),
            doers=Doers(tree(earlier)),
            setups=setup_programs(capture),
            brought=brought_programs(earlier),
        )


@dataclass(frozen=True, kw_only=True)
class Signs:
    """What speaks against the new files of one process."""

    hidden: list[str]
    odd: list[str]
    double: list[str]
    used: dict[str, list[str]]
    started: set[str]  #: those of ``used`` that were started
    loaded: set[str]  #: those that were loaded into a process
    accused: bool
    #: The program that made them lies where users may write; None where its place is not known.
    stray: bool | None

    @classmethod
    def of(cls, files: Sequence[FileRow], known: Known) -> Signs:
        """Those on ``files``, all made by one process."""
        keys, ran = {file_key(stands_at(row)): stands_at(row) for row in files}, known.ran
        made = {
            file_key(stands_at(row)): max(row.events) if got_its_end(row) else row.events[0] for row in files
        }
        # An older version of the file may have run until then.
        later = {
            key: any(one > first for one in ran[key].events) for key, first in made.items() if key in ran
        }
        used = {path: _users(ran[key]) for key, path in keys.items() if later.get(key) and ran[key].ran}
        for key, path in keys.items():
            if key in known.loaded and later.get(key, True):
                used.setdefault(path, known.loaded[key])
        image = known.images.get(files[0].process)
        return cls(
            hidden=[row.path for row in files if is_hidden(row.attributes)],
            odd=[row.path for row in files if odd_of(row)],
            double=[row.path for row in files if has_double_ending(row.renamed_to or row.path)],
            used=used,
            started={path for key, path in keys.items() if key in ran and ran[key].started_by},
            loaded={path for key, path in keys.items() if key not in ran or ran[key].loaded_by},
            accused=files[0].who in known.accused,
            stray=None if image is None else is_stray(image),
        )

    @property
    def strong(self) -> int:
        """How many signs there are that ordinary programs do not show."""
        return sum(map(bool, (self.odd, self.double, self.accused)))


def by_maker(rows: Iterable[FileRow]) -> dict[str, list[FileRow]]:
    """The files by who made them, in order."""
    makers: dict[str, list[FileRow]] = {}
    for row in rows:
        makers.setdefault(row.who, []).append(row)
    return makers


def odd_of(row: FileRow) -> str | None:
    """The place where no program belongs; downloads pass through the browser's cache in any program's name."""
    place = odd_place(row.path)
    return None if place == "the browser's cache" and row.what != "driver" else place


def _users(use: Use) -> list[str]:
    return list(dict.fromkeys([*use.loaded_by, *use.started_by]))


def evidence_of(files: Sequence[FileRow], known: Known) -> list[int]:
    """The events of these files, and the first in which each of them ran."""
    numbers = {event for row in files for event in row.events}
    for row in files:
        numbers.update(known.ran.get(file_key(stands_at(row)), Use()).events[:20])
    return sorted(numbers)


def facts_on(person: str, files: Sequence[FileRow], signs: Signs) -> dict[str, object]:
    """What every finding on the new files of one process tells."""
    return {
        "who": person,
        "time": files[0].time,
        "count": len(files),
        "files": [
            {
                "path": stands_at(row),
                "what": row.what,
                "size": row.size if row.bytes_written else None,
                "copied_from": row.copied_from if row.copy_confidence != "possible" else None,
                "fate": row.fate,
                "attributes": row.attributes,
            }
            for row in files[:MOST_FILES]
        ],
        "placed": placed(files),
        "odd_places": sorted({place for row in files if (place := odd_of(row))}),
        "hidden": signs.hidden,
        "double": signs.double,
        "used": [
            {
                "path": path,
                "by": users,
                "started": path in signs.started,
                "loaded": path in signs.loaded,
            }
            for path, users in signs.used.items()
        ],
        "accused": signs.accused,
        "stray": signs.stray and not _is_kernel(person),
        "system": _is_kernel(person),
    }


def _is_kernel(person: str) -> bool:
    """Whether it is the System process, in whose name drivers and other computers write, and which has no file."""
    return name_of(person) == "system"
