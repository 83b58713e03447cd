"""Documents that a program destroys without reading them, or deletes after it made files of other names."""

from __future__ import annotations

import pytest

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings.files import copies, deletions, dropped_files, mass_renames
from scripts.procmon.findings.programs import process_tree
from scripts.procmon.text.telling import tell
from tests.captures.deeds import created, marked, opened, wrote
from tests.captures.events import Row, capture

LOOSE = r"C:\Users\a\Downloads\malware.exe"
PAPERS = [
    rf"C:\Users\a\Documents\{n % 4}\paper {n}.{('docx', 'pdf', 'jpg', 'xlsx')[n // 4 % 4]}" for n in range(24)
]
KINDS = ("en", "ja")


def found(*rows: Row, image: str = LOOSE) -> list[Finding]:
    built = capture(*rows, processes={"malware.exe (300)": {"image_path": image}})
    done = {"process_tree": process_tree.analyse(built, {}), "copies": copies.analyse(built, {})}
    done["deletions"] = deletions.analyse(built, done)
    done["dropped_files"] = dropped_files.analyse(built, done)
    return list(mass_renames.analyse(built, done).findings)


def read(path: str, length: int = 4096) -> Row:
    return Row("ReadFile", path, f"Offset: 0, Length: {length:,}")


LIBRARY = read(r"C:\Windows\System32\ntdll.dll", 512)


def destroyed(paths: list[str] = PAPERS) -> list[Row]:
    return [row for path in paths for row in (opened(path), wrote(path, 0, 40_000))]


def test_papers_written_over_by_what_reads_and_receives_nothing_are_medium() -> None:
    (finding,) = found(LIBRARY, *destroyed())
    assert (finding.kind, finding.severity, finding.facts["way"]) == ("files_overwritten", "medium", "blind")
    assert "T1485" in {one.id for one in finding.attack}
    for language in KINDS:
        assert tell(finding.kind, finding.facts, language)["title"]
    said = tell(finding.kind, finding.facts)
    assert "without reading them" in said["title"]
    assert "lost, short of a backup" in said["meaning"]
    assert "ransom" not in said["meaning"]


UNPACKED = read(r"C:\Users\a\Downloads\papers.zip", 400_000)
FETCHED = Row("TCP Receive", "pc:5000 -> host:443", "Length: 960000")


@pytest.mark.parametrize(
    ("rows", "image"),
    [
        ([UNPACKED, *destroyed()], LOOSE),
        ([LIBRARY, FETCHED, *destroyed()], LOOSE),
        ([LIBRARY, *destroyed()], r"C:\Program Files\Eraser\malware.exe"),
        (destroyed(), LOOSE),
        (
            [
                LIBRARY,
                *destroyed([path.replace("\\1\\", "\\0\\").replace("\\2\\", "\\0\\") for path in PAPERS]),
            ],
            LOOSE,
        ),
        ([LIBRARY, *destroyed([rf"C:\Users\a\Music\{n % 4}\{n}.mp3" for n in range(24)])], LOOSE),
    ],
    ids=["unpacked", "fetched", "installed", "no reads at all", "few folders", "music"],
)
def test_who_takes_in_what_he_writes_or_writes_few_sorts_destroys_nothing(
    rows: list[Row], image: str
) -> None:
    assert not found(*rows, image=image)


def replaced(names: list[str]) -> list[Row]:
    rows: list[Row] = []
    for path, name in zip(PAPERS, names, strict=True):
        new = rf"{path.rpartition(chr(92))[0]}\{name}"
        rows += [opened(path), read(path, 40_000), created(new), wrote(new, 0, 40_256), marked(path)]
    return rows


def test_papers_deleted_for_files_of_other_names_are_medium_and_high_with_a_demand() -> None:
    rows = replaced([f"{n * 7919:08x}.q7" for n in range(24)])
    (finding,) = found(*rows)
    assert (finding.kind, finding.severity, finding.facts["way"]) == (
        "files_overwritten",
        "medium",
        "replaced",
    )
    assert (finding.facts["count"], finding.facts["made"]) == (24, 24)
    for language in KINDS:
        assert (
            "00001eef.q7"
            in tell(finding.kind, finding.facts | {"renamed_to": "00001eef.q7"}, language)["statement"]
        )
    (finding,) = found(*rows, created(r"C:\Users\a\Desktop\HOW_TO_DECRYPT.txt"))
    assert finding.severity == "high"


def test_converters_archives_and_installed_programs_replace_nothing() -> None:
    assert not found(*replaced([f"paper {n}.odt" for n in range(24)]))
    assert not found(*replaced([f"paper {n} (scanned).tif" for n in range(24)]))
    assert not found(
        *replaced([f"{n * 7919:08x}.q7" for n in range(24)]), image=r"C:\Program Files\X\malware.exe"
    )
    archive = r"C:\Users\a\Documents\0\all.bin"
    packed = [
        row
        for path in PAPERS
        for row in (opened(path), read(path, 40_000), wrote(archive, 0, 9), marked(path))
    ]
    assert not found(created(archive), *packed)
