"""What the events were that a stage or a rule took away: the operations, categories, processes and paths met most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts import processes as p
from scripts.procmon.filters.classes import Classes, Crossed, cross
from scripts.procmon.filters.columns import Codes, Events, Integers, Mask

#: A path is counted if it is among so many most frequent ones of a piece: one met that rarely is none of the first.
_CANDIDATES = 1000


class Hidden:
    """Counts of one capture's events by class of ``classes``, ready to be asked about any set of classes."""

    def __init__(self, events: Events, processes: pd.DataFrame, classes: Classes) -> None:
        self._events, self._processes, self._classes = events, processes, classes
        self._operations = self._by_text(e.OPERATION)
        self._categories = self._by_text(e.CATEGORY)
        self._by_process = self._by_number(len(processes))

    def operations(self, classes: Mask, most: int) -> list[dict[str, Any]]:
        """The operations met most in ``classes``."""
        return _told(*self._operations, classes, most, "operation")

    def categories(self, classes: Mask, most: int) -> list[dict[str, Any]]:
        """The categories met most in ``classes``; blank ones are left out."""
        return _told(*self._categories, classes, most, "category")

    def processes(self, classes: Mask, most: int) -> list[dict[str, Any]]:
        """The processes met most in ``classes``."""
        names, pids = self._processes[p.PROCESS_NAME], self._processes[p.PID]
        return [
            {
                "process": process,
                "process_name": str(names.iloc[process]),
                "pid": None if pd.isna(pids.iloc[process]) else int(pids.iloc[process]),
                "events": count,
            }
            for process, count in self._by_process.top(classes, most)
        ]

    def paths(self, wanted: Sequence[Mask], most: int) -> list[list[dict[str, Any]]]:
        """For each set of classes in ``wanted``, the paths met most; all are counted in one reading."""
        counters: list[Counter[str]] = [Counter() for _ in wanted]
        for codes, texts, crossed in self._pieces(e.PATH) if wanted else ():
            for mask, counter in zip(wanted, counters, strict=True):
                if mask[codes].any():
                    for value, count in crossed.top(mask, _CANDIDATES):
                        counter[str(texts[value])] += count
                    del counter[""]
        return [
            [{"path": path, "events": count} for path, count in counter.most_common(most)]
            for counter in counters
        ]

    def _pieces(self, name: str) -> Iterable[tuple[Integers, pa.Array, Crossed]]:
        """For each piece the classes in it, the distinct values of the column, and both crossed; blanks are left out."""
        at = 0
        for piece in self._events.pieces(name):
            column = (
                piece[name] if pa.types.is_dictionary(piece[name].type) else piece[name].dictionary_encode()
            )
            codes = self._classes.codes[at : at + len(column)]
            at += len(column)
            shown = column.is_valid().to_numpy(zero_copy_only=False)
            indices = column.indices.fill_null(0).to_numpy(zero_copy_only=False)
            if not shown.all():
                codes, indices = codes[shown], indices[shown]
            if len(codes):
                crossed = cross(codes, self._classes.size, indices, len(column.dictionary))
                yield np.unique(crossed.classes), column.dictionary, crossed

    def _by_text(self, name: str) -> tuple[list[str], Crossed]:
        """A column of few distinct texts against the classes."""
        numbers: dict[str, int] = {}
        parts: list[Crossed] = []
        for _, texts, crossed in self._pieces(name):
            of_piece = np.array([numbers.setdefault(text, len(numbers)) for text in texts.to_pylist()])
            parts.append(Crossed(crossed.classes, of_piece[crossed.found], crossed.counts, 0))
        return list(numbers), _together(parts, len(numbers))

    def _by_number(self, most: int) -> Crossed:
        """The processes against the classes."""
        at = 0
        parts: list[Crossed] = []
        for piece in self._events.pieces(e.PROCESS):
            values: Codes = piece[e.PROCESS].to_numpy(zero_copy_only=False)
            codes = self._classes.codes[at : at + len(values)]
            at += len(values)
            parts.append(cross(codes, self._classes.size, values, max(most, 1)))
        return _together(parts, most)


def _together(parts: Sequence[Crossed], most: int) -> Crossed:
    """The pieces as one; a class and a value may stand side by side more than once."""

    def column(pick: Callable[[Crossed], Integers]) -> Integers:
        return np.concatenate([np.zeros(0, dtype=np.int64), *(pick(part) for part in parts)])

    return Crossed(
        column(lambda part: part.classes),
        column(lambda part: part.found),
        column(lambda part: part.counts),
        most,
    )


def _told(
    texts: Sequence[str], crossed: Crossed, classes: Mask, most: int, word: str
) -> list[dict[str, Any]]:
    return [{word: texts[value], "events": count} for value, count in crossed.top(classes, most)]
