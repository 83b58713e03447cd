"""Names, numbers and facts as a manager is told them: short, without process numbers, small numbers as words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scripts.procmon.report.moments import Moments
from scripts.procmon.report.prose import shorten
from scripts.procmon.text import code, listing, people
from scripts.procmon.text.cut import uncut
from scripts.procmon.text.named import without_pid as without_pid

#: A name longer than this is told by its end; the whole stands in the parts that follow.
LONGEST_NAME = 48

#: The ends of paths that many have, and that tell nothing without what stands before them.
_COMMON = frozenset({"(default)", "inprocserver32", "localserver32", "command", "open", "shell"})

#: Folders longer than this (identifiers of users, keys made at random) lose their middle where names stay too long.
LONGEST_PART = 16

#: Facts that name processes, as "a.exe (1)" or a list of these.
_PEOPLE = ("who", "writer", "writers", "first", "again", "through", "deleter", "parent", "program")

#: A back-ticked name, or a number up to twelve that counts things.
_SMALL_NUMBER = re.compile(
    r"`[^`]*`|(?<![\w.,:(])(?P<number>[1-9]|1[0-2])(?= [a-z])(?! (?:second|minute|hour|day|byte))"
)
_NAME = re.compile(r"``(?P<double>.+?)``|`(?P<single>[^`]*)`")
_PROGRAM = re.compile(r"[\w-]+(?:\.[\w-]+)+")
#: A sentence about one program, also where it says first how long the capture took.
_SUBJECT = re.compile(r"(?:In [^,]+, )?(?P<name>[\w+~-]+(?:\.[\w+~-]+)+)(?= (?!and )[a-z])")
_PROGRAM_FILE = re.compile(r"[\w+~-]+\.(?:exe|com|scr|dll|sys)\b", re.IGNORECASE)
_QUESTION = re.compile(r".*?(?:\?|。)", re.DOTALL)


def told(facts: Mapping[str, Any], moments: Moments) -> dict[str, Any]:
    """``facts`` with programs by their names alone and days written out."""
    plainly = dict(facts)
    for key in _PEOPLE:
        if isinstance(facts.get(key), str):
            names = once(without_pid(name) for name in people(facts[key]))
            plainly[key] = listing(names, language=moments.language)
        elif isinstance(facts.get(key), list):
            plainly[key] = once(without_pid(name) for name in facts[key])
    if isinstance(facts.get("days"), list):
        plainly["days"] = [moments.long_day(day) or day for day in facts["days"]]
    return plainly


def once(values: Iterable[str]) -> list[str]:
    """Each value once, in the order met."""
    return list(dict.fromkeys(values))


def brisk(text: str) -> str:
    """``text`` with long names cut to their ends, "…\\mrxcls.sys", none so far that two of them look alike."""
    names = once(match["double"] or match["single"] for match in _NAME.finditer(text))
    ends = {name: _end(name) for name in names if len(name) > LONGEST_NAME}
    alike = {end for end, n in Counter(ends.values()).items() if n > 1}
    for end in alike:
        ends |= _slim(_apart([name for name in ends if ends[name] == end]))

    def short(match: re.Match[str]) -> str:
        name = match["double"] or match["single"]
        return code(ends[name]) if name in ends else match.group()

    return _NAME.sub(short, text)


def set_alike(sentences: Iterable[str]) -> list[str]:
    """``sentences`` of one paragraph; a program that stands plain in one of them does so in all, instead of set apart."""
    told = list(sentences)
    plain = _NAME.sub("`", "\n".join(told))

    def one_way(match: re.Match[str]) -> str:
        name = match["double"] or match["single"]
        stands = rf"(?<![\w.\\-]){re.escape(name)}(?![\w-])"
        return name if _PROGRAM.fullmatch(name) and re.search(stands, plain, re.IGNORECASE) else match.group()

    return [_NAME.sub(one_way, sentence) for sentence in told]


def without_repeats(sentences: Iterable[str], again: str) -> list[str]:
    """``sentences`` where one that begins with the program of the one before says ``again`` for it.

    Only where the one before speaks of no other program; "" leaves all as they are.
    """
    told: list[str] = []
    subject = ""
    for sentence in sentences:
        begin = _SUBJECT.match(sentence)
        name = begin["name"] if begin else ""
        same = bool(again and subject and name == subject)
        told.append(f"{again}{sentence[begin.end() :]}" if begin and same else sentence)
        others = {program.lower() for program in _PROGRAM_FILE.findall(sentence)} - {name.lower()}
        subject = "" if others or ". " in sentence else name
    return told


def spelled(text: str, numbers: Sequence[str]) -> str:
    """Small numbers as ``numbers`` has them (zero, one, …), as prose does; not in names, and not before units."""

    def word(match: re.Match[str]) -> str:
        if match["number"] is None:
            return match.group()
        begins = match.start() == 0 or text[: match.start()].endswith((". ", "? "))
        number = numbers[int(match["number"])]
        return number.capitalize() if begins else number

    return _SMALL_NUMBER.sub(word, text) if numbers else text


def within(title: str) -> str:
    """A title as part of a sentence: its first letter small, unless the word is an abbreviation or a Japanese title's."""
    if not title.partition(" ")[2][:1].isascii():
        return title
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def sentence(text: str, stop: str = ".") -> str:
    """``text`` with a capital, unless it begins with the name of a program, and a full stop."""
    text = text.strip()
    if not text:
        return text
    begins = text if "." in text.split()[0] else f"{text[0].upper()}{text[1:]}"
    return begins if text[-1] in ".?!。" else f"{begins}{stop}"


def question(text: str) -> str:
    """Of a question with its reasons only the question."""
    asked = _QUESTION.match(text)
    return asked.group() if asked else text


def _apart(paths: Sequence[str]) -> dict[str, str]:
    """Paths cut to as few of their last parts as tell them apart."""
    split = [path.split("\\") for path in paths]
    for count in range(1, max(map(len, split))):
        ends = [parts[-count:] for parts in split]
        if all(ends.count(end) == 1 for end in ends):
            return {
                path: path if len(parts) <= count else "…\\" + "\\".join(parts[-count:])
                for path, parts in zip(paths, split, strict=True)
            }
    return {path: path for path in paths}


def _slim(ends: dict[str, str]) -> dict[str, str]:
    """Ends of paths, with the middle of long folders left out where one is still too long and all stay apart."""
    if max(map(len, ends.values())) <= LONGEST_NAME:
        return ends
    slim = {}
    for path, end in ends.items():
        *folders, last = end.split("\\")
        slim[path] = "\\".join([*map(_without_middle, folders), last])
    return slim if len(set(slim.values())) == len(ends) else ends


def _without_middle(part: str) -> str:
    return part if len(part) <= LONGEST_PART else f"{part[: LONGEST_PART // 2]}…{part[-LONGEST_PART // 4 :]}"


def _end(path: str) -> str:
    """The last parts of a path, as many as are needed to know it by and fit."""
    end, telling = "", False
    path, length = uncut(path)
    whole = length == len(path)
    for part in reversed(path.split("\\")):
        short = part if part.lower() in _COMMON or telling or not end else _without_middle(part)
        longer = f"\\{part if len(part) + len(end) < LONGEST_NAME else short}{end}"
        if len(longer) > LONGEST_NAME and telling:
            break
        end, telling = longer, telling or part.lower() not in _COMMON
        if len(end) > LONGEST_NAME // 2 and telling:
            break
    # Of a path that was cut before, the end is not known, and so not how long it is.
    return f"…{shorten(end, LONGEST_NAME) if whole else _without_middle(end)}"
