"""What a file is by its name, whether it is everyday business, and whether it lies where none of its kind belongs."""

from __future__ import annotations

import re
from functools import cache
from ntpath import basename, splitext
from typing import Any, Literal

from scripts.procmon.findings.paths.path_forms import judged_in_full
from scripts.procmon.findings.paths.places import below_windows, judged_by_place, standard
from scripts.procmon.findings.paths.places import kind_of as place_of
from scripts.procmon.knowledge import knowledge

Kind = Literal["driver", "executable", "script", "shortcut", "folder", "data"]

#: Where a file in the recycle bin came from: a few hundred bytes that bear the ending of that file.
_NOTE_OF_BIN = re.compile(r"\\\$recycle\.bin\\s-1-5-[^\\]+\\\$i[a-z0-9]{6}\.[^\\]*$", re.IGNORECASE)

#: The kinds that can run.
PROGRAMS = frozenset({"driver", "executable", "script"})


def kind_of(path: str) -> Kind:
    """What a file is by the end of its name; of several ends the last counts. Folders are told by their creation."""
    if basename(path).lower() in knowledge("file_kinds")["not_drivers"] or _NOTE_OF_BIN.search(path):
        return "data"
    # A stream beside a program is none, and one beside a text may be one.
    stream = stream_of(path)
    kind: Kind = _kinds().get(ending(path if stream is None else f"x\\{stream}"), "data")
    return kind


def ending(path: str) -> str:
    r"""The end of a name without the dot, lower case: "sys"; "" where there is none. A stream's name is left off."""
    name = basename(path.rstrip("\\")).partition(":")[0]
    return splitext(name)[1][1:].lower().rstrip(". ")


def is_archive(path: str) -> bool:
    """Whether the name ends like an archive's or a disk image's."""
    return ending(path) in knowledge("file_kinds")["archive"]


def has_double_ending(path: str) -> bool:
    """Whether a program's name ends like a document's before its real end: "invoice.pdf.exe"."""
    stem = splitext(basename(path))[0]
    documents = knowledge("file_kinds")["document"]
    deceptive = kind_of(path) == "executable" or ending(path) in knowledge("file_kinds")["deceptive"]
    return deceptive and splitext(stem)[1][1:].lower().strip() in documents


def is_folder_settings(path: str) -> bool:
    """Whether a file bears the name of a folder's display settings, which any program may lay into its folders."""
    return path.lower().endswith(("\\desktop.ini", "\\thumbs.db", "\\folder.htt"))


def stream_of(path: str) -> str | None:
    r"""The name of an alternate data stream in a path, "C:\a.txt:hidden" → "hidden"; None where there is none."""
    return basename(path).partition(":")[2].partition(":")[0] or None


@cache
def ordinary_reason(path: str, *, process_name: str, what: str) -> str | None:
    """Why a file is everyday business (a key of the text catalogue ``ordinary``), or None."""
    name, path = process_name.lower(), standard(path)
    for reason, pattern, by, programs in _ordinary():
        if (what not in PROGRAMS or programs) and (by is None or name in by) and pattern.search(path):
            return reason
    return None


judged_by_place.append(ordinary_reason)
judged_in_full.append(ordinary_reason)


def odd_place(path: str) -> str | None:
    """What the place is where no program belongs ("the recycle bin"), or None."""
    kind, name = place_of(path)
    # The profile of the system account lies beside the registry hives and is a profile like any other.
    return name if kind == "odd" and "\\config\\systemprofile\\" not in path.lower() else None


def watched_place(path: str) -> str | None:
    """What the place is where installers and malware alike put programs ("a temporary folder"), or None."""
    kind, name = place_of(path)
    return name if kind == "watch" else None


def is_stray(image: str | None) -> bool:
    """Whether a program is known to lie where programs do not live; one whose place is not known is not."""
    return image is not None and place_of(image)[0] != "own"


def is_temporary(path: str) -> bool:
    """Whether a file is a temporary one by its folder or its name."""
    return watched_place(path) == "a temporary folder" or ending(path) == "tmp"


def in_windows(path: str) -> bool:
    """Whether a path lies in the Windows folder."""
    return below_windows(path) is not None


def belongs_to_a_program(path: str | None) -> bool:
    """Whether a program lies where programs live: Windows or Program Files, not where users may write."""
    return bool(path) and place_of(str(path))[0] == "own"


@cache
def _kinds() -> dict[str, Any]:
    known = knowledge("file_kinds")
    return {end: kind for kind in ("shortcut", "script", "executable", "driver") for end in known[kind]}


@cache
def _ordinary() -> list[tuple[str, re.Pattern[str], frozenset[str] | None, bool]]:
    return [
        (
            rule["reason"],
            re.compile(rule["path"], re.IGNORECASE),
            frozenset(rule["by"]) if "by" in rule else None,
            bool(rule.get("programs")),
        )
        for rule in knowledge("ordinary_files")
    ]
