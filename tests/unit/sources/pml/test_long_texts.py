"""Long texts that many rows share: a small file must not ask for memory by telling one a million times."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.procmon.errors import CaptureError
from scripts.procmon.sources.pml.encoders import file_system as files
from scripts.procmon.sources.pml.encoders import processes
from scripts.procmon.sources.pml.reader import open_pml
from scripts.procmon.sources.pml.writer import Event, Module, Process
from tests.captures.pml import NOON, actor, decoded, pml_bytes

SERVER = bytes([8, 8, 8, 8])
SID = bytes([1, 5, 0, 0, 0, 0, 0, 5]) + b"".join(n.to_bytes(4, "little") for n in (21, 1, 2, 3, 1001))
OPENED = files.create_file(r"C:\a", access=0x120089, impersonating=SID, bits=64)
LONG = "a" * 100_000


def of_server(port: int) -> Event:
    return Event(NOON, 7, 1, processes.network_operation(2, (SERVER, port), (SERVER, 80), 10, tcp=True))


def test_a_host_whose_name_is_longer_than_any_is_shown_by_its_address(tmp_path: Path) -> None:
    file = tmp_path / "a.PML"
    file.write_bytes(pml_bytes(*map(of_server, range(3)), hosts={SERVER: LONG}))
    rows, _, tables = decoded(file)
    assert [row["path"] for row in rows] == [f"8.8.8.8:{port} -> 8.8.8.8:80" for port in range(3)]
    assert tables.info["lost_hosts"]
    assert "a name of a host or port of at most 2,048 bytes" in tables.info["remarks"][0]


def test_the_longest_name_that_the_dns_allows_is_shown(tmp_path: Path) -> None:
    name = ".".join(["a" * 63] * 4)[:253]
    file = tmp_path / "a.PML"
    file.write_bytes(pml_bytes(of_server(1), hosts={SERVER: name}))
    assert decoded(file)[0][0]["path"] == f"{name}:1 -> {name}:80"


def test_a_user_whose_name_is_longer_than_any_is_shown_by_his_sid(tmp_path: Path) -> None:
    started = processes.process_create(
        r"C:\b.exe", "b", process=8, pid=9, parent=7, parent_pid=300, user_sid=SID
    )
    rows = (actor(), Process(index=8, pid=9, name="b.exe", user=LONG))
    file = tmp_path / "a.PML"
    file.write_bytes(pml_bytes(Event(NOON, 7, 1, OPENED), Event(NOON, 7, 1, started), rows=rows))
    assert ", Impersonating: S-1-5-21-1-2-3-1001, " in decoded(file)[0][0]["detail"]


def test_one_long_command_line_of_thousands_of_processes_is_refused(tmp_path: Path) -> None:
    rows = [Process(index=n, pid=n, name="a.exe", command_line=LONG) for n in range(3_000)]
    assert "texts of processes and modules" in refusal(tmp_path, rows)


def test_one_long_path_of_thousands_of_modules_is_refused(tmp_path: Path) -> None:
    modules = [Module(base=n << 16, size=1, path=LONG) for n in range(3_000)]
    assert "texts of processes and modules" in refusal(tmp_path, [actor(modules=modules)])


def refusal(folder: Path, rows: list[Process]) -> str:
    file = folder / "a.PML"
    file.write_bytes(pml_bytes(rows=rows))
    assert file.stat().st_size < 1 << 20
    with pytest.raises(CaptureError) as refused:
        open_pml([file])
    return str(refused.value)
