"""Reports in Japanese of captures full of findings: nothing that the project says is left in English."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from tempfile import mkdtemp

import pytest

from scripts import read_sidecars, stage_events, suggest_filters, summarise_capture
from scripts.make_reconstruction import shipped
from scripts.procmon.report.context import make_report
from scripts.procmon.report.html import report_html
from scripts.procmon.report.index import index_html
from scripts.procmon.report.material import Settings, read_material
from scripts.procmon.report.overview import read_overview
from scripts.procmon.report.pdf import write_pdf
from scripts.procmon.settings import read_settings
from scripts.procmon.sources.convert import convert
from tests.captures.shared import scratch, shared

DEMOS = ["stuxnet-reconstruction", "elevation-reconstruction"]
SHARED = [
    "pml/winxp-x86-zeroaccess-v7.PML",
    "csv/en-US-tid-banload.CSV.gz",
    "csv/en-US-extra-columns.CSV.gz",
    "csv/resaved-by-excel.CSV.gz",
    "csv/zh-TW-slui-uac-bypass.CSV.gz",
    "csv/event-properties-stack.csv",
    "xml/ru-RU-modules-no-stacks.XML.gz",
    "pml/empty.PML",
]
#: Three words and one more: no name of an operation or column is as long.
ENGLISH = re.compile(r"(?:\b[A-Za-z][A-Za-z'’]*,? +){3,}[A-Za-z]+")
#: Windows as a capture names it, and titles of ATT&CK where a sentence names them.
NAMES = re.compile(r"Windows XP, Service Pack \d")


@cache
def results(name: str) -> Path:
    """results/{capture} of a demo or a shared capture."""
    file = shipped(name) if name in DEMOS else shared(name)
    folder = Path(mkdtemp(dir=scratch())) / "capture"
    folder.mkdir()
    convert([file], folder, name=name, settings={})
    beside = sorted(file.parent.glob(f"{name}.*.mmp")) if name in DEMOS else []
    read_sidecars.main([*map(str, beside), str(folder), "--name", name])
    if refused(folder):
        return folder
    for step in (stage_events, summarise_capture, suggest_filters):
        assert step.main([str(folder)]) == 0
    return folder


def refused(folder: Path) -> bool:
    return bool(json.loads((folder / "capture.json").read_text(encoding="utf-8"))["refused"])


class Prose(HTMLParser):
    """The lines of a page that the project wrote: without names, paths and what else a capture holds."""

    VOID = frozenset({"meta", "br", "col", "wbr", "link", "input"})
    INLINE = frozenset({"b", "em", "a", "span", "bdi", "code", "i"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[bool] = []
        self.lines: list[str] = [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.lines += [told[name] for name in ("aria-label", "data-search", "placeholder") if told.get(name)]
        if tag not in self.INLINE:
            self.lines.append("")
        if tag not in self.VOID:
            classes = set(told.get("class", "").split())
            held = tag in ("code", "style", "script") or bool(classes & {"line", "attack", "events"})
            self.open.append(held or (tag == "td" and bool(classes & {"path", "detail"})))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            self.open.pop()
        if tag not in self.INLINE:
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        self.lines[-1] += " ∎ " if any(self.open) else data


#: How long a name is that was cut.
LENGTH = re.compile(r" \([\d,]+ (?:characters|文字)\)$")


def prose(page: str) -> list[str]:
    parser = Prose()
    parser.feed(re.sub(r'<section class="table" id="table-attack">.*?</section>', "", page, flags=re.DOTALL))
    return [line for line in parser.lines if line.strip()]


def english(lines: list[str]) -> list[str]:
    return [line for line in lines if ENGLISH.search(NAMES.sub("", line))]


def page(name: str, language: str) -> str:
    settings = read_settings()
    own = settings["captures"].get(name, {})
    material = read_material(results(name), name="capture")
    told = Settings.of(settings["report"], own, language=language)
    return report_html(make_report(material, told, medium="html"))


@pytest.mark.parametrize("name", [*DEMOS, *SHARED])
def test_a_japanese_report_holds_no_english_sentence(name: str) -> None:
    lines = prose(page(name, "ja"))
    assert sum(bool(re.search("[ぁ-ん]", line)) for line in lines) >= 3
    assert english(lines) == []


def test_the_search_for_english_finds_it_in_an_english_report() -> None:
    assert len(english(prose(page(DEMOS[0], "en")))) > 100


def test_what_a_capture_holds_is_the_same_in_both_languages() -> None:
    def paths(language: str) -> set[str]:
        names = re.findall(r"<code><bdi>(.*?)</bdi></code>", page(DEMOS[0], language))
        return {LENGTH.sub("", name) for name in names if "\\" in name}

    assert len(paths("ja")) > 100
    assert paths("ja") == paths("en")


def test_a_japanese_index_tells_in_japanese_why_a_capture_could_not_be_read() -> None:
    folder = results("csv/event-properties-stack.csv")
    overview = read_overview(folder.parent, [folder.name])
    assert english(prose(index_html(overview, report={"languages": ["ja"]}))) == []


def test_a_pdf_in_japanese_embeds_the_faces_of_the_lock(tmp_path: Path) -> None:
    if shutil.which("pdffonts") is None:
        pytest.skip("pdffonts (poppler-utils) is not on this system")
    file = tmp_path / "report.ja.pdf"
    write_pdf(read_material(results(DEMOS[0]), name="capture"), Settings.of(language="ja"), file)
    listed = subprocess.run(["pdffonts", str(file)], capture_output=True, text=True, check=True).stdout
    rows = [line for line in listed.splitlines() if "CJK" in line]
    assert {line.split()[0].partition("+")[2] for line in rows} == {
        "Noto-Sans-CJK-JP",
        "Noto-Sans-CJK-JP-Bold",
    }
    assert all(" yes yes yes " in line for line in rows)
