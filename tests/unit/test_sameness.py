"""Names that differ from machine to machine or run to run become one; names that mean something else stay two."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.procmon.sameness import same_name, same_names

COM = "{0002DF01-0000-0000-C000-000000000046}"
TASK = "{7D0B3C5E-1A2B-4C3D-9E8F-001122334455}"


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (r"C:\Users\ann\AppData\x.ini", r"c:\users\BOB\appdata\X.INI"),
        (r"C:\Documents and Settings\ann\x.ini", r"C:\DOCUME~1\BOB~1\x.ini"),
        (r"C:\Documents and Settings\ann\Local Settings\Temp\x", r"C:\DOCUME~1\ANN\LOCALS~1\Temp\x"),
        (r"HKU\S-1-5-21-1-2-3-500\Software", r"HKU\S-1-5-21-9-8-7-1001\Software"),
        (r"HKLM\System\ControlSet001\Services\x", r"HKLM\SYSTEM\CurrentControlSet\Services\x"),
        (rf"HKLM\Schedule\TaskCache\Tasks\{TASK}\Path", rf"HKLM\Schedule\TaskCache\Tasks\{COM}\Path"),
        (r"C:\Windows\Temp\tmp1A2B.tmp", r"C:\Windows\Temp\~DF9.tmp"),
        (r"C:\Windows\Temp\is-0A1B2.tmp\setup.dll", r"C:\Windows\Temp\is-ZZZZ9.tmp\setup.dll"),
        (r"C:\cache\f_000123", r"C:\cache\f_004567"),
        (r"C:\logs\2020-07-12\a.log", r"C:\logs\2021-11-02\a.log"),
        (r"HKLM\Class\0001\Driver", r"HKLM\Class\0012\Driver"),
        (r"C:\x\report (1).txt", r"C:\x\report (22).txt"),
        (r"C:\Av\4.18.2001.10-0\e.exe", r"C:\Av\4.18.2110.6-0\e.exe"),
        ("ann-pc:50123 -> example.org:https", "bob-pc:61000 -> example.org:https"),
        ("ann-pc:3389 -> 10.0.0.7:50001", "bob-pc:3389 -> 10.0.0.7:61001"),
    ],
)
def test_what_differs_between_machines_and_runs_is_set_aside(here: str, there: str) -> None:
    assert same_name(here) == same_name(there)


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (r"C:\Users\ann\x.ini", r"C:\Users\Public\x.ini"),
        (r"HKU\S-1-5-18\Software", r"HKU\S-1-5-19\Software"),
        (rf"HKCR\CLSID\{COM}\InprocServer32", rf"HKCR\CLSID\{TASK}\InprocServer32"),
        (r"C:\Windows\system32\drivers\mrxcls.sys", r"C:\Windows\system32\drivers\mrxnet.sys"),
        (r"C:\Windows\system32\calc1.exe", r"C:\Windows\system32\calc2.exe"),
        (r"E:\~WTRa.tmp", r"E:\~WTRb.tmp"),
        (r"\\10.0.0.5\share\a.exe", r"\\10.0.0.6\share\a.exe"),
        ("ann-pc:50123 -> example.org:https", "ann-pc:50123 -> example.com:https"),
        ("ann-pc:50123 -> example.org:4444", "ann-pc:50123 -> example.org:4445"),
        ("ann-pc:3389 -> 10.0.0.7:50001", "ann-pc:445 -> 10.0.0.7:50001"),
    ],
)
def test_what_a_name_stands_for_stays(here: str, there: str) -> None:
    assert same_name(here) != same_name(there)


def test_a_value_comes_out_for_each_and_nothing_of_nothing() -> None:
    assert same_names(pa.array(["A", None, ""], pa.large_string())).to_pylist() == ["a", None, ""]


@given(st.lists(st.text(alphabet="aA1-.\\\\~{}:_> é", max_size=30), max_size=8))
def test_each_name_comes_out_as_it_would_alone_whatever_its_case(names: list[str]) -> None:
    together = same_names(pa.array(names, pa.large_string())).to_pylist()
    assert together == [same_name(name) for name in names] == [same_name(name.upper()) for name in names]
