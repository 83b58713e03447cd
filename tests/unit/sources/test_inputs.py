import os
import subprocess
import sys

import pytest

from scripts.procmon.sources.inputs import capture_name, find_captures, sidecar_pid


@pytest.fixture
def inputs(tmp_path):
    folder = tmp_path / "inputs"
    folder.mkdir()

    def put(*names):
        for name in names:
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"")
        return folder

    return put


def names(found):
    return {name: [file.name for file in files] for name, files in found.captures.items()}


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("case-42/Logfile.PML.gz", "case-42/Logfile"),
        ("a.csv", "a"),
        ("a.Xml.ZIP", "a"),
        ("a.b.pml", "a.b"),
        ("noending", "noending"),
        ("a.gz", "a"),
        (".pml", ".pml"),
    ],
)
def test_a_capture_is_named_by_its_path_without_endings(file, expected):
    assert capture_name(file) == expected


def test_folders_are_part_of_the_name(inputs):
    assert names(find_captures(inputs("a.PML", "case/b.csv.gz"))) == {"a": ["a.PML"], "case/b": ["b.csv.gz"]}


def test_sidecars_and_hidden_files_are_no_captures(inputs):
    folder = inputs(
        "a.PML", "a.mmp", "a.300.mmp", "a.arn.csv", "a.case.yaml", "README.md", ".keep", ".git/x.csv"
    )
    assert names(find_captures(folder)) == {"a": ["a.PML"]}


def test_the_parts_of_a_split_log_are_one_capture_in_order(inputs):
    folder = inputs("Logfile.PML", "Logfile-1.PML", "Logfile-2.PML", "Logfile-10.PML")
    assert names(find_captures(folder)) == {
        "Logfile": ["Logfile.PML", "Logfile-1.PML", "Logfile-2.PML", "Logfile-10.PML"]
    }


def test_a_number_alone_makes_no_part(inputs):
    assert set(names(find_captures(inputs("case-1.PML", "b.PML", "b-1.CSV")))) == {"case-1", "b", "b-1"}


def test_an_export_beside_its_capture_is_called_with_its_ending(inputs):
    found = find_captures(
        inputs("a/X.PML", "a/X-1.PML", "a/X.CSV.gz", "y.xml", "Y.csv", "z.PML", "z.case.yaml", "z.mmp")
    )
    assert names(found) == {
        "Y.csv": ["Y.csv"],
        "a/X": ["X.PML", "X-1.PML"],
        "a/X.CSV": ["X.CSV.gz"],
        "y": ["y.xml"],
        "z": ["z.PML"],
    }
    assert not found.rejected


def test_exports_that_share_even_the_ending_are_rejected_without_their_capture(inputs):
    found = find_captures(inputs("X.PML", "X.CSV", "X.CSV.gz"))
    assert names(found) == {"X": ["X.PML"]}
    assert {rejected.path.name for rejected in found.rejected} == {"X.CSV", "X.CSV.gz"}


@pytest.mark.parametrize("pair", [("X.PML", "X.PML.gz"), ("case.csv", "Case.csv"), ("X", "X.PML")])
def test_two_files_of_one_name_are_rejected_by_both_names_and_others_go_on(inputs, pair):
    found = find_captures(inputs(*pair, "other.csv"))
    assert set(found.captures) == {"other"}
    assert {rejected.path.name for rejected in found.rejected} == set(pair)
    assert all(name in rejected.reason for rejected in found.rejected for name in pair)


@pytest.mark.parametrize("name", ["a{b}.csv", "a\nb.csv", "a\x07.csv", "{x}/a.csv"])
def test_names_that_a_workflow_cannot_carry_are_rejected(inputs, name):
    found = find_captures(inputs(name, "good.csv"))
    assert set(found.captures) == {"good"}
    assert len(found.rejected) == 1


def test_a_name_that_is_no_text_is_rejected(inputs):
    folder = inputs("good.csv")
    try:
        (folder / os.fsdecode(b"\xff.csv")).write_bytes(b"")
    except OSError:
        pytest.skip("this file system takes no such names")
    assert len(find_captures(folder).rejected) == 1


def test_links_stay_within_the_folder(inputs, tmp_path):
    folder = inputs("a.csv", "sub/b.csv")
    (tmp_path / "secret.csv").write_bytes(b"")
    (folder / "out.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "in.csv").symlink_to(folder / "a.csv")
    (folder / "gone.csv").symlink_to(folder / "nowhere.csv")
    (folder / "folder").symlink_to(folder / "sub")
    found = find_captures(folder)
    assert set(found.captures) == {"a", "in", "sub/b"}
    assert {rejected.path.name for rejected in found.rejected} == {"out.csv", "gone.csv", "folder"}


def test_no_folder_holds_nothing(tmp_path):
    found = find_captures(tmp_path / "missing")
    assert not found.captures
    assert not found.rejected


def test_reading_the_snakefile_imports_nothing_heavy():
    code = "import sys, scripts.procmon.sources.inputs; print({'pandas', 'pyarrow', 'numpy', 'lxml'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"


def test_sidecars_belong_to_the_capture_of_their_name(inputs):
    folder = inputs(
        "case/Logfile.PML.gz", "case/Logfile.mmp", "case/Logfile.300.mmp", "case/Logfile.300.vmmap.csv",
        "case/logfile.ARN.csv", "case/Logfile.arn.xml", "Logfile.CSV", "Logfile.arn",
    )  # fmt: skip
    found = find_captures(folder)
    assert not found.rejected
    assert {name: sorted(file.name for file in files) for name, files in found.sidecars.items()} == {
        "Logfile": ["Logfile.arn"],
        "case/Logfile": [
            "Logfile.300.mmp", "Logfile.300.vmmap.csv", "Logfile.arn.xml", "Logfile.mmp", "logfile.ARN.csv",
        ],
    }  # fmt: skip


def test_a_number_in_a_sidecars_name_is_a_process_unless_a_capture_is_called_so(inputs):
    found = find_captures(inputs("a.PML", "a.300.mmp", "b.PML", "b.300.PML", "b.300.mmp"))
    assert {name: [file.name for file in files] for name, files in found.sidecars.items()} == {
        "a": ["a.300.mmp"],
        "b.300": ["b.300.mmp"],
    }
    assert sidecar_pid("a.300.mmp") == 300
    assert sidecar_pid("a.300.vmmap.csv") == 300
    assert sidecar_pid("a.mmp") is None


def test_a_sidecar_without_its_capture_is_told(inputs):
    (rejected,) = find_captures(inputs("a.PML", "other.300.mmp")).rejected
    assert rejected.path.name == "other.300.mmp"
    assert "No capture of this name" in rejected.reason


def test_the_sidecar_of_a_rejected_capture_is_no_second_failure(inputs):
    found = find_captures(inputs("x.PML", "x.PML.gz", "x.mmp"))
    assert {rejected.path.name for rejected in found.rejected} == {"x.PML", "x.PML.gz"}
    assert not found.sidecars


@pytest.mark.parametrize("name", ["x" + "0" * 20 + ".CSV", "ab" * 20 + ".PML", "a/" + "-" * 25 + ".XML.gz"])
def test_a_name_that_snakemake_takes_for_a_loop_is_rejected_alone(inputs, name):
    found = find_captures(inputs(name, "good.CSV", "x" + "0" * 18 + ".CSV"))
    assert [one.path.name for one in found.rejected] == [name.rpartition("/")[2]]
    assert "good" in found.captures


def test_a_link_to_itself_is_rejected_alone(inputs):
    folder = inputs("good.CSV")
    (folder / "loop.CSV").symlink_to("loop.CSV")
    found = find_captures(folder)
    assert [one.path.name for one in found.rejected] == ["loop.CSV"]
    assert list(found.captures) == ["good"]


@pytest.mark.parametrize(
    ("names", "rejected"),
    [
        (["index.html.CSV"], "index.html.CSV"),
        (["case.CSV", "case/report.html.CSV"], "report.html.CSV"),
        (["case.CSV", "case/Evidence/events.PML"], "events.PML"),
        (["case.CSV", "case/events.parquet.XML"], "events.parquet.XML"),
    ],
)
def test_a_capture_whose_folder_would_be_a_file_of_the_reports_is_rejected_alone(inputs, names, rejected):
    found = find_captures(inputs(*names, "good.CSV"))
    assert [one.path.name for one in found.rejected] == [rejected]
    assert "good" in found.captures


def test_folders_called_like_outputs_are_fine_where_no_capture_owns_them(inputs):
    found = find_captures(inputs("evidence/a.PML", "logs/b.PML", "case.CSV", "case/c.CSV"))
    assert list(found.captures) == ["case", "case/c", "evidence/a", "logs/b"]
