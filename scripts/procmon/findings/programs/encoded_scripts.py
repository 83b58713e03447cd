"""PowerShell scripts that stand encoded in command lines: what they say, and whether they only look things up."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from functools import lru_cache

from scripts.procmon.findings.paths.places import below_windows
from scripts.procmon.knowledge import knowledge

#: Longer scripts are not judged: what looks a thing up is short.
LONGEST_SCRIPT = 4_000

#: PowerShell takes any beginning of the name of -EncodedCommand, and "-ec".
_NAMES = "|".join(["ec", *("encodedcommand"[:length] for length in range(14, 0, -1))])
_ARGUMENT = re.compile(rf"""[-/](?:{_NAMES})\s+["']?([a-z0-9+/]{{8,}}={{0,2}})["']?(?=\s|$)""", re.IGNORECASE)

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
#: Where a text in quotes ends can't be told with these.
_UNSURE = re.compile("[#`\u2018\u2019\u201a\u201c\u201d\u201e]")
#: Calls of whatever a variable or text names, methods, files written, and operators that put texts together.
_HIDDEN_WORK = re.compile(
    r"&|\.\s*\(|(?:^|[\s;|{(=])\.\s|\.\s*\$|(?:\.|::)\w+\s*\(|@['\"]|>"
    r"|(?:\bforeach(?:-object)?|%)\s+(?![{(])"
    r"|-(?:i|c)?(?:join|replace|split|bxor|bor|shl|shr|as|f)\b|\+|\$\{|\$\w+:\w|\bchar\b|\bbyte\b",
    re.IGNORECASE,
)
_TYPES = re.compile(r"\[([a-z.\d]+)(?:\[\])?\](?:::\w+)?", re.IGNORECASE)
#: A word where a command stands: at the beginning, after a separator, an opening bracket, "=" or such a keyword.
_COMMANDS = re.compile(
    r"(?:^|[;|{}(=\n]|\b(?:return|throw|exit|else|in|try|finally)\b)[^\S\n]*(?=([^\s;|{}()=,\[\]]+))",
    re.IGNORECASE,
)
_VALUE = re.compile(r"^(?:[$@]\w*(?:\.\w+)*|-?\d[\d.]*(?:[kmg]b)?|_|-not|!\S*|\$)$", re.IGNORECASE)


@lru_cache(maxsize=1 << 10)
def encoded_script(command_line: str) -> str | None:
    """The script that a command line holds as Base64 of UTF-16 text; None where there is none that can be read."""
    found = _ARGUMENT.search(command_line)
    if found is None:
        return None
    text = found[1].rstrip("=")
    try:
        script = b64decode(text + "=" * (-len(text) % 4), validate=True).decode("utf-16-le")
    except (Error, UnicodeDecodeError):
        return None
    # By chance any letters decode to something: a script is written in letters that PowerShell's words have.
    plain = sum(character.isascii() for character in script)
    return script if script and plain >= 0.9 * len(script) else None


def without_script(command_line: str) -> str:
    """A command line without its encoded script."""
    return _ARGUMENT.sub("", command_line)


def looks_up(script: str) -> bool:
    """Whether a script consists of what reads and shows alone, by the words of knowledge/plain_scripts.yaml.

    Anything else (a method called, texts put together, a file written, a word that is not known) makes it none.
    """
    if len(script) > LONGEST_SCRIPT or _UNSURE.search(script):
        return False
    text = _QUOTED.sub(_in_its_place, script.replace("\r", "\n"))
    known = knowledge("plain_scripts")
    if _HIDDEN_WORK.search(text) or any(
        one[1].lower() not in known["types"] for one in _TYPES.finditer(text)
    ):
        return False
    bare = _TYPES.sub("$type", text)
    return "::" not in bare and all(_is_plain(one[1]) for one in _COMMANDS.finditer(bare))


def _in_its_place(quoted: re.Match[str]) -> str:
    """What stands for a text in quotes: a number, or a call where the text itself holds commands."""
    return "&" if quoted[0].startswith('"') and "$(" in quoted[0] else "1"


def is_first_step(script: str, ancestors: list[str]) -> bool:
    """Whether a script is the known beginning of a management tool's session, started by Windows' host of such."""
    hosts = {f"system32\\{name}" for name in knowledge("plain_scripts")["remote_sessions"]}
    words = " ".join(script.split())
    return words in knowledge("plain_scripts")["first_steps"] and any(
        below_windows(image) in hosts for image in ancestors
    )


#: What published lines set before they fetch.
_PREPARED = re.compile(
    r"set-executionpolicy(?:\s+-?\w+){1,6};|(?:\[[\w.]+\]::securityprotocol|=|-bor|\s|\d){3,12};",
    re.IGNORECASE,
)


def fetches_documented(command_line: str) -> bool:
    """Whether the one thing that a command line fetches and runs is a published set-up script, by its whole address."""
    known = sorted(knowledge("plain_scripts")["documented"], key=len, reverse=True)
    addresses = "|".join(map(re.escape, known))
    fetched = rf"(?<![\w./@:-])(?:https://)?(?:{addresses})/?(?=['\"\s|);]|$)"
    rest, count = re.subn(fetched, "", command_line, flags=re.IGNORECASE)
    rest = _PREPARED.sub("", rest)
    runs = len(re.findall(r"\biex\b|invoke-expression", rest, re.IGNORECASE))
    # Any other address, path or separator of commands but those of the published lines may run something else.
    return (
        count == 1
        and runs == 1
        and re.search(r"://|\\\\|\b[a-z]:\\(?!windows\\)|[&;]", rest, re.IGNORECASE) is None
    )


def _is_plain(word: str) -> bool:
    known, word = knowledge("plain_scripts"), word.lower()
    if word in known["not"]:
        return False
    listed = any(word in known[kind] for kind in ("cmdlets", "aliases", "keywords"))
    verb, dash, noun = word.partition("-")
    return listed or bool(dash and noun.isalnum() and verb in known["verbs"]) or bool(_VALUE.match(word))
