"""Programs that were set up for one user alone: they lie in the application data, as much malware does."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.contracts.tables import FileRow, ProcessRow
from scripts.procmon.findings.evidence.tables import tree
from scripts.procmon.findings.paths.path_forms import file_key
from scripts.procmon.findings.paths.places import kind_of, plain_path
from scripts.procmon.knowledge import knowledge

_DATA = (
    "\\appdata\\roaming\\",
    "\\appdata\\local\\",
    "\\application data\\",
    "\\local settings\\application data\\",
)


def settled_programs(
    earlier: Mapping[str, Analysis], files: Mapping[str, FileRow], accused: Collection[str]
) -> set[int]:
    """The processes whose program was there before the capture, in a folder of its own of a user's application data.

    The place alone would not do, since malware copies itself there. A program that the capture shows being made is
    settled only where it took the place of an older one, or one from the same folder made it (an update). None is that
    an interpreter or a program that shows documents started, that another finding accuses, or that lies among the
    settings of Windows' own programs.
    """
    by_number = {row.process: row for row in tree(earlier)}
    return {
        row.process
        for row in by_number.values()
        if row.image_path
        and row.who not in accused
        and (home := home_of(row.image_path)) is not None
        and _is_started_usually(row, by_number, home)
        and _is_old(files.get(file_key(row.image_path)), by_number, home)
    }


def home_of(image: str) -> str | None:
    r"""The product's folder of a program in the application data: ``C:\Users\a\AppData\Local\Slack\``."""
    plain = plain_path(image).lower()
    if kind_of(image)[1] != "the user's application data":
        return None
    # "Local Settings\Application Data" ends with another of these.
    found = max((plain.rfind(one) + len(one) for one in _DATA if one in plain), default=-1)
    product, _, rest = plain[found:].partition("\\")
    if found < 0 or not rest or product in ("microsoft", "temp", "tmp"):
        return None
    return f"{plain[:found]}{product}\\"


def _is_started_usually(row: ProcessRow, by_number: Mapping[int, ProcessRow], home: str) -> bool:
    parent = by_number.get(row.parent) if row.parent is not None else None
    if parent is None or not parent.image_path:
        return row.start_event is None
    habits = knowledge("process_habits")
    starter = parent.process_name.lower()
    if starter in habits["interpreters"] or starter in habits["readers"]:
        return False
    return kind_of(parent.image_path)[0] == "own" or plain_path(parent.image_path).lower().startswith(home)


def _is_old(file: FileRow | None, by_number: Mapping[int, ProcessRow], home: str) -> bool:
    if file is None:
        return True
    if "H" in (file.attributes or ""):
        return False
    maker = by_number.get(file.process)
    beside = maker is not None and plain_path(maker.image_path or "").lower().startswith(home)
    return file.how != "created" or beside
