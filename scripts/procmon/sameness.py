"""Names without what differs from one machine or one run to the next: two captures are compared by them.

In lower case, with ``<user>``, ``<sid>``, ``<guid>``, ``<temporary>``, ``<hex>``, ``<n>``, ``<here>`` and ``<port>``
for what differs. What a name stands for stays: the classes of COM are named by their GUIDs, and short numbers tell one
file from another.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

#: Folders of profiles that have one name on every machine.
_COMMON = "public|default|default user|all users|localservice|networkservice"
_COMMON_PROFILES = rf"\\(?:users|documents and settings)\\(?:{_COMMON})(?:\\|$)"

_GUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
#: Keys below which a GUID is the name of a thing and the same on every machine.
_NAMED_BY_GUID = (
    "clsid", "interface", "typelib", "appid", "inprocserver32", "installed components", "browser helper objects",
    "credential providers", "credential provider filters", "plap providers", "gpextensions", "shellserviceobjects",
    "shellexecutehooks", "shelliconoverlayidentifiers", "extensionpoints", "approved", "knownfolders",
    "folderdescriptions", "publishers", r"control\\class",
)  # fmt: skip
_NAMED = rf"\\(?:{'|'.join(_NAMED_BY_GUID)})\\\{{{_GUID}"

#: What is put in the place of what, one after the other; the patterns see lower case.
_EVERYWHERE: tuple[tuple[str, str], ...] = (
    (r"\\locals~\d\\", r"\\local settings\\"),
    (r"\\progra~1\\", r"\\program files\\"),
    (r"\\controlset\d{3}(\\|$)", r"\\currentcontrolset\1"),
    (r"\bs-1-\d+(?:-\d+){3,}", "<sid>"),
)
_UNNAMED: tuple[tuple[str, str], ...] = (
    (rf"\{{?\b{_GUID}\b\}}?", "<guid>"),
    # GetTempFileName's names: up to three letters, up to four hexadecimal digits; and those of registry transactions.
    (r"\\[a-z~_]{0,3}[0-9a-f]{1,4}\.tmp(\\|:|$)", r"\\<temporary>\1"),
    (r"~rf[0-9a-f]+\.tmp", "<temporary>"),
    # Inno Setup, NSIS, 7-Zip and others unpack into folders of their own.
    (
        r"\\temp\\(?:is-[0-9a-z]{5}|ns[a-z0-9]{4,5}|7zs?[0-9a-f]+|_mei\d+)(\.tmp)?(\\|$)",
        r"\\temp\\<temporary>\2",
    ),
    (r"\b[0-9a-f]{8,}\b", "<hex>"),
    (r"\b0x[0-9a-f]+\b", "<hex>"),
    (r"\b(?:\d{4}[-_.]\d\d[-_.]\d\d|\d\d[-_.]\d\d[-_.]\d{4})\b", "<n>"),
    # A version, but not the address of a computer: \\10.0.0.5\share.
    (r"([^\\]\\[^\\]*?\b)\d+(?:\.\d+){2,}(?:-\d+)?\b", r"\1<n>"),
    (r"\(\d+\)", "(<n>)"),
    (r"\d{4,}", "<n>"),
    # Twice, since each takes the separator that the next one would begin with.
    (r"\\\d+(\\|$)", r"\\<n>\1"),
    (r"\\\d+(\\|$)", r"\\<n>\1"),
)

#: Of "host:port -> peer:port": whose computer it was, and the ports that a system gives out one after the other.
_CONNECTIONS: tuple[tuple[str, str], ...] = (
    (r"^.*:(\d{1,3}|[a-z][^:]*) -> ", r"<here>:\1 -> "),
    (r"^.*:\d{4,5} -> ", "<here>:<port> -> "),
    (r":(?:49[1-9]\d\d|5\d{4}|6[0-5]\d{3})$", ":<port>"),
)  # fmt: skip
_CONNECTION = r" -> .*:[^:\\]+$"


def same_names(names: pa.Array) -> pa.Array:
    """``names`` (paths of files and keys, connections; large strings) without what differs between machines and runs.

    A value each, null where ``names`` is null. Works on any array; hand it distinct values.
    """
    lower = pc.utf8_lower(names)
    connections = pc.match_substring_regex(lower, pattern=_CONNECTION)
    named = pc.match_substring_regex(lower, pattern=_NAMED)
    everywhere = _replaced(_without_user(lower), _EVERYWHERE)
    told = pc.if_else(named, everywhere, _replaced(everywhere, _UNNAMED))
    return pc.if_else(connections, _replaced(lower, _CONNECTIONS), told)


def same_name(name: str) -> str:
    """One name without what differs between machines and runs."""
    told: str = same_names(pa.array([name], pa.large_string()))[0].as_py()
    return told


def _without_user(lower: pa.Array) -> pa.Array:
    common = pc.match_substring_regex(lower, pattern=_COMMON_PROFILES)
    changed = _replaced(
        lower,
        (
            (r"\\docume~\d\\[^\\]+", r"\\documents and settings\\<user>"),
            (r"\\(users|documents and settings)\\[^\\:<]+", r"\\\1\\<user>"),
        ),
    )
    return pc.if_else(common, lower, changed)


def _replaced(texts: pa.Array, patterns: Sequence[tuple[str, str]]) -> pa.Array:
    for pattern, replacement in patterns:
        texts = pc.replace_substring_regex(texts, pattern=pattern, replacement=replacement)
    return texts
