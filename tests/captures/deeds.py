"""Events that tests of findings need again and again, each as Process Monitor writes it."""

from __future__ import annotations

from typing import Any

from tests.captures.events import Row

SERVICES = r"HKLM\System\CurrentControlSet\Services"


def created(path: str, *, options: str = "Non-Directory File", attributes: str = "N", **more: Any) -> Row:
    """CreateFile that made a file."""
    return Row(
        "CreateFile",
        path,
        f"Desired Access: Generic Write, Disposition: OverwriteIf, Options: {options}, Attributes: {attributes}, "
        "ShareMode: None, AllocationSize: 0, OpenResult: Created",
        **more,
    )


def opened(path: str, *, result: str = "SUCCESS", options: str = "Non-Directory File", **more: Any) -> Row:
    """CreateFile that opened a file which was there, or did not."""
    end = ", OpenResult: Opened" if result == "SUCCESS" else ""
    return Row(
        "CreateFile",
        path,
        f"Desired Access: Generic Read, Disposition: Open, Options: {options}, Attributes: n/a, "
        f"ShareMode: Read, AllocationSize: n/a{end}",
        result=result,
        **more,
    )


def read(path: str, offset: int, length: int, *, flags: str = "", **more: Any) -> Row:
    """ReadFile; ``flags`` are I/O Flags."""
    return Row("ReadFile", path, _block(offset, length, flags), **more)


def wrote(path: str, offset: int, length: int, *, flags: str = "", **more: Any) -> Row:
    """WriteFile; ``flags`` are I/O Flags."""
    return Row("WriteFile", path, _block(offset, length, flags), **more)


def copied(source: str, target: str, *lengths: int, **more: Any) -> list[Row]:
    """A copy as CopyFileEx makes it: the target is created, each block read and written."""
    rows, offset = [created(target, **more)], 0
    for length in lengths:
        rows += [read(source, offset, length, **more), wrote(target, offset, length, **more)]
        offset += length
    return rows


def marked(path: str, *, delete: bool = True, result: str = "SUCCESS", **more: Any) -> Row:
    """SetDispositionInformationFile."""
    return Row("SetDispositionInformationFile", path, f"Delete: {delete}", result=result, **more)


def renamed(path: str, to: str, **more: Any) -> Row:
    """SetRenameInformationFile."""
    return Row("SetRenameInformationFile", path, f"ReplaceIfExists: False, FileName: {to}", **more)


def times(
    operation: str, path: str, *, creation: str | None = None, write: str | None = None, **more: Any
) -> Row:
    """A query or setting of file times; those left out are shown as FILETIME 0 is."""
    none = "1/1/1601 12:00:00 AM"
    return Row(
        operation,
        path,
        f"CreationTime: {creation or none}, LastAccessTime: {none}, LastWriteTime: {write or none}, "
        f"ChangeTime: {none}, FileAttributes: A",
        **more,
    )


def service_key(name: str, **more: Any) -> Row:
    """RegCreateKey that made a service's key."""
    detail = "Desired Access: All Access, Disposition: REG_CREATED_NEW_KEY"
    return Row("RegCreateKey", rf"{SERVICES}\{name}", detail, **more)


def service_value(name: str, value: str, data: object, **more: Any) -> Row:
    """RegSetValue in a service's key."""
    kind = "REG_DWORD, Length: 4" if isinstance(data, int) else f"REG_SZ, Length: {2 * len(str(data)) + 2}"
    return Row("RegSetValue", rf"{SERVICES}\{name}\{value}", f"Type: {kind}, Data: {data}", **more)


def loaded(path: str, *, who: str = "System (4)", **more: Any) -> Row:
    """Load Image."""
    return Row("Load Image", path, "Image Base: 0xf8000000, Image Size: 0x2000", who=who, **more)


def _block(offset: int, length: int, flags: str) -> str:
    return f"Offset: {offset:,}, Length: {length:,}" + (f", I/O Flags: {flags}" if flags else "")
