"""The tables of findings.json as tables for people: sorted by what matters, everyday rows counted, long ones capped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from scripts.procmon.report.table import Column, Maker, Shape, Table, TableRow
from scripts.procmon.report.table_shapes import SHAPES
from scripts.procmon.report.words import Words

#: rows of the less telling kind that a page of the PDF shows
MINOR = 8

#: everyday explanations that are told above a table; rows with others are counted
_MOST_REASONS = 4


def make_table(
    key: str, rows: Sequence[TableRow], maker: Maker, *, checks: Mapping[str, Mapping[str, Any]]
) -> Table:
    """The table ``key`` of ``rows``; with no rows it says that nothing was found, or why it could not be checked."""
    shape, words = SHAPES[key], maker.words
    kept = [row for row in rows if shape.keep(row)]
    telling = [row for row in kept if not row.get("ordinary")]
    telling.sort(key=lambda row: (not _is_told(row, shape, maker), shape.order(row)))
    ordinary = [row for row in kept if row.get("ordinary")]
    everyday = Counter(str(row["ordinary"]) for row in ordinary)
    events: Counter[str] = Counter()
    for row in ordinary if shape.all_events else ():
        events[str(row["ordinary"])] += len(row["events"])
    check = checks.get(shape.check, {})
    said: list[str] = []
    if telling:
        said.append(words.say(f"tables.{key}.intro", **{"n": len(telling), **shape.facts(telling, maker)}))
        if everyday:
            said.append(_everyday("ordinary", everyday, events, words))
    elif everyday:
        said.append(_everyday("only_ordinary", everyday, events, words))
    else:
        said.append(_nothing(key, check, maker))
    said.extend(shape.besides(kept, maker))
    if check.get("limits"):
        said.append(words.say("changes.limits", limits=words["gap"].join(check["limits"])))
    heads = words[f"tables.{key}.columns"]
    main = [row for row in telling if not shape.minor(row)]
    few = MINOR if maker.medium == "pdf" else maker.most
    listed = (main + [row for row in telling if shape.minor(row)][:few])[: maker.most]
    return Table(
        key=key,
        title=words[f"tables.{key}.title"],
        said=said,
        columns=[Column(key=name, head=heads[name], kind=kind, width=w) for name, kind, w in shape.columns],
        rows=[list(shape.cells(row, maker)) for row in listed],
        more=_more(len(telling) - len(listed), maker),
        asked=check.get("outcome") != "could not be checked",
    )


def _is_told(row: TableRow, shape: Shape, maker: Maker) -> bool:
    if shape.told is not None:
        return shape.told(row, maker)
    return str(row.get(shape.subject)).lower() in maker.subjects


def _more(hidden: int, maker: Maker) -> str:
    return maker.words.say(f"changes.more_{maker.medium}", n=hidden) if hidden > 0 else ""


def _everyday(sentence: str, reasons: Counter[str], events: Counter[str], words: Words) -> str:
    """``events``: how many a reason's rows have, where the rows have all of them."""
    kinds = [
        words.say("changes.ordinary_kind", kind=words.shared("ordinary", reason), n=n, events=events[reason])
        for reason, n in reasons.most_common()
    ]
    if len(reasons) == 1:  # its number is that of all rows
        kinds = [words.shared("ordinary", reason) for reason in reasons]
    # "and 8 more" would leave open whether that is rows or reasons; one reason alone is told rather than counted.
    if len(kinds) > _MOST_REASONS + 1:
        rest = reasons.total() - sum(n for _, n in reasons.most_common(_MOST_REASONS))
        kinds[_MOST_REASONS:] = [
            words.say("changes.ordinary_rest", n=rest, reasons=len(kinds) - _MOST_REASONS)
        ]
    return words.say(
        f"changes.{sentence}", n=reasons.total(), events=events.total(), kinds=words.forms.listing(kinds)
    )


def _nothing(key: str, check: Mapping[str, Any], maker: Maker) -> str:
    words = maker.words
    if check.get("outcome") == "could not be checked":
        return words.say("changes.not_checked", reason=check.get("reason") or "")
    own = key in ("removal", "questions", "indicators")  # made of the findings, not of what the capture kept
    if not check and not own:
        return str(words["changes.not_run"])
    said = "nothing_kept" if maker.filtered and not own else "nothing"
    return words.say(f"changes.{said}", what=words[f"tables.{key}.none"])
