"""The page as a file: whole offline, harmless whatever the capture holds, with links that lead somewhere."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from base64 import b64encode
from html.parser import HTMLParser
from typing import Any

import pytest

from scripts.procmon.contracts.tables import TABLES
from scripts.procmon.report.brief import make_brief
from scripts.procmon.report.context import CAPS, Caps, make_report
from scripts.procmon.report.html import environment, report_html
from scripts.procmon.report.material import Material, Settings
from scripts.procmon.report.moments import Moments
from scripts.procmon.report.prose import sentence
from tests.captures.results import HOUR, check, event, finding, info, material, process, stages

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=y>‮\x00\x1b[31m`{{ 7*7 }}"


class Page(HTMLParser):
    """Tags, attributes and visible text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.raw: dict[str, str] = {"style": "", "script": ""}
        self._in = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in = tag if tag in self.raw else ""

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in:
            self.raw[self._in] += data
        else:
            self.text += data

    def values(self, attribute: str) -> list[str]:
        return [str(attrs[attribute]) for _, attrs in self.tags if attribute in attrs]


def busy(text: str = "C:\\a.sys") -> Material:
    """A material where ``text`` stands wherever a capture can put a text."""
    row = TABLES["files"](
        path=text, how="created", what="driver", process=1, who=text, time=f"{HOUR}:01.0", events=[10],
        copied_from=text, renamed_to=text, fate="renamed",
    )  # fmt: skip
    code = f"``{text}``"
    stored = text.encode("utf-8", "replace").decode("utf-8")
    return material(
        findings=[
            finding(
                title=f"{text} did {code}",
                statement=code,
                meaning=text,
                benign_explanation=text,
                confidence_reason=text,
                reproduce=[{"column": "Path", "relation": "is", "value": text, "action": "Include"}],
                subjects={"processes": [text], "files": [text]},
            )
        ],
        checks=[check("dropped_files", "found", limits=[text]), check("network", "could not be checked", reason=text)],
        tables={
            "files": [dataclasses.asdict(row)],
            "processes": [process(1, who=text, command_line=text), process(2, 1)],
        },
        # Parquet holds no half of a surrogate pair.
        events=[event(10, path=stored, process_name=stored, detail=stored, findings=["F1"]), event(11, operation=stored)],
        capture=info(host=text, os=text, remarks=[text]),
        funnel=stages(30_000, 600, 133),
    )  # fmt: skip


def rendered(made: Material, **settings: Any) -> str:
    return report_html(make_report(made, Settings(**settings), medium="html"))


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(rendered(busy()))


@pytest.mark.parametrize(("language", "label"), [("en", "Finding"), ("ja", "検出事項")])
def test_the_number_of_a_finding_does_not_run_into_a_title_that_begins_with_one(language: str, label: str):
    made = material(findings=[finding(n, title="3 processes named `a.exe`") for n in (1, 2, 3)])
    assert f"{label} 3 · 3 processes named a.exe" in Page(rendered(made, language=language)).text
    contents = environment(language).get_template("report_pdf.html.j2")
    report = make_report(made, Settings(language=language), medium="pdf")
    assert "3 · 3 processes named a.exe" in Page(contents.render(report=report, description="")).text


def test_the_cover_tells_the_headline():
    made = busy()
    html = rendered(made)
    headline = make_brief(made, Moments()).headline
    cover = html[html.index('<section class="cover">') : html.index("</section>")]
    assert f'<p class="headline">{sentence(headline)}</p>' in cover


def test_every_link_within_the_page_leads_somewhere(page: Page):
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    targets = {href[1:] for href in page.values("href") if href.startswith("#")}
    assert targets
    assert targets <= set(ids)


def test_evidence_links_to_its_event_and_the_event_back_to_its_finding(page: Page):
    assert {"#event-10", "#finding-1"} <= set(page.values("href"))
    assert {"event-10", "finding-1"} <= set(page.values("id"))


def test_nothing_is_asked_of_any_server(page: Page):
    addresses = page.values("src") + [href for href in page.values("href") if not href.startswith("#")]
    assert addresses == []
    assert "url(" not in page.raw["style"]
    assert "@import" not in page.raw["style"]


def test_the_security_policy_allows_this_style_and_this_script_alone(page: Page):
    policy = next(attrs["content"] for tag, attrs in page.tags if attrs.get("http-equiv"))
    assert str(policy).startswith("default-src 'none'")
    for kind in ("style", "script"):
        digest = b64encode(hashlib.sha256(page.raw[kind].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in str(policy)
    assert not page.values("style")
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]


def test_a_hostile_text_adds_no_tag_and_no_attribute():
    tame, hostile = Page(rendered(busy("plain"))), Page(rendered(busy(HOSTILE)))
    assert {tag for tag, _ in hostile.tags} <= {tag for tag, _ in tame.tags} | {"wbr"}
    assert sum(tag == "script" for tag, _ in hostile.tags) == 1
    assert hostile.values("src") == []


def test_a_hostile_text_turns_no_writing_and_moves_no_terminal():
    html = rendered(busy(HOSTILE), title=HOSTILE, note=HOSTILE, marking=HOSTILE, case=HOSTILE)
    assert not re.search("[‪-‮⁦-⁩\x00\x1b]", html)
    assert "49" not in re.findall(r"\{\{.*?\}\}", html)


def test_half_a_surrogate_pair_does_not_keep_the_page_from_being_written():
    rendered(busy("C:\\\ud83d.exe"), title="\udc00").encode("utf-8")


def test_a_path_of_32767_characters_does_not_make_the_page_large():
    assert len(rendered(busy("C:\\" + "x" * 32_764))) < 150_000


def test_the_page_is_whole_without_javascript(page: Page):
    assert "C:\\a.sys" in page.text
    assert not [attrs for _, attrs in page.tags if "hidden" in attrs]


def test_pictures_have_a_title_and_a_description(page: Page):
    pictures = [attrs for tag, attrs in page.tags if tag == "svg"]
    assert len(pictures) == 3
    for picture in pictures:
        assert set(str(picture["aria-labelledby"]).split()) <= set(page.values("id"))


def test_the_same_capture_gives_the_same_page():
    assert rendered(busy()) == rendered(busy())


def test_what_is_left_out_is_counted():
    made = material(
        findings=[finding(n, id=f"F{n}") for n in range(1, 5)], events=[event(n) for n in range(20)]
    )
    caps = Caps(rows=5, findings=2, titles=9, events=8, evidence=2, rules=3)
    html = report_html(make_report(made, Settings(), medium="html", caps=caps))
    assert "2 further findings are listed by title only" in html
    assert "12 more events in evidence/events.csv" in html
    assert html.count("<tr id=") == 8


def test_a_refused_capture_gets_a_page_with_reason_place_and_advice():
    refused = {
        "file": "x.CSV",
        "where": "row 7",
        "expected": "7 fields",
        "found": "<b>3</b>",
        "advice": "Save anew.",
    }
    html = rendered(material(capture=info(refused=refused)))
    text = Page(html).text
    for part in ("This capture could not be read", "x.CSV", "row 7", "7 fields", "<b>3</b>", "Save anew."):
        assert part in text
    assert "In brief" not in text


@pytest.mark.parametrize(
    ("kind", "advice"),
    [
        ("PML", "Open the file in Process Monitor"),
        ("CSV", "Process Monitor can't open its own exports"),
        ("XML", "Process Monitor can't open its own exports"),
        (None, "Take another copy of the file"),
    ],
)
def test_a_refusal_without_advice_of_its_own_gets_what_suits_the_format(kind: str | None, advice: str):
    refused = {"file": "x", "where": None, "expected": "a", "found": "b", "advice": None}
    assert advice in Page(rendered(material(capture=info(refused=refused, format=kind)))).text


def test_no_finding_is_said_in_words():
    assert "None of the checks that could be made" in rendered(material())
    filtered = material(capture=info(filtered={"value": True, "reason": ""}))
    assert "does not show that nothing happened" in rendered(filtered)


def test_a_reconstruction_says_so_in_the_bar_on_the_cover_and_in_the_method():
    text = Page(rendered(material(), title="Reconstruction of X", note="It is a reconstruction.")).text
    assert text.count("Reconstruction of X") >= 2
    assert text.count("It is a reconstruction.") == 2


def test_a_capture_without_dates_shows_none():
    made = material(
        capture=info(
            first_time="1970-01-01T14:00:00.0", last_time="1970-01-01T14:00:40.0", date={"known": False},
            time_zone={"name": None},
        )
    )  # fmt: skip
    text = Page(rendered(made)).text
    assert "1970" not in text
    assert "14:00:00" in text


def test_times_are_called_utc_wherever_the_zone_is_known():
    abroad = info(time_zone={"name": "UTC+05:00", "known_by": "x"})
    text = Page(rendered(material(capture=abroad))).text
    assert "14:00:00 UTC" in text
    assert "14:00:00 UTC+05:00" not in text
    assert "the computer's own clock: UTC+05:00" in text
    unknown = Page(rendered(material(capture=info(time_zone={"name": None, "known_by": "x"})))).text
    assert "local time, zone not recorded" in unknown
    assert "UTC" not in unknown


def test_the_pdf_lists_no_more_than_the_html():
    for field in dataclasses.fields(Caps):
        assert getattr(CAPS["pdf"], field.name) <= getattr(CAPS["html"], field.name)


def test_the_cover_says_what_its_marking_and_the_dots_mean():
    made = material(findings=[finding()])
    page = report_html(make_report(made, Settings(marking="TLP:AMBER"), medium="html"))
    legend = page.partition('<p class="legend">')[2].partition("</p>")[0]
    assert "TLP:AMBER: for those in your own organisation and its clients who need to know." in legend
    assert "●●○ medium" in legend
    assert "(PID)" in legend


def test_a_cover_without_findings_and_marking_explains_nothing():
    page = report_html(make_report(material(), Settings(), medium="html"))
    assert 'class="legend"' not in page


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "All 4,979 events, within 61 seconds, are of a.exe; no other program rests that long"),
        ("ja", "61 秒間の 4,979 件のイベントはすべて a.exe のものである"),
    ],
)
@pytest.mark.parametrize("medium", ["html", "pdf"])
def test_part_2_tells_by_what_it_is_known_that_a_capture_was_filtered(language: str, told: str, medium: Any):
    reason = (
        "All 4,979 events, within 61 seconds, are of a.exe; no other program rests that long: "
        "a filter left events out when the log was captured or saved."
    )
    kept = material(capture=info(filtered={"value": True, "reason": reason}))
    made = make_report(kept, Settings(language=language), medium=medium)
    assert any(told in said for said in made.limits)


def test_checks_of_a_filtered_capture_say_that_they_saw_only_what_was_kept():
    kept = info(filtered={"value": True, "reason": ""})
    looked = [check("waits"), check("removal", "found")]
    page = report_html(make_report(material(capture=kept, checks=looked), Settings(), medium="html"))
    assert "Nothing in what was kept" in page
    whole = report_html(make_report(material(checks=looked), Settings(), medium="html"))
    assert "Nothing was found" in whole
    assert "<td>Removal</td>" not in whole


def test_a_marking_can_not_end_the_style_that_prints_it():
    hostile = Settings(marking='"} </style><script>x', case="\\22 }")
    page = report_html(make_report(material(), hostile, medium="html"))
    style = page.partition("<style>")[2].partition("</style>")[0]
    assert "counter(pages)" in style
    assert page.count("<script>") == 1
