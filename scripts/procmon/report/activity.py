"""The picture of activity: how often each operation was called, as plain numbers that a template writes down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scripts.procmon.report.charts import clip

if TYPE_CHECKING:
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
    import pyarrow.compute as pc

    def counted(mask: Any) -> Counter[str]:
        found = pc.value_counts(events["operation"].filter(mask)).to_pylist()
        return Counter({str(one["values"]): one["counts"] for one in found})

    cited = pc.fill_null(pc.greater(pc.list_value_length(events["findings"]), 0), False)
    return counted(pc.greater_equal(events["stage"], last)), counted(cited)
