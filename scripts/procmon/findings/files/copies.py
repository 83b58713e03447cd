"""Where the content of a new file came from: writes matched with the reads of another file just before them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.contracts.tables import CopyRow
from scripts.procmon.findings.evidence.names import moment_of, who
from scripts.procmon.findings.evidence.parts import Part, parts, some
from scripts.procmon.findings.evidence.suspects import images
from scripts.procmon.findings.files.file_acts import FILE, READ, WRITE, creations, transfers, unseen
from scripts.procmon.findings.files.self_copies import self_copies
from scripts.procmon.findings.paths.path_forms import file_key

SOURCE, READ_EVENT, READ_LENGTH = "source", "read_event", "read_length"
MOST_EVENTS = 200
#: A single block as long as these says little: programs read and write in buffers of such sizes anyway.
BUFFER = 4096
#: A read this many events before the write has nothing to do with it.
FAR = 50_000


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """The table ``copies``; a finding for each program that copied itself.

    Only files that the capture shows being created or overwritten are targets. Paging I/O is left out: it repeats
    what the process itself has read or written.
    """
    if reason := unseen(capture):
        return Analysis(name="copies", outcome="could not be checked", reason=reason)
    writes = _writes_to_new_files(capture)
    reads = transfers(capture, READ)
    reads = reads[~reads["paging"] & reads[e.PROCESS].isin(writes[e.PROCESS].unique())]
    if not len(reads) and not _has_reads(capture):
        return Analysis(name="copies", outcome="could not be checked", reason="no_reads")
    matched = _match(writes, reads)
    rows = [row for target in parts(matched, [e.PROCESS, FILE], _MATCHED) for row in _copies(capture, target)]
    rows += _equal_sizes(capture, matched, reads, known={(row.process, file_key(row.target)) for row in rows})
    rows.sort(key=lambda row: row.events[0])
    findings = list(self_copies(rows, images(earlier)))
    return Analysis(
        name="copies",
        outcome="found" if rows else "not found",
        limits=_limits(capture, writes),
        examined=len(writes) + len(reads),
        findings=findings,
        tables={"copies": rows},
    )


def _writes_to_new_files(capture: Capture) -> pd.DataFrame:
    made = creations(capture)
    pairs = made.loc[~made["folder"], [e.PROCESS, FILE]].drop_duplicates()
    writes = transfers(capture, WRITE)
    writes = writes[~writes["paging"] & writes["length"].notna() & writes["offset"].notna()]
    return writes.merge(pairs, on=[e.PROCESS, FILE])


def _has_reads(capture: Capture) -> bool:
    return bool(capture.info["can_show"]["reads"]["value"])


def _match(writes: pd.DataFrame, reads: pd.DataFrame) -> pd.DataFrame:
    """Each write with the last read before it at the same offset of another file, by the same thread if known."""
    keys = [e.PROCESS, "offset"] + ([e.TID] if writes[e.TID].notna().all() else [])
    wanted = reads[reads["offset"].notna()]
    wanted = wanted[[*keys, e.EVENT, "length", e.PATH, FILE]].rename(
        columns={FILE: SOURCE, "length": READ_LENGTH, e.PATH: "source_path"}
    )
    wanted = wanted.assign(**{READ_EVENT: wanted[e.EVENT]}).sort_values(e.EVENT)
    found = pd.merge_asof(writes.sort_values(e.EVENT), wanted, on=e.EVENT, by=keys, allow_exact_matches=False)
    # Process Monitor shows what was read, not what was asked for, so that the last block of a file is as long, too.
    fits = (found["length"] == found[READ_LENGTH]) & (found[SOURCE] != found[FILE])
    fits = fits.fillna(False) & (found[e.EVENT] - found[READ_EVENT].fillna(0) <= FAR)
    found[SOURCE] = found[SOURCE].where(fits.to_numpy(dtype=bool))
    return found


_MATCHED = (
    *(e.EVENT, e.PROCESS, e.TID, e.PATH, e.STACK),
    *(FILE, "offset", "length", SOURCE, READ_EVENT, "source_path"),
)


def _copies(capture: Capture, target: Part) -> Iterator[CopyRow]:
    """The copy that the matched writes of one file by one process tell of, if they do."""
    sources = Counter(source for source in target[SOURCE] if isinstance(source, str))
    if not sources or not target["length"].sum():
        return
    source, count = sources.most_common(1)[0]
    if count < 0.9 * len(target[SOURCE]):
        return
    kept = target[SOURCE] == source
    from_one = {name: array[kept] for name, array in target.items()}
    api = _api(capture, from_one)
    yield _row(capture, from_one, api=api, confidence=_confidence(target, from_one, api))


def _confidence(target: Part, from_one: Part, api: str | None) -> Literal["certain", "likely", "possible"]:
    whole = len(from_one[SOURCE]) == len(target[SOURCE])
    same_thread = not np.isnan(target[e.TID]).any()
    blocks = _blocks(from_one)
    if whole and (api or (same_thread and len(blocks) > 1)):
        return "certain"
    if whole and len(blocks) == 1 and next(iter(blocks))[1] % BUFFER == 0:
        return "possible"
    return "likely"


def _blocks(pairs: Part) -> set[tuple[int, int]]:
    """The distinct places and lengths that were written."""
    return set(zip(pairs["offset"].astype(int).tolist(), pairs["length"].astype(int).tolist(), strict=True))


def _row(
    capture: Capture,
    pairs: Part,
    *,
    api: str | None,
    confidence: Literal["certain", "likely", "possible"],
) -> CopyRow:
    process = int(pairs[e.PROCESS][0])
    reads = np.unique(pairs[READ_EVENT][~np.isnan(pairs[READ_EVENT])]).astype(int)
    return CopyRow(
        source=str(pairs["source_path"][0]),
        target=str(pairs[e.PATH][0]),
        process=process,
        who=who(capture, process),
        time=moment_of(capture, int(pairs[e.EVENT][0])),
        bytes_copied=sum(length for _, length in _blocks(pairs)),
        reads=len(reads),
        writes=len(pairs[e.EVENT]),
        api=api,
        confidence=confidence,
        events=some(np.union1d(reads, pairs[e.EVENT]), MOST_EVENTS),
    )


def _api(capture: Capture, writes: Part) -> str | None:
    """The copying function that a stack of the writes names; only exports with symbols name any."""
    if p.LOCATIONS not in capture.stacks:
        return None
    for stack in np.unique(writes[e.STACK][~np.isnan(writes[e.STACK])]):
        for location in _listed(capture.stacks[p.LOCATIONS].get(int(stack))):
            if location and ("CopyFile" in location or "MoveFileWithProgress" in location):
                return str(location.partition(" +")[0].rpartition("!")[2])
    return None


def _listed(value: Any) -> list[Any]:
    return [] if value is None or value is pd.NA else list(value)


def _equal_sizes(
    capture: Capture, writes: pd.DataFrame, reads: pd.DataFrame, *, known: set[tuple[int, str]]
) -> Iterator[CopyRow]:
    """Files written in other blocks than any file was read, but exactly as long as the one file read just before."""
    by_source = reads.drop_duplicates([e.PROCESS, FILE, "offset"]).groupby([e.PROCESS, FILE], observed=True)
    sizes = by_source.agg(
        size=("length", "sum"), first=(e.EVENT, "min"), path=(e.PATH, "first")
    ).reset_index()
    by_size: dict[tuple[int, int], list[Any]] = defaultdict(list)
    source: Any
    for source in sizes.itertuples():
        by_size[int(source.process), int(source.size)].append(source)
    for blocks in parts(writes, [e.PROCESS, FILE], _MATCHED):
        size, process, target = int(blocks["length"].sum()), int(blocks[e.PROCESS][0]), blocks[FILE][0]
        if (process, target) in known or size < BUFFER or size % 512 == 0:
            continue
        same = [
            source
            for source in by_size.get((process, size), ())
            if source.first < blocks[e.EVENT][0] and source.file != target
        ]
        if len(same) == 1:
            count = len(blocks[e.EVENT])
            told = {
                "source_path": np.full(count, same[0].path),
                READ_EVENT: np.full(count, float(same[0].first)),
            }
            yield _row(capture, blocks | told, api=None, confidence="possible")


def _limits(capture: Capture, writes: pd.DataFrame) -> list[str]:
    can = capture.info["can_show"]
    limits = []
    if not can["reads"]["value"]:
        limits.append("no_reads")
    if not can["stacks"]["value"]:
        limits.append("no_stacks")
    elif p.LOCATIONS not in capture.stacks or capture.stacks[p.LOCATIONS].isna().all():
        limits.append("no_symbols")
    if len(writes) and not writes[e.TID].notna().all():
        limits.append("no_tid")
    return limits
