import pyarrow as pa
import pytest

from scripts.procmon.sources.categories import categories, category, event_class

OPEN = (
    "Desired Access: Read, Disposition: {}, Options: , Attributes: n/a, ShareMode: Read, AllocationSize: n/a"
)


@pytest.mark.parametrize("result", ["Created", "Superseded", "Overwritten"])
def test_a_file_that_came_into_being_is_a_write(result):
    assert category("CreateFile", OPEN.format("OpenIf") + f", OpenResult: {result}") == "Write"


@pytest.mark.parametrize("result", ["Opened", "Exists", "DoesNotExist"])
def test_a_file_that_was_there_is_no_write(result):
    assert category("CreateFile", OPEN.format("OpenIf") + f", OpenResult: {result}") is None


def test_a_failed_call_counts_by_what_it_asked_for():
    assert category("CreateFile", OPEN.format("Create")) == "Write"
    assert category("CreateFile", OPEN.format("OverwriteIf")) == "Write"
    assert category("CreateFile", OPEN.format("Open")) is None


@pytest.mark.parametrize(
    ("operation", "detail", "expected"),
    [
        ("RegCreateKey", "Desired Access: Write, Disposition: REG_CREATED_NEW_KEY", "Write"),
        ("RegCreateKey", "Desired Access: Write, Disposition: REG_OPENED_EXISTING_KEY", "Read"),
        ("RegSetInfoKey", "", "Write Metadata"),
        ("SetBasicInformationFile", "", "Write Metadata"),
        ("SetRenameInformationFile", "", "Write Metadata"),
        ("SetDispositionInformationFile", "Delete: True", "Write"),
        ("SetDispositionInformationFile", "Delete: False", "Write Metadata"),
        ("FileSystemControl", "Control: FSCTL_GET_REPARSE_POINT", "Read"),
        ("FileSystemControl", "Control: FSCTL_SET_COMPRESSION", "Write Metadata"),
        ("FileSystemControl", "Control: FSCTL_REQUEST_OPLOCK", None),
        ("QueryIdInformation", "", "Read Metadata"),
        ("QueryRemoteProtocolInformation", "", "Read Metadata"),
        ("QueryInformationVolume", "", None),
        ("QueryOpen", "", None),
        ("LockFile", "", None),
        ("FASTIO_ACQUIRE_FOR_CC_FLUSH", "", None),
        ("Load Image", "", None),
        ("TCP Send", "", None),
    ],
)
def test_categories_follow_process_monitor_s_rules(operation, detail, expected):
    assert category(operation, detail) == expected


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("RegOpenKey", "Registry"),
        ("Process Create", "Process"),
        ("Thread Exit", "Process"),
        ("Load Image", "Process"),
        ("UDP Receive", "Network"),
        ("Process Profiling", "Profiling"),
        ("CreateFile", "File System"),
        ("<Unknown>", "File System"),
        ("", None),
    ],
)
def test_an_operation_tells_its_event_class(operation, expected):
    assert event_class(operation) == expected


def test_each_row_gets_the_category_of_its_own_detail():
    operations = pa.array(["RegCreateKey", "ReadFile", "RegCreateKey", "CloseFile"]).dictionary_encode()
    details = pa.array(
        ["Disposition: REG_CREATED_NEW_KEY", "Offset: 0", "Desired Access: Read", ""]
    ).dictionary_encode()
    assert categories(operations, details).to_pylist() == ["Write", "Read", "Read", None]


def test_without_the_column_detail_categories_come_from_operations_alone():
    operations = pa.array(["WriteFile", "RegCreateKey"]).dictionary_encode()
    details = pa.nulls(2, pa.dictionary(pa.int32(), pa.string()))
    assert categories(operations, details).to_pylist() == ["Write", "Read"]
