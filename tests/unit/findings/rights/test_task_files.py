"""Scheduled tasks that a standard user's program writes past the scheduler."""

from __future__ import annotations

from typing import Any

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings.programs import process_tree
from scripts.procmon.findings.rights.task_files import tasks_rewritten
from scripts.procmon.text.telling import tell
from tests.captures.deeds import created, read, wrote
from tests.captures.events import Row, capture

TASK = r"C:\Windows\System32\Tasks\{0}"
SCHEDULER, ENGINE, RUN = "svchost.exe (900)", "taskeng.exe (1000)", "rundll32.exe (1100)"
USER = "w.exe (10)"
SYSTEM = {"integrity": "System", "authentication_id": "00000000:000003e7"}
OPERATOR = {"integrity": "Medium", "authentication_id": "00000000:0001e0ac", "user": "X\\a"}


def started(who: str, parent: str, at: float) -> Row:
    return Row("Process Start", detail=f"Parent PID: {parent}, Command line: {who}", who=who, at=at)


def judge(*rows: Row, writer: dict[str, Any] = OPERATOR, os: str = "Windows 7 (build 7600)") -> list[Finding]:
    people: dict[str, dict[str, Any]] = {
        SCHEDULER: SYSTEM,
        ENGINE: SYSTEM | {"parent": SCHEDULER},
        RUN: SYSTEM | {"parent": ENGINE},
        USER: writer,
    }
    built = capture(*rows, processes=people, info={"os": os})
    done = {"process_tree": process_tree.analyse(built, {})}
    return tasks_rewritten(built, done["process_tree"].tables["processes"], done)


REGISTERED = (created(TASK, who=SCHEDULER, at=1.0), wrote(TASK, 0, 2_914, who=SCHEDULER, at=1.1))
CHANGED = (created(TASK, who=USER, at=2.0), wrote(TASK, 0, 3_146, who=USER, at=2.1))
RAN = (
    read(TASK, 0, 3_146, who=SCHEDULER, at=3.0),
    started(ENGINE, "900", 3.1),
    read(TASK, 0, 3_146, who=ENGINE, at=3.2),
    started(RUN, "1000", 40.0),
)


def test_a_task_that_a_user_rewrote_and_that_ran_as_the_system_is_high() -> None:
    (finding,) = judge(*REGISTERED, *CHANGED, *RAN)
    assert (finding.kind, finding.severity, finding.confidence) == ("task_rewritten", "high", "certain")
    facts = finding.facts
    assert (facts["writer"], facts["made_by"]) == (USER, SCHEDULER)
    assert (facts["size_before"], facts["size"]) == (2_914, 3_146)
    assert [one["who"] for one in facts["ran"]] == [RUN]
    assert set(finding.subjects["processes"]) == {USER, RUN}


def test_the_weakness_is_named_only_where_windows_had_it() -> None:
    for os, known in (
        ("Windows 7 (build 7600)", True),
        ("Windows Vista, Service Pack 2 (build 6002)", True),
        ("Windows 7, Service Pack 1 (build 7601)", False),
        ("Windows Server 2008 R2, Service Pack 1 (build 7601)", False),
        ("Windows 10 (build 19041)", False),
    ):
        (finding,) = judge(*REGISTERED, *CHANGED, *RAN, os=os)
        assert ("MS10-092" in tell(finding.kind, finding.facts)["confidence_reason"]) is known


def test_a_rewritten_task_that_nothing_ran_from_is_medium() -> None:
    (finding,) = judge(*REGISTERED, *CHANGED)
    assert (finding.severity, finding.facts["ran"]) == ("medium", [])


def test_the_scheduler_itself_and_administrators_may_write_tasks() -> None:
    assert not judge(*REGISTERED, *RAN)
    assert not judge(*REGISTERED, *CHANGED, *RAN, writer=OPERATOR | {"integrity": "High"})
    assert not judge(*REGISTERED, *CHANGED, *RAN, writer={})


def test_files_elsewhere_are_no_tasks() -> None:
    assert not judge(created(r"C:\Users\a\Tasks\b", who=USER), wrote(r"C:\Users\a\Tasks\b", 0, 9, who=USER))


def test_what_the_scheduler_starts_much_later_belongs_to_another_task() -> None:
    asked = read(TASK, 0, 3_146, who=SCHEDULER, at=3.0)
    (soon,) = judge(*REGISTERED, *CHANGED, asked, started(ENGINE, "900", 3.5))
    assert [one["who"] for one in soon.facts["ran"]] == [ENGINE]
    (late,) = judge(*REGISTERED, *CHANGED, asked, started(ENGINE, "900", 30.0))
    assert late.facts["ran"] == []
