"""What kind of place a file lies in: where programs live, where they may lie, where none belongs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import translate
from functools import cache, lru_cache
from typing import Any, Literal
from unicodedata import normalize

from scripts.procmon.findings.paths.path_forms import in_full, judged_in_full, unprefixed
from scripts.procmon.knowledge import knowledge

Kind = Literal["own", "odd", "watch", "other"]

_WINDOWS = re.compile(r"^(?:[a-z]:|\\systemroot)\\(?:windows|winnt)(?:\.\d+)?\\", re.IGNORECASE)
_OLD_NAME = re.compile(r"^[a-z]:\\winnt(?=\\)", re.IGNORECASE)
_DEVICE = re.compile(r"^\\device\\harddiskvolume\d+(?=\\)", re.IGNORECASE)
#: Windows may be set up in any folder of a disk, but not in these.
_ANOTHER_WINDOWS = re.compile(
    r"^[a-z]:\\(?!users\\|temp\\|tmp\\|program|perflogs\\|documents and settings\\|recycle|\$recycle)[^\\]+"
    r"\\(?:system32|syswow64)\\(?:[^\\]+\\)?[^\\]+$",
    re.IGNORECASE,
)
#: Installed programs have a folder of their own there.
_LOOSE = re.compile(
    r"\\(?:appdata\\(?:roaming|local|locallow)|application data|local settings|programdata|users\\public)\\[^\\]+$"
)
_PROGRAM = re.compile(
    r"""\s*(?:"([^"]+)"|((?:[a-z]:|%\w+%|\\)[^"]*?\.(?:exe|com|scr|bat|cmd|dll|ps1|vbs|js|pif|cpl|ocx))(?=[\s,"]|$)|(\S+))""",
    re.IGNORECASE,
)
_VARIABLES = {
    "%systemroot%": r"C:\Windows",
    "%windir%": r"C:\Windows",
    "%comspec%": r"C:\Windows\System32\cmd.exe",
    "%programfiles%": r"C:\Program Files",
    "%programfiles(x86)%": r"C:\Program Files (x86)",
    "%programdata%": r"C:\ProgramData",
    "%systemdrive%": "C:",
}


@lru_cache(maxsize=1 << 16)
def kind_of(path: str) -> tuple[Kind, str | None]:
    """The kind of place that ``path`` lies in, and what people call it (for odd and watched places)."""
    plain = standard(plain_path(path)).lower()
    if _LOOSE.search(plain):
        return "watch", "the application data itself, without a folder of its own"
    for kind in ("odd", "watch"):
        for found, name in _patterns(kind):
            if found.match(plain) and not (kind == "watch" and _in_own(plain)):
                return ("odd" if kind == "odd" else "watch"), name
    if _in_own(plain):
        return "own", None
    if _WINDOWS.match(plain) and plain.count("\\") == 2:
        if plain.rpartition("\\")[2] in knowledge("module_places")["windows_folder"]:
            return "own", None
        return "watch", "the Windows folder itself"
    if plain.count("\\") == 1 and plain[1:3] == ":\\":
        return "watch", "the root of the disk"
    return "other", None


@lru_cache(maxsize=1 << 16)
def plain_path(path: str) -> str:
    """A path without \\??\\ and its like, and with the usual variables put in."""
    text = unprefixed(path.strip())
    text = re.sub(r"^\\systemroot\\", r"C:\\Windows\\", text, flags=re.IGNORECASE)
    text = re.sub(r"^system32\\", r"C:\\Windows\\System32\\", text, flags=re.IGNORECASE)
    for variable, value in _VARIABLES.items():
        if text.lower().startswith(variable):
            return value + text[len(variable) :]
    return text


def program_of(command: str) -> str:
    """The program that a command line or a registry value names, without its arguments."""
    found = _PROGRAM.match(command)
    return plain_path(next((group for group in found.groups() if group), "") if found else "")


@lru_cache(maxsize=1 << 16)
def hides(path: str) -> bool:
    """Whether a file lies where no program but Windows' own writes anything, as in the recycle bin."""
    plain = standard(plain_path(path)).lower()
    hiding = [one["pattern"] for one in knowledge("module_places")["odd"] if one.get("hides")]
    return any(_compiled(one).match(plain) for one in hiding)


def below_windows(path: str) -> str | None:
    """The part of a path below the Windows folder, in lower case; None for a path elsewhere."""
    plain = standard(plain_path(path))
    found = _WINDOWS.match(plain)
    return plain[found.end() :].lower() if found else None


def in_another_windows(path: str) -> bool:
    r"""Whether a path would lie in Windows if that were set up in this folder: ``E:\Win10\System32\lsass.exe``.

    An export does not tell which folder Windows runs from, so such a place alone accuses nobody and excuses nobody.
    """
    plain = standard(plain_path(path))
    if below_windows(path) is not None or _ANOTHER_WINDOWS.match(plain) is None:
        return False
    # A folder that only looks like C:\Windows, by a blank that is not seen, was made to be taken for it.
    seen = normalize("NFKC", plain.split("\\")[1]).strip().lower()
    return seen not in ("windows", "winnt")


@lru_cache(maxsize=1 << 16)
def in_its_place(image: str | None) -> bool:
    """Whether a program lies where programs are set up, so that its name may be believed.

    A program whose place the capture does not tell is believed: nothing speaks against it.
    """
    if not image or "\\" not in image or in_another_windows(image):
        return True
    plain = standard(plain_path(image)).lower()
    return kind_of(image)[0] == "own" or any(
        _compiled(one).match(plain) for one in knowledge("module_places")["user_programs"]
    )


def standard(path: str) -> str:
    r"""A path as it would be on a computer whose Windows lies in ``C:\Windows``, for judging its place, not for showing.

    ``\Device\HarddiskVolume3`` gets a letter; the folder that ``windows_at`` names, and WINNT, become Windows; short
    names are written in full.
    """
    path = in_full(_DEVICE.sub("C:", unprefixed(path)))
    root = _root[0]
    if root and path[: len(root) + 1].lower() == f"{root}\\":
        return f"C:\\Windows{path[len(root) :]}"
    return _OLD_NAME.sub(r"C:\\Windows", path)


@contextmanager
def windows_at(root: str | None) -> Iterator[None]:
    r"""While this holds, ``root`` (``E:\Win10``, from the capture's own header) is the folder of Windows."""
    before, asked = _root[0], (root or "").rstrip("\\").lower()
    _set_root(asked if _ROOT.fullmatch(asked) else "")
    try:
        yield
    finally:
        _set_root(before)


#: A folder right below a disk's root or below another one: no disk as a whole is Windows.
_ROOT = re.compile(r"[a-z]:(?:\\[^\\]+){1,3}")
_root = [""]


def _set_root(root: str) -> None:
    if _root[0] != root:
        _root[0] = root
        for cached in (kind_of, hides, in_its_place, *judged_by_place):
            cached.cache_clear()


#: Cached functions of other modules whose answers hang on the folder of Windows.
judged_by_place: list[Any] = []
judged_in_full += [kind_of, hides, in_its_place]


def _in_own(plain: str) -> bool:
    return any(found.match(plain) for found in _own())


@cache
def _patterns(kind: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((_compiled(one["pattern"]), one["name"]) for one in knowledge("module_places")[kind])


@cache
def _own() -> tuple[re.Pattern[str], ...]:
    return tuple(_compiled(one) for one in knowledge("module_places")["own"])


def _compiled(text: str) -> re.Pattern[str]:
    # A literal "[" of a path is no class of characters.
    return re.compile(translate(text.replace("[", "[[]")))


#: Folders in which Windows' own setup keeps another Windows, a new one or the one before.
_LAID_OUT = re.compile(r"^[a-z]:\\(?:\$windows\.~\w+|windows\.old(?:\.\d+)?|\$getcurrent)\\", re.IGNORECASE)


def is_laid_out(path: str) -> bool:
    r"""Whether a path lies in another Windows than the one that runs: ``C:\$WINDOWS.~BT\NewOS\Windows\…``."""
    return _LAID_OUT.match(path) is not None or in_another_windows(path)
