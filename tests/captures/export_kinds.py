"""Whole exports of many kinds: every locale, columns of all sorts, line ends, encodings, stacks and modules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tests.captures.exports import ALL, DEFAULT, LOCALES, Locale, as_csv, as_xml, row

_BEGAN = datetime(2020, 7, 12, 23, 59, 58)
#: Operation, path, result, detail: what each of the readers' branches looks at.
_ACTS = (
    (
        "Process Start",
        "",
        "SUCCESS",
        'Parent PID: 8, Command line: a.exe "x", Current directory: C:\\, Environment: \n\tA=b',
    ),
    ("Process Create", "C:\\b.exe", "SUCCESS", "PID: 12, Command line: b.exe /q"),
    ("Load Image", "C:\\Windows\\ntdll.dll", "SUCCESS", "Image Base: 0x77000000, Image Size: 0x1a0000"),
    (
        "CreateFile",
        "C:\\тест\\x.txt",
        "SUCCESS",
        "Desired Access: Generic Write, Disposition: Create, OpenResult: Created",
    ),
    ("WriteFile", "C:\\тест\\x.txt", "SUCCESS", "Offset: 0, Length: 1,024"),
    ("SetBasicInformationFile", "C:\\x", "SUCCESS", "CreationTime: 13/07/2020 10:00:00, FileAttributes: A"),
    ("RegSetValue", "HKCU\\Software\\a", "SUCCESS", "Type: REG_SZ, Length: 4, Data: 1"),
    ("TCP Send", "a:1 -> b:80", "SUCCESS", "Length: 20, startime: 1, endtime: 2, seqnum: 0, connid: 0"),
    ("Thread Exit", "", "SUCCESS", "Thread ID: 5, User Time: 0.0156001, Kernel Time: 0.0000000"),
    ("Process Exit", "", "SUCCESS", "Exit Status: 0, User Time: 0.1, Private Bytes: 1,234"),
)


def rows_of_every_kind(locale: Locale) -> list[dict[str, str]]:
    """One row for each operation that readers treat apart, with more columns than Process Monitor shows by default."""
    rows = []
    for number, (operation, path, result, detail) in enumerate(_ACTS):
        moment = _BEGAN + timedelta(seconds=number)
        made = row(
            time_of_day=locale.time(moment.hour, moment.minute, moment.second, 1_234_567),
            date_time=locale.date(moment),
            process_name="a.exe" if number % 3 else "b\u202e.exe",
            pid="4" if number % 3 else "12",
            operation=operation,
            path=path,
            result=result,
            detail=detail,
        )
        rows.append(
            made
            | {
                "TID": "16",
                "Duration": f"0{locale.decimal}0000123",
                "Sequence": f"{number}",
                "Relative Time": f"00:00:0{number}{locale.decimal}0000000",
                "Parent PID": "8",
                "Session": "1",
                "Authentication ID": "00000000:000003e7",
                "User": "X\\y",
                "Image Path": "C:\\a.exe",
                "Architecture": "64-bit",
            }
        )
    return rows


def csv_kinds() -> Sequence[bytes]:
    """CSV exports, each of some KB."""
    first = next(iter(LOCALES.values()))
    made = [
        as_csv(rows_of_every_kind(locale), columns)
        for locale in LOCALES.values()
        for columns in (DEFAULT, ALL)
    ]
    made += [
        as_csv(rows_of_every_kind(first), ALL, encoding=encoding)
        for encoding in ("utf-16", "utf-16-le", "utf-8")
    ]
    return [
        *made,
        as_csv(rows_of_every_kind(first), newline="\n"),
        as_csv(rows_of_every_kind(first)).replace(b",", b";").replace(b'"', b""),
    ]


def _process(index: int, pid: int) -> str:
    module = (
        "<module><Timestamp>132390216000000000</Timestamp><BaseAddress>0x77000000</BaseAddress><Size>1703936</Size>"
        "<Path>C:\\Windows\\ntdll.dll</Path><Version>10.0</Version><Company>M</Company><Description>d</Description></module>"
    )
    return (
        f"<process><ProcessIndex>{index}</ProcessIndex><ProcessId>{pid}</ProcessId><ParentProcessId>8</ParentProcessId>"
        "<ParentProcessIndex>2</ParentProcessIndex><AuthenticationId>00000000:000003e7</AuthenticationId>"
        "<CreateTime>132390216000000000</CreateTime><FinishTime>0</FinishTime><IsVirtualized>0</IsVirtualized>"
        "<Is64bit>1</Is64bit><Integrity>High</Integrity><Owner>X\\y</Owner><ProcessName>a.exe</ProcessName>"
        f"<ImagePath>C:\\a.exe</ImagePath><CommandLine>a</CommandLine><modulelist>{module}</modulelist></process>"
    )


def xml_kinds() -> Sequence[bytes]:
    """XML exports, each of some KB, with stacks, modules, references and foreign elements."""
    frame = "<frame><depth>0</depth><address>0x77001000</address><path>C:\\n.dll</path><location>f</location></frame>"
    stacks = {number: f"<stack>{frame * (number % 3)}</stack>" for number in range(len(_ACTS))}
    made = []
    for locale in LOCALES.values():
        rows = [
            one | {"ProcessIndex": str(1 + number % 2)}
            for number, one in enumerate(rows_of_every_kind(locale))
        ]
        listed = _process(1, 4) + _process(2, 12)
        made += [
            as_xml(rows, DEFAULT, processes=listed, stacks=stacks),
            as_xml(rows, [name for name in ALL if name in rows[0]], processes=listed),
            as_xml(rows, DEFAULT).replace(b"</event>", b"<!-- x --><other>&#9;&amp;</other></event>"),
        ]
    return [*made, made[0].decode("utf-8-sig").replace("UTF-8", "UTF-16").encode("utf-16")]
