"""What the weighty findings leave behind on the machine: files, values, services, programs, for removal and search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ntpath import basename

from scripts.procmon.contracts.findings import Analysis, Finding
from scripts.procmon.contracts.tables import FileRow, ProcessRow
from scripts.procmon.findings.evidence.accusations import accusations
from scripts.procmon.findings.evidence.tables import rows_of, tree
from scripts.procmon.findings.paths.places import below_windows, in_another_windows, kind_of
from scripts.procmon.findings.paths.windows_folders import is_windows_folder
from scripts.procmon.findings.removal.disposal import Grounds, is_set_up
from scripts.procmon.findings.removal.victims import holds_work, rewriters

_WEIGHTY = ("high", "medium")

#: Findings that say that a program of Windows ran another's code.
_HOSTED = {"injected_code", "odd_module", "program_lent"}


#: Findings on files that every Windows has: they are put back, not taken away or searched for elsewhere.
_REPLACED = {"log_on_program_replaced", "wmi_repository_written", "hosts_written"}


#: Command lines with an everyday reading: what they name is not to be looked for.
_HARMLESS = {
    "updates-off",
    "updates-stopped",
    "plain-script",
    "documented-installer",
    "remote-session-script",
}


@dataclass
class Traces:
    """Things that findings of at least medium severity are about, each with the kind of the first such finding."""

    files: dict[str, FileRow] = field(default_factory=dict)
    kept: list[FileRow] = field(default_factory=list)  #: folders made here that any Windows has
    victims: list[FileRow] = field(default_factory=list)  #: what people kept, as a program left it
    #: What stood there before, and holds something else now.
    before: list[FileRow] = field(default_factory=list)
    #: Made by the accused, and nothing else against it.
    looked_at: list[FileRow] = field(default_factory=list)
    programs: list[ProcessRow] = field(default_factory=list)
    infected: list[ProcessRow] = field(default_factory=list)
    why: dict[str, str] = field(default_factory=dict)
    makers: dict[str, str] = field(default_factory=dict)  #: who made each file, by its path in lower case
    grave: set[str] = field(default_factory=set)  #: processes that a finding of high severity is about


def weighty(earlier: Mapping[str, Analysis]) -> list[Finding]:
    """The findings of at least medium severity, in the order of the analyses."""
    return [
        finding
        for analysis in earlier.values()
        for finding in analysis.findings
        if finding.severity in _WEIGHTY
    ]


def leads(earlier: Mapping[str, Analysis]) -> list[Finding]:
    """Command lines of low severity about a file that they name: nothing else leads to it."""
    return [
        finding
        for analysis in earlier.values()
        for finding in analysis.findings
        if finding.kind == "command_line"
        and finding.severity == "low"
        and finding.subjects.get("files")
        and finding.facts["id"] not in _HARMLESS
    ]


def traces(earlier: Mapping[str, Analysis]) -> Traces:
    """What is left of the weighty findings: files made here and still there, programs behind them."""
    found, findings = Traces(), weighty(earlier)
    _note_subjects(found, findings)
    _note_programs(found, findings, earlier)
    _note_files(found, findings, earlier)
    return found


def _note_subjects(found: Traces, findings: Sequence[Finding]) -> None:
    # The gravest finding on a thing says why it is looked for.
    for finding in sorted(findings, key=lambda one: _WEIGHTY.index(one.severity)):
        for group in finding.subjects.values():
            for subject in group:
                found.why.setdefault(subject.lower(), finding.kind)
        if finding.severity == "high":
            found.grave.update(finding.subjects.get("processes", ()))


def _note_programs(found: Traces, findings: Sequence[Finding], earlier: Mapping[str, Analysis]) -> None:
    """The accused programs that are not Windows' own, and those of Windows' that run another's code."""
    accused = accusations(earlier)
    unproven = _unproven(findings, accused)
    for row in tree(earlier):
        if row.who not in accused or row.who in unproven:
            continue
        own = row.image_path and (_is_windows(row.image_path) or in_another_windows(row.image_path))
        if not own:
            found.programs.append(row)
        elif not row.ended_here and _HOSTED & set(accused[row.who]):
            found.infected.append(row)


def _note_files(found: Traces, findings: Sequence[Finding], earlier: Mapping[str, Analysis]) -> None:
    """The files made here that a finding names or an accused program made, sorted by what becomes of them."""
    false = _false(findings)
    made_by = {row.who for row in found.programs} | false
    strangers = {row.who for row in found.programs if not is_set_up(row)} | false
    grounds = Grounds.of(findings, earlier)
    about = _about_files(earlier)
    rewrote = rewriters(earlier)
    replaced = {
        path.lower()
        for finding in findings
        if finding.kind in _REPLACED
        for path in finding.subjects.get("files", ())
    }
    for file in rows_of(earlier, "files"):
        if file.made:
            found.makers[file.path.lower()] = file.who
        if file.path.lower() in replaced:
            continue
        named = file.path.lower() in found.why
        if file.what == "folder" and is_windows_folder(file.path):
            if file.ordinary is None and file.made and file.left and (named or file.who in made_by):
                found.kept.append(file)
            continue
        if file.ordinary is None and file.made and (named or file.who in made_by):
            note = basename(file.path).lower() in rewrote.get(file.who, ())
            disposal = "delete" if note else grounds.about(file, stranger=file.who in strangers)
            if holds_work(file, rewrote):
                found.victims.append(file)
            elif disposal != "delete":
                (found.before if disposal == "put back" else found.looked_at).append(file)
            else:
                found.files[file.path] = file
                made = found.why.get(file.who.lower(), "dropped")
                found.why.setdefault(file.path.lower(), about.get(file.path.lower(), made))


def _is_windows(image: str) -> bool:
    """Whether a program lies in Windows, and not in one of its folders where users may write."""
    return below_windows(image) is not None and kind_of(image)[0] not in ("odd", "watch")


def _about_files(earlier: Mapping[str, Analysis]) -> dict[str, str]:
    """Files in lower case with the kind of the first finding about them, however light."""
    about: dict[str, str] = {}
    for analysis in earlier.values():
        for finding in analysis.findings:
            for path in finding.subjects.get("files", ()):
                about.setdefault(path.lower(), finding.kind)
    return about


def _unproven(findings: Iterable[Finding], accused: Mapping[str, list[str]]) -> set[str]:
    """Processes with nothing against them but the place of their program: nobody is told to delete that."""
    return {
        who
        for finding in findings
        if finding.kind == "masquerade" and finding.facts["signs"] == ["path"] and not finding.facts["acted"]
        for who in finding.subjects.get("processes", ())
        if accused.get(who) == ["masquerade"]
    }


def _false(findings: Iterable[Finding]) -> set[str]:
    """Processes that are not what their name says: all they made is theirs."""
    return {
        who
        for finding in findings
        if finding.kind in ("masquerade", "odd_program")
        for who in finding.subjects.get("processes", ())
    }
