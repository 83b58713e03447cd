"""Files with passwords are read by those who keep them, by backups and for SSH; by whoever steals them, too."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings.processes import credential_stores
from scripts.procmon.findings.programs import process_tree
from scripts.procmon.text.telling import tell
from tests.captures.deeds import opened, read
from tests.captures.events import Row, capture

PROFILE = r"C:\Users\a"
LOGINS = rf"{PROFILE}\AppData\Local\Google\Chrome\User Data\Default\Login Data"
FIREFOX = rf"{PROFILE}\AppData\Roaming\Mozilla\Firefox\Profiles\x\logins.json"
KEY = rf"{PROFILE}\.ssh\id_rsa"
PORTABLE = r"D:\Portable\Keys\keys.exe"
LOOSE = rf"{PROFILE}\AppData\Local\Temp\keys.exe"


def found(
    image: str, *files: str, more: int = 0, command: str = "", talk: str = "", network: bool = True
) -> list[Finding]:
    """Findings on a program ``image`` that reads ``files`` and ``more`` others, and talks to ``talk``."""
    who = f"{image.rpartition(chr(92))[2]} (7)"
    rows = [row for file in files for row in (opened(file, who=who), read(file, 0, 100, who=who))]
    rows += [read(rf"{PROFILE}\Documents\{number}.docx", 0, 10, who=who) for number in range(more)]
    rows += [Row("TCP Send", f"pc:50001 -> {talk}", "Length: 100", who=who)] * bool(talk)
    people: dict[str, Any] = {who: {"image_path": image, "command_line": command or f'"{image}"'}}
    built = capture(*rows, processes=people, can_show={"network_events": network})
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
        (PORTABLE, "127.0.0.1:8080", "low"),
        (PORTABLE, "0:0:0:0:0:0:0:1:8080", "low"),
        (PORTABLE, "[0:0:0:0:0:0:0:1]:8080", "low"),
        (LOOSE, "", "medium"),
    ],
)
def test_a_key_of_ssh_alone_is_read_for_ssh(image: str, talk: str, expected: str) -> None:
    assert severity(image, KEY, talk=talk) == expected


def test_who_talks_to_the_computer_itself_alone_is_told_to() -> None:
    (finding,) = found(PORTABLE, KEY, talk="localhost:8080")
    told = tell(finding.kind, finding.facts)["benign_explanation"]
    assert "talked to this computer itself alone" in told


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


@pytest.mark.parametrize(
    ("image", "files", "expected"),
    [
        (rf"{PROFILE}\AppData\Local\Programs\Bitwarden\Bitwarden.exe", [LOGINS], "low"),
        (rf"{PROFILE}\AppData\Local\Mozilla Firefox\firefox.exe", [LOGINS], "low"),
        (r"E:\Portable\KeePassPortable\App\KeePass.exe", [FIREFOX], "low"),
        # The name alone does not do, nor does it for what nobody takes over, or for all that there is.
        (rf"{PROFILE}\AppData\Roaming\KeePass.exe", [FIREFOX], "medium"),
        (r"E:\Portable\App\KeePass.exe", [FIREFOX], "medium"),
        (rf"{PROFILE}\AppData\Local\Temp\KeePass\KeePass.exe", [FIREFOX], "medium"),
        (rf"{PROFILE}\AppData\Local\Programs\Other\other.exe", [LOGINS], "medium"),
        (rf"{PROFILE}\AppData\Local\Programs\Bitwarden\Bitwarden.exe", [LOGINS, KEY], "high"),
    ],
)
def test_a_keeper_of_passwords_takes_over_what_a_browser_keeps(
    image: str, files: list[str], expected: str
) -> None:
    assert severity(image, *files, talk="api.example:https") == expected


@pytest.mark.parametrize(
    ("talk", "network", "english", "japanese"),
    [
        (
            "",
            True,
            "This capture shows no connection of keys.exe (7).",
            "このキャプチャに keys.exe (7) の通信はない",
        ),
        ("", False, "the capture holds no network events", "ネットワークのイベントがない"),
        ("host.example:ssh", True, "talked to servers of SSH alone", "SSH のサーバーとだけ通信"),
    ],
)
def test_of_whom_a_reader_of_a_key_talked_to_no_more_is_said_than_is_known(
    talk: str, network: bool, english: str, japanese: str
) -> None:
    (finding,) = found(PORTABLE, KEY, talk=talk, network=network)
    told = tell(finding.kind, finding.facts)
    assert english in told["benign_explanation"]
    assert japanese in tell(finding.kind, finding.facts, "ja")["benign_explanation"]
    assert "a file with keys that is not its own" in told["title"]
    assert "It holds the private keys of SSH." in told["statement"]
    assert "sessions" not in told["meaning"]
