"""Programs set up for one user enter themselves where Windows starts programs; malware in such places does, too."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.procmon.contracts.findings import Finding
from scripts.procmon.findings.analyses import run
from scripts.procmon.findings.programs.settled_programs import home_of
from scripts.procmon.text.telling import tell
from tests.captures.deeds import created, wrote
from tests.captures.events import Row, capture

RUN = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run\x"
DATA = r"C:\Users\a\AppData"
APP = rf"{DATA}\Roaming\Player\Player.exe"
UPDATER = rf"{DATA}\Roaming\Player\Update.exe"
EXPLORER = r"C:\Windows\explorer.exe"


def enters_itself(
    image: str, *before: Row, parent: str = EXPLORER, path: str = RUN, times: int = 1, **people: Any
) -> Finding:
    """The finding on ``image`` (number 7), started by ``parent`` (5), that enters itself at ``path``."""
    who, by = f"{image.rpartition(chr(92))[2]} (7)", f"{parent.rpartition(chr(92))[2]} (5)"
    known: dict[str, Any] = {who: {"image_path": image, "parent": by}, by: {"image_path": parent}}
    rows = [
        *before,
        Row("Process Start", "", "Parent PID: 5, Command line: x", who=who),
        *[Row("RegSetValue", path, f'Type: REG_SZ, Length: 4, Data: "{image}" -s', who=who)] * times,
    ]
    done = run(capture(*rows, processes=known | people))
    (finding,) = [one for one in done["persistence"].findings if one.kind == "autostart"]
    return finding


@pytest.mark.parametrize(
    "image",
    [
        APP,
        rf"{DATA}\Local\Vendor\Tool\bin\tool.exe",
        rf"{DATA}\Local\Programs\messenger\Messenger.exe",
        r"C:\Documents and Settings\a\Local Settings\Application Data\Vendor\tool.exe",
    ],
)
def test_a_program_that_was_there_before_is_low(image: str) -> None:
    finding = enters_itself(image)
    assert (finding.severity, "settled" in finding.facts["signs"]) == ("low", True)
    assert "before" in tell(finding.kind, finding.facts)["benign_explanation"]


@pytest.mark.parametrize(
    ("image", "severity"),
    [
        (rf"{DATA}\Roaming\tool.exe", "medium"),  # no folder of its own
        (rf"{DATA}\Roaming\Microsoft\Windows\tool.exe", "medium"),  # among Windows' own settings
        (r"C:\Users\a\Downloads\tool.exe", "medium"),
        (r"C:\Users\Public\Player\tool.exe", "medium"),
        (rf"{DATA}\Local\Temp\Player\tool.exe", "high"),
    ],
)
def test_the_same_from_other_places_is_more(image: str, severity: str) -> None:
    assert enters_itself(image).severity == severity


def test_a_program_that_was_put_there_in_the_capture_is_medium() -> None:
    dropper = {"drop.exe (9)": {"image_path": r"C:\Users\a\Downloads\drop.exe"}}
    made = (created(APP, who="drop.exe (9)"), wrote(APP, 0, 9000, who="drop.exe (9)"))
    assert enters_itself(APP, *made, **dropper).severity == "medium"


def test_an_update_from_the_same_folder_leaves_it_settled() -> None:
    updater = {"Update.exe (9)": {"image_path": UPDATER}}
    made = (created(APP, who="Update.exe (9)"), wrote(APP, 0, 9000, who="Update.exe (9)"))
    assert enters_itself(APP, *made, parent=UPDATER, **updater).severity == "low"


def test_a_file_that_was_hidden_when_it_was_made_is_not_settled() -> None:
    updater = {"Update.exe (9)": {"image_path": UPDATER}}
    made = (created(APP, attributes="HS", who="Update.exe (9)"), wrote(APP, 0, 9000, who="Update.exe (9)"))
    assert enters_itself(APP, *made, **updater).severity == "high"


@pytest.mark.parametrize(
    "parent",
    [
        r"C:\Windows\System32\cmd.exe",
        r"C:\Windows\System32\wscript.exe",
        r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE",
        r"C:\Users\a\Downloads\setup.exe",
    ],
)
def test_what_scripts_documents_and_downloads_start_is_not_settled(parent: str) -> None:
    assert enters_itself(APP, parent=parent).severity == "medium"


def test_who_guards_its_entry_again_and_again_is_not_settled() -> None:
    assert enters_itself(APP, times=3).severity == "low"
    assert enters_itself(APP, times=4).severity == "medium"


def test_a_command_for_a_type_of_its_own_is_no_way_into_others() -> None:
    classes = r"HKCU\Software\Classes"
    made = (created(APP, who="drop.exe (9)"),)
    dropper = {"drop.exe (9)": {"image_path": r"C:\Users\a\Downloads\drop.exe"}}
    own, windows = (
        rf"{classes}\player\shell\open\command\(Default)",
        rf"{classes}\http\shell\open\command\(Default)",
    )
    assert enters_itself(APP, *made, path=own, **dropper).severity == "low"
    assert enters_itself(APP, *made, path=windows, **dropper).severity == "medium"


@pytest.mark.parametrize(
    ("image", "home"),
    [
        (APP, "c:\\users\\a\\appdata\\roaming\\player\\"),
        (rf"{DATA}\Local\Temp\x\y.exe", None),
        (r"C:\Program Files\X\y.exe", None),
        (r"C:\Users\a\x\y.exe", None),
    ],
)
def test_a_products_folder_is_the_one_below_the_application_data(image: str, home: str | None) -> None:
    assert home_of(image) == home
