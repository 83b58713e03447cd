"""An input file, plain or packed (.gz, .zip) → a plain file on disk, for as long as it is read."""

from __future__ import annotations

import gzip
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Literal

from scripts.procmon.errors import CaptureError
from scripts.procmon.sources.sniffing import HEAD

Container = Literal["gz", "zip"]

_CHUNK = 1 << 20
#: Captures shrink to a tenth, monotonous ones to a hundredth. What grows more is no capture but a bomb.
_MOST_GROWTH = 150
_ALWAYS_ALLOWED = 256 << 20
#: What must stay free on the disk that a capture is unpacked to.
_KEPT_FREE = 1 << 30


@dataclass(frozen=True)
class Unpacked:
    """A plain file and what it came in."""

    path: Path
    container: Container | None


def head(path: Path, name: str) -> bytes:
    """The first bytes of a capture, looking into an archive. Raises CaptureError as ``unpacked`` does."""
    container = _container(path, name)
    with ExitStack() as stack:
        file, _ = _content(path, name, container, stack)
        with _errors_of(name, container):
            return file.read(HEAD)


@contextmanager
def unpacked(path: Path, name: str, folder: Path | None = None) -> Iterator[Unpacked]:
    """The plain file of a capture; a packed one is unpacked below ``folder`` and removed afterwards.

    ``name`` stands for it in errors. Raises CaptureError for a damaged archive, one in another, one without exactly
    one file, one with a password, and one that grows beyond all measure.
    """
    container = _container(path, name)
    if container is None:
        yield Unpacked(path, None)
        return
    with ExitStack() as stack:
        source, packed_size = _content(path, name, container, stack)
        target = (
            Path(stack.enter_context(tempfile.TemporaryDirectory(dir=folder, prefix="unpacked-"))) / "capture"
        )
        with target.open("wb") as out, _errors_of(name, container):
            _copy(source, out, name, packed_size)
        yield Unpacked(target, container)


def _container(path: Path, name: str) -> Container | None:
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise CaptureError(name, expected="a readable file", found=error.strerror or str(error)) from error
    return _container_of(magic)


def _container_of(magic: bytes) -> Container | None:
    if magic.startswith(b"\x1f\x8b"):
        return "gz"
    return "zip" if magic in (b"PK\x03\x04", b"PK\x05\x06") else None


def _content(path: Path, name: str, container: Container | None, stack: ExitStack) -> tuple[IO[bytes], int]:
    """The packed file's content, opened, and its packed size in bytes."""
    if container is None:
        file: Any = path.open("rb")
        return stack.enter_context(file), path.stat().st_size
    with _errors_of(name, container):
        if container == "gz":
            file = stack.enter_context(gzip.GzipFile(path, "rb"))
            size = path.stat().st_size
        else:
            archive = stack.enter_context(zipfile.ZipFile(path))
            entry = _only_entry(archive, name)
            file, size = stack.enter_context(archive.open(entry)), entry.compress_size
        inner = _container_of(file.peek(4)[:4] if hasattr(file, "peek") else b"")
    if inner:
        raise CaptureError(
            name,
            expected="a capture in the archive",
            found=f"another archive ({inner})",
            advice="Unpack it once.",
        )
    return file, size


def _only_entry(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    entries = [
        entry for entry in archive.infolist() if not entry.is_dir() and not _is_clutter(entry.filename)
    ]
    if len(entries) != 1:
        found = ", ".join(repr(entry.filename[:80]) for entry in entries[:5]) or "none"
        raise CaptureError(
            name,
            expected="exactly one file in the ZIP archive",
            found=f"{len(entries):,} ({found})" if entries else "none",
            advice="Put each capture into inputs/ by itself.",
        )
    if entries[0].flag_bits & 1:
        raise CaptureError(name, expected="a ZIP archive without a password", found="an encrypted one")
    return entries[0]


def _is_clutter(name: str) -> bool:
    path = PurePosixPath(name)
    return path.parts[:1] == ("__MACOSX",) or path.name in (".DS_Store", "Thumbs.db", "desktop.ini")


def _copy(source: IO[bytes], target: IO[bytes], name: str, packed_size: int) -> None:
    allowed = max(_ALWAYS_ALLOWED, packed_size * _MOST_GROWTH)
    written = 0
    while chunk := source.read(_CHUNK):
        written += len(chunk)
        if written > allowed:
            raise CaptureError(
                name,
                expected=f"an archive that unpacks to at most {allowed:,} bytes",
                found="more than that",
                advice="Unpack it yourself if it really is a capture.",
            )
        if written % (64 << 20) < _CHUNK and shutil.disk_usage(Path(target.name).parent).free < _KEPT_FREE:
            raise CaptureError(name, expected="room on the disk to unpack it", found="less than 1 GiB left")
        target.write(chunk)


@contextmanager
def _errors_of(name: str, container: Container | None) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise CaptureError(
            name,
            expected=f"an intact {container or 'file'} archive" if container else "a readable file",
            found=str(error),
        ) from error
