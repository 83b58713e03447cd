"""Process Monitor's filter files: real ones are read, written ones are read back, by procmon-parser as well."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from procmon_parser import dump_configuration, load_configuration
from procmon_parser.consts import ColumnToOriginalName

from scripts.procmon.contracts.findings import Rule
from scripts.procmon.errors import CaptureError
from scripts.procmon.filters.pmc import COLUMN_IDS, pmc, pmf, read_filter_file
from scripts.procmon.filters.sets import read_set
from scripts.procmon.filters.words import COLUMNS, RELATIONS

REAL = Path(__file__).parents[4] / "shared" / "captures" / "filters"

RULES = st.lists(
    st.builds(
        Rule,
        st.sampled_from([*COLUMNS, "Process Start", "column 40999"]),
        st.sampled_from(RELATIONS),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
        st.sampled_from(["Include", "Exclude"]),
    ),
    max_size=6,
)


def by_procmon_parser(content: bytes) -> list[Rule]:
    return [
        Rule(
            ColumnToOriginalName[rule.column],
            RELATIONS[rule.relation],
            rule.value,
            "Include" if rule.action else "Exclude",
        )
        for rule in load_configuration(BytesIO(content))["FilterRules"]
    ]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("filters") / "written"


@given(rules=RULES)
def test_written_filters_are_read_back_equal(place: Path, rules: list[Rule]) -> None:
    for write, drops in ((pmf, None), (pmc, False)):
        place.write_bytes(write(rules))
        read = read_filter_file(place)
        assert list(read.rules) == rules
        assert read.drops is drops


def test_procmon_parser_reads_what_is_written() -> None:
    rules = [
        rule.rule for name in ("procmon-defaults", "writes", "background-noise") for rule in read_set(name)
    ]
    assert by_procmon_parser(pmc(rules)) == rules


def test_what_procmon_parser_writes_is_read(tmp_path: Path) -> None:
    rules = [rule.rule for rule in read_set("procmon-defaults")]
    written = BytesIO()
    dump_configuration(load_configuration(BytesIO(pmc(rules))), written)
    (tmp_path / "x.PMC").write_bytes(written.getvalue())
    assert list(read_filter_file(tmp_path / "x.PMC").rules) == rules


def test_every_column_has_a_number_of_its_own() -> None:
    assert set(COLUMNS) <= set(COLUMN_IDS)
    assert len(set(COLUMN_IDS.values())) == len(COLUMN_IDS)


@pytest.mark.parametrize(
    ("name", "count", "drops"),
    [
        ("aggressive-noise-reduction-260-rules.PMF", 260, None),
        ("only-modifying-19-rules.PMF", 19, None),
        ("noriben-20-records-119-rules.PMC", 119, True),
        ("noriben-24-records-169-rules.PMC", 169, True),
    ],
)
def test_real_files_are_read_and_their_filters_written_byte_for_byte(
    name: str, count: int, drops: bool | None
) -> None:
    if not REAL.is_dir():
        pytest.skip(f"no real filter files at {REAL}")
    content, read = (REAL / name).read_bytes(), read_filter_file(REAL / name)
    assert (len(read.rules), read.drops) == (count, drops)
    if name.endswith("PMF"):
        assert pmf(read.rules) == content
    else:
        assert pmf(read.rules)[4:] in content
        assert list(read.rules) == by_procmon_parser(content)


@pytest.mark.parametrize("write", [pmf, pmc])
def test_a_file_that_ends_too_early_is_refused_wherever_it_ends(tmp_path: Path, write: type) -> None:
    content = write([Rule("Path", "is", "C:\\a", "Exclude")])
    for end in range(1, len(content)):
        (tmp_path / "cut").write_bytes(content[:end])
        # A PMC may end between two records, but its rules are whole or refused.
        with suppress(CaptureError):
            assert read_filter_file(tmp_path / "cut").rules == (Rule("Path", "is", "C:\\a", "Exclude"),)


@given(content=st.binary(max_size=60))
def test_noise_is_refused_and_nothing_else_happens(place: Path, content: bytes) -> None:
    place.write_bytes(content)
    with suppress(CaptureError):
        read_filter_file(place)


def test_a_count_of_rules_that_can_not_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.PMF").write_bytes(b"\x05\0\0\0\x01\xff\xff\xff\xff")
    with pytest.raises(CaptureError, match="4294967295 rules"):
        read_filter_file(tmp_path / "x.PMF")


def test_a_column_that_process_monitor_does_not_know_is_not_written() -> None:
    with pytest.raises(ValueError, match="no column 'Pth'"):
        pmf([Rule("Pth", "is", "x", "Exclude")])
