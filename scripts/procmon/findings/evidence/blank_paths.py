"""A capture whose export showed no Path, as analyses take it."""

from __future__ import annotations

from dataclasses import replace

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture


def with_paths(capture: Capture) -> Capture:
    """``capture`` with "" for every path that it does not show, as Process Monitor shows events that have none."""
    paths = capture.events[e.PATH]
    if not paths.isna().any():
        return capture
    if "" not in paths.cat.categories:
        paths = paths.cat.add_categories("")
    return replace(capture, events=capture.events.assign(**{e.PATH: paths.fillna("")}))


def shows_paths(capture: Capture) -> bool:
    """Whether any event names what it was done to."""
    return bool((capture.events[e.PATH] != "").any())
