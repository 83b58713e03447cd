"""One value in a place from which Windows starts programs: what it names, and what speaks against it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.tables import FileRow
from scripts.procmon.findings.evidence.names import image_path, name_of, process_name, who
from scripts.procmon.findings.evidence.records import Record
from scripts.procmon.findings.paths.file_kinds import is_stray
from scripts.procmon.findings.paths.places import Kind, in_its_place, kind_of, plain_path, program_of
from scripts.procmon.findings.programs.commands import (
    given,
    is_interpreter,
    place_given,
    stands_in_at_log_on,
    tells,
)
from scripts.procmon.findings.registry.registry_index import RegistryIndex
from scripts.procmon.knowledge import knowledge

#: Programs of Windows that set up its own parts and updates.
_SERVICING = frozenset({"tiworker.exe", "trustedinstaller.exe", "poqexec.exe"})
#: Programs of Windows that bring what a domain or a management service prescribes.
_POLICY = frozenset({"svchost.exe", "gpscript.exe", "omadmclient.exe", "deviceenroller.exe", "mmc.exe"})
#: Windows' own program of the log-on, and what stands behind it in the same value.
_BEHIND_OWN = re.compile(r"(?:c:\\windows\\(?:system32\\)?)?(?:userinit|explorer)\.exe[\s,]+(?=\S)", re.I)
_SWITCHED_OFF = re.compile(r"\\(?:Run|RunOnce|RunServices|RunServicesOnce)\\AutorunsDisabled\\[^\\]+$", re.I)
_PROGRAMS = re.compile(r"[a-z]:\\[^\":,|<>]+?\.(?:exe|dll|com|scr|bat|cmd)\b", re.I)


@dataclass(frozen=True, kw_only=True)
class Write:
    """One value set in a place of automatic start; ``gone`` is the event that took it away again."""

    place: Mapping[str, Any]
    record: Record
    data: str
    gone: Record | None


def place_of(path: str, data: str | None = None) -> Mapping[str, Any] | None:
    """The place of automatic start that a registry value is, as knowledge/autostarts.yaml has it.

    Some are such places for certain ``data`` alone, and for none where that is not told.
    """
    for number in _places().find(path) if _in_force(path) else ():
        place: dict[str, Any] = knowledge("autostarts")[number]
        if "only" not in place or re.search(place["only"], data or "", re.IGNORECASE):
            return place
    return None


def may_be_place(path: str) -> bool:
    """Whether a registry value is such a place, for some data at least."""
    return bool(_in_force(path) and _places().find(path))


def _in_force(path: str) -> bool:
    """Whether Windows reads an entry: not in the keys beside its place where Autoruns keeps what was switched off.

    A service, a component or a section of RunOnceEx may bear that name as well, and then runs.
    """
    return _SWITCHED_OFF.search(path) is None


@cache
def _places() -> RegistryIndex:
    return RegistryIndex(
        (text, number) for number, place in enumerate(knowledge("autostarts")) for text in place["values"]
    )


def data_of(record: Record) -> str:
    """The data that RegSetValue wrote, as text; binary data that begins with characters is read as such."""
    data = record.fields.get("Data", "")
    if re.fullmatch(r"(?:[0-9A-F]{2} ?)+", data):
        shown = bytes.fromhex(data).split(b"\0")[0]
        if len(shown) > 3 and shown.isascii() and shown.decode("ascii").isprintable():
            return shown.decode("ascii")
    return data


def target_of(place: Mapping[str, Any], data: str) -> str:
    """The file that an autostart's data names."""
    if place["id"] == "com-server":
        return plain_path(data.strip('"').rstrip("."))
    if place["id"] == "winlogon":
        # Windows' own program often stands first, and the other behind it.
        others = [one for one in _PROGRAMS.findall(data) if kind_of(one)[0] != "own"]
        if others:
            return plain_path(str(others[0]))
    if place.get("bare") and "\\" not in data:
        return _in_system32(place, data)
    return program_of(data)


def _in_system32(place: Mapping[str, Any], data: str) -> str:
    """The library that a bare name means; of several the first that is not Windows' own."""
    named = [one.strip('"') for one in re.split(r"[,\s]+", data) if one.strip('"')]
    others = [one for one in named if not _is_known(place, one)]
    if not others:
        return data
    name = others[0] if others[0].lower().endswith(".dll") else f"{others[0]}.dll"
    return rf"C:\Windows\System32\{name}"


def signs_of(
    capture: Capture, write: Write, *, files: Mapping[str, FileRow], accused: set[str], setup: bool
) -> list[str]:
    """What speaks against an honest writer; ``setup`` is whether a set-up program was at work."""
    place, record = write.place, write.record
    target = target_of(place, write.data)
    kind, name = kind_of(target) if "\\" in target else ("other", None)
    signs = []
    if given(write.data):
        kind, name = place_given(write.data)
    if place["id"] == "winsock":
        kind, name = "other", None  # 16 bytes of a path tell no place
    if kind == "odd":
        signs.append("odd_place")
    elif name == "a temporary folder":
        signs.append("temporary")
    elif name in _UNUSUAL:
        signs.append("unusual_place")
    if is_interpreter(write.data) and not place.get("everyday"):
        signs.append("interpreter")
        if tells(write.data) in ("high", "medium"):
            signs.append("telling")
    if place["id"] == "image-hijack" and stands_in_at_log_on(record.path):
        signs.append("log_on_screen")
    if "only" in place:
        signs.append("script")
    if not setup and place["id"] == "winlogon" and _BEHIND_OWN.match(plain_path(write.data)):
        signs.append("second")
    signs += _made(next(iter(given(write.data)), target), capture, record, files)
    if place.get("rare"):
        signs.append("rare")
    if in_unread_view(write):
        signs.append("unread_view")
    if who(capture, record.process) in accused:
        signs.append("accused")
    if place["id"] == "winsock" and "\\" not in write.data:
        signs.append("bare_name")
    if by_policy(capture, write):
        signs.append("policy")
    image = image_path(capture, record.process)
    if isinstance(image, str) and target.lower() == image.lower() and kind == "watch":
        signs.append("itself")
    if setup:
        return signs
    by_hand = _by_hand(capture, write, kind, made="dropped" in signs)
    return [*signs, *by_hand, *_planted(capture, write, files.get(target.lower()))]


def _enters_nothing(capture: Capture, write: Write) -> bool:
    """Whether a program of Windows wrote this that enters no program itself, so that other code may have used it."""
    image = image_path(capture, write.record.process)
    known = knowledge("process_habits")
    name = process_name(capture, write.record.process).lower()
    return in_its_place(image) and (
        name == "explorer.exe" or name in known["shells"] or name in known["silent"]
    )


def _by_hand(capture: Capture, write: Write, kind: Kind, *, made: bool) -> list[str]:
    """The sign that no set-up program and no installed one wrote this, in places where those write alone.

    ``made``: the file that is entered was written in this capture.
    """
    how = write.place.get("by_hand")
    tool = process_name(capture, write.record.process).lower() in knowledge("by_hand")
    if how == "tools" and kind not in ("odd", "watch"):
        return []
    if how == "tools":
        return ["by_hand"] if tool else ["borrowed"] if made and _enters_nothing(capture, write) else []
    if how is None:
        return []
    stray = is_stray(image_path(capture, write.record.process))
    return ["by_hand"] if tool else ["stray_writer"] if stray else []


def _planted(capture: Capture, write: Write, file: FileRow | None) -> list[str]:
    """The sign that the file was put there by hand, whoever wrote the value: services of Windows do so for others."""
    if file is None or write.place.get("by_hand") != "any":
        return []
    tool = name_of(file.who) in knowledge("by_hand")
    return ["planted"] if tool or is_stray(image_path(capture, file.process)) else []


def run_by(place: Mapping[str, Any], data: str) -> list[str]:
    """The files that an autostart runs: what an interpreter is given, not the interpreter."""
    target = target_of(place, data)
    files = given(data)
    return list(files) if files else [target] if "\\" in target and not is_interpreter(data) else []


def _made(target: str, capture: Capture, record: Record, files: Mapping[str, FileRow]) -> list[str]:
    """What the making of the file, as far as this capture shows it, says against it."""
    file = files.get(target.lower())
    if file is None:
        return []
    image = image_path(capture, record.process)
    copy = isinstance(image, str) and (file.copied_from or "").lower() == image.lower()
    return ["dropped", *(["copy"] if copy else []), *(["hidden"] if "H" in (file.attributes or "") else [])]


#: Places of which programs that are installed make no use, by the names that they have in places.
_UNUSUAL = {
    "the Windows folder itself",
    "the root of the disk",
    "the public user folder",
    "the application data itself, without a folder of its own",
}


def in_unread_view(write: Write) -> bool:
    """Whether a value stands in the view of 32-bit programs, where Windows itself does not look for this setting."""
    return write.place.get("bits") == 64 and "\\wow6432node\\" in write.record.path.lower()


def is_usual(write: Write) -> bool:
    """Whether a value holds what Windows itself has there."""
    return _is_known(write.place, plain_path(write.data)) or _is_known(write.place, write.data)


def _is_known(place: Mapping[str, Any], data: str) -> bool:
    return any(re.search(text, data, re.IGNORECASE) for text in place.get("usual", ()))


def by_policy(capture: Capture, write: Write) -> bool:
    """Whether a part of Windows set this that carries out what the policy of an organisation says."""
    sets = process_name(capture, write.record.process).lower() in _POLICY
    policy = "\\policies\\" in write.record.path.lower() or "\\group policy\\" in write.record.path.lower()
    return policy and sets and in_its_place(image_path(capture, write.record.process))


def by_servicing(capture: Capture, write: Write) -> bool:
    """Whether Windows' own servicing wrote a value that leads to no place but Windows' and installed programs'."""
    target = target_of(write.place, write.data)
    serviced = process_name(capture, write.record.process).lower() in _SERVICING
    in_place = in_its_place(image_path(capture, write.record.process))
    return serviced and in_place and ("\\" not in target or kind_of(target)[0] == "own")
