"""Commands that Windows is told to start by itself: what an interpreter is given to run weighs, not its place."""

from __future__ import annotations

import re
from functools import lru_cache

from scripts.procmon.findings.paths.named_files import named_files
from scripts.procmon.findings.paths.places import Kind, kind_of, program_of
from scripts.procmon.findings.programs.command_lines import telling
from scripts.procmon.knowledge import knowledge

#: Programs of Windows that run whatever they are given, so that their own place says nothing.
_INTERPRETERS = re.compile(
    r"(?:cmd|powershell|powershell_ise|pwsh|wscript|cscript|mshta|rundll32|regsvr32|msbuild|installutil)(?:\.exe)?",
    re.IGNORECASE,
)
_WORST = ("odd", "watch", "other", "own")


def is_interpreter(command: str) -> bool:
    """Whether the program of a command runs whatever it is given."""
    comspec = command.lower().lstrip(' "').startswith("%comspec%")
    return comspec or _INTERPRETERS.fullmatch(program_of(command).rpartition("\\")[2]) is not None


@lru_cache(maxsize=1 << 12)
def given(command: str) -> tuple[str, ...]:
    """The files that an interpreter is given to run; () for any other program."""
    return tuple(named_files(command)) if is_interpreter(command) else ()


def place_given(command: str) -> tuple[Kind, str | None]:
    """The kind of place of what is really run: the strangest of an interpreter's files, or else the program's."""
    program = program_of(command)
    places = [kind_of(path) for path in given(command)] or ([kind_of(program)] if "\\" in program else [])
    return min(places, key=lambda place: _WORST.index(place[0]), default=("other", None))


def tells(command: str) -> str | None:
    """What a command is for, where it gives itself away (the severity of knowledge/command_lines.yaml), or None.

    The place of what it runs is weighed apart.
    """
    known = telling(command)
    return None if known is None or known.get("place") else str(known["severity"])


def stands_in_at_log_on(path: str) -> bool:
    """Whether a value of Image File Execution Options is that of a program of the log-on screen."""
    program = path.lower().rpartition("\\")[0].rpartition("\\")[2]
    return program in knowledge("log_on_screen")["programs"]
