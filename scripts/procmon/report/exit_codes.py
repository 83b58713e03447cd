"""How a process ended, in words."""

from __future__ import annotations

from scripts.procmon.report.words import Words

#: The two topmost bits of a status of Windows say that it is an error.
_ERROR = 0xC0000000
_BY_USER = 0xC000013A


def exit_said(status: int | None, words: Words) -> str | None:
    """A small exit code as it is, a large one as Windows writes such a status (0xC000013A), in words where known."""
    if status is None:
        return None
    if 0 <= status < 0x10000 or status == -1:
        return str(status)
    text = f"0x{status & 0xFFFFFFFF:08X}"
    known = words["words.exit_status"].get(text)
    return f"{text} ({known})" if known else text


def failed(status: int | None) -> bool:
    """Whether a process ended with an error of Windows, not by its user; -1 is what many a tool ends others with."""
    code = -1 if status is None else status
    return code != -1 and code & _ERROR == _ERROR and code & 0xFFFFFFFF != _BY_USER
