"""The zone and date of an XML export, from processes that start or end among its events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from scripts.procmon.contracts import columns as shown
from scripts.procmon.sources.clock import Clock
from scripts.procmon.sources.locales import DAY, NAT, SECOND
from scripts.procmon.sources.xml_processes import Listed

_QUARTER = 15 * 60 * SECOND
#: The event and the time that Windows keeps for the process differ by microseconds.
_NEAR = SECOND // 2


class ZoneEvidence:
    """Compares local times of Process Start and Process Exit with the UTC times in the list of processes."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._clock = Clock(set(columns) - {shown.DATE_AND_TIME}, order=None)

    def weigh(
        self, texts: pa.RecordBatch, indices: list[str | None], listed: Listed
    ) -> tuple[int, date] | None:
        """Seconds that local time is ahead of UTC and the date of the first event; None without evidence.

        Batches must come in order. A zone 13 or 14 hours ahead can't be told from one 11 or 10 behind, and counts as
        that.
        """
        if shown.OPERATION not in texts.schema.names or shown.TIME_OF_DAY not in texts.schema.names:
            return None
        times = self._clock.times(texts)
        operations = texts.column(shown.OPERATION)
        names = operations.dictionary.to_pylist()
        sides = {
            names.index(name): side
            for side, name in enumerate(("Process Start", "Process Exit"))
            if name in names
        }
        codes = operations.indices.to_numpy(zero_copy_only=False)
        for row in np.flatnonzero(np.isin(codes, list(sides))).tolist():
            utc = listed.times(indices[row])[sides[int(codes[row])]]
            if utc is None or times[row] == NAT:
                continue
            ahead = (int(times[row]) - utc + DAY // 2) % DAY - DAY // 2
            offset = round(ahead / _QUARTER) * _QUARTER
            if abs(ahead - offset) <= _NEAR:
                # The clock counted the days from 1970-01-01 on.
                days = round((utc + offset - int(times[row])) / DAY)
                return offset // SECOND, date(1970, 1, 1) + timedelta(days=days)
        return None
