import pytest

from scripts.procmon.errors import CaptureError
from scripts.procmon.sources.sniffing import sniff, text_encoding

HEADER = '"Time of Day","Process Name","PID","Operation","Path","Result","Detail"\r\n'


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"PML_\x09\0\0\0", "PML"),
        (HEADER.encode(), "CSV"),
        (HEADER.encode("utf-8-sig"), "CSV"),
        (HEADER.encode("utf-16"), "CSV"),
        (HEADER.encode("utf-32"), "CSV"),
        (HEADER.encode("utf-32-be"), "CSV"),
        (b'<?xml version="1.0"?><procmon>'.decode().encode("utf-32"), "XML"),
        (HEADER.replace(",", ";").replace('"', "").encode(), "CSV"),
        (b"PID,Operation\n4,ReadFile\n", "CSV"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\r\n<procmon><processlist>', "XML"),
        (b"<eventlist><event>", "XML"),
    ],
)
def test_a_format_is_known_by_its_first_bytes(head, expected):
    assert sniff("x", head) == expected


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"", "an empty file"),
        (b"\0" * 50, "nothing but blanks"),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"MZ\x90\0", "a Windows program"),
        (b"Name,Address\n", "without the names of Process Monitor's columns"),
        (b"<html><body>", "root element is 'html'"),
        (bytes(range(1, 40)), "bytes that begin 01 02"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
    ],
)
def test_what_is_no_capture_is_refused_by_what_it_is(head, found):
    with pytest.raises(CaptureError, match=found):
        sniff("x", head)


@pytest.mark.parametrize(
    ("head", "advice"),
    [
        (b"", "Copy it here again"),
        (b"Rar!\x1a", "Unpack it"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "git lfs pull"),
        (b"MZ\x90\0", "not the record of what it did"),
        (b"my notes\n", "with its first line, which names the columns"),
        (b"<html><body>", "XML of another program"),
        (b"\x89PNG\r\n", "Take it out of the folder"),
    ],
)
def test_the_advice_is_for_what_the_file_is(head, advice):
    with pytest.raises(CaptureError) as refused:
        sniff("x", head)
    assert advice in refused.value.advice
    assert "Open the file in Process Monitor" not in str(refused.value)


def test_a_saved_stack_is_refused_with_advice():
    with pytest.raises(CaptureError, match=r"call stack of a single event.*Save the capture itself"):
        sniff("x", b'"Frame","Module","Location","Address","Path"\n"0","ntdll.dll","x + 1","0x1","C:\\n"\n')


@pytest.mark.parametrize(
    ("header", "found", "name"),
    [
        (
            "Time,Entry Location,Entry,Enabled,Category,Profile,Description,Signer,Company,Image Path,Version",
            "an Autoruns list",
            "NAME.arn.csv",
        ),
        ('"Address","Type","Size","Committed","Protection","Details"', "a VMMap list", "NAME.PID.vmmap.csv"),
        ('<?xml version="1.0"?><autoruns><item>', "an Autoruns list", "NAME.arn.xml"),
    ],
)
def test_a_list_of_another_tool_is_told_the_name_under_which_it_is_read(header, found, name):
    for encoding in ("utf-8", "utf-16"):
        with pytest.raises(CaptureError, match=found) as refused:
            sniff("x", f"{header}\r\n".encode(encoding))
        assert name in refused.value.advice


@pytest.mark.parametrize(
    "header", ["Process,PID,Description,Company", "Image Path,Version,Company", "PID,User"]
)
def test_columns_that_other_lists_have_as_well_make_no_export(header):
    with pytest.raises(CaptureError, match="without the names of Process Monitor's columns"):
        sniff("x", header.encode())


@pytest.mark.parametrize(
    "header", ["Operation,Category", "Process Name,PID", "TID,Path", "Event Class,Result,User"]
)
def test_a_small_selection_of_columns_is_an_export(header):
    assert sniff("x", header.encode()) == "CSV"


def test_utf16_is_known_without_a_mark():
    assert text_encoding('"PID"'.encode("utf-16-le")) == "utf-16-le"
    assert text_encoding('"PID"'.encode("utf-16-be")) == "utf-16-be"
