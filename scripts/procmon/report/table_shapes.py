"""How each table of findings.json is shown: its columns, their cells, and what stands in the sentence above it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from scripts.procmon.report.exit_codes import exit_said
from scripts.procmon.report.plainly import once
from scripts.procmon.report.table import Maker, Shape, TableRow
from scripts.procmon.text import code
from scripts.procmon.text.endpoints import endpoint, port_said
from scripts.procmon.text.phrases import in_language

# --- cells: each takes a row and gives what stands in the columns of its shape, in their order ---------------------


def _driver(row: TableRow, m: Maker) -> list[Any]:
    steps = [m.words.word("steps", step) for step in ("dropped", "registered", "loaded") if row[step]]
    events = [*row["file_events"], *row["registry_events"], *row["load_events"]]
    starts = m.words.word("starts", row["starts"])
    return [
        row["service"],
        row["file"],
        row["copied_from"],
        starts,
        m.words.joined(steps),
        row["who"],
        events,
    ]


def _service(row: TableRow, m: Maker) -> list[Any]:
    change, starts = m.words.word("change", row["change"]), m.words.word("starts", row["starts"])
    if row.get("made_again"):
        again = m.words.say("tables.services.made_again", **row["made_again"])
        change = f"{change}{m.words['semicolon']}{again}"
    time = m.moments.clock(row["time"])
    return [row["service"], change, row["image"], starts, row["who"], time, row["events"]]


def _file(row: TableRow, m: Maker) -> list[Any]:
    words = m.words
    what = words.word("what", row["what"])
    for letter, word in (("H", "hidden_attribute"), ("S", "system_attribute")):
        if letter in (row["attributes"] or ""):
            what += f"{words['comma']}{words['words.' + word]}"
    length = row["size"] if row["size"] is not None else row["bytes_written"]
    how = words.word("how", row["how"])
    if row["copied_from"]:
        how += f"{words['semicolon']}{words.say('words.copied', source=_name(row['copied_from']))}"
    how = words["semicolon"].join(
        filter(None, [how, *(words.word("changed", one) for one in row.get("changed", ()))])
    )
    fate = words.word("fate", row["fate"])
    if row["fate"] == "renamed" and row["renamed_to"]:
        fate = words.say("words.renamed_to", to=row["renamed_to"])
    elif row["fate_who"] and row["fate_who"] != row["who"]:
        fate += f" {words.say('words.by', who=code(row['fate_who']))}"
    who = words.forms.listing(once([row["who"], *row["writers"], *row.get("changed_by", ())]), most=3)
    return [row["path"], what, how, length, who, m.moments.clock(row["time"]), fate, row["events"]]


def _name(path: str) -> str:
    """The last part of a path; the whole stands in the table of copies."""
    return path.rpartition("\\")[2] or path


def _copy(row: TableRow, m: Maker) -> list[Any]:
    proof = [m.words.say("words.matched", reads=row["reads"], writes=row["writes"])]
    if row["api"]:
        proof.append(m.words.say("words.api", api=row["api"]))
    sure = m.words["confidence"][row["confidence"]]
    told = f"{m.words['semicolon'].join(proof)} ({sure})"
    return [row["source"], row["target"], row["bytes_copied"], told, row["who"], row["events"]]


def _rename(row: TableRow, m: Maker) -> list[Any]:
    return [row["path"], row["to"], row["who"], m.moments.clock(row["time"]), row["events"]]


def _deletion(row: TableRow, m: Maker) -> list[Any]:
    how = m.words.word("how", row["how"])
    if row["attempt"]:
        how = f"{how} ({m.words['words.attempt']})"
    return [row["path"], how, row["who"], m.moments.clock(row["time"]), row["events"]]


def _timestamp(row: TableRow, m: Maker) -> list[Any]:
    by_value: dict[str, list[str]] = {}
    for name, iso in row["set"].items():
        shown = f"{m.moments.day(iso) or str(iso)[:10]} {str(iso).partition('T')[2][:8]}".strip()
        by_value.setdefault(shown, []).append(name)
    values = m.words["semicolon"].join(
        f"{value} ({m.words.joined(names)})" for value, names in by_value.items()
    )
    return [row["path"], values, row["donor"], row["who"], m.moments.clock(row["time"]), row["events"]]


def _registry_deletion(row: TableRow, m: Maker) -> list[Any]:
    words = m.words
    if _WONDER.get(row["explanation"], 2):
        why = words.shared(
            "registry_deletions", row["explanation"], m.moments.facts(row["explanation_facts"])
        )
    else:
        why = str(words["tables.registry_deletions.unexplained"]).strip("*")
        if row["considered"]:
            tried = [words.considered(key) for key in row["considered"]]
            why += words["gap"] + words.say("tables.registry_deletions.considered", considered=tried)
    return [row["path"], row["result"], why, row["who"], m.moments.clock(row["time"]), row["events"]]


def _registry_value(row: TableRow, m: Maker) -> list[Any]:
    return [row["path"], row["data"], row["who"], m.moments.clock(row["time"]), row["events"]]


def _noted(rows: Sequence[TableRow], m: Maker) -> list[str]:
    """What the Background Activity Moderator noted: a sentence for each program and account."""
    notes: dict[tuple[str, str], list[TableRow]] = {}
    for row in rows:
        if row.get("noted"):
            notes.setdefault((row["noted"]["program"], row["noted"]["account"]), []).append(row)
    told = [
        m.words.say(
            "tables.registry_values.noted",
            program=program,
            account=account,
            times=[f"{m.moments.clock(row['time'])}" for row in same],
            events=[event for row in same for event in row["events"]],
            who=once(row["who"] for row in same),
            ran=m.moments.absolute(same[0]["noted"]["ran"]),
        )
        for (program, account), same in notes.items()
    ]
    rest = len(told) - _MOST_NOTES
    return (
        told if rest < 2 else [*told[:_MOST_NOTES], m.words.say("tables.registry_values.more_noted", n=rest)]
    )


def _process(row: TableRow, m: Maker) -> list[Any]:
    running = m.words["words.running" if row.get("end_known", True) else "words.end_unknown"]
    end = m.moments.clock(row["end"]) if row["ended_here"] else running
    parent = m.names.get(row["parent"], "") if row["parent"] is not None else ""
    if not parent and row.get("parent_pid") is not None:
        parent = m.words.say("words.parent_pid", pid=row["parent_pid"])
    return [
        row["who"], row["command_line"] or row["image_path"], parent, row["user"],
        f"{m.moments.clock(row['start'])} – {end}", exit_said(row["exit_code"], m.words),
    ]  # fmt: skip


def _target(row: TableRow, m: Maker) -> str:
    """What a step is done to; of a step on several things these stand in one text."""
    target = str(in_language(row["target"], m.words.language))
    return target.replace(", ", m.words["comma"]) if row["step"] in ("save first", "restart") else target


def _peer(row: TableRow, m: Maker) -> list[Any]:
    first, last = m.moments.clock(row["first"]), m.moments.clock(row["last"])
    received = row["bytes_received"] if row["answered"] else m.words["words.no_answer"]
    return [
        f"{row['peer']}:{port_said(row['port'])}", row["protocol"], m.words.word("direction", row["direction"]),
        row["bytes_sent"], received, row["who"], first if first == last else f"{first} – {last}", row["events"],
    ]  # fmt: skip


def _autostart(row: TableRow, m: Maker) -> list[Any]:
    change = m.words.word("change", row["change"])
    if row["attempt"]:
        change = f"{change} ({m.words['words.attempt']})"
    return [row["path"], row["data"], change, row["who"], m.moments.clock(row["time"]), row["events"]]


def _indicator(row: TableRow, m: Maker) -> list[Any]:
    value = endpoint(row["value"]) if row["type"] == "address" else row["value"]
    kind = m.words.word("type", row["type"])
    told = [kind, row.get("protocol"), m.words["words.gone_again"] if row.get("gone") else ""]
    return [m.words.joined(filter(None, told)), value, row["why"], row["events"]]


# --- what stands in the sentence above a table ---------------------------------------------------------------------


def _count(rows: Sequence[TableRow], holds: Callable[[TableRow], Any]) -> int:
    return sum(1 for row in rows if holds(row))


def _service_facts(rows: Sequence[TableRow], m: Maker) -> dict[str, Any]:
    changes = Counter(m.words.word("change", row["change"]) for row in rows)
    return {
        "changes": [m.words.forms.plural(n, change, change) for change, n in changes.items()],
        "security": _count(rows, lambda row: row["security"]),
    }


def _deletion_facts(rows: Sequence[TableRow], m: Maker) -> dict[str, Any]:
    explained = [row for row in rows if _WONDER.get(row["explanation"], 2)]
    accused = [row for row in explained if _is_told(row, m)]
    ordinary = [row for row in explained if row not in accused]
    return {
        "unexplained": len(rows) - len(explained),
        "accused": len(accused),
        "accused_kinds": _kinds(accused, m),
        "kinds": _kinds(ordinary, m),
    }


def _kinds(rows: Sequence[TableRow], m: Maker) -> list[str]:
    counted = Counter(row["explanation"] for row in rows)
    return [m.words.forms.plural(n, *[m.words.considered(key)] * 2) for key, n in counted.most_common()]


def _is_told(row: TableRow, m: Maker) -> bool:
    """Whether a deletion is part of what a finding is about: what is known of it is then no excuse."""
    path = str(row["path"]).lower()
    service = str((row["explanation_facts"] or {}).get("service", "")).lower()
    return (
        path in m.subjects
        or service in m.subjects
        or any(subject.startswith(f"{path}\\") for subject in m.subjects)
    )


def _indicator_facts(rows: Sequence[TableRow], m: Maker) -> dict[str, Any]:
    forms = m.words["words.types"]
    counted = Counter(row["type"] for row in rows)
    types = [m.words.forms.plural(n, *forms.get(kind, (kind, kind))) for kind, n in counted.items()]
    return {"types": types, "gone": _count(rows, lambda row: row.get("gone"))}


#: Programs that BAM noted, told one by one.
_MOST_NOTES = 6
_WEIGHT = {"driver": 0, "executable": 1, "script": 2, "shortcut": 3, "data": 4, "folder": 5}
_WONDER = {None: 0, "unexplained": 0, "security": 1}
_TYPES = {
    "file": 0, "folder": 1, "service": 2, "registry": 3, "address": 4, "process": 5, "command line": 6,
}  # fmt: skip

SHAPES: dict[str, Shape] = {
    "drivers": Shape(
        check="drivers",
        subject="file",
        columns=(("service", "path", 10), ("file", "path", 22), ("copied_from", "path", 21), ("starts", "text", 9),
                 ("steps", "text", 14), ("who", "path", 12), ("events", "events", 12)),
        cells=_driver,
        facts=lambda rows, _: {
            "complete": _count(rows, lambda r: r["dropped"] and r["registered"] and r["loaded"])
        },
        # A driver that was put there before one that only came and went; then in order of time.
        order=lambda row: (not row["dropped"], not row["registered"], row["time"]),
    ),
    "services": Shape(
        check="services",
        subject="service",
        columns=(("service", "path", 16), ("change", "prose", 20), ("image", "path", 21), ("starts", "text", 10),
                 ("who", "path", 12), ("time", "text", 9), ("events", "events", 12)),
        cells=_service,
        facts=_service_facts,
        order=lambda row: (not row["security"], row["time"]),
    ),
    "files": Shape(
        check="dropped_files",
        columns=(("path", "path", 29), ("what", "text", 10), ("how", "prose", 14), ("size", "number", 8),
                 ("who", "path", 11), ("time", "text", 8), ("fate", "prose", 10), ("events", "events", 10)),
        cells=_file,
        facts=lambda rows, _: {
            "left": _count(rows, lambda r: r["fate"] not in ("deleted", "deleted on close")),
            "programs": _count(rows, lambda r: r["what"] in ("driver", "executable", "script")),
        },
        order=lambda row: (_WEIGHT.get(row["what"], 6), row["fate"] != "still there", row["time"]),
    ),
    "copies": Shape(
        check="copies",
        subject="target",
        columns=(("source", "path", 26), ("target", "path", 26), ("bytes", "number", 8), ("proof", "prose", 18),
                 ("who", "path", 11), ("events", "events", 11)),
        cells=_copy,
    ),
    "renames": Shape(
        check="deletions",
        columns=(("path", "path", 33), ("to", "path", 33), ("who", "path", 14), ("time", "text", 9),
                 ("events", "events", 11)),
        cells=_rename,
    ),
    "deletions": Shape(
        check="deletions",
        columns=(("path", "path", 46), ("how", "text", 17), ("who", "path", 15), ("time", "text", 9),
                 ("events", "events", 13)),
        cells=_deletion,
        facts=lambda rows, _: {
            "own": _count(rows, lambda r: r["created_here"]),
            "attempts": _count(rows, lambda r: r["attempt"]),
        },
        order=lambda row: (bool(row["attempt"]), row["time"]),
    ),
    "timestamps": Shape(
        check="timestamps",
        columns=(("path", "path", 25), ("set", "text", 28), ("donor", "path", 18), ("who", "path", 11),
                 ("time", "text", 8), ("events", "events", 10)),
        cells=_timestamp,
        facts=lambda rows, _: {
            "back": _count(rows, lambda r: r["direction"] == "back"),
            "donors": _count(rows, lambda r: r["donor"]),
        },
        order=lambda row: (row["direction"] != "back", row["time"]),
    ),
    "registry_deletions": Shape(
        check="registry_deletions",
        columns=(("path", "path", 34), ("result", "text", 12), ("explanation", "prose", 24), ("who", "path", 12),
                 ("time", "text", 8), ("events", "events", 10)),
        cells=_registry_deletion,
        facts=_deletion_facts,
        told=_is_told,
        # A key tells more than the values that went with it.
        order=lambda row: (_WONDER.get(row["explanation"], 2), not row["is_key"], row["time"]),
        minor=lambda row: row["explanation"] not in _WONDER,
    ),
    "registry_values": Shape(
        check="registry_values",
        columns=(("path", "path", 42), ("data", "path", 22), ("who", "path", 14), ("time", "text", 9),
                 ("events", "events", 13)),
        cells=_registry_value,
        minor=lambda _row: True,
        besides=_noted,
        all_events=True,
    ),
    "processes": Shape(
        check="process_tree",
        subject="who",
        columns=(("who", "path", 15), ("command_line", "path", 33), ("parent", "path", 14), ("user", "path", 15),
                 ("life", "text", 13), ("exit", "text", 10)),
        cells=_process,
        facts=lambda rows, _: {
            "ended": _count(rows, lambda r: r["ended_here"]),
            "unknown": _count(rows, lambda r: not r["ended_here"] and not r.get("end_known", True)),
        },
        order=lambda row: row["start"] or "",
        keep=lambda row: bool(row["started_here"]),
    ),
    "peers": Shape(
        check="network",
        subject="peer",
        columns=(("peer", "path", 30), ("protocol", "text", 8), ("direction", "text", 9), ("sent", "number", 8),
                 ("received", "number", 9), ("who", "path", 13), ("first", "text", 12), ("events", "events", 11)),
        cells=_peer,
        facts=lambda rows, _: {
            "silent": _count(rows, lambda r: not r["answered"]),
            "came": _count(rows, lambda r: r["direction"] == "in"),
        },
        order=lambda row: (not row["answered"], row["first"]),
    ),
    "autostarts": Shape(
        check="persistence",
        columns=(("path", "path", 34), ("data", "path", 26), ("change", "text", 10), ("who", "path", 12),
                 ("time", "text", 8), ("events", "events", 10)),
        cells=_autostart,
        facts=lambda rows, _: {
            "still": _count(rows, lambda r: r["still_there"] and not r["attempt"]),
            "attempts": _count(rows, lambda r: r["attempt"]),
        },
        order=lambda row: (bool(row["attempt"]), not row["still_there"], row["time"]),
    ),
    "removal": Shape(
        check="removal",
        columns=(("step", "text", 15), ("target", "path", 41), ("because", "prose", 44)),
        cells=lambda row, m: [
            m.words.word("step", row["step"]), _target(row, m), m.words.shared("removal", row["because"], row["facts"]),
        ],
        facts=lambda rows, _: {
            "n": _count(rows, lambda r: r["step"] != "leave"), "left": _count(rows, lambda r: r["step"] == "leave"),
        },
        order=lambda _row: 0,
    ),
    "questions": Shape(
        check="open_questions",
        columns=(("question", "prose", 84), ("events", "events", 16)),
        cells=lambda row, m: [m.words.shared("questions", row["kind"], row["facts"]), row["events"]],
        order=lambda _row: 0,
    ),
    "indicators": Shape(
        check="indicators",
        columns=(("type", "text", 11), ("value", "path", 53), ("why", "findings", 18), ("events", "events", 18)),
        cells=_indicator,
        facts=_indicator_facts,
        order=lambda row: (_TYPES.get(row["type"], 7), str(row["value"]).lower()),
    ),
}  # fmt: skip
