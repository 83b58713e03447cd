"""Names of processes as running text bears them: a name that could pass for the report's own words is quoted."""

from __future__ import annotations

import re

from scripts.procmon.text import visible
from scripts.procmon.text.cut import uncut

#: Characters of a plain name.
MOST = 40
#: Characters that are shown of a quoted one, fewer for marks and PID to fit, and those of its end, by which it is known.
_SHOWN, _END = 36, 12

#: What names of files are made of; no full stop before a blank or at the end, for that ends a sentence, and
#: no "(1) ", which ends one of several processes.
_PLAIN = re.compile(r"(?!.*(?:\.(?: |$)|\d\) ))[\w.+()~-]+(?: [\w.+()~-]+)*")
#: What would end the quotation or set off a part of it.
_MARKS = str.maketrans(dict.fromkeys('"`“”„‟«»「」『』', "'"))
_BETWEEN_PEOPLE = re.compile(r"(\),?) ")


def without_pid(who: str) -> str:
    """ "lsass.exe (300)" → "lsass.exe"."""
    name, bracket, number = who.rpartition(" (")
    return name if bracket and number[:-1].isdigit() else who


def named(process: str) -> str:
    """A process name for a sentence: as it is where it is plain, else quoted: “nothing. All 14 checks …explorer.exe”.

    No other name can be made to look like one: marks of quotation within it become "'". The whole name stands in the
    tables and the evidence, which no sentence holds.
    """
    if not process or (len(process) <= MOST and _PLAIN.fullmatch(process)):
        return process
    process, _ = uncut(process)
    cut = process if len(process) <= _SHOWN else f"{process[: _SHOWN - _END - 1]}…{process[-_END:]}"
    # A no-break space is none of those that part processes from each other.
    inner = _BETWEEN_PEOPLE.sub("\\1\N{NO-BREAK SPACE}", visible(cut.translate(_MARKS)))
    return f"“{inner}”"
