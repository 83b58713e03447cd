"""What an ordinary capture shows: what its user and programs did, and how many everyday changes came with it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from ntpath import splitext
from typing import Any

from scripts.procmon.report import plainly
from scripts.procmon.report.exit_codes import exit_said, failed
from scripts.procmon.report.material import Material
from scripts.procmon.report.words import Words
from scripts.procmon.text import code
from scripts.procmon.text.named import named

#: Programs of which each gets a sentence on what it wrote or talked to.
MOST_PROGRAMS = 3
#: From so many rows on it is said what most of them are.
MANY = 20

#: An article of Microsoft's Knowledge Base, one for each update.
_ARTICLE = re.compile(r"(?<![A-Za-z0-9])KB[0-9]{6,7}(?![0-9])", re.IGNORECASE)

Say = Callable[..., str]
Facts = Mapping[str, Any]


def verdict(material: Material) -> str:
    """How clean a capture without findings can be said to be: a key of the catalogue ``brief``, under ``means``."""
    if material.unanswered:
        return "clean_unanswered"
    blocked = any(check["outcome"] == "could not be checked" for check in material.looked)
    if blocked or material.filtered or material.damaged:
        return "clean_partly"
    if material.whole:
        return "clean"
    return "clean_missing" if material.missing else "clean_unknown"


def unanswered(material: Material, say: Say) -> list[str]:
    """Why nothing follows from nothing being found, each a clause; none for most captures."""
    return [say(f"unanswered.{key}", n=n, of=of) for key, (n, of) in material.unanswered.items()]


def done(material: Material, say: Say, words: Words) -> list[str]:
    """What the user did, what was started, written and talked to besides, by name, and the rest in numbers."""
    every = material.table("activity")
    read = [row for row in every if row["what"] == "read"]
    told = [row for row in every if row["what"] != "read"]
    began = any(row["started_here"] for row in material.table("processes"))
    said = [
        *_acts(told, say),
        *_read(read, say, began=began),
        *_started(material, {row["who"] for row in told}, say),
    ]
    seen = {(named(row["program"]), row["what"]) for row in told}
    written = _by_program(
        material,
        "files",
        lambda who, row: (who, "saved") not in seen and not row["ordinary"] and row["what"] != "folder",
    )
    talked = _by_program(
        material,
        "peers",
        lambda who, row: (
            (who, "connected to") not in seen and not row["ordinary"] and row["direction"] == "out"
        ),
    )
    for key, field, found in (("wrote", "path", written), ("talked", "peer", talked)):
        for who, rows in found.items():
            names = plainly.once(code(row[field]) for row in rows)
            said.append(plainly.brisk(say(f"clean.{key}", who=who, n=len(names), names=names, more=0)))
    said += _failed(material, say, words)
    by_name = {
        "files": _told_of(told, "saved") + sum(map(len, written.values())),
        "peers": _told_of(told, "connected to") + sum(map(len, talked.values())),
    }
    tables = ("files", "deletions", "registry_deletions", "peers")
    counts = {name: len(material.table(name)) - by_name.get(name, 0) for name in tables}
    if parts := [_counted(material, name, n, say=say, words=words) for name, n in counts.items() if n > 0]:
        said.append(say("clean.besides" if said else "clean.ordinary", parts=parts))
    if numbers := _updates(material):
        said.append(say("clean.updates", numbers=numbers))
    return said


def _updates(material: Material) -> list[str]:
    """The numbers under which Microsoft tells of the updates whose files Windows Update handled: KB4565483."""
    paths = (row["path"] for row in material.table("files") if row["ordinary"] == "windows_update")
    return plainly.once(number.upper() for path in paths for number in _ARTICLE.findall(path))


def _read(read: Any, say: Say, *, began: bool) -> list[str]:
    """What each program looked at, where the capture shows nothing that was changed; ``began``: yet some were started."""
    return [
        plainly.brisk(
            say("clean.read", who=named(row["program"]), names=[code(name) for name in row["names"]], n=row["count"],
                last=row is read[-1], began=began, file=any(splitext(name)[1] for name in row["names"]))
        )
        for row in read
    ]  # fmt: skip


def _counted(material: Material, name: str, n: int, *, say: Say, words: Words) -> str:
    """How many everyday rows a table has, and what most of them are where one kind makes up more than half."""
    told = say(f"clean.counts.{name}", n=n)
    reasons = Counter(str(row["ordinary"]) for row in material.table(name) if row.get("ordinary"))
    reason, most = reasons.most_common(1)[0] if reasons else ("", 0)
    if n < MANY or 2 * most <= n:
        return told
    return say("clean.mostly", told=told, why=words.shared("ordinary", reason), n=most, all=most == n)


def _acts(told: Any, say: Say) -> list[str]:
    """A sentence a program on what the user did with it: opened, saved, went to."""
    by_program: dict[str, dict[str, list[str]]] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for row in told:
        acts = by_program.setdefault(row["program"], {})
        acts.setdefault(row["what"], []).extend(code(name) for name in row["names"])
        counts[row["program"], row["what"]] += row["count"]
    said = []
    for program, acts in by_program.items():
        opened, saved, peers = (
            plainly.once(acts.get(what, ())) for what in ("started", "saved", "connected to")
        )
        more = max(0, counts[program, "connected to"] - len(peers))
        facts = {"program": named(program), "started": "started" in acts, "opened": opened, "saved": saved}
        if "started" in acts or saved:
            said.append(plainly.brisk(say("clean.user", **facts, same=set(opened) == set(saved))))
        if peers:
            said.append(
                plainly.brisk(say("clean.talked", who=named(program), names=peers, n=len(peers), more=more))
            )
    return said


def _started(material: Material, known: set[str], say: Say) -> list[str]:
    started = Counter(
        plainly.without_pid(row["who"])
        for row in material.table("processes")
        if row["started_here"] and row["who"] not in known
    )
    names = [say("clean.times", name=code(name), n=n) for name, n in started.items()]
    return [say("clean.started", names=names, further=bool(known))] if started else []


def _failed(material: Material, say: Say, words: Words) -> list[str]:
    """Programs that ended with an error of Windows, each with each once."""
    ended = (
        (named(row["process_name"]), exit_said(row["exit_code"], words))
        for row in material.table("processes")
        if failed(row["exit_code"])
    )
    return [say("clean.failed", who=who, status=status) for who, status in dict.fromkeys(ended)][
        :MOST_PROGRAMS
    ]


def _told_of(told: Any, what: str) -> int:
    return sum(row["count"] for row in told if row["what"] == what)


def _by_program(
    material: Material, table: str, holds: Callable[[str, Facts], bool]
) -> dict[str, list[Facts]]:
    """The rows that hold, by program, of the first MOST_PROGRAMS programs."""
    found: dict[str, list[Facts]] = {}
    for row in material.table(table):
        who = plainly.without_pid(row["who"])
        if holds(who, row) and (who in found or len(found) < MOST_PROGRAMS):
            found.setdefault(who, []).append(row)
    return found
