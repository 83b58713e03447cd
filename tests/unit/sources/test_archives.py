import gzip
import io
import zipfile

import pytest

from scripts.procmon.errors import CaptureError
from scripts.procmon.sources import archives


def zipped(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def content_of(folder, data):
    file = folder / "Logfile.bin"
    file.write_bytes(data)
    with archives.unpacked(file, "Logfile.bin", folder) as plain:
        return plain.path.read_bytes(), plain.container


def test_a_plain_file_is_read_in_place(tmp_path):
    assert content_of(tmp_path, b"PML_") == (b"PML_", None)


def test_an_archive_is_known_by_its_content_and_unpacked(tmp_path):
    assert content_of(tmp_path, gzip.compress(b"PML_")) == (b"PML_", "gz")
    assert content_of(tmp_path, zipped(a=b"PML_")) == (b"PML_", "zip")


def test_nothing_is_left_behind(tmp_path):
    content_of(tmp_path, gzip.compress(b"PML_"))
    assert [file.name for file in tmp_path.iterdir()] == ["Logfile.bin"]


def test_nothing_is_left_behind_after_an_error(tmp_path):
    with pytest.raises(CaptureError):
        content_of(tmp_path, gzip.compress(b"PML_" * 1000)[:-20])
    assert [file.name for file in tmp_path.iterdir()] == ["Logfile.bin"]


def test_what_a_mac_adds_to_an_archive_does_not_count(tmp_path):
    assert content_of(tmp_path, zipped(**{"a": b"PML_", "__MACOSX/a": b"x"}))[0] == b"PML_"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (zipped(a=b"1", b=b"2"), "exactly one file"),
        (zipped(), "found none"),
        (gzip.compress(zipped(a=b"x")), r"another archive \(zip\)"),
        (zipped(a=gzip.compress(b"x")), r"another archive \(gz\)"),
        (gzip.compress(b"abc" * 1000)[:-12], "intact gz archive"),
        (zipped(a=b"abc" * 1000)[:-30], "intact zip archive"),
        (b"\x1f\x8bnonsense", "intact gz archive"),
    ],
    ids=["two files", "no file", "zip in gz", "gz in zip", "cut gz", "cut zip", "no gz"],
)
def test_an_archive_that_cannot_be_used_is_refused_by_name(tmp_path, data, message):
    with pytest.raises(CaptureError, match=rf"Logfile\.bin: .*{message}"):
        content_of(tmp_path, data)


def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "_ALWAYS_ALLOWED", 1 << 20)
    with pytest.raises(CaptureError, match="at most"):
        content_of(tmp_path, gzip.compress(bytes(16 << 20)))


def test_the_head_of_an_archived_file_is_that_of_its_content(tmp_path):
    file = tmp_path / "a.zip"
    file.write_bytes(zipped(a=b"PML_\x09"))
    assert archives.head(file, "a.zip") == b"PML_\x09"
