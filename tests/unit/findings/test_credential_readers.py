"""Files with passwords are read by those who keep them, by backups and for SSH; by whoever steals them, too."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings import credential_stores, process_tree
from scripts.procmon.text.telling import tell
from tests.captures.deeds import opened, read
from tests.captures.events import Row, capture

PROFILE = r"C:\Users\a"
LOGINS = rf"{PROFILE}\AppData\Local\Google\Chrome\User Data\Default\Login Data"
FIREFOX = rf"{PROFILE}\AppData\Roaming\Mozilla\Firefox\Profiles\x\logins.json"
KEY = rf"{PROFILE}\.ssh\id_rsa"
PORTABLE = r"D:\Portable\Keys\keys.exe"
LOOSE = rf"{PROFILE}\AppData\Local\Temp\keys.exe"


def found(image: str, *files: str, more: int = 0, command: str = "", talk: str = "") -> list[Finding]:
    """Findings on a program ``image`` that reads ``files`` and ``more`` others, and talks to ``talk``."""
    who = f"{image.rpartition(chr(92))[2]} (7)"
    rows = [row for file in files for row in (opened(file, who=who), read(file, 0, 100, who=who))]
    rows += [read(rf"{PROFILE}\Documents\{number}.docx", 0, 10, who=who) for number in range(more)]
    rows += [Row("TCP Send", f"pc:50001 -> {talk}", "Length: 100", who=who)] * bool(talk)
    people: dict[str, Any] = {who: {"image_path": image, "command_line": command or f'"{image}"'}}
    built = capture(*rows, processes=people)
    done = {"process_tree": process_tree.analyse(built, {})}
    return list(credential_stores.analyse(built, done).findings)


def severity(image: str, *files: str, **more: Any) -> str:
    (finding,) = found(image, *files, **more)
    assert finding.facts["who"] in tell(finding.kind, finding.facts)["statement"]
    return finding.severity


def test_a_messenger_reads_what_lies_below_its_own_folder() -> None:
    folder = rf"{PROFILE}\AppData\Roaming\Telegram Desktop"
    kept = rf"{folder}\tdata\key_datas"
    assert not found(rf"{folder}\Telegram.exe", kept)
    # The name alone does not do, nor does the folder.
    assert severity(rf"{PROFILE}\AppData\Roaming\Other\Telegram.exe", kept) == "medium"
    assert severity(rf"{folder}\update.exe", kept) == "medium"
    assert severity(
        rf"{PROFILE}\Downloads\Telegram.exe", rf"{PROFILE}\Downloads\Telegram Desktop\tdata\key_datas"
    ) == ("medium")


@pytest.mark.parametrize(
    ("image", "talk", "expected"),
    [
        (PORTABLE, "", "low"),
        (PORTABLE, "host.example:ssh", "low"),
        (PORTABLE, "10.0.0.5:22", "low"),
        (PORTABLE, "host.example:https", "medium"),
        (LOOSE, "", "medium"),
    ],
)
def test_a_key_of_ssh_alone_is_read_for_ssh(image: str, talk: str, expected: str) -> None:
    assert severity(image, KEY, talk=talk) == expected


def test_a_key_among_other_stores_is_no_matter_of_ssh() -> None:
    assert severity(PORTABLE, KEY, LOGINS) == "high"


def test_who_reads_hundreds_of_other_files_copies_everything() -> None:
    assert severity(PORTABLE, LOGINS, FIREFOX, KEY, more=300) == "low"
    assert severity(LOOSE, LOGINS, FIREFOX, KEY, more=300) == "medium"
    # Documents beside the passwords are what thieves take, too: a few score are no backup.
    assert severity(PORTABLE, LOGINS, FIREFOX, KEY, more=60) == "high"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (r"copier backup C:\Users\a", "medium"),
        (r'copier backup "C:\Users\a" --tag x', "medium"),
        (r"copier backup C:\ -v", "medium"),
        (r"copier backup C:\Users\b", "high"),
        (r"copier backup C:\Users\a\AppData", "high"),
        (r"copier", "high"),
    ],
)
def test_who_was_told_to_copy_a_whole_profile_is_weighed_less(command: str, expected: str) -> None:
    assert severity(PORTABLE, LOGINS, FIREFOX, command=command) == expected
