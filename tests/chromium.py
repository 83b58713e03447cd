"""A real Chromium over its debugging pipe: pages are loaded, asked and used as a person's browser would show them.

Needs no package, only the program: Debian's chromium, Google's Chrome, or what CHROMIUM names.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: The browser reads commands from 3 and answers on 4.
_WIRED = """
import os, sys
taken = [os.dup(int(number)) for number in sys.argv[1:3]]
for number, place in zip(map(lambda one: os.dup2(one, one + 20), taken), (3, 4)):
    os.dup2(number, place, inheritable=True)
os.execv(sys.argv[3], sys.argv[3:])
"""
KEYS = {"Tab": {"windowsVirtualKeyCode": 9}, "Enter": {"windowsVirtualKeyCode": 13, "text": "\r"}}
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def find_chromium() -> str | None:
    """The browser's program; None where there is none."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


class Page:
    """One tab. ``messages`` are its console's lines and errors, ``requests`` all addresses that it asked for."""

    def __init__(self, write: Any, read: Any) -> None:
        self._write, self._read, self._number, self._session = write, read, 0, ""
        self._heard: set[str] = set()
        self.messages: list[str] = []
        self.requests: list[str] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """The answer to one command of the DevTools protocol."""
        self._number += 1
        command = {"id": self._number, "method": method, "params": params}
        if self._session:
            command["sessionId"] = self._session
        self._write.write(json.dumps(command).encode() + b"\0")
        self._write.flush()
        while (heard := self._hear()).get("id") != self._number:
            pass
        assert "error" not in heard, (method, heard["error"])
        result: dict[str, Any] = heard["result"]
        return result

    def open(self, file: Path, *, width: int = 1280, dark: bool = False, script: bool = True) -> None:
        """Load a local file, as wide as ``width``, in light or dark, with or without JavaScript."""
        self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme])
        self.ask("Emulation.setScriptExecutionDisabled", value=not script)
        self._heard.clear()
        self.ask("Page.navigate", url=file.resolve().as_uri())
        while "Page.loadEventFired" not in self._heard:
            self._hear()

    def run(self, script: str) -> Any:
        """What ``script`` comes to; it may be a promise. A script of the test runs whatever the page's policy says."""
        answer = self.ask(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def press(self, key: str) -> None:
        """Press and release one key."""
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, **KEYS[key])

    def _hear(self) -> dict[str, Any]:
        taken = bytearray()
        while (one := self._read.read(1)) != b"\0":
            assert one, "the browser has gone"
            taken += one
        heard: dict[str, Any] = json.loads(taken)
        method, params = heard.get("method", ""), heard.get("params", {})
        self._heard.add(method)
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Runtime.consoleAPICalled":
            self.messages.append(str(params["args"]))
        elif method == "Runtime.exceptionThrown":
            self.messages.append(str(params["exceptionDetails"]))
        elif method == "Log.entryAdded":
            self.messages.append(params["entry"]["text"])
        return heard


@contextmanager
def chromium(folder: Path) -> Iterator[Page]:
    """A headless browser with its profile in ``folder``; it is ended at the end."""
    program = find_chromium()
    assert program
    to_read, to_write = os.pipe()
    from_read, from_write = os.pipe()
    arguments = [
        program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--disable-background-networking", "--remote-debugging-pipe", f"--user-data-dir={folder}",
    ]  # fmt: skip
    wired = [sys.executable, "-c", _WIRED, str(to_read), str(from_write), *arguments]
    process = subprocess.Popen(
        wired, pass_fds=(to_read, from_write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(to_read)
    os.close(from_write)
    with open(to_write, "wb") as write, open(from_read, "rb") as read:
        try:
            yield Page(write, read)
        finally:
            process.terminate()
            process.wait(10)
