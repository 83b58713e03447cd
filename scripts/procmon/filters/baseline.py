"""Which events of a capture happen in its baseline as well: the same program, the same operation, the same kind of path.

A program is told by the path of its image; where one of the two captures doesn't tell that, by its name. An operation
is told with its category, so that a CreateFile that makes a file has no counterpart in one that opens it. Paths are
compared as ``sameness`` has them. Results and data are not compared. This is no rule: Process Monitor has none that looks
at two captures.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.contracts.capture import EVENTS_FILE, INFO_FILE, PROCESSES_FILE, read_table
from scripts.procmon.filters.columns import Events, EventsFile, Mask
from scripts.procmon.filters.stages import Also
from scripts.procmon.sameness import same_names
from scripts.procmon.text import catalogue

Numbers = npt.NDArray[np.uint64]

#: What is looked at of an event.
LOOKED_AT = (e.PROCESS, e.OPERATION, e.CATEGORY, e.PATH)

#: By class of events, the key of ``can_show`` that tells whether a capture holds any.
SHOWN_AS = {
    e.FILE_SYSTEM: "file_events",
    e.REGISTRY: "registry_events",
    e.PROCESS_CLASS: "process_events",
    e.NETWORK: "network_events",
}

_AT_ONCE = 1 << 16  #: names that one thread makes alike at a time


@dataclass(frozen=True)
class _Happening:
    """Some events as numbers, the same for those that are alike: by image, by name of the program only."""

    by_image: Numbers
    by_name: Numbers
    has_image: Mask


@dataclass(frozen=True)
class Known:
    """What happens in a baseline, as sorted numbers."""

    by_image: Numbers
    by_name: Numbers
    without_image: Numbers  #: those of ``by_name`` whose image is not told

    def holds(self, some: _Happening) -> Mask:
        """For each event: does it happen here as well?"""
        told = np.isin(some.by_image, self.by_image) | np.isin(some.by_name, self.without_image)
        found: Mask = np.where(some.has_image, told, np.isin(some.by_name, self.by_name))
        return found


class Comparer:
    """Makes events of two captures comparable; only numbers that one comparer made can be compared."""

    def __init__(self) -> None:
        # A key of its own each time: nobody can prepare a capture whose paths make the numbers of others.
        self._key = secrets.token_hex(8)
        mixers = np.frombuffer(secrets.token_bytes(24), np.uint64) | np.uint64(1)
        self._operation, self._category, self._path = mixers

    def known(self, events: Events, processes: pd.DataFrame) -> Known:
        """What happens in the baseline."""
        some = list(self._happenings(events, processes))
        return Known(
            _distinct([one.by_image[one.has_image] for one in some]),
            _distinct([one.by_name for one in some]),
            _distinct([one.by_name[~one.has_image] for one in some]),
        )

    def also(self, events: Events, processes: pd.DataFrame, known: Known) -> Mask:
        """For each event of the capture: does it happen in the baseline as well?"""
        parts = [known.holds(one) for one in self._happenings(events, processes)]
        return np.concatenate([np.zeros(0, dtype=np.bool_), *parts])

    def _happenings(self, events: Events, processes: pd.DataFrame) -> Iterator[_Happening]:
        images = _texts(processes[p.IMAGE_PATH])
        told = images.is_valid().to_numpy(zero_copy_only=False).astype(np.bool_)
        by_image = self._hash(alike(images.fill_null("")))
        by_name = self._hash(pc.utf8_lower(_texts(processes[p.PROCESS_NAME]).fill_null("")))
        for piece in events.pieces(*LOOKED_AT):
            who = piece[e.PROCESS].to_numpy(zero_copy_only=False)
            what = (
                self._column(piece[e.OPERATION], pc.utf8_lower) * self._operation
                + self._column(piece[e.CATEGORY], pc.utf8_lower) * self._category
                + self._column(piece[e.PATH], alike) * self._path
            )
            yield _Happening(by_image[who] + what, by_name[who] + what, told[who])

    def _column(self, column: pa.Array, form: Any) -> Numbers:
        coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        # A blank and nothing are shown alike: both are "".
        values = pa.concat_arrays(
            [coded.dictionary.cast(pa.large_string()), pa.array([""], pa.large_string())]
        )
        codes = pc.fill_null(coded.indices, len(values) - 1).to_numpy(zero_copy_only=False)
        told: Numbers = self._hash(form(values))[codes]
        return told

    def _hash(self, texts: pa.Array) -> Numbers:
        hashed: Numbers = pd.util.hash_array(
            texts.to_numpy(zero_copy_only=False), hash_key=self._key, categorize=False
        )
        return hashed


def compare(
    named: Mapping[str, Any], events: Events, processes: pd.DataFrame, *, info: Mapping[str, Any]
) -> tuple[dict[str, Any], Also | None]:
    """The part of funnel.json on the baseline, and what happens there as well; None where it can't be used.

    ``named`` has the ``capture`` and, of one that lies in ``results``, the folder; else the ``reason`` why it is none.
    ``info`` is capture.json of the capture that is compared.
    """
    told = {"capture": named["capture"], "refused": None, "events": 0, "also": 0}
    if refused := _refused(named):
        return {"baseline": told | refused}, None
    folder = Path(named["results"])
    clean = EventsFile(folder / EVENTS_FILE)
    comparer = Comparer()
    also = comparer.also(events, processes, comparer.known(clean, read_table(folder / PROCESSES_FILE)))
    told |= {"events": len(clean), "also": int(np.count_nonzero(also))} | _limits(_info(folder), info)
    return {"baseline": told}, Also(named["capture"], also)


def _refused(named: Mapping[str, Any]) -> dict[str, Any] | None:
    """Why the baseline can't be used: a sentence, and for a file that can't be read its parts; None if it can."""
    if "results" not in named:
        return {"refused": str(named["reason"])}
    folder = Path(named["results"])
    if not all((folder / name).is_file() for name in (INFO_FILE, EVENTS_FILE, PROCESSES_FILE)):
        return {"refused": str(catalogue("baseline")["not_made"])}
    refused = _info(folder).get("refused")
    if not refused:
        return None
    parts = {key: refused.get(key) for key in ("file", "where", "expected", "found", "advice")}
    return {"refused": f"{refused['message'].rstrip('.')}.", "refusal": parts}


def _info(folder: Path) -> dict[str, Any]:
    info: dict[str, Any] = json.loads(
        (folder / INFO_FILE).read_text(encoding="utf-8", errors="surrogatepass")
    )
    return info


def _limits(clean: Mapping[str, Any], here: Mapping[str, Any]) -> dict[str, Any]:
    """Why the lack of a counterpart may say nothing: what the baseline can't show, and how it is unlike this capture."""
    can, filtered = clean.get("can_show") or {}, clean.get("filtered") or {}
    return {
        "lacks": [kind for kind, key in SHOWN_AS.items() if can.get(key, {}).get("value") is False],
        "filtered": str(filtered.get("reason") or "") if filtered.get("value") else None,
        "unlike": {
            what: {"baseline": str(clean[what]), "capture": str(here[what])}
            for what in ("host", "os")
            if clean.get(what) and here.get(what) and str(clean[what]).lower() != str(here[what]).lower()
        },
    }


def alike(texts: pa.Array) -> pa.Array:
    """``sameness.same_names``, on two cores."""
    if len(texts) <= _AT_ONCE:
        return same_names(texts)
    slices = [texts.slice(at, _AT_ONCE) for at in range(0, len(texts), _AT_ONCE)]
    with ThreadPoolExecutor(2) as pool:
        return pa.concat_arrays(list(pool.map(same_names, slices)))


def groups(events: Events, processes: pd.DataFrame, chosen: Mask, most: int) -> Sequence[Mapping[str, Any]]:
    """The chosen events by program, operation, category and path, the largest groups first; at most ``most``."""
    names = _texts(processes[p.PROCESS_NAME])
    parts, at = [], 0
    for piece in events.pieces(*LOOKED_AT):
        rows = pa.array(np.flatnonzero(chosen[at : at + len(piece[e.PROCESS])]))
        at += len(piece[e.PROCESS])
        taken = {name: column.take(rows) for name, column in piece.items()}
        parts.append(
            pa.table(
                {
                    p.PROCESS_NAME: names.take(taken[e.PROCESS]),
                    e.OPERATION: _plain(taken[e.OPERATION]),
                    e.CATEGORY: pc.fill_null(_plain(taken[e.CATEGORY]), ""),
                    e.PATH: _alike_column(taken[e.PATH]),
                }
            )
            .group_by([p.PROCESS_NAME, e.OPERATION, e.CATEGORY, e.PATH])
            .aggregate([([], "count_all")])
        )
    if not parts:
        return []
    keys = [p.PROCESS_NAME, e.OPERATION, e.CATEGORY, e.PATH]
    whole = pa.concat_tables(parts).group_by(keys).aggregate([("count_all", "sum")])
    order = [("count_all_sum", "descending"), *((key, "ascending") for key in keys)]
    rows = whole.sort_by(order).slice(0, most).rename_columns({"count_all_sum": "events"})
    told: list[dict[str, Any]] = rows.to_pylist()
    return told


def _alike_column(column: pa.Array) -> pa.Array:
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    texts = alike(coded.dictionary.cast(pa.large_string()))
    return pc.fill_null(texts.take(coded.indices), "")


def _plain(column: pa.Array) -> pa.Array:
    return column.cast(pa.large_string())


def _texts(series: pd.Series[Any]) -> pa.Array:
    return pa.array([None if pd.isna(value) else str(value) for value in series], pa.large_string())


def _distinct(parts: Sequence[Numbers]) -> Numbers:
    return np.unique(np.concatenate([np.zeros(0, dtype=np.uint64), *parts]))
