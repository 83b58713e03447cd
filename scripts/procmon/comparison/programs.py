"""Programs of two captures paired: by image, and by name where one side lacks the image."""

from __future__ import annotations

from collections.abc import Iterable

from scripts.procmon.comparison.things import Thing, Things

#: The key of what is known by name alone begins with it; no image does.
_BY_NAME = "\0"


def paired(before: Things, after: Things) -> tuple[Things, Things]:
    """Both sides under keys that are the same for what counts as the same program.

    The same image is the same program. What has no image is the same as anything of its name on the other side; of an
    image that only one side has, it can't be told that it is new where the other side has its name without an image.
    """
    one, other = _named(before), _named(after)
    names = one.keys() | other.keys()
    pairs = [(_keyed(one.get(name, []), other.get(name, [])), name) for name in sorted(names)]
    both: tuple[Things, Things] = ({}, {})
    for (keyed, others), name in pairs:
        for things, side in ((keyed, both[0]), (others, both[1])):
            for key, thing in things:
                side[key or _BY_NAME + name] = _joined(side.get(key or _BY_NAME + name), thing)
    return both


Keyed = list[tuple[str, Thing]]


def _named(things: Things) -> dict[str, Keyed]:
    """By name the programs, each with the key of its image, "" for none."""
    found: dict[str, Keyed] = {}
    for key, thing in things.items():
        found.setdefault(thing.called, []).append(("" if key == thing.called else key, thing))
    return found


def _keyed(one: Keyed, other: Keyed) -> tuple[Keyed, Keyed]:
    """The programs of one name with the key to compare them by, "" for the name."""
    return _side(one, other), _side(other, one)


def _side(own: Keyed, other: Keyed) -> Keyed:
    images, there = {key for key, _ in own if key}, {key for key, _ in other}
    shared = sorted(images & there)
    # Where the other side tells of no program but by images that are here as well, one without an image is one of them.
    stray = shared[0] if shared and "" not in there and not there - images else ""
    told = [(key if key in there or "" not in there else "", thing) for key, thing in own if key]
    return told + [(stray, thing) for key, thing in own if not key]


def _joined(thing: Thing | None, more: Thing) -> Thing:
    """Both as one, under a name that tells the image where either has one."""
    if thing is None:
        return more
    name = max((thing.name, more.name), key=lambda name: "\\" in name)
    joined = Thing(thing.kind, name, _first((thing.first, more.first)), thing.events + more.events)
    joined.called, joined.listed_only = thing.called, thing.listed_only and more.listed_only
    for kept, of_thing, of_more in (
        (joined.facts, thing.facts, more.facts),
        (joined.alike, thing.alike, more.alike),
    ):
        for fact in of_thing.keys() | of_more.keys():
            kept[fact] = of_thing.get(fact, set()) | of_more.get(fact, set())
    return joined


def _first(events: Iterable[int | None]) -> int | None:
    return min((event for event in events if event is not None), default=None)
