"""Snakemake sees a change of the library only through its fingerprint."""

import pytest

from scripts.procmon import fingerprint as module
from scripts.procmon.fingerprint import fingerprint


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "ROOT", tmp_path)
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "rules.py").write_text("one = 1\n")
    return tmp_path


def test_the_same_files_have_the_same_fingerprint(root):
    assert fingerprint("room") == fingerprint("room")


def test_a_changed_file_changes_the_fingerprint(root):
    before = fingerprint("room")
    (root / "room" / "rules.py").write_text("one = 2\n")
    assert fingerprint("room") != before


def test_a_renamed_file_changes_the_fingerprint(root):
    before = fingerprint("room")
    (root / "room" / "rules.py").rename(root / "room" / "stages.py")
    assert fingerprint("room") != before


def test_compiled_python_does_not_count(root):
    before = fingerprint("room")
    (root / "room" / "__pycache__").mkdir()
    (root / "room" / "__pycache__" / "rules.pyc").write_bytes(b"\0")
    assert fingerprint("room") == before


def test_a_place_that_is_not_there_is_an_error(root):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        fingerprint("nowhere")
