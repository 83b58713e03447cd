"""What happened to each service whose key was changed: the row of the table ``services`` and what lies behind it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.tables import ServiceRow
from scripts.procmon.findings.autostart.service_keys import ServiceKey
from scripts.procmon.findings.evidence.names import process_name, who
from scripts.procmon.findings.evidence.records import Record
from scripts.procmon.findings.paths.places import kind_of
from scripts.procmon.findings.programs.commands import is_interpreter
from scripts.procmon.knowledge import knowledge

Change = Literal["created", "changed", "disabled", "deleted"]


@dataclass(frozen=True, kw_only=True)
class Story:
    """What happened to one service."""

    row: ServiceRow
    key: ServiceKey
    disabled: bool
    deleted: bool
    recreated: bool | None  #: made again after its deletion, True with a program, False as an empty key
    remade: Sequence[Record] = ()  #: what shows that


def story_of(capture: Capture, name: str, key: ServiceKey) -> Story | None:
    """The change that matters most; None where only parts of the key were touched that set nothing."""
    marked = key.value_number("DeleteFlag") == 1
    deleted = bool(key.deleted) or marked
    disabled = key.value_number("Start") == 4
    change: Change = (
        "deleted" if deleted else "created" if key.is_new else "disabled" if disabled else "changed"
    )
    told = key.records if deleted or key.is_new else key.sets
    if not told:
        return None
    first = told[0]
    return Story(
        row=ServiceRow(
            service=key.name,
            change=change,
            image=key.image,
            starts=key.starts,
            process=first.process,
            who=who(capture, first.process),
            time=first.moment,
            security=name in knowledge("security_services"),
            events=[record.event for record in told],
            values=key.values,
            display_name=key.value("DisplayName") or knowledge("security_services").get(name),
            ordinary=_ordinary(key, process_name(capture, first.process)),
            made_again=_made_again(capture, key),
        ),
        key=key,
        disabled=disabled,
        deleted=deleted,
        recreated=_recreated(key),
        remade=_remade(key),
    )


def _remade(key: ServiceKey) -> list[Record]:
    """The events that made the key again after its deletion."""
    gone = key.deleted[-1].event if key.deleted else None
    return [] if gone is None else [one for one in (*key.created, *key.opened) if one.event > gone]


def _made_again(capture: Capture, key: ServiceKey) -> dict[str, Any] | None:
    """What the table says of a key that was made again after its deletion."""
    again = _remade(key)
    people = list(dict.fromkeys(who(capture, record.process) for record in again))
    told = {"who": people, "events": [record.event for record in again], "program": bool(_recreated(key))}
    return told if again else None


def _recreated(key: ServiceKey) -> bool | None:
    gone = key.deleted[-1].event if key.deleted else None
    if gone is None or not _remade(key):
        return None
    return any(record.event > gone and record.path.lower().endswith("\\imagepath") for record in key.sets)


def _ordinary(key: ServiceKey, by: str) -> str | None:
    for known in knowledge("ordinary_services"):
        named = re.fullmatch(known["service"], key.name, re.IGNORECASE) is not None
        believed = known.get("anywhere") or _is_where_programs_live(key)
        if named and believed and by.lower() in known.get("by", [by.lower()]):
            return str(known["reason"])
    return None


def _is_where_programs_live(key: ServiceKey) -> bool:
    """Whether a service got no other program than one from there that is no interpreter; its name anybody chooses."""
    return not key.image or (
        kind_of(key.image)[0] == "own" and not is_interpreter(key.value("ImagePath") or "")
    )
