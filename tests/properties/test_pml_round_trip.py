"""What the writer writes, the reader reads: events and tables of any content, both widths."""

from __future__ import annotations

from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.sources.pml.encoders import file_system as files
from scripts.procmon.sources.pml.encoders import registry
from scripts.procmon.sources.pml.encoders.body import Body
from scripts.procmon.sources.pml.writer import Event, Module, Process
from tests.captures.pml import decoded, pml_bytes
from tests.captures.shared import scratch

FILETIME_OF_1970 = 116_444_736_000_000_000

names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)
paths = names.map(lambda name: "C:\\" + name)
words = st.integers(0, 0xFFFF_FFFF)
times = st.integers(FILETIME_OF_1970, FILETIME_OF_1970 + 9 * 10**16)


def bodies(bits: int) -> st.SearchStrategy[tuple[Body, str, str]]:
    """What was done, with the operation and path that are to be shown."""
    made = paths.map(lambda x: (files.create_file(x, access=1, opened=2, bits=bits), "CreateFile", x))
    closed = paths.map(lambda x: (files.close_file(x, bits=bits), "CloseFile", x))
    read = st.builds(
        lambda x, at: (files.read_file(x, at, 4096, bits=bits), "ReadFile", x),
        paths,
        st.integers(0, 2**48),
    )
    gone = paths.map(
        lambda x: (files.set_disposition_information(x, True, bits=bits), "SetDispositionInformationFile", x)
    )
    value = st.builds(
        lambda x, data: (
            registry.set_value("HKLM\\" + x, registry.REG_BINARY, data),
            "RegSetValue",
            "HKLM\\" + x,
        ),
        names,
        st.binary(max_size=300),
    )
    return st.one_of(made, closed, read, gone, value)


@st.composite
def captures(draw: st.DrawFn) -> tuple[int, list[Process], list[Event], list[tuple[str, str]]]:
    bits = draw(st.sampled_from([32, 64]))
    addresses = st.integers(0, 2**bits - 1)
    modules = st.lists(
        st.builds(
            Module, base=addresses, size=words, path=paths, version=names, timestamp=st.integers(0, 2**31)
        ),
        max_size=3,
    )
    indexes = draw(st.lists(st.integers(1, 10_000), min_size=1, max_size=4, unique=True))
    processes = [
        draw(
            st.builds(
                Process,
                index=st.just(index),
                pid=words,
                name=names,
                command_line=names,
                user=names,
                start=times,
                modules=modules,
            )
        )
        for index in indexes
    ]
    done = draw(st.lists(bodies(bits), max_size=12))
    events = [
        Event(
            time=draw(times),
            process=draw(st.sampled_from(indexes)),
            tid=draw(words),
            body=body,
            result=draw(st.sampled_from([0, 0xC000_0034])),
            duration=draw(st.integers(0, 10**12)),
            stack=tuple(draw(st.lists(addresses, max_size=5))),
        )
        for body, _, _ in done
    ]
    return bits, processes, events, [(operation, path) for _, operation, path in done]


def read_back(bits: int, processes: list[Process], events: list[Event]) -> Any:
    file = scratch() / "round-trip.PML"
    file.write_bytes(pml_bytes(*events, bits=bits, rows=processes))
    return decoded(file)


@settings(max_examples=60)
@given(captures())
def test_events_are_read_as_they_were_written(capture: Any) -> None:
    bits, processes, events, shown = capture
    rows, stacks, _ = read_back(bits, processes, events)
    assert len(rows) == len(events)
    order = [process.index for process in processes]
    for row, event, (operation, path) in zip(rows, events, shown, strict=True):
        assert pd.Timestamp(row[e.TIME]).value == (event.time - FILETIME_OF_1970) * 100
        assert (row[e.PROCESS], row[e.TID]) == (order.index(event.process), event.tid)
        assert row[e.DURATION] == event.duration * 100
        assert (row[e.OPERATION], row[e.PATH]) == (operation, path)
        assert row[e.RESULT] == ("NAME NOT FOUND" if event.result else "SUCCESS")
        assert stacks.get(row[e.STACK], []) == list(event.stack)


@settings(max_examples=60)
@given(captures())
def test_processes_and_modules_are_read_as_they_were_written(capture: Any) -> None:
    bits, processes, events, _ = capture
    _, _, tables = read_back(bits, processes, events)
    for row, process in zip(tables.processes.to_pylist(), processes, strict=True):
        assert (row[p.PID], row[p.PROCESS_NAME]) == (process.pid, process.name)
        assert (row[p.COMMAND_LINE], row[p.USER]) == (process.command_line, process.user)
        assert pd.Timestamp(row[p.START]).value == (process.start - FILETIME_OF_1970) * 100
    written = [(n, m.base, m.size, m.path) for n, process in enumerate(processes) for m in process.modules]
    read = [
        (row[p.PROCESS], row[p.BASE], row[p.SIZE], row[p.MODULE_PATH]) for row in tables.modules.to_pylist()
    ]
    assert sorted(read) == sorted(written)
