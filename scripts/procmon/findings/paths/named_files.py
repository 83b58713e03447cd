"""The files that a command line names beside the program itself."""

from __future__ import annotations

import re

from scripts.procmon.findings.paths.places import plain_path, program_of

#: Command lines are written by whoever starts a program: longer ones are looked at from the beginning only.
LONGEST = 4_000

_FORBIDDEN = r'"\'<>|*?\r\n'
_PATHS = re.compile(
    # In quotes a path may hold blanks; without them it ends at the first, or at a mark that separates arguments.
    rf"""(?P<quote>["'])(?P<quoted>[a-z]:\\[^{_FORBIDDEN}]+)(?P=quote)|(?P<plain>[a-z]:\\[^{_FORBIDDEN}\s,;()]+)""",
    re.IGNORECASE,
)
_END = re.compile(r"[^\\.]\.[a-z0-9_]{1,8}$", re.IGNORECASE)


def named_files(command_line: str, image: str | None = None) -> list[str]:
    """The full paths of files (with an ending) in a command line, in order, without the program's own."""
    text = command_line[:LONGEST]
    own = {program_of(text).lower(), plain_path(image or "").lower()}
    found = [match["quoted"] or match["plain"] for match in _PATHS.finditer(text)]
    paths = [plain_path(path.replace("\\\\", "\\")) for path in found if _END.search(path)]
    return [path for path in dict.fromkeys(paths) if path.lower() not in own]
