"""What people keep, and the notes of one name that a program lays into several folders."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from ntpath import basename

from scripts.procmon.contracts.tables import FileRow
from scripts.procmon.findings.files.file_times import folder_of
from scripts.procmon.findings.paths.file_kinds import ending
from scripts.procmon.findings.paths.places import kind_of, plain_path, standard
from scripts.procmon.knowledge import knowledge

#: Of documents of others so many at least are touched by who encrypts or destroys them, in so many folders, of so many
#: sorts; and what holds for them holds for so large a share.
MANY = 20
FOLDERS = 3
FAMILIES = 2
MOSTLY = 0.8
#: A note is laid into at least as many folders under one name.
NOTES = 3
_USUAL = re.compile(
    r"(?:read[-_]?me|folder|licen[cs]e|copying|notice|authors|change(?:s|log)|version|install|index|default|cover|"
    r"thumb|front|desktop|about|info|toc)(?:[-_.][a-z]{2}(?:[-_][a-z]{2})?)?(?:\.md)?\.[a-z]+"
)
_INSTALLED = re.compile(
    r"^[a-z]:\\(?:program files(?: \(x86\))?|progra~\d)\\|\\appdata\\local\\microsoft\\onedrive\\"
)
#: Names that no document of a user's own work bears: one such file is enough where many documents were changed.
_DEMAND = re.compile(
    r"decrypt|ransom|unlock[-_ ]?(?:your|my|files|data)|(?:your|all)[-_ ]?files|\.hta$|^[!_#+]{1,8}(?:read|how|help|info)"
    r"|(?:recover|restore|return|get)[-_ ]?(?:(?:your|my|all|the|back)[-_ ]?){0,4}(?:files|data|docs)"
    r"|files[-_ ]?(?:are[-_ ]?)?(?:encrypted|locked)|how[-_ ]?to[-_ ]?(?:back|recover|restore)",
)
NOTE_ENDINGS = frozenset({"txt", "html", "htm", "hta", "rtf", "png", "bmp", "url"})


def is_work(path: str) -> bool:
    """Whether a file is what people keep: documents, pictures, archives; not the parts of programs."""
    known = knowledge("file_kinds")
    return ending(path) in known["document"] or ending(path) in known["archive"]


def notes_of(files: Sequence[FileRow], beside: Iterable[str]) -> list[FileRow]:
    """Among the ``files`` of one process the notes that it laid beside others, or whose name tells that they are such."""
    return _of_one_name(files, beside) or _demands(files)


def _of_one_name(files: Iterable[FileRow], beside: Iterable[str]) -> list[FileRow]:
    """The files of one name that were laid into several of the folders in which the files ``beside`` lie.

    Names that every collection of files has (README.txt, folder.txt) are none.
    """
    folders = {folder_of(path.lower()) for path in beside}
    by_name: dict[str, list[FileRow]] = defaultdict(list)
    for row in files:
        if row.how == "created" and ending(row.path) in NOTE_ENDINGS:
            name = basename(row.path).lower()
            if folder_of(row.path.lower()) in folders and not _USUAL.fullmatch(name):
                by_name[name].append(row)
    most = max(by_name.values(), key=len, default=[])
    return most if len({folder_of(row.path.lower()) for row in most}) >= NOTES else []


def _demands(files: Iterable[FileRow]) -> list[FileRow]:
    """The new files whose name alone tells what they ask for ("HOW_TO_DECRYPT.txt").

    Pages of a manual lie among programs, where nobody would look for a demand.
    """
    return [
        row
        for row in files
        if row.how == "created"
        and ending(row.path) in NOTE_ENDINGS
        and _DEMAND.search(basename(row.path).lower()) is not None
        and kind_of(row.path)[0] != "own"
        and "\\appdata\\" not in row.path.lower()
    ]


def families_of(paths: Iterable[str]) -> set[str]:
    """Which sorts of what people keep ("papers", "pictures" …, see knowledge/file_kinds.yaml) are among ``paths``."""
    ends = {ending(path) for path in paths}
    return {name for name, family in knowledge("file_kinds")["families"].items() if ends & set(family)}


def is_sweep(paths: Collection[str]) -> bool:
    """Whether files are of several sorts and in several folders.

    Tools for pictures and films write their notes into both; who encrypts wants the papers.
    """
    folders, sorts = {folder_of(path.lower()) for path in paths}, families_of(paths)
    return len(folders) >= FOLDERS and len(sorts) >= FAMILIES and "papers" in sorts


def set_up(images: Mapping[str, str | None], files: Iterable[FileRow]) -> frozenset[str]:
    """The processes that run a program from where programs are set up, and that the capture does not show being made.

    Windows' own programs are none: they run what others tell them. ``images``: whose program lies where.
    """
    made = {standard(row.path).lower() for row in files if row.made}
    programs = {person: standard(plain_path(image or "")).lower() for person, image in images.items()}
    return frozenset(
        person for person, image in programs.items() if _INSTALLED.search(image) and image not in made
    )
