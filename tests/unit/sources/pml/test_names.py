"""Names of Windows versions, of Process Monitors and of codes, beside what procmon-parser calls them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from procmon_parser import consts

from scripts.procmon.sources.pml.details import directories, registry
from scripts.procmon.sources.pml.monitor import find_monitor
from scripts.procmon.sources.pml.names import control_codes, flags, operations
from scripts.procmon.sources.pml.names.results import result_text
from scripts.procmon.sources.pml.users import sid_text
from scripts.procmon.sources.pml.windows import windows_name
from scripts.procmon.sources.pml.words import moment, number, seconds


@pytest.mark.parametrize(
    ("version", "product", "name"),
    [
        ((5, 0, 2195), 1, "Windows 2000"),
        ((5, 1, 2600), 1, "Windows XP"),
        ((5, 2, 3790), 1, "Windows XP x64"),
        ((5, 2, 3790), 3, "Windows Server 2003"),
        ((6, 0, 6002), 1, "Windows Vista"),
        ((6, 0, 6002), 2, "Windows Server 2008"),
        ((6, 1, 7601), 1, "Windows 7"),
        ((6, 1, 7601), 3, "Windows Server 2008 R2"),
        ((6, 2, 9200), 1, "Windows 8"),
        ((6, 2, 9200), 3, "Windows Server 2012"),
        ((6, 3, 9600), 1, "Windows 8.1"),
        ((6, 3, 9600), 3, "Windows Server 2012 R2"),
        ((10, 0, 19045), 1, "Windows 10"),
        ((10, 0, 22000), 1, "Windows 11"),
        ((10, 0, 14393), 3, "Windows Server 2016"),
        ((10, 0, 17763), 3, "Windows Server 2019"),
        ((10, 0, 20348), 2, "Windows Server 2022"),
        ((10, 0, 26100), 3, "Windows Server 2025"),
        ((12, 7, 1), 1, "Windows 12.7"),
    ],
)
def test_windows_is_named_by_version_build_and_kind(
    version: tuple[int, int, int], product: int, name: str
) -> None:
    assert windows_name(*version, product_type=product) == f"{name} (build {version[2]})"


def test_a_service_pack_is_named() -> None:
    assert windows_name(5, 1, 2600, product_type=1, service_pack="Service Pack 3") == (
        "Windows XP, Service Pack 3 (build 2600)"
    )


@pytest.mark.parametrize(
    ("modules", "version"),
    [
        ([(r"C:\Windows\system32\Drivers\PROCMON24.SYS", "3.86")], 3.86),
        # The driver tells who captured, a program with another version may only look at the log.
        ([(r"C:\x\Procmon64.exe", "4.01"), (r"C:\d\PROCMON24.SYS", "3.51")], 3.51),
        ([(r"C:\d\PROCMON23.SYS", None), (r"C:\x\Procmon.exe", "3.4")], 3.4),
        ([(r"C:\d\PROCMON20.SYS", None), (r"C:\x\procmon.exe", "2.8.0.0")], 2.8),
        ([(r"C:\x\notprocmon.exe", "1.0"), (None, None)], None),
    ],
)
def test_the_process_monitor_is_told_by_its_modules(
    modules: list[tuple[str | None, str | None]], version: float | None
) -> None:
    assert find_monitor(modules, format_version=9).version == version


@given(st.integers(0, 2**32 - 1))
def test_masks_are_put_in_the_words_of_procmon_parser(mask: int) -> None:
    assert flags.file_access(mask) == consts.get_filesystem_access_mask_string(mask)
    assert flags.registry_access(mask) == consts.get_registry_access_mask_string(mask)
    assert flags.options(mask) == consts.get_filesysyem_create_options(mask)
    assert flags.attributes(mask) == consts.get_filesysyem_create_attributes(mask)
    assert control_codes.control_name(mask) == consts.get_ioctl_name(mask)
    assert result_text(mask) == consts.get_error_message(mask)


def test_every_code_that_procmon_parser_names_has_the_same_name() -> None:
    for code, name in consts._IoctlConsts.items():
        assert control_codes.control_name(code) == name
    for code, name in consts._ErrorCodeMessages.items():
        assert result_text(code) == name
    for operation, kinds in consts.FilesystemSubOperations.items():
        for kind in kinds:
            assert operations.SUB_OPERATIONS[operation.value][kind.value] == kind.name
    for kind in consts.RegistryTypes:
        assert registry.TYPES[kind.value] == kind.name
    for code, name in directories._INFORMATION_CLASSES.items():
        assert consts.FileInformationClass(code).name == name


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        (0x4009C040, "0x4009c040 (Device:0x4009 Function:16 Method: 0)"),
        (0x22E007, "0x22e007 (Device:0x22 Function:2049 Method: 3)"),
    ],
)
def test_a_control_code_without_a_name_is_shown_with_its_parts(code: int, shown: str) -> None:
    # CTL_CODE: device << 16 | access << 14 | function << 2 | method
    assert control_codes.control_name(code) == shown


@pytest.mark.parametrize(
    ("filetime", "shown"),
    [
        (0, "1/1/1601 12:00:00 AM"),
        (2**64 - 1, "1/1/1601 12:00:00 AM"),
        (129_000_000_000_000_000, "10/14/2009 1:20:00 PM"),
        (132_223_104_000_000_000, "1/1/2020 12:00:00 AM"),
        (2**63 - 1, "9/14/30828 2:48:05 AM"),
    ],
)
def test_a_filetime_is_shown_in_english_form(filetime: int, shown: str) -> None:
    assert moment(filetime) == shown


def test_numbers_have_commas_and_seconds_seven_digits() -> None:
    assert number(-2_147_483_538) == "-2,147,483,538"
    assert seconds(468_750) == "0.0468750"
    assert seconds(35_000_000) == "3.5000000"


def test_a_sid_is_written_as_windows_does() -> None:
    assert sid_text(bytes.fromhex("010100000000000512000000")) == "S-1-5-18"
    assert sid_text(bytes.fromhex("0102000000000005200000002002" + "0000")) == "S-1-5-32-544"
    assert sid_text(b"\x01\x09\0\0\0\0\0\x05") == ""
