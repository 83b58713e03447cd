"""The report on pages: reproducible, navigable, bounded, and closed to the outside."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from scripts.procmon.contracts.tables import TABLES
from scripts.procmon.report import pdf
from scripts.procmon.report.material import Material, Settings
from tests.captures.results import HOUR, event, finding, info, material, process

pytest.importorskip("pypdf")
from pypdf import PdfReader


def written(made: Material, file: Path, **settings: str) -> PdfReader:
    pdf.write_pdf(made, Settings(**settings), file)
    return PdfReader(file)


def small() -> Material:
    return material(
        findings=[finding()], events=[event(10, findings=["F1"])], tables={"processes": [process(1)]}
    )


def test_the_same_capture_gives_the_same_bytes(tmp_path: Path):
    for name in ("a", "b"):
        written(small(), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_title_author_bookmarks_and_pages_are_there(tmp_path: Path):
    reader = written(small(), tmp_path / "a", analyst="An analyst", marking="TLP:RED", title="A title")
    assert reader.metadata is not None
    assert reader.metadata.title == "A title"
    assert reader.metadata.author == "An analyst"
    bookmarks = [str(mark["/Title"]) for mark in reader.outline if not isinstance(mark, list)]
    assert bookmarks[:3] == ["1 In brief", "2 What this capture can and cannot show", "3 Findings"]
    last = reader.pages[-1].extract_text()
    assert f"Page {len(reader.pages)} of {len(reader.pages)}" in last
    assert "TLP:RED" in last
    assert "A title" in last


def test_a_capture_full_of_everything_stays_under_sixty_pages(tmp_path: Path):
    path = "C:\\Documents and Settings\\Somebody\\" + "long folder\\" * 12
    row = TABLES["files"](
        path=path, how="created", what="data", process=1, who="a.exe (1)", time=HOUR, events=[1, 5]
    )
    key = TABLES["registry_deletions"](
        path=path, is_key=True, result="SUCCESS", process=1, who="a.exe (1)", time=HOUR, events=[1], explanation=None
    )  # fmt: skip
    made = material(
        findings=[
            finding(n, statement=f"It wrote `{path}`. " * 12, evidence=list(range(n, n + 400, 3))) for n in range(400)
        ],
        events=[event(n, path=path) for n in range(2000)],
        tables={
            "files": [dataclasses.asdict(row)] * 3000,
            "registry_deletions": [dataclasses.asdict(key)] * 3000,
            "processes": [process(n) for n in range(500)],
        },
        capture=info(events=10_000_000),
    )  # fmt: skip
    assert len(written(made, tmp_path / "a").pages) < 60


def test_a_refused_capture_fits_one_page(tmp_path: Path):
    refused = {"file": "x", "where": None, "expected": "a capture", "found": "y" * 5000, "advice": None}
    assert len(written(material(capture=info(refused=refused)), tmp_path / "a").pages) == 1


def test_paths_can_be_copied_out_of_the_pdf_without_invisible_characters(tmp_path: Path):
    text = "".join(page.extract_text() for page in written(small(), tmp_path / "a").pages)
    assert "C:\\a.sys" in text
    assert "​" not in text


def test_an_address_in_the_page_is_refused_not_fetched():
    weasyprint = pytest.importorskip("weasyprint")
    fetcher = pdf._nothing_outside(weasyprint)
    for url in ("http://example.org/x.png", "file:///etc/passwd", "data:text/plain,x"):
        with pytest.raises(weasyprint.urls.FatalURLFetchingError):
            fetcher.fetch(url)


def test_without_pango_the_line_that_installs_it_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    import builtins

    real = builtins.__import__

    def no_weasyprint(name: str, *args: object, **kwargs: object) -> object:
        if name.startswith("weasyprint"):
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", no_weasyprint)
    with pytest.raises(pdf.PangoMissingError, match=r"apt-get install .*libpango-1\.0-0"):
        pdf.write_pdf(small(), Settings(), tmp_path / "a")


def test_a_step_of_the_brief_names_the_page_on_which_the_step_stands(tmp_path: Path):
    entry = TABLES["autostarts"](
        path="HKLM\\Run\\" + "long name " * 18, place="run-key", data="C:\\a.exe", change="set", attempt=False, process=1,
        who="bad.exe (300)", time=HOUR, events=[1], still_there=True,
    )  # fmt: skip
    step = TABLES["removal"](step="delete value", target="HKLM\\Run\\a", because="", facts={})
    made = material(
        findings=[finding()],
        tables={"autostarts": [dataclasses.asdict(entry)] * 60, "removal": [dataclasses.asdict(step)]},
    )
    pages = [page.extract_text() for page in written(made, tmp_path / "a", pdf_rows=60).pages]
    stands = next(n for n, text in enumerate(pages, 1) if "How to remove it, in this order" in text)
    begins = next(n for n, text in enumerate(pages, 1) if "Places that Windows starts programs from" in text)
    assert begins < stands
    assert f"(part 5, p. {stands})" in pages[1].replace("\n", " ").replace("\u00a0", " ")
