"""Sentences become markup, and nothing that a capture holds becomes markup by itself."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from scripts.procmon.report import prose
from scripts.procmon.report.context import make_report
from scripts.procmon.report.html import environment, report_html
from scripts.procmon.report.material import Settings
from tests.captures.results import event, finding, material


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        self.tags.append(tag)


def tags(html: str) -> set[str]:
    parser = _Tags()
    parser.feed(html)
    return set(parser.tags)


def test_a_back_ticked_name_is_set_apart_in_its_own_direction_of_writing():
    assert prose.sentence("Driver `MRxCls` ran.") == "Driver <code><bdi>MRxCls</bdi></code> ran."


def test_a_name_that_holds_a_back_tick_is_fenced_by_two():
    assert prose.sentence("File ``a`b`` ran.") == "File <code><bdi>a`b</bdi></code> ran."


def test_a_path_may_break_after_each_back_slash():
    assert "C:\\<wbr>Temp\\<wbr>x" in prose.name("C:\\Temp\\x")


def test_a_name_that_is_a_script_is_text():
    html = prose.sentence("It wrote `<script>alert(1)</script>` and <b>bold</b>.")
    assert tags(html) == {"code", "bdi"}


def test_marks_that_turn_the_direction_of_writing_are_made_visible():
    html = str(prose.sentence("It wrote `invoice‮fdp.exe`."))
    assert "‮" not in html
    assert "⟨U+202E⟩" in html


def test_control_characters_are_shown_by_their_numbers_which_every_font_can_set():
    html = str(prose.name("C:\\a\x00\tb"))
    assert "a⟨U+0000⟩⟨U+0009⟩b" in html


def test_event_numbers_become_links_where_the_event_has_a_row():
    html = prose.sentence("(events 20,418 to 20,447 and event 5)", shown={20418, 5})
    assert '<a href="#event-20418">20,418</a> to 20,447' in html
    assert '<a href="#event-5">5</a>' in html


def test_a_list_of_events_is_told_from_thousands():
    html = prose.sentence("(events 1,234, 1,235)", shown={1234, 1235})
    assert html == '(events <a href="#event-1234">1,234</a>, <a href="#event-1235">1,235</a>)'


def test_other_numbers_are_left_alone():
    assert "<a" not in prose.sentence("26,616 bytes in 7 events", shown={26616, 7})


def test_an_event_number_inside_a_name_is_no_link():
    assert "<a" not in prose.sentence("`event 7`", shown={7})


def test_a_path_of_32767_characters_is_cut_in_the_middle_and_says_so():
    html = str(prose.name("C:\\" + "x" * 32_764))
    assert len(html) < 600
    assert "32,767 characters" in html


def test_how_long_a_cut_name_was_is_said_in_the_language_of_the_report():
    set_apart = environment("ja").from_string("{{ path|name(40) }} {{ path|short(40) }}")
    assert set_apart.render(path="x" * 1_200).count("(1,200 文字)") == 2


def test_runs_of_events_are_joined():
    assert prose.ranges([9, 3, 4, 5, 5]) == [(3, 5), (9, 9)]


@given(st.text())
def test_no_text_becomes_a_tag_of_its_own(text: str):
    assert tags(prose.sentence(text, shown={1, 2, 3})) <= {"code", "bdi", "wbr", "a"}


@given(st.text())
def test_whatever_is_set_can_be_written_as_utf_8(text: str):
    prose.sentence(text).encode("utf-8")
    prose.bare(text).encode("utf-8")


@given(st.lists(st.text("abc:,", min_size=1, max_size=20), min_size=60, max_size=200), st.integers(60, 180))
def test_a_shortened_text_is_cut_between_words(words: list[str], longest: int):
    text = " ".join(words)
    kept, length = prose.shorten(text, longest).rsplit(" (", 1) if len(text) > longest else (text, "")
    first, _, last = kept.partition(" … ")
    assert first.split() == words[: len(first.split())]
    assert last.split() == (words[-len(last.split()) :] if last else [])
    assert len(first) + len(last) <= max(longest, len(text) if not length else 0)


def test_a_long_path_is_still_cut_where_room_ends():
    path = "C:\\" + "x" * 500
    assert prose.shorten(path, 300) == f"{path[:200]} … {path[-100:]} (503 characters)"


def test_the_name_of_an_operation_is_told_whole():
    longest = "FASTIO_RELEASE_FOR_SECTION_SYNCHRONIZATION"
    made = material(findings=[finding(evidence=[10])], events=[event(10, operation=longest, findings=["F1"])])
    pdf = make_report(made, Settings(), medium="pdf")
    pages = (
        report_html(make_report(made, Settings(), medium="html")),
        environment().get_template("report_pdf.html.j2").render(report=pdf, description=""),
    )
    for page in pages:
        assert page.count(longest) >= 2
        assert "FASTIO_RELEASE_FOR …" not in page
        assert "(42 characters)" not in page


def test_items_of_a_list_stand_between_the_paragraphs_around_them():
    assert prose.blocks("In order:\n- one\n- two\nThen - nothing.") == [
        "In order:", ["one", "two"], "Then - nothing.",
    ]  # fmt: skip


def test_prose_without_a_list_is_one_paragraph():
    assert prose.blocks("It ran - once.") == ["It ran - once."]


def test_a_title_cuts_the_middle_of_an_endless_path_and_says_how_long_it_was():
    path = "C:\\" + "\\".join(["folder"] * 1_700) + "\\evil.exe"
    for text in (f"`{path}` was written", f"{path} was written"):
        told = prose.title(text).replace("<wbr>", "")
        assert "evil.exe" in told
        assert f"({len(path):,} characters)" in told
        assert len(told) < 200
        assert len(prose.bare(text)) < 450


def test_a_title_keeps_an_ordinary_path_whole():
    path = "C:\\Users\\somebody\\AppData\\Local\\Microsoft\\Windows\\INetCache\\Content.Word\\~WRS0000.tmp"
    assert path in prose.title(f"`{path}` was written").replace("<wbr>", "")


def test_a_japanese_title_is_no_name_and_stays_whole():
    told = "サービスが" * 40
    assert prose.title(told, language="ja") == told
