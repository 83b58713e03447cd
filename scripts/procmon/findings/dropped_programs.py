"""Findings on new files: programs that were dropped, files that were hidden."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Severity, Technique
from scripts.procmon.contracts.tables import FileRow
from scripts.procmon.findings.brought_programs import brought_programs
from scripts.procmon.findings.doers import Doers
from scripts.procmon.findings.file_acts import file_key, is_hidden, unseen
from scripts.procmon.findings.file_kinds import (
    belongs_to_a_program,
    has_double_ending,
    in_windows,
    is_stray,
    odd_place,
    stream_of,
    watched_place,
)
from scripts.procmon.findings.file_uses import Use, module_users
from scripts.procmon.findings.input_methods import entry_of, input_methods
from scripts.procmon.findings.kept import keeps_registering
from scripts.procmon.findings.paging_writes import rounded_up
from scripts.procmon.findings.places import below_windows, in_its_place
from scripts.procmon.findings.process_tree import tree
from scripts.procmon.findings.reproduce import by_path
from scripts.procmon.findings.setup_programs import is_installer, setup_programs
from scripts.procmon.findings.standing import got_its_end, placed, stands_at
from scripts.procmon.findings.suspects import images, suspects
from scripts.procmon.knowledge import knowledge

MOST_FILES = 40
#: Programs in so many different folders are those of different makers.
SEVERAL = 3
#: desktop.ini holds a few lines; more than this is something else.
FOLDER_SETTINGS = 2048


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

    @property
    def strong(self) -> int:
        """How many signs there are that ordinary programs do not show."""
        return sum(map(bool, (self.odd, self.double, self.accused)))


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of all processes and files, looked up once however many processes made a file."""

    ran: Mapping[str, Use]
    loaded: Mapping[str, list[str]]  #: from the tables of modules
    images: Mapping[int, str]
    accused: Mapping[str, list[str]]
    doers: Doers
    setups: set[str]

    @classmethod
    def of(
        cls,
        capture: Capture,
        wanted: Sequence[FileRow],
        ran: Mapping[str, Use],
        earlier: Mapping[str, Analysis],
    ) -> Known:
        return cls(
            ran=ran,
            loaded=module_users(capture, frozenset(file_key(stands_at(row)) for row in wanted)),
            images=images(earlier),
            accused=suspects(earlier),
            doers=Doers(tree(earlier)),
            setups=setup_programs(capture),
        )


def programs_dropped(
    capture: Capture, rows: Sequence[FileRow], ran: Mapping[str, Use], earlier: Mapping[str, Analysis]
) -> Iterator[Finding]:
    """One finding a process that made executables or scripts which nothing explains (drivers have their own).

    Severity: one strong sign (a place where no program belongs, a double ending, made by a process that is not what it
    seems) is medium, two with the program having run are high. Medium also where a program that shows documents or runs
    scripts made an executable that then ran. Without any: low, or info for a set-up program's usual places.
    """
    wanted = [
        row
        for row in rows
        if row.what in ("executable", "script")
        and row.ordinary is None
        and row.made
        and stream_of(row.path) is None  # those are told of by odd_files
        and not _is_hidden(row)  # those are told of by hidden_files
    ]
    known, brought = Known.of(capture, wanted, ran, earlier), brought_programs(earlier)
    entries, registering = input_methods(capture), keeps_registering(capture)
    for person, files in _by_maker(wanted).items():
        signs, image = _signs(files, known), known.images.get(files[0].process)
        installed = all(belongs_to_a_program(row.renamed_to or row.path) for row in files)
        setup = person in known.setups or is_installer(person, image)
        # Who lies where users may write installs nothing into Windows unless it says so in the list of programs.
        foreign = [
            row
            for row in files
            if signs.stray
            and not setup
            and person not in brought
            and _passes_for_windows(row.renamed_to or row.path, known.images.get(row.process))
            and entry_of(stands_at(row), entries.get(person, {})) is None
        ]
        severity: Severity = "info" if setup or (installed and not signs.stray) else "low"
        if foreign:
            severity = "medium"
        handed = [] if setup else _handed_on(files, signs, known)
        if handed:
            severity = "medium"
        if signs.strong:
            severity = "high" if signs.strong >= 2 and signs.used else "medium"
        evidence = _evidence(files, ran)
        yield Finding(
            kind="programs_dropped",
            severity=severity,
            confidence="certain",
            facts={
                **_facts(person, files, signs),
                "scripts": sum(row.what == "script" for row in files),
                "executables": sum(row.what == "executable" for row in files),
                "installed": installed,
                "foreign": bool(foreign),
                "foreign_count": len(foreign),
                "registering": registering,
                "over": [row.path for row in files if row.how != "created"],
                "handed": handed,
                "browser": _is_browser(person, image),
                "gone": [row.path for row in files if row.fate in ("deleted", "deleted on close")],
            },
            evidence=evidence,
            reproduce=by_path([row.path for row in files]),
            attack=_attack(signs),
            subjects={"processes": [person], "files": [row.path for row in files[:MOST_FILES]]},
        )


def _handed_on(files: Sequence[FileRow], signs: Signs, known: Known) -> list[str]:
    """The executables among ``files`` that ran, where who made them shows documents or runs scripts, and brings none.

    None that came from a share, as what log-on scripts bring does, or went where programs are installed.
    """
    image = known.images.get(files[0].process)
    name = files[0].who.rpartition(" (")[0].lower()
    habits = knowledge("process_habits")
    reader = name in habits["readers"] and in_its_place(image)
    if not reader and (name not in habits["script_hosts"] or known.doers.of(files[0].process) == "installed"):
        return []
    return [
        row.path
        for row in files
        if row.what == "executable"
        and stands_at(row) in signs.used
        and not belongs_to_a_program(row.path)
        and not (row.copied_from or "").startswith("\\\\")
    ]


def programs_changed(
    capture: Capture, rows: Sequence[FileRow], ran: Mapping[str, Use], earlier: Mapping[str, Analysis]
) -> Iterator[Finding]:
    """One finding a process that wrote into programs or drivers that were there before.

    Written whole in a capture without openings of files they may be new: "programs_written" then. Severity: medium for a
    process that is not what it seems, or a program from where users may write that changes installed programs; high where
    it is no set-up program and these lie in the folders of several; low otherwise, since linkers and updaters do so too.
    """
    wanted = [
        row
        for row in rows
        if row.what in ("executable", "driver")
        and row.how == "written"
        and not row.ordinary
        and row.bytes_written
    ]
    unopened, known = unseen(capture) is not None, Known.of(capture, wanted, ran, earlier)
    for person, files in _by_maker(wanted).items():
        # What is written at its end alone was there.
        maybe_new = unopened and all((row.bytes_written or 0) >= (row.size or 0) for row in files)
        signs = _signs(files, known)
        installed = [row.path for row in files if belongs_to_a_program(row.path)]
        evidence = _evidence(files, ran)
        foreign = bool(signs.stray) and bool(installed)
        # An updater changes the programs of its maker; what changes everybody's infects them.
        lent = _changes_no_programs(person, known.images.get(files[0].process))
        changed = [row.path for row in files] if lent else installed if foreign else []
        folders = {"\\".join(path.lower().split("\\")[:3]) for path in changed if path.count("\\") > 1}
        spreads = not maybe_new and len(folders) >= SEVERAL and person not in known.setups
        severity: Severity = "high" if spreads else "medium" if signs.accused or foreign else "low"
        yield Finding(
            kind="programs_written" if maybe_new else "programs_changed",
            severity=severity,
            confidence="certain",
            facts={
                **_facts(person, files, signs),
                "installed": installed[:MOST_FILES],
                "folders": len(folders) if spreads else 0,
            },
            evidence=evidence,
            reproduce=by_path([row.path for row in files]),
            subjects={"processes": [person], "files": [row.path for row in files[:MOST_FILES]]},
        )


def _changes_no_programs(person: str, image: str | None) -> bool:
    """Whether it is a browser, shows documents, or is one of Windows' own with no business with others' programs."""
    name, habits = person.rpartition(" (")[0].lower(), knowledge("process_habits")
    known = {*knowledge("network")["browsers"], *habits["readers"], *habits["change_no_programs"]}
    return name in known and image is not None and in_its_place(image)


def hidden_files(
    capture: Capture, rows: Sequence[FileRow], ran: Mapping[str, Use], earlier: Mapping[str, Analysis]
) -> Iterator[Finding]:
    """One finding a process that created files or folders with the attributes Hidden and System, or in the recycle bin.

    Strong signs: a place where no program belongs, loaded or started afterwards, made by a process that is not what it
    seems, a folder's settings file that is too long to be one. Weak ones: made by a program from where users may write, a
    program among them, inside the Windows folder. Severity: high for two signs with a strong one, medium for a strong
    one or two weak ones, otherwise low.
    """
    wanted = [
        row
        for row in rows
        if row.ordinary is None
        and row.how == "created"
        and _is_hidden(row)
        and row.what != "driver"
        and not (_is_settings(row) and (row.size or 0) <= FOLDER_SETTINGS and not odd_place(row.path))
    ]
    known = Known.of(capture, wanted, ran, earlier)
    for person, files in _by_maker(wanted).items():
        signs = _signs(files, known)
        windows = any(in_windows(row.path) for row in files)
        disguised = [row.path for row in files if _is_settings(row) and (row.size or 0) > FOLDER_SETTINGS]
        programs = any(row.what in ("executable", "script") for row in files)
        strong = sum(map(bool, (signs.odd, signs.used, signs.accused, disguised)))
        every = strong + sum(map(bool, (signs.stray, programs, windows)))
        severity: Severity = "high" if strong and every >= 2 else "medium" if strong or every >= 2 else "low"
        yield Finding(
            kind="files_hidden",
            severity=severity,
            confidence="certain",
            facts={
                **_facts(person, files, signs),
                "folders": sum(row.what == "folder" for row in files),
                "folder_paths": [row.path for row in files if row.what == "folder"],
                "data_files": sum(row.what != "folder" for row in files),
                "windows": windows,
                "programs": programs,
                "disguised": disguised,
                "rounded_up": rounded_up(capture, files),
            },
            evidence=_evidence(files, ran),
            reproduce=by_path([row.path for row in files]),
            attack=[Technique("T1564.001", "high")],
            subjects={"processes": [person], "files": [row.path for row in files[:MOST_FILES]]},
        )


def _passes_for_windows(path: str, image: str | None) -> bool:
    r"""Whether a program lies in the Windows folder as if it belonged to Windows.

    A temporary folder of Windows is one like any other, and so is a product's own folder there: the management client in
    C:\Windows\CCM fills that and its cache. Only administrators may make such a folder, and who made it is told.
    """
    below = below_windows(path)
    if below is None or watched_place(path) == "a temporary folder":
        return False
    home, _, rest = (below_windows(image or "") or "").partition("\\")
    homes = {home, *knowledge("file_kinds")["folders_beside"].get(home, ())} if rest else set()
    return below.partition("\\")[0] not in homes


def _is_browser(person: str, image: str | None) -> bool:
    name = person.rpartition(" (")[0].lower() or person.lower()
    return name in knowledge("network")["browsers"] and in_its_place(image)


def _by_maker(rows: Iterable[FileRow]) -> dict[str, list[FileRow]]:
    makers: dict[str, list[FileRow]] = {}
    for row in rows:
        makers.setdefault(row.who, []).append(row)
    return makers


def _signs(files: Sequence[FileRow], known: Known) -> Signs:
    keys, ran = {file_key(stands_at(row)): stands_at(row) for row in files}, known.ran
    made = {file_key(stands_at(row)): max(row.events) if got_its_end(row) else row.events[0] for row in files}
    # An older version of the file may have run until then.
    later = {key: any(one > first for one in ran[key].events) for key, first in made.items() if key in ran}
    used = {path: _users(ran[key]) for key, path in keys.items() if later.get(key) and ran[key].ran}
    for key, path in keys.items():
        if key in known.loaded and later.get(key, True):
            used.setdefault(path, known.loaded[key])
    image = known.images.get(files[0].process)
    return Signs(
        hidden=[row.path for row in files if _is_hidden(row)],
        odd=[row.path for row in files if _odd(row)],
        double=[row.path for row in files if has_double_ending(row.renamed_to or row.path)],
        used=used,
        started={path for key, path in keys.items() if key in ran and ran[key].started_by},
        loaded={path for key, path in keys.items() if key not in ran or ran[key].loaded_by},
        accused=files[0].who in known.accused,
        stray=None if image is None else is_stray(image),
    )


def _is_settings(row: FileRow) -> bool:
    """Whether a file bears the name of a folder's display settings, which any program may lay into its folders."""
    return row.path.lower().endswith(("\\desktop.ini", "\\thumbs.db", "\\folder.htt"))


def _users(use: Use) -> list[str]:
    return list(dict.fromkeys([*use.loaded_by, *use.started_by]))


def _odd(row: FileRow) -> str | None:
    """The place where no program belongs; downloads pass through the browser's cache in any program's name."""
    place = odd_place(row.path)
    return None if place == "the browser's cache" and row.what != "driver" else place


def _is_hidden(row: FileRow) -> bool:
    return is_hidden(row.attributes)


def _evidence(files: Sequence[FileRow], ran: Mapping[str, Use]) -> list[int]:
    numbers = {event for row in files for event in row.events}
    return sorted(
        numbers | {event for row in files for event in ran.get(file_key(stands_at(row)), Use()).events[:20]}
    )


def _facts(person: str, files: Sequence[FileRow], signs: Signs) -> dict[str, object]:
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
        "odd_places": sorted({place for row in files if (place := _odd(row))}),
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
    return person.rpartition(" (")[0].lower() == "system"


def _attack(signs: Signs) -> list[Technique]:
    return [Technique("T1564.001", "high")] * bool(signs.hidden) + [Technique("T1036.007", "high")] * bool(
        signs.double
    )
