"""The Method part: what each stage hid, by which rules, and what a next rule would hide."""

from __future__ import annotations

from dataclasses import replace

from scripts.procmon.report.context import make_report
from scripts.procmon.report.html import report_html
from scripts.procmon.report.material import Settings
from tests.captures.results import event, finding, material, stages


def page(**changes: object) -> str:
    made = material(
        findings=[finding(evidence=[10, 11])],
        events=[event(10, stage=1), event(11, stage=0)],
        funnel=stages(100, 50),
    )
    return report_html(make_report(replace(made, **changes), Settings.of({}, {}), medium="html"))  # type: ignore[arg-type]


def funnel(**changes: object) -> dict[str, object]:
    made = stages(100, 50)
    made["stages"][0] |= changes
    return made


def test_a_stage_says_what_it_may_have_hidden() -> None:
    assert "6 changes of file times by <code><bdi>lsass.exe (300)</bdi></code>" in page(
        funnel=funnel(
            said="This stage hid 6 events. Among them: 6 changes of file times by `lsass.exe (300)`."
        )
    )


def test_a_rule_shows_whom_and_what_it_took_most_of() -> None:
    made = stages(100, 50)
    made["stages"][0]["rules"][0] |= {
        "alone": 7,
        "processes": [{"process": 0, "process_name": "svc<b>.exe", "pid": 4, "events": 8}],
        "paths": [{"path": "C:\\most.log", "events": 5}],
    }
    shown = page(funnel=made)
    assert "svc&lt;b&gt;.exe (4)" in shown
    assert "most.log" in shown


def test_a_branch_is_told_as_a_look_aside() -> None:
    made = stages(100, 50)
    made["branches"] = [made["stages"][0] | {"name": "The reads again", "from": "Stage of 50"}]
    assert "A look aside from Stage of 50: The reads again" in page(funnel=made)


def test_a_suggestion_stands_with_the_findings_that_it_would_hide() -> None:
    rule = {
        "yaml": "{column: Path, relation: is, value: '<i>', action: Exclude}",
        "said": "and evidence of finding `F1`.",
    }
    shown = page(suggestions=[rule])
    assert "value: &#39;&lt;i&gt;&#39;" in shown
    assert "evidence of finding <code><bdi>F1</bdi></code>" in shown


def test_a_finding_is_marked_when_the_stages_hide_some_of_its_evidence() -> None:
    assert "The filter stages hide some or all of this evidence" in page()
    seen = [event(10, stage=1), event(11, stage=1)]
    made = material(findings=[finding(evidence=[10, 11])], events=seen, funnel=stages(100, 50))
    shown = report_html(make_report(made, Settings.of({}, {}), medium="html"))
    assert "The filter stages hide" not in shown
