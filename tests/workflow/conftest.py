"""A checkout of its own for each test of the DAG: the project's code, an empty inputs/ folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.shipped import shipped

ROOT = Path(__file__).parents[2]
LINKED = ("Snakefile", "scripts", "docs", "environment.yml", "pyproject.toml")

HEADER = '"Time of Day","Process Name","PID","Operation","Path","Result","Detail"\r\n'
ROWS = (
    ("1:18:10.7752429 AM", "setup.exe", "812", "CreateFile", r"C:\Temp\one.dll", "SUCCESS",
     "Desired Access: Generic Write, Disposition: Create, Options: Non-Directory File, Attributes: N, "
     "ShareMode: None, AllocationSize: 0, OpenResult: Created"),
    ("1:18:10.7753001 AM", "setup.exe", "812", "WriteFile", r"C:\Temp\one.dll", "SUCCESS",
     "Offset: 0, Length: 4,096"),
    ("1:18:10.7754002 AM", "setup.exe", "812", "CloseFile", r"C:\Temp\one.dll", "SUCCESS", ""),
    ("1:18:11.0000001 AM", "setup.exe", "812", "RegQueryValue", r"HKLM\Software\One\Two", "NAME NOT FOUND",
     "Length: 144"),
)  # fmt: skip


def csv_capture(rows: tuple[tuple[str, ...], ...] = ROWS) -> str:
    """A small export as Process Monitor writes it."""
    return "\ufeff" + HEADER + "".join(",".join(f'"{cell}"' for cell in row) + "\r\n" for row in rows)


@dataclass
class Project:
    folder: Path

    @property
    def inputs(self) -> Path:
        return self.folder / "inputs"

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    @property
    def results(self) -> Path:
        return self.folder / "results"

    def put(self, name: str, text: str | None = None) -> Path:
        file = self.inputs / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(csv_capture() if text is None else text, encoding="utf-8", newline="")
        return file

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """``./run`` as a user types it, in an environment that is set up already."""
        return subprocess.run(
            ["./run", "--cores", "2", *arguments],
            cwd=self.folder,
            env=os.environ | {"PYTHONWARNINGS": "default"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in LINKED:
        (folder / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "config", folder / "config")
    (folder / "config" / "config.yaml").write_text(shipped(), encoding="utf-8")
    for name in ("run", "requirements.lock"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "inputs").mkdir()
    _borrow_environment(folder)
    return Project(folder)


def _borrow_environment(folder: Path) -> None:
    """The running environment under the name that ./run expects, with the stamp that says it is current."""
    environment = folder / ".venv"
    environment.mkdir()
    prefix = Path(sys.prefix)
    for part in ("bin", "lib", "pyvenv.cfg"):
        (environment / part).symlink_to(prefix / part)
    stamp = subprocess.run(
        ["sh", "-c", 'echo "$(cksum <requirements.lock) '
         "$(python3 -c 'import sys; print(sys.version)') $PWD\""],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    (environment / "stamp").write_text(stamp.stdout)
