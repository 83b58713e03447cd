"""A finding that rests on others names them, and says what they say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scripts.procmon.contracts.findings import Finding, Severity
from scripts.procmon.contracts.tables import ProcessRow
from scripts.procmon.findings.removal.against import Against
from scripts.procmon.text import render


def found(kind: str, who: str, *, severity: Severity = "high", **facts: Any) -> Finding:
    return Finding(
        kind=kind,
        severity=severity,
        confidence="certain",
        facts=facts,
        evidence=[0],
        reproduce=[],
        subjects={"processes": [who]},
    )


HIDDEN = found("files_hidden", "bad.exe (1)", accused=True)
CODE = found("injected_code", "bad.exe (1)")
LIGHT = found("waited", "bad.exe (1)", severity="low")


def test_the_findings_that_make_a_process_suspect_are_named_and_not_the_finding_itself() -> None:
    against = Against.of([HIDDEN, LIGHT, CODE], {"bad.exe (1)": ["injected_code"]})
    assert against.facts(1, HIDDEN) == {
        "accused_of": ["injected_code"],
        "accused_in": [3],
        "strongest": [3],
    }


def test_where_no_suspicion_is_known_any_other_weighty_finding_is_named() -> None:
    against = Against.of([HIDDEN, found("autostart", "bad.exe (1)")], {})
    assert against.facts(1, HIDDEN) == {"accused_of": [], "accused_in": [2], "strongest": [2]}


def test_a_finding_leans_on_the_strongest_others_and_not_on_a_doubtful_one_that_began_it() -> None:
    doubtful = replace(found("injected_code", "bad.exe (1)", severity="medium"), confidence="likely")
    sure = [found("com_hijack", "bad.exe (1)"), found("autostart", "bad.exe (1)")]
    likely = replace(found("service_made", "bad.exe (1)"), confidence="likely")
    told = Against.of([HIDDEN, *sure, likely, doubtful], {"bad.exe (1)": ["injected_code"]}).facts(1, HIDDEN)
    assert told["strongest"] == [2, 3]
    assert told["accused_in"] == [5]


def test_a_finding_that_accuses_nobody_names_the_graver_ones_on_its_processes() -> None:
    assert Against.of([CODE], {}).facts(1, CODE) == {}
    assert Against.of([CODE, LIGHT], {}).facts(1, CODE) == {}
    assert Against.of([HIDDEN, CODE, LIGHT], {}).facts(3, LIGHT) == {"also_in": [1, 2]}


def test_what_is_said_of_a_suspect_is_what_the_findings_say() -> None:
    sentence = "It {{ kinds|accusation }} ({{ numbers|numbered }})."
    told = render(sentence, {"kinds": ["injected_code"], "numbers": [3]})
    assert told == "It runs code that belongs to no program file (finding 3)."
    assert render(sentence, {"kinds": [], "numbers": []}) == "It is not what it seems (another finding)."


def row(image: str, who: str) -> ProcessRow:
    name = who.partition(" (")[0]
    return ProcessRow(
        process=1,
        parent=None,
        who=who,
        process_name=name,
        pid=1,
        image_path=image,
        command_line=None,
        user=None,
        integrity=None,
        session=None,
        start=None,
        end=None,
        started_here=True,
        ended_here=False,
    )


def test_what_runs_from_a_file_speaks_against_who_brought_it() -> None:
    made = Finding(
        kind="programs_dropped",
        severity="low",
        confidence="certain",
        facts={},
        evidence=[0],
        reproduce=[],
        subjects={"processes": ["setup.exe (2)"], "files": [r"C:\A\bad.exe"]},
    )
    people = [row(r"c:\a\BAD.exe", "bad.exe (1)"), row(r"C:\A\other.exe", "other.exe (3)")]
    assert Against.of([CODE, LIGHT, made], {}, people).facts(3, made) == {"ran_in": [1]}
    assert Against.of([LIGHT, made], {}, people).facts(2, made) == {}
