"""The picture of activity: how often each operation was called, as plain numbers that a template writes down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scripts.procmon.report.arrays import codes, numbers
from scripts.procmon.report.charts import clip

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


@dataclass(frozen=True, kw_only=True)
class Doing:
    """One operation: how often in the whole capture, among the events left, among those that findings cite."""

    operation: str
    y: float
    width: float
    count: int
    left: int
    cited: int


def make_activity(
    operations: Mapping[str, int], events: pa.Table | None, *, last: int, most: int = 14
) -> list[Doing]:
    """The operations met most often, to scale, and those that findings cite; ``last`` is the number of the last stage."""
    left, cited = _by_operation(events, last)
    tops = sorted(operations, key=lambda name: (-operations[name], name))
    told = sorted(cited, key=lambda name: (-cited[name], name))
    chosen = [name for name in dict.fromkeys([*told[: most // 2], *tops]) if operations.get(name)][:most]
    chosen.sort(key=lambda name: (-operations[name], name))
    scale = 250 / max((operations[name] for name in chosen), default=1)
    return [
        Doing(operation=clip(name, 40), y=18.0 + index * 19, width=round(max(operations[name] * scale, 1.0), 1),
              count=operations[name], left=left[name], cited=cited[name])
        for index, name in enumerate(chosen)
    ]  # fmt: skip


def _by_operation(events: pa.Table | None, last: int) -> tuple[Counter[str], Counter[str]]:
    """How many shown events of each operation are left at the last stage, and how many findings cite."""
    if events is None or not events.num_rows:
        return Counter(), Counter()
    import numpy as np
    import pyarrow.compute as pc

    operation, names = codes(events["operation"])

    def counted(places: np.ndarray) -> Counter[str]:
        counts = np.bincount(operation[places], minlength=len(names)).tolist()
        return Counter({str(name): count for name, count in zip(names, counts, strict=True) if count})

    cited = np.unique(numbers(pc.list_parent_indices(events["findings"].combine_chunks())))
    return counted(np.flatnonzero(numbers(events["stage"]) >= last)), counted(cited)
