"""The file that a program which runs what it is given was started to run: a script, a library, a set-up package."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from ntpath import basename

from scripts.procmon.findings.paths.named_files import LONGEST
from scripts.procmon.findings.paths.places import plain_path, program_of

_PATH = r"""\s*["']*(?P<path>[a-z]:\\[^"'<>|*?\r\n]{1,300}?\.[a-z0-9]{1,4})(?=["'\s,;)]|$)"""
_SWITCHES = r"^\s*(?:[-/][^\s\"]+\s+)*"
#: What stands before the file: other files in these command lines are copied, deleted or written, not run.
_BEFORE: Mapping[str, str] = {
    "msiexec": r"(?:^|\s)[-/](?:i|a|p|package|update)\b",
    "cmd": r"(?:^|\s)/[ck]\s*[\"']*(?:call\s|start\s+(?:\"[^\"]*\"\s*)?(?:/\w+\s+)*)?",
    "powershell": r"(?:^|\s)-f(?:i|il|ile)?\s",
    "pwsh": r"(?:^|\s)-f(?:i|il|ile)?\s",
    "wscript": _SWITCHES,
    "cscript": _SWITCHES,
    "mshta": _SWITCHES,
    "rundll32": _SWITCHES,
    "regsvr32": _SWITCHES,
}


@lru_cache(maxsize=1 << 12)
def handed_over(command_line: str) -> str | None:
    r"""The full path of the file that a command line has run: ``C:\x.msi`` of "msiexec.exe /i C:\x.msi"; else None."""
    text = command_line[:LONGEST].strip()
    program = program_of(text)
    before = _BEFORE.get(basename(program).lower().removesuffix(".exe"))
    if before is None:
        return None
    rest = text.replace('"', "", 1)[len(program) :] if text.startswith('"') else text[len(program) :]
    found = re.search(before + _PATH, rest.removeprefix('"'), re.IGNORECASE)
    return plain_path(found["path"]) if found else None
