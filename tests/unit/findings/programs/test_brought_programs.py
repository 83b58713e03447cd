"""What updates, products and management clients put into the Windows folder is no disguise; what others put there is."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.procmon.findings.analyses import run
from tests.captures.deeds import created, wrote
from tests.captures.events import Row, capture

UPDATE = r"C:\Windows\SoftwareDistribution\Download\abc\inst\MRT-KB1.exe"
REDIST = r"D:\Library\common\Game\_Redist\DXSETUP.exe"
CLIENT = r"C:\Program Files (x86)\Shop\shop.exe"
SERVICE = r"C:\Windows\System32\svchost.exe -k netsvcs -p -s wuauserv"


def severity(path: str, image: str, parent: str = r"C:\Windows\explorer.exe", command: str = "") -> str:
    """The severity of programs_dropped for a program ``image``, started by ``parent``, that puts ``path`` on the disk."""
    name, starter = image.rpartition("\\")[2], parent.rpartition("\\")[2]
    who, by = f"{name} (7)", f"{starter} (5)"
    people: dict[str, Any] = {
        who: {"image_path": image, "parent": by},
        by: {"image_path": parent, "command_line": command},
    }
    rows = [
        Row("Process Create", image, "PID: 7, Command line: x", who=by),
        Row("Process Start", "", "Parent PID: 5, Command line: x", who=who),
        created(path, who=who),
        wrote(path, 0, 90_000, who=who),
    ]
    done = run(capture(*rows, processes=people))
    (finding,) = [
        one for analysis in done.values() for one in analysis.findings if one.kind == "programs_dropped"
    ]
    return finding.severity


@pytest.mark.parametrize(
    ("path", "image", "parent", "command"),
    [
        (r"C:\Windows\System32\MRT.exe", UPDATE, r"C:\Windows\System32\wuauclt.exe", ""),
        (r"C:\Windows\System32\MRT.exe", UPDATE, r"C:\Windows\System32\svchost.exe", SERVICE),
        (r"C:\Windows\System32\d3dx9_43.dll", REDIST, CLIENT, ""),
        (
            r"C:\Windows\ccmcache\1\x.exe",
            r"C:\Windows\CCM\CcmExec.exe",
            r"C:\Windows\System32\services.exe",
            "",
        ),
        (r"C:\Windows\CCM\SystemTemp\a.ps1", r"C:\Windows\CCM\CcmExec.exe", r"C:\Windows\explorer.exe", ""),
        (
            r"C:\Windows\Temp\asw.1\instup.exe",
            r"C:\Users\a\Downloads\setup_av.exe",
            r"C:\Windows\explorer.exe",
            "",
        ),
    ],
)
def test_an_update_a_product_and_a_client_fill_their_places(
    path: str, image: str, parent: str, command: str
) -> None:
    assert severity(path, image, parent, command) in ("info", "low")


@pytest.mark.parametrize(
    ("path", "image", "parent", "command"),
    [
        # The same place, but started by a task, a user, a script or a document.
        (
            r"C:\Windows\System32\x.exe",
            UPDATE,
            r"C:\Windows\System32\svchost.exe",
            "svchost.exe -k netsvcs -s Schedule",
        ),
        (r"C:\Windows\System32\x.exe", UPDATE, r"C:\Windows\explorer.exe", ""),
        (r"C:\Windows\System32\x.dll", REDIST, r"C:\Program Files\7-Zip\7zFM.exe", ""),
        (
            r"C:\Windows\System32\x.dll",
            REDIST,
            r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE",
            "",
        ),
        (r"C:\Windows\System32\x.dll", REDIST, r"C:\Users\a\Downloads\wuauclt.exe", ""),
        # A product starts something from where any program may write.
        (r"C:\Windows\System32\x.dll", r"C:\Users\a\AppData\Local\Temp\x.exe", CLIENT, ""),
        # Another folder of Windows than one's own.
        (r"C:\Windows\System32\x.dll", r"C:\Windows\CCM\CcmExec.exe", r"C:\Windows\explorer.exe", ""),
        (r"C:\Windows\ccmcache\x.exe", r"C:\Users\a\Downloads\CcmExec.exe", r"C:\Windows\explorer.exe", ""),
    ],
)
def test_the_same_by_others_passes_for_a_part_of_windows(
    path: str, image: str, parent: str, command: str
) -> None:
    assert severity(path, image, parent, command) == "medium"
