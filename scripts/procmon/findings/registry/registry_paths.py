"""Registry paths made comparable, and patterns of the knowledge files matched on them."""

from __future__ import annotations

import re
from functools import cache, lru_cache

_SAME = (
    (re.compile(r"^hkey_local_machine\b"), "hklm"),
    (re.compile(r"^hkey_current_user\b"), "hkcu"),
    (re.compile(r"^hkey_users\b"), "hku"),
    (re.compile(r"^hkey_classes_root\b"), "hkcr"),
    (re.compile(r"^\\registry\\machine\b"), "hklm"),
    (re.compile(r"^\\registry\\user\b"), "hku"),
    (re.compile(r"^hku\\[^\\]+_classes(?=\\|$)"), r"hkcu\\software\\classes"),
    (re.compile(r"^hku\\(?:s-1-[^\\]+|\.default)(?=\\|$)"), "hkcu"),
    (re.compile(r"^hkcr(?=\\|$)"), r"hklm\\software\\classes"),
    (re.compile(r"\\controlset\d{3}(?=\\|$)"), r"\\currentcontrolset"),
    (re.compile(r"\\wow6432node(?=\\|$)"), ""),
)


@lru_cache(maxsize=1 << 16)
def normal(path: str) -> str:
    """A registry path in lower case with one spelling for hives, control sets and the 32-bit view.

    HKCR becomes HKLM's Software\\Classes, a user's hive under HKU becomes HKCU.
    """
    text = path.lower()
    for pattern, spelling in _SAME:
        text = pattern.sub(spelling, text)
    return text


@cache
def pattern(text: str) -> re.Pattern[str]:
    """A pattern of the knowledge files on ``normal`` paths: "*" is one part, "**" any parts, "{a|b}" alternatives."""
    parts = re.split(r"(\*\*|\*|\{[^}]*\})", text.lower())
    return re.compile("".join(map(_part, parts)) + r"\Z")


def _part(part: str) -> str:
    if part == "**":
        return r".+"
    if part == "*":
        return r"[^\\]+"
    if part.startswith("{"):
        return "(?:" + "|".join(re.escape(choice) for choice in part[1:-1].split("|")) + ")"
    return re.escape(part)


def matches(text: str, path: str) -> bool:
    """Whether a registry path fits a pattern of the knowledge files."""
    return pattern(text).match(normal(path)) is not None


def parent_of(path: str) -> str:
    """The key that holds a key or value."""
    return path.rpartition("\\")[0]
