"""Registry keys and values that were deleted or were to be: each explained, or what was considered in vain."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Severity, Technique
from scripts.procmon.contracts.tables import RegistryDeletionRow
from scripts.procmon.findings.evidence.names import image_path, process_name, who
from scripts.procmon.findings.evidence.records import Record, of_operations, order_is_trusted
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.suspects import images, suspects
from scripts.procmon.findings.paths.places import kind_of
from scripts.procmon.findings.programs.own_programs import is_own_program
from scripts.procmon.findings.registry.before import NEW_KEY
from scripts.procmon.findings.registry.registry_paths import matches, normal, parent_of
from scripts.procmon.knowledge import knowledge

DELETIONS = ("RegDeleteKey", "RegDeleteValue")

_SERVICE = re.compile(r"^hklm\\system\\currentcontrolset\\services\\([^\\]+)")
_UNINSTALL = re.compile(r"\\microsoft\\windows\\currentversion\\uninstall\\([^\\]+)$")
_LEGACY = re.compile(r"^hklm\\system\\currentcontrolset\\enum\\root\\legacy_([^\\]+)")
#: Setup class of drivers without a device; services.exe takes its entries away with the service.
_LEGACY_CLASS = r"hklm\system\currentcontrolset\control\class\{8ecc055d-047f-11d1-a537-0000f8753ed1}" + "\\"

#: Keys whose loss changes how Windows or its protection works.
_WEIGHTY = re.compile(
    r"^hklm\\system\\|\\policies\\|\\currentversion\\run|\\winlogon|\\security|\\safeboot|\\windows defender"
)


@dataclass
class History:
    """What else happened to the keys and values of the capture, by their one spelling."""

    made: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))
    removed_services: dict[str, Record] = field(default_factory=dict)
    deleted_keys: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))
    #: By process the entries that it took out of the list of installed programs, each with its first deletion.
    unlisted: dict[int, list[tuple[str, Record]]] = field(default_factory=lambda: defaultdict(list))
    aside: dict[tuple[int, str], Record] = field(default_factory=dict)  #: values that a process put aside
    trusted: bool = True


#: Where Autoruns keeps the entries that somebody switched off: below the key that they stood in.
_ASIDE = "\\autorunsdisabled\\"
Explain = Callable[[Capture, History, Record], dict[str, str] | None]


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """The table ``registry_deletions`` and findings for those that protect something or that nothing explains."""
    if not capture.info["can_show"]["registry_events"]["value"]:
        return Analysis(
            name="registry_deletions", outcome="could not be checked", reason="no_registry_events"
        )
    told = of_operations(capture, (*DELETIONS, "RegSetValue", "RegCreateKey"))
    deletions = [record for record in told if record.operation in DELETIONS]
    history = _history(told, trusted=order_is_trusted(capture))
    rows = [_row(capture, history, same) for same in _together(deletions)]
    trusted = {number for number, path in images(earlier).items() if kind_of(path)[0] == "own"}
    # Who switches entries off in Autoruns' way takes others away at somebody's word.
    trusted |= {process for process, _ in history.aside}
    findings = _findings(rows, accused=set(suspects(earlier)), trusted=trusted)
    return Analysis(
        name="registry_deletions",
        outcome="found" if rows else "not found",
        limits=[] if history.trusted else ["order_untrusted"],
        examined=len(told),
        findings=findings,
        tables={"registry_deletions": rows},
    )


def _history(told: Iterable[Record], *, trusted: bool) -> History:
    history = History(trusted=trusted)
    for record in told:
        path = normal(record.path)
        if not record.succeeded:
            continue
        if record.operation in ("RegSetValue", "RegCreateKey"):
            history.made[path].append(record)
            if _ASIDE in path and record.operation == "RegSetValue":
                history.aside.setdefault((record.process, path.replace(_ASIDE, "\\")), record)
        elif record.operation == "RegDeleteKey":
            history.deleted_keys[path].append(record)
        service = _SERVICE.match(path)
        if service and (
            (record.operation == "RegDeleteKey" and service.end() == len(path))
            or (path.endswith("\\deleteflag") and record.operation == "RegSetValue")
        ):
            history.removed_services.setdefault(service[1], record)
    for path, gone in history.deleted_keys.items():
        if _UNINSTALL.search(path):
            for process in {one.process for one in gone}:
                history.unlisted[process].append((path, gone[0]))
    return history


def _together(deletions: Iterable[Record]) -> list[list[Record]]:
    """Deletions of one key or value by one process, in the order of the first."""
    groups: dict[tuple[str, int, str], list[Record]] = {}
    for record in deletions:
        groups.setdefault((normal(record.path), record.process, record.operation), []).append(record)
    return list(groups.values())


def _row(capture: Capture, history: History, same: list[Record]) -> RegistryDeletionRow:
    # A retry that succeeds counts, not the first refusal.
    record = next((one for one in same if one.succeeded), same[0])
    considered: list[str] = []
    explanation, facts = None, {}
    for name, explain in EXPLANATIONS.items():
        found = explain(capture, history, record)
        if found is not None:
            explanation, facts = name, found
            break
        considered.append(name)
    return RegistryDeletionRow(
        path=record.path,
        is_key=record.operation == "RegDeleteKey",
        result=record.result,
        process=record.process,
        who=who(capture, record.process),
        time=record.moment,
        events=[one.event for one in same],
        explanation=explanation,
        explanation_facts=facts,
        considered=[] if explanation else considered,
    )


def _security(capture: Capture, history: History, record: Record) -> dict[str, str] | None:
    """Not an excuse but a reason: the value started a protection."""
    path = normal(record.path)
    if "\\currentversion\\run" not in path:
        return None
    name = path.rpartition("\\")[2]
    known = next((word for word in knowledge("registry_deletions")["security_names"] if word in name), None)
    return (
        None
        if known is None
        else {"name": record.path.rpartition("\\")[2], **_its_own(capture, history, record)}
    )


def _its_own(capture: Capture, history: History, record: Record) -> dict[str, str]:
    """Whether the protection itself takes its start away: "uninstaller" names what says so."""
    image = image_path(capture, record.process)
    if is_own_program(record.path.rpartition("\\")[2], capture, record.process) or (
        kind_of(image or "")[0] == "own" and _program(capture, record) in _REMOVERS
    ):
        return {"uninstaller": "place"}
    # An uninstaller that copied itself into a temporary folder is known by the entry that it took out of the list.
    return {"uninstaller": "entry"} if _uninstalled(capture, history, record) is not None else {}


#: Programs of Windows that take others off the computer.
_REMOVERS = {"msiexec.exe", "trustedinstaller.exe", "tiworker.exe"}


def _made_by_itself(capture: Capture, history: History, record: Record) -> dict[str, str] | None:
    """The last making before the deletion, by the process itself or else by another run of its program ("by")."""
    program, own = _program(capture, record), []
    for made in history.made.get(normal(record.path), ()):
        new = made.operation == "RegSetValue" or NEW_KEY in made.detail
        before = made.event < record.event or not history.trusted
        if new and before and _program(capture, made) == program:
            own.append(made)
    if not own:
        return None
    made = max(own, key=lambda one: (one.process == record.process, one.event))
    told = {"event": str(made.event), "time": made.moment}
    return told if made.process == record.process else {**told, "by": who(capture, made.process)}


def _put_aside(capture: Capture, history: History, record: Record) -> dict[str, str] | None:  # noqa: ARG001
    """An entry that the same process keeps in a key beside its place, where Windows does not look."""
    kept = history.aside.get((record.process, normal(record.path)))
    return None if kept is None else {"path": kept.path, "event": str(kept.event)}


def _set_again(capture: Capture, history: History, record: Record) -> dict[str, str] | None:
    made = history.made.get(normal(record.path), [])
    after = bisect_right(made, record.event, key=lambda one: one.event) if history.trusted else 0
    if after >= len(made):
        return None
    return {"event": str(made[after].event), "by": who(capture, made[after].process)}


def _service_removal(capture: Capture, history: History, record: Record) -> dict[str, str] | None:  # noqa: ARG001
    path = normal(record.path)
    found = _SERVICE.match(path) or _LEGACY.match(path)
    if found and found[1] in history.removed_services:
        return _removed(history.removed_services[found[1]])
    if path.startswith(_LEGACY_CLASS) and history.removed_services:
        nearest = min(
            history.removed_services,
            key=lambda name: abs(history.removed_services[name].event - record.event),
        )
        return _removed(history.removed_services[nearest])
    return None


def _removed(removal: Record) -> dict[str, str]:
    """The service's name as it was written, and the event that removed it."""
    parts = removal.path.split("\\")
    at = [part.lower() for part in parts].index("services")
    return {"service": parts[at + 1], "event": str(removal.event)}


def _housekeeping(capture: Capture, history: History, record: Record) -> dict[str, str] | None:  # noqa: ARG001
    program = _program(capture, record)
    for known in knowledge("registry_deletions")["housekeeping"]:
        if program in known.get("by", [program]) and any(
            matches(text, record.path) for text in known["paths"]
        ):
            return {"why": known["why"]}
    return None


def _own_settings(capture: Capture, history: History, record: Record) -> dict[str, str] | None:  # noqa: ARG001
    """A program that tidies the settings of its own maker: a word of its folder or company stands in the key."""
    found = re.match(r"^hk(?:lm|cu)\\software\\([^\\]+)(?:\\([^\\]+))?", normal(record.path))
    if not found or found[1] in {"microsoft", "classes", "policies"}:
        return None
    process = capture.processes.loc[record.process]
    words = {
        word
        for text in (
            process[p.IMAGE_PATH],
            process[p.COMPANY],
            process[p.PROCESS_NAME],
            process[p.DESCRIPTION],
        )
        for word in re.findall(r"[\w.+-]{4,}", str(text).lower())
    } - {
        "program",
        "files",
        "users",
        "windows",
        "system32",
        "local",
        "appdata",
        "microsoft",
        "corporation",
    }
    named = {word for part in found.groups() if part for word in re.findall(r"[\w.+-]{4,}", part)}
    stems = {word.removesuffix(".exe") for word in words}
    return {"maker": found[1]} if named & stems else None


def _uninstalled(capture: Capture, history: History, record: Record) -> dict[str, str] | None:
    """A program that takes itself out of the list of installed programs takes its keys and its start with it."""
    path, listed = normal(record.path), history.unlisted.get(record.process)
    if not listed:
        return None
    folder = _words(_folder(capture, record))
    names = set() if _is_of_windows(path) else _words(path.rpartition("\\")[2]) | _words(_maker(path))
    for key, gone in listed:
        named = names & (folder | _words(key.rpartition("\\")[2]))
        if named or f"{path}\\".startswith(f"{key}\\"):
            return {"key": gone.path, "event": str(gone.event)}
    return None


def _is_of_windows(path: str) -> bool:
    """Whether a key is one of Windows' own that no program takes with it; places of automatic start may be."""
    inside = re.match(r"^hk(?:lm|cu)\\(?:software\\(?:microsoft|policies)\\|system\\|security\\|sam\\)", path)
    return inside is not None and "\\currentversion\\run" not in path


def _maker(path: str) -> str:
    found = re.match(r"^hk(?:lm|cu)\\software\\(?:wow6432node\\)?([^\\]+(?:\\[^\\]+)?)", path)
    return found[1] if found and not path.startswith(r"hklm\software\microsoft") else ""


def _folder(capture: Capture, record: Record) -> str:
    """The folder that the program lies in, where that is its own."""
    image = image_path(capture, record.process) or ""
    return image.rpartition("\\")[0].rpartition("\\")[2] if kind_of(image)[0] == "own" else ""


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]{3,}", text.lower())) - {
        "the",
        "for",
        "software",
        "uninstall",
        "windows",
        "microsoft",
    }


def _part_of_tree(capture: Capture, history: History, record: Record) -> dict[str, str] | None:
    """Deleted on the way to a whole key that is itself explained."""
    parent = normal(parent_of(record.path))
    while parent.count("\\") > 1:
        for whole in history.deleted_keys.get(parent, ()):
            if whole.process == record.process and whole.event >= record.event:
                for name in (
                    "made_by_itself",
                    "set_again",
                    "service_removal",
                    "housekeeping",
                    "own_settings",
                    "uninstalled",
                ):
                    if EXPLANATIONS[name](capture, history, whole) is not None:
                        return {"key": whole.path, "event": str(whole.event), "because": name}
        parent = parent_of(parent)
    return None


def _program(capture: Capture, record: Record) -> str:
    return process_name(capture, record.process).lower()


EXPLANATIONS: dict[str, Explain] = {
    "security": _security,
    "service_removal": _service_removal,
    "made_by_itself": _made_by_itself,
    "set_again": _set_again,
    "put_aside": _put_aside,
    "housekeeping": _housekeeping,
    "own_settings": _own_settings,
    "uninstalled": _uninstalled,
    "part_of_tree": _part_of_tree,
}


def _findings(rows: list[RegistryDeletionRow], *, accused: set[str], trusted: set[int]) -> list[Finding]:
    groups: dict[tuple[int, str, str], list[RegistryDeletionRow]] = {}
    for row in rows:
        if row.explanation in (None, "security"):
            kind = "registry_deletion_security" if row.explanation else "registry_deletion_unexplained"
            groups.setdefault((row.process, normal(parent_of(row.path)), kind), []).append(row)
    return [_finding(kind, same, accused=accused, trusted=trusted) for (_, _, kind), same in groups.items()]


def _finding(kind: str, same: list[RegistryDeletionRow], *, accused: set[str], trusted: set[int]) -> Finding:
    first = same[0]
    done = any(row.result == "SUCCESS" for row in same)
    return Finding(
        kind=kind,
        severity=_severity(kind, same, accused=accused, trusted=trusted),
        confidence="likely" if kind == "registry_deletion_security" else "possible",
        facts={
            "who": first.who,
            "time": first.time,
            "paths": [row.path for row in same],
            "names": [row.path.rpartition("\\")[2] for row in same],
            "key": parent_of(first.path),
            "is_key": first.is_key,
            "done": done,
            "result": first.result,
            "events": [event for row in same for event in row.events],
            "accused": first.who in accused,
            "uninstaller": _uninstaller(same),
            "considered": first.considered,
        },
        evidence=[event for row in same for event in row.events],
        reproduce=by_path([row.path for row in same], operations=DELETIONS),
        attack=[
            Technique("T1685", "medium")
            if kind == "registry_deletion_security"
            else Technique("T1112", "low")
        ],
        subjects={"processes": [first.who], "registry": [row.path for row in same]},
    )


def _uninstaller(same: list[RegistryDeletionRow]) -> str | None:
    """What says that a protection took itself off, for all of these values: its place, or its entry in the list."""
    said = {row.explanation_facts.get("uninstaller") for row in same}
    return None if None in said else "place" if said == {"place"} else "entry"


def _severity(
    kind: str, same: list[RegistryDeletionRow], *, accused: set[str], trusted: set[int]
) -> Severity:
    """Medium where a suspect did it, or a program that is not ``trusted`` to a key that matters."""
    if kind == "registry_deletion_security" and (by := _uninstaller(same)) and same[0].who not in accused:
        return "low" if by == "place" else "medium"
    if kind == "registry_deletion_security":
        return "high" if any(row.result == "SUCCESS" for row in same) else "medium"
    weighty = any(_WEIGHTY.search(normal(row.path)) for row in same)
    there = any(row.result == "SUCCESS" for row in same)
    if same[0].who in accused or (weighty and there and same[0].process not in trusted):
        return "medium"
    return "low"
