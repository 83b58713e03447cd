"""Bit masks as texts: access rights, options, attributes, and the other numbers of file and registry details."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

Bits = tuple[tuple[int, str], ...]

_COMMON: Bits = (
    (0x10000, "Delete"),
    (0x20000, "Read Control"),
    (0x40000, "Write DAC"),
    (0x80000, "Write Owner"),
    (0x100000, "Synchronize"),
    (0x1000000, "Access System Security"),
    (0x2000000, "Maximum Allowed"),
)
_FILE_ACCESS: Bits = (
    (0x1F01FF, "All Access"),
    (0x1201BF, "Generic Read/Write/Execute"),
    (0x12019F, "Generic Read/Write"),
    (0x1200A9, "Generic Read/Execute"),
    (0x1201B6, "Generic Write/Execute"),
    (0x120089, "Generic Read"),
    (0x120116, "Generic Write"),
    (0x1200A0, "Generic Execute"),
    (0x1, "Read Data/List Directory"),
    (0x2, "Write Data/Add File"),
    (0x4, "Append Data/Add Subdirectory/Create Pipe Instance"),
    (0x8, "Read EA"),
    (0x10, "Write EA"),
    (0x20, "Execute/Traverse"),
    (0x40, "Delete Child"),
    (0x80, "Read Attributes"),
    (0x100, "Write Attributes"),
    *_COMMON,
)
_REGISTRY_ACCESS: Bits = (
    (0xF003F, "All Access"),
    (0x2001F, "Read/Write"),
    (0x20019, "Read"),
    (0x20006, "Write"),
    (0x1, "Query Value"),
    (0x2, "Set Value"),
    (0x4, "Create Sub Key"),
    (0x8, "Enumerate Sub Keys"),
    (0x10, "Notify"),
    (0x20, "Create Link"),
    (0x300, "WOW64_Res"),
    (0x200, "WOW64_32Key"),
    (0x100, "WOW64_64Key"),
    *_COMMON,
)
#: What the generic rights (read, write, execute, all) stand for.
_GENERIC = (0x80000000, 0x40000000, 0x20000000, 0x10000000)
_FILE_GENERIC = (0x120089, 0x120116, 0x1200A0, 0x1F01FF)
_REGISTRY_GENERIC = (0x20019, 0x20006, 0x20019, 0xF003F)

_OPTIONS: Bits = (
    (0x1, "Directory"),
    (0x2, "Write Through"),
    (0x4, "Sequential Access"),
    (0x8, "No Buffering"),
    (0x10, "Synchronous IO Alert"),
    (0x20, "Synchronous IO Non-Alert"),
    (0x40, "Non-Directory File"),
    (0x80, "Create Tree Connection"),
    (0x100, "Complete If Oplocked"),
    (0x200, "No EA Knowledge"),
    (0x400, "Open for Recovery"),
    (0x800, "Random Access"),
    (0x1000, "Delete On Close"),
    (0x2000, "Open By ID"),
    (0x4000, "Open For Backup"),
    (0x8000, "No Compression"),
    (0x100000, "Reserve OpFilter"),
    (0x200000, "Open Reparse Point"),
    (0x400000, "Open No Recall"),
    (0x800000, "Open For Free Space Query"),
    (0x10000, "Open Requiring Oplock"),
    (0x20000, "Disallow Exclusive"),
)
_ATTRIBUTES: Bits = (
    (0x1, "R"),
    (0x2, "H"),
    (0x4, "S"),
    (0x10, "D"),
    (0x20, "A"),
    (0x40, "D"),
    (0x80, "N"),
    (0x100, "T"),
    (0x200, "SF"),
    (0x400, "RP"),
    (0x800, "C"),
    (0x1000, "O"),
    (0x2000, "NCI"),
    (0x4000, "E"),
    (0x10000, "V"),
    (0x180000, " 0x180000"),
    (0x80000, " 0x80000"),
    (0x100000, " 0x100000"),
)
_SHARE_MODE: Bits = ((1, "Read"), (2, "Write"), (4, "Delete"))
_IO_FLAGS: Bits = (
    (0x10, "Buffered"),
    (0x1, "Non-cached"),
    (0x2, "Paging I/O"),
    (0x4, "Synchronous"),
    (0x40, "Synchronous Paging I/O"),
    (0x400000, "Write Through"),
)
_NOTIFY: Bits = tuple(
    (1 << bit, f"FILE_NOTIFY_CHANGE_{name}")
    for bit, name in enumerate(
        [
            "FILE_NAME",
            "DIR_NAME",
            "ATTRIBUTES",
            "SIZE",
            "LAST_WRITE",
            "LAST_ACCESS",
            "CREATION",
            "EA",
            "SECURITY",
            "STREAM_NAME",
            "STREAM_SIZE",
            "STREAM_WRITE",
        ]
    )
)
_SECURITY: Bits = (
    (0x1, "Owner"),
    (0x2, "Group"),
    (0x4, "DACL"),
    (0x8, "SACL"),
    (0x10, "Label"),
    (0x20, "Attribute"),
    (0x40, "Scope"),
    (0x80, "Process Trust Label"),
    (0x100, "Access Filter"),
    (0x10000, "Backup"),
    (0x80000000, "DACL Protected"),
    (0x40000000, "SACL Protected"),
    (0x20000000, "DACL Unprotected"),
    (0x10000000, "SACL Unprotected"),
)
_FILE_SYSTEM: Bits = (
    (0x2, "Case Preserved"),
    (0x1, "Case Sensitive"),
    (0x4, "Unicode"),
    (0x8, "ACLs"),
    (0x10, "Compression"),
    (0x40000, "Named Streams"),
    (0x20000, "EFS"),
    (0x10000, "Object IDs"),
    (0x80, "Reparse Points"),
    (0x40, "Sparse Files"),
    (0x20, "Quotas"),
    (0x200000, "Transactions"),
)
_DEVICE: Bits = (
    (0x1, "Removable"),
    (0x2, "Read-Only"),
    (0x4, "Floppy"),
    (0x8, "Write-Once"),
    (0x10, "Remote"),
    (0x20, "Mounted"),
    (0x40, "Virtual"),
    (0x80, "Secure Open"),
)
_DISPOSITION_EX: Bits = (
    (0x1, "FILE_DISPOSITION_DELETE"),
    (0x2, "FILE_DISPOSITION_POSIX_SEMANTICS"),
    (0x4, "FILE_DISPOSITION_FORCE_IMAGE_SECTION_CHECK"),
    (0x8, "FILE_DISPOSITION_ON_CLOSE"),
    (0x10, "FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE"),
)

PRIORITIES = {1: "Very Low", 2: "Low", 3: "Normal", 4: "High", 5: "Critical"}
DISPOSITIONS = dict(enumerate(("Supersede", "Open", "Create", "OpenIf", "Overwrite", "OverwriteIf")))
OPEN_RESULTS = dict(enumerate(("Superseded", "Opened", "Created", "Overwritten", "Exists", "DoesNotExist")))
ALIGNMENTS = {0: "Byte", 1: "Word", 3: "Long", 7: "Quad", 0xF: "Octa"}


def _words(mask: int, bits: Bits) -> tuple[list[str], int]:
    """The words of the bits that are set, in the order of the table, and the bits left over."""
    words = []
    for bit, word in bits:
        if mask & bit == bit:
            words.append(word)
            mask &= ~bit
    return words, mask


def _joined(words: Iterable[str], rest: int = 0) -> str:
    return ", ".join([*words, f"0x{rest:x}"] if rest else words)


def _access(mask: int, generic: tuple[int, ...], bits: Bits) -> str:
    for bit, rights in zip(_GENERIC, generic, strict=True):
        if mask & bit:
            mask |= rights
    return _joined(_words(mask, bits)[0]) or f"None 0x{mask:x}"


@lru_cache(4096)
def file_access(mask: int) -> str:
    """Desired access to a file: "Generic Read/Write, Delete"."""
    return _access(mask, _FILE_GENERIC, _FILE_ACCESS)


@lru_cache(4096)
def registry_access(mask: int) -> str:
    """Desired access to a key: "Read, WOW64_64Key"."""
    return _access(mask, _REGISTRY_GENERIC, _REGISTRY_ACCESS)


@lru_cache(4096)
def options(mask: int) -> str:
    """Options of CreateFile: "Synchronous IO Non-Alert, Non-Directory File"; "" for none."""
    return _joined(_words(mask, _OPTIONS)[0])


@lru_cache(4096)
def attributes(mask: int) -> str:
    """File attributes: "HSNCI"; "n/a" for none."""
    return "".join(_words(mask, _ATTRIBUTES)[0]) if mask else "n/a"


@lru_cache(4096)
def share_mode(mask: int) -> str:
    """Share mode: "Read, Write"; "None"."""
    return _joined(_words(mask, _SHARE_MODE)[0]) if mask else "None"


@lru_cache(4096)
def io_flags(mask: int) -> str:
    """Flags of a read or write: "Non-cached, Paging I/O"."""
    return _joined(_words(mask, _IO_FLAGS)[0])


@lru_cache(4096)
def notify_filter(mask: int) -> str:
    """What NotifyChangeDirectory waits for."""
    return _joined(_words(mask, _NOTIFY)[0])


@lru_cache(4096)
def security_information(mask: int, *, before_access_filter: bool = False) -> str:
    """Parts of a security descriptor: "Owner, DACL"; what has no word as a number.

    ``before_access_filter``: Process Monitor up to 3.51 had no word for 0x100.
    """
    hidden = mask & 0x100 if before_access_filter else 0
    words, rest = _words(mask & ~hidden, _SECURITY)
    return _joined(words, rest | hidden)


@lru_cache(4096)
def file_system_attributes(mask: int) -> str:
    """What a file system can do; what has no word as a number."""
    return _joined(*_words(mask, _FILE_SYSTEM))


@lru_cache(4096)
def device_characteristics(mask: int) -> str:
    """Characteristics of a device: "Mounted, Secure Open"."""
    return _joined(_words(mask, _DEVICE)[0])


@lru_cache(4096)
def disposition_flags(mask: int) -> str:
    """Flags of SetDispositionInformationEx."""
    return _joined(*_words(mask, _DISPOSITION_EX))


@lru_cache(4096)
def page_protection(mask: int) -> str:
    """Page protection of a section: "PAGE_EXECUTE_READ|PAGE_NOCACHE"; the lowest of several bits."""
    base = next((name for bit, name in _PAGES if mask & bit), "")
    return base + ("|PAGE_NOCACHE" if mask & 0x200 else "")


_PAGES: Bits = (
    (0x02, "PAGE_READONLY"),
    (0x04, "PAGE_READWRITE"),
    (0x08, "PAGE_WRITECOPY"),
    (0x10, "PAGE_EXECUTE"),
    (0x20, "PAGE_EXECUTE_READ"),
    (0x40, "PAGE_EXECUTE_READWRITE"),
    (0x80, "PAGE_EXECUTE_WRITECOPY"),
)
