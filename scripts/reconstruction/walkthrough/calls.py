"""Where the calls of programs pass through Windows XP Service Pack 3: frames of its kernel and of its libraries."""

from __future__ import annotations

from scripts.reconstruction.stacks import Calls

_FILTER = "fltMgr.sys+1b70 fltMgr.sys+1f41 ntkrnlpa.exe+16129"
_SYSCALL = "ntkrnlpa.exe+6a67c ntdll.dll+e514"

_FILE_CALLS = {
    "open": ("ntkrnlpa.exe+ac5e6 ntkrnlpa.exe+e8ff4 ntkrnlpa.exe+e55f8 ntkrnlpa.exe+9f8ac", "ntdll.dll+d0ba"),
    "query attributes": ("ntkrnlpa.exe+ac5e6 ntkrnlpa.exe+e8ff4 ntkrnlpa.exe+a0be2", "ntdll.dll+d70a"),
    "read": ("ntkrnlpa.exe+a19a4", "ntdll.dll+d9ca"),
    "write": ("ntkrnlpa.exe+a4cd2", "ntdll.dll+df6a"),
    "close": ("ntkrnlpa.exe+ac11c ntkrnlpa.exe+e5a8e ntkrnlpa.exe+e5b04", "ntdll.dll+cfea"),
    "query": ("ntkrnlpa.exe+a1f3e", "ntdll.dll+d7ea"),
    "set": ("ntkrnlpa.exe+a3c5a", "ntdll.dll+dc5a"),
    "list": ("ntkrnlpa.exe+9fdce", "ntdll.dll+d76a"),
    "map": ("ntkrnlpa.exe+d8c12 ntkrnlpa.exe+d9ac4", "ntdll.dll+d16a"),
    "control": ("ntkrnlpa.exe+a2b1c ntkrnlpa.exe+9b2e0", "ntdll.dll+d27a"),
}

#: Registry events come from the configuration manager itself, without a file-system filter.
_REGISTRY_CALLS = {
    0: ("ntkrnlpa.exe+11cf4e ntkrnlpa.exe+11f0a2", "ntdll.dll+d5ca"),
    1: ("ntkrnlpa.exe+11cf4e ntkrnlpa.exe+11e8d0", "ntdll.dll+d0ea"),
    2: ("ntkrnlpa.exe+11d5b6 ntkrnlpa.exe+e5b04", "ntdll.dll+cfea"),
    3: ("ntkrnlpa.exe+1201c8", "ntdll.dll+d81a"),
    4: ("ntkrnlpa.exe+120d3e", "ntdll.dll+dd1a"),
    5: ("ntkrnlpa.exe+11ff70", "ntdll.dll+d96a"),
    6: ("ntkrnlpa.exe+11fc9a", "ntdll.dll+d2da"),
    7: ("ntkrnlpa.exe+11fb52", "ntdll.dll+d2aa"),
    9: ("ntkrnlpa.exe+11f5ac", "ntdll.dll+d23a"),
    10: ("ntkrnlpa.exe+11f6d4", "ntdll.dll+d24a"),
}
_PROCESS_CALLS = {
    1: ("ntkrnlpa.exe+ff1a2 ntkrnlpa.exe+ffbf4", "ntdll.dll+d14a"),
    2: ("ntkrnlpa.exe+f9c4e ntkrnlpa.exe+fa0d8", "ntdll.dll+de5a"),
    3: ("ntkrnlpa.exe+fe7ba ntkrnlpa.exe+fed10", "ntdll.dll+d18a"),
    4: ("ntkrnlpa.exe+f9a22 ntkrnlpa.exe+fa2f4", "ntdll.dll+de6a"),
    5: ("ntkrnlpa.exe+d4f86 ntkrnlpa.exe+d5a30", "ntdll.dll+d51a"),
    7: ("ntkrnlpa.exe+ff1a2 ntkrnlpa.exe+ffbf4", "ntdll.dll+d14a"),
}

_FUNCTIONS: dict[tuple[str, str | int], str] = {
    ("file", "open"): "kernel32.dll+108d6",
    ("file", "query attributes"): "kernel32.dll+111f1",
    ("file", "read"): "kernel32.dll+1898",
    ("file", "write"): "kernel32.dll+10e27",
    ("file", "close"): "kernel32.dll+9bd7",
    ("file", "query"): "kernel32.dll+10b51",
    ("file", "set"): "kernel32.dll+31d4e",
    ("file", "list"): "kernel32.dll+ebb1",
    ("file", "map"): "kernel32.dll+9429",
    ("file", "control"): "kernel32.dll+1664",
    ("registry", 0): "ADVAPI32.dll+6a67 ADVAPI32.dll+6a84",
    ("registry", 1): "ADVAPI32.dll+ba05 ADVAPI32.dll+bb6f",
    ("registry", 2): "ADVAPI32.dll+6c2b",
    ("registry", 4): "ADVAPI32.dll+d7c6",
    ("registry", 5): "ADVAPI32.dll+7aa2 ADVAPI32.dll+7aed",
    ("registry", 9): "ADVAPI32.dll+1c2ff",
    ("registry", 10): "ADVAPI32.dll+1c4a5",
    ("process", 1): "kernel32.dll+1980c kernel32.dll+2336",
    ("process", 2): "kernel32.dll+1cb12",
    ("process", 3): "kernel32.dll+104fb kernel32.dll+106e4",
    ("process", 4): "kernel32.dll+c0f8",
    ("process", 5): "ntdll.dll+1bd9a ntdll.dll+1c1ab",
    ("process", 7): "kernel32.dll+1980c kernel32.dll+2336",
}
_COPY_FILE = "kernel32.dll+2841c kernel32.dll+27a92 kernel32.dll+27b32"

_LOADER = "ntdll.dll+1c34d ntdll.dll+2213c ntdll.dll+21aa4 ntdll.dll+e457"

_KERNEL_WORK = {
    "lazy writer": "ntkrnlpa.exe+111b4 ntkrnlpa.exe+12b6c ntkrnlpa.exe+6192b ntkrnlpa.exe+f9d74 ntkrnlpa.exe+6fb32",
    "paging": "ntkrnlpa.exe+3d2e8 ntkrnlpa.exe+3e49a ntkrnlpa.exe+f9d74 ntkrnlpa.exe+6fb32",
    "hives": "ntkrnlpa.exe+118c1a ntkrnlpa.exe+11a0ee ntkrnlpa.exe+11ab52 ntkrnlpa.exe+6192b ntkrnlpa.exe+f9d74 "
    "ntkrnlpa.exe+6fb32",
    "drivers": "ntkrnlpa.exe+c7b2e ntkrnlpa.exe+cc11a ntkrnlpa.exe+cc5e8 ntkrnlpa.exe+6192b ntkrnlpa.exe+f9d74 "
    "ntkrnlpa.exe+6fb32",
    "restore": "sr.sys+8a3e sr.sys+91c2 sr.sys+2f10 ntkrnlpa.exe+6192b ntkrnlpa.exe+f9d74 ntkrnlpa.exe+6fb32",
}

CALLS = Calls(
    filter=_FILTER,
    syscall=_SYSCALL,
    files=_FILE_CALLS,
    registry=_REGISTRY_CALLS,
    processes=_PROCESS_CALLS,
    functions=_FUNCTIONS,
    kernel_work=_KERNEL_WORK,
    copy_file=_COPY_FILE,
    loader=_LOADER,
)
