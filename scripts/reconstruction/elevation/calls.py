"""Where the calls of programs pass through Windows 7: frames of its kernel and of its libraries."""

from __future__ import annotations

from scripts.reconstruction.stacks import Calls

_KERNEL = "ntkrnlpa.exe"
_OPEN = f"{_KERNEL}+21ab7d {_KERNEL}+1fb3a8 {_KERNEL}+224b4e {_KERNEL}+21e0f1"
_WORKER = f"{_KERNEL}+6dafd {_KERNEL}+20eb1d {_KERNEL}+bf219"

CALLS = Calls(
    filter=f"fltmgr.sys+1aeb fltmgr.sys+4d1c {_KERNEL}+3b4bc",
    syscall=f"{_KERNEL}+4244a ntdll.dll+464f4",
    files={
        "open": (_OPEN, "ntdll.dll+455c8"),
        "query attributes": (f"{_KERNEL}+21ab7d {_KERNEL}+1fb3a8 {_KERNEL}+1fa1c2", "ntdll.dll+45ab8"),
        "read": (f"{_KERNEL}+23c1da", "ntdll.dll+45f18"),
        "write": (f"{_KERNEL}+240f7e", "ntdll.dll+46638"),
        "close": (f"{_KERNEL}+2192d4 {_KERNEL}+20c0a1 {_KERNEL}+20bd4c", "ntdll.dll+454c8"),
        "query": (f"{_KERNEL}+23a6b2", "ntdll.dll+45da8"),
        "set": (f"{_KERNEL}+23fb16", "ntdll.dll+46498"),
        "list": (f"{_KERNEL}+237c40", "ntdll.dll+45d38"),
        "map": (f"{_KERNEL}+1e2f8b {_KERNEL}+1e3a24", "ntdll.dll+455f8"),
        "control": (f"{_KERNEL}+2411ac {_KERNEL}+2416d2", "ntdll.dll+45818"),
    },
    registry={
        0: (f"{_KERNEL}+22d1a4 {_KERNEL}+22d9be", "ntdll.dll+45bf8"),
        1: (f"{_KERNEL}+22d1a4 {_KERNEL}+22e3f0", "ntdll.dll+455d8"),
        2: (f"{_KERNEL}+20c0a1 {_KERNEL}+20bd4c", "ntdll.dll+454c8"),
        3: (f"{_KERNEL}+2301e2", "ntdll.dll+45e28"),
        4: (f"{_KERNEL}+232b77", "ntdll.dll+46568"),
        5: (f"{_KERNEL}+22f8d5", "ntdll.dll+45ed8"),
        6: (f"{_KERNEL}+22ffa0", "ntdll.dll+45988"),
        7: (f"{_KERNEL}+22fc4e", "ntdll.dll+45948"),
        9: (f"{_KERNEL}+26d0c1", "ntdll.dll+45788"),
        10: (f"{_KERNEL}+26d5e8", "ntdll.dll+457a8"),
    },
    processes={
        1: (f"{_KERNEL}+24a1f0 {_KERNEL}+24b3c6", "ntdll.dll+456e8"),
        2: (f"{_KERNEL}+23d4ba {_KERNEL}+23dd02", "ntdll.dll+465d8"),
        3: (f"{_KERNEL}+24c118 {_KERNEL}+24c7a4", "ntdll.dll+456b8"),
        4: (f"{_KERNEL}+23d0f4 {_KERNEL}+23dc1a", "ntdll.dll+465e8"),
        5: (f"{_KERNEL}+1f8a2e {_KERNEL}+1f91c8", "ntdll.dll+45bd8"),
        7: (f"{_KERNEL}+24a1f0 {_KERNEL}+24b3c6", "ntdll.dll+456e8"),
    },
    functions={
        ("file", "open"): "KERNELBASE.dll+9ba6 kernel32.dll+4cc3e",
        ("file", "query attributes"): "KERNELBASE.dll+a4a1 kernel32.dll+4c9b1",
        ("file", "read"): "KERNELBASE.dll+9d32",
        ("file", "write"): "KERNELBASE.dll+a0c7 kernel32.dll+51272",
        ("file", "close"): "KERNELBASE.dll+6c84",
        ("file", "query"): "KERNELBASE.dll+bb0d",
        ("file", "set"): "KERNELBASE.dll+c26f",
        ("file", "list"): "KERNELBASE.dll+d0f8 kernel32.dll+4dd10",
        ("file", "map"): "KERNELBASE.dll+b3c8",
        ("file", "control"): "KERNELBASE.dll+c94a",
        ("registry", 0): "kernel32.dll+4b8f2 ADVAPI32.dll+1468d",
        ("registry", 1): "kernel32.dll+4bd0c ADVAPI32.dll+1491e",
        ("registry", 2): "kernel32.dll+4b410 ADVAPI32.dll+146c4",
        ("registry", 4): "kernel32.dll+4e2da ADVAPI32.dll+147a2",
        ("registry", 5): "kernel32.dll+4b6c7 ADVAPI32.dll+148f1",
        ("registry", 9): "kernel32.dll+4ee17 ADVAPI32.dll+15c0a",
        ("registry", 10): "kernel32.dll+4eb54 ADVAPI32.dll+1592e",
        ("process", 1): "kernel32.dll+1207c kernel32.dll+12059",
        ("process", 2): "kernel32.dll+52acf",
        ("process", 3): "KERNELBASE.dll+12a1f kernel32.dll+43c1a",
        ("process", 4): "ntdll.dll+6f3c2",
        ("process", 5): "ntdll.dll+5c2a4 ntdll.dll+5c8f0",
        ("process", 7): "kernel32.dll+1207c kernel32.dll+12059",
    },
    kernel_work={
        "lazy writer": f"{_KERNEL}+c1b0e {_KERNEL}+c2a67 {_WORKER}",
        "paging": f"{_KERNEL}+9c1d2 {_KERNEL}+9d44e {_KERNEL}+20eb1d {_KERNEL}+bf219",
        "hives": f"{_KERNEL}+25c40a {_KERNEL}+25dd1c {_WORKER}",
        "drivers": f"{_KERNEL}+2d01c6 {_KERNEL}+2d4a88 {_WORKER}",
    },
    copy_file="kernel32.dll+6a3f2 kernel32.dll+6b084 kernel32.dll+6b2f1",
    loader="ntdll.dll+5d0c6 ntdll.dll+6a51e ntdll.dll+69f60 ntdll.dll+5a0c3",
)
