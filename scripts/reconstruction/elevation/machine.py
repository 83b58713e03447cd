"""The machine of the second reconstruction: Windows 7 as it was first sold, its processes and the modules in them.

A standard user, Operator, sits at it; whoever knows the administrator's password may answer User Account Control.
Versions are Windows 7's; addresses, link times and the third party ("Contoso") are made up. Service Pack 1, of 2011,
closed the way that is shown here.
"""

from __future__ import annotations

from scripts.procmon.sources.pml.writer import Machine
from scripts.reconstruction.computer import (
    LOCAL_SERVICE,
    LOCAL_SYSTEM,
    NETWORK_SERVICE,
    SERVICE_LOGONS,
    Computer,
    Program,
    filetime,
)
from scripts.reconstruction.elevation.calls import CALLS
from scripts.reconstruction.elevation.modules import COMPANIES, CONTOSO_FOLDER, FILES, HOME, SYSTEM32, TEMP

START = filetime("2010-07-21T08:17:40.412806")
LENGTH = 120.0

OPERATOR = r"RECONSTRUCTION\Operator"
ADMINISTRATOR = r"RECONSTRUCTION\Administrator"
MEDIUM, HIGH, SYSTEM = "Medium", "High", "System"


def sid(*parts: int, authority: int = 5) -> bytes:
    """A security identifier: S-1-authority-parts."""
    numbers = b"".join(part.to_bytes(4, "little") for part in parts)
    return bytes([1, len(parts)]) + authority.to_bytes(6, "big") + numbers


_COMPUTER_SID = (21, 1_004_336_348, 1_177_238_915, 682_003_330)

_KERNEL_MODULES = tuple(name for name, row in FILES.items() if row[0] >= 0x8000_0000)
_BASE = (
    "ntdll.dll",
    "kernel32.dll",
    "KERNELBASE.dll",
    "ADVAPI32.dll",
    "msvcrt.dll",
    "sechost.dll",
    "RPCRT4.dll",
)
_WINDOWED = (*_BASE, "USER32.dll", "GDI32.dll")
_SHELLED = (*_WINDOWED, "ole32.dll", "OLEAUT32.dll", "SHLWAPI.dll", "SHELL32.dll")
_SERVICE = (*_WINDOWED, "ole32.dll")


def _system(
    pid: int,
    name: str,
    parent: str | None,
    line: str,
    *more: str,
    user: str = LOCAL_SYSTEM,
    session: int = 0,
    began: float | None = None,
    ended: float | None = None,
) -> Program:
    """A process of the system's integrity."""
    modules = (name, *_SERVICE, *more)
    return Program(pid, name, parent, line, user, modules, began, ended, SYSTEM, session)


def _users(
    pid: int,
    name: str,
    parent: str | None,
    line: str,
    *more: str,
    user: str = OPERATOR,
    integrity: str = MEDIUM,
    began: float | None = None,
    ended: float | None = None,
) -> Program:
    """A process of somebody's at the desk."""
    return Program(pid, name, parent, line, user, (name, *_SHELLED, *more), began, ended, integrity, 1)


def _svchost(pid: int, group: str, *more: str, user: str = LOCAL_SYSTEM) -> Program:
    line = rf"C:\Windows\system32\svchost.exe -k {group}"
    return _system(pid, "svchost.exe", "services", line, *more, user=user)


def _taskeng(pid: int, engine: str, began: float, ended: float) -> Program:
    """The engine that runs tasks as the system."""
    line = rf"taskeng.exe {{{engine}}} S-1-5-18:NT AUTHORITY\System:Service:"
    return _system(pid, "taskeng.exe", "netsvcs", line, "taskschd.dll", began=began, ended=ended)


#: The user's file that the system comes to run, and the command that a changed task gives.
DROPPED = rf"{TEMP}\~DFA1.tmp"
RUN_DROPPED = rf'C:\Windows\system32\rundll32.exe "{DROPPED}",#15'
#: What the false lsass.exe calls itself; the doubled back-slashes are in print.
FALSE_LSASS = r'"C:\Windows\\system32\\lsass.exe"'
SETUP = rf"{HOME}\Downloads\ContosoViewerSetup.exe"
_CSRSS = r"%SystemRoot%\system32\csrss.exe ObjectDirectory=\Windows SharedSection=1024,12288,512 Windows=On"

_PROGRAMS: dict[str, Program] = {
    "system": Program(
        4, "System", None, "", LOCAL_SYSTEM, ("ntdll.dll", *_KERNEL_MODULES), integrity=SYSTEM
    ),
    "smss": Program(
        260, "smss.exe", "system", r"\SystemRoot\System32\smss.exe", LOCAL_SYSTEM, ("smss.exe", "ntdll.dll"),
        integrity=SYSTEM,
    ),
    "csrss": _system(348, "csrss.exe", None, _CSRSS, "CSRSRV.dll"),
    "wininit": _system(388, "wininit.exe", None, "wininit.exe"),
    "csrss-1": _system(396, "csrss.exe", None, _CSRSS, "CSRSRV.dll", session=1),
    "winlogon": _system(444, "winlogon.exe", None, "winlogon.exe", session=1),
    "services": _system(484, "services.exe", "wininit", r"C:\Windows\system32\services.exe", "umpnpmgr.dll"),
    "lsass": _system(
        500, "lsass.exe", "wininit", r"C:\Windows\system32\lsass.exe", "LSASRV.dll", "SAMSRV.dll", "rsaenh.dll"
    ),
    "lsm": _system(508, "lsm.exe", "wininit", r"C:\Windows\system32\lsm.exe"),
    "dcom": _svchost(612, "DcomLaunch", "rpcss.dll"),
    "rpcss": _svchost(684, "RPCSS", "rpcss.dll", user=NETWORK_SERVICE),
    "local-restricted": _svchost(736, "LocalServiceNetworkRestricted", "wevtsvc.dll", user=LOCAL_SERVICE),
    "system-restricted": _svchost(840, "LocalSystemNetworkRestricted", "sysmain.dll"),
    "netsvcs": _svchost(
        876, "netsvcs", "schedsvc.dll", "appinfo.dll", "taskcomp.dll", "wuaueng.dll", "ESENT.dll", "rsaenh.dll"
    ),
    "local": _svchost(1024, "LocalService", "WS2_32.dll", user=LOCAL_SERVICE),
    "dns": _svchost(1108, "NetworkService", "WS2_32.dll", user=NETWORK_SERVICE),
    "spoolsv": _system(1264, "spoolsv.exe", "services", r"C:\Windows\System32\spoolsv.exe"),
    "taskhost": _users(1384, "taskhost.exe", "services", '"taskhost.exe"'),
    "dwm": _users(1452, "dwm.exe", "system-restricted", r'"C:\Windows\system32\Dwm.exe"'),
    "explorer": _users(
        1476, "explorer.exe", None, r"C:\Windows\Explorer.EXE", "EXPLORERFRAME.dll", "UxTheme.dll", "PROPSYS.dll",
        "~WTR4141.tmp",
    ),
    "updater": _system(
        1620, "ctupdate.exe", "services", rf'"{CONTOSO_FOLDER}\ctupdate.exe" /service'
    ),
    "indexer": _system(1884, "SearchIndexer.exe", "services", r"C:\Windows\system32\SearchIndexer.exe /Embedding"),
    "agent": _users(2020, "ctagent.exe", "explorer", rf'"{CONTOSO_FOLDER}\ctagent.exe" /tray'),
    "wmiprvse": _system(
        2196, "WmiPrvSE.exe", "dcom", r"C:\Windows\system32\wbem\wmiprvse.exe", user=NETWORK_SERVICE
    ),
    "procmon": _users(
        2608, "Procmon.exe", "explorer", r'"C:\Sysinternals\Procmon.exe" ', user=ADMINISTRATOR, integrity=HIGH
    ),
    "trusted-installer": _system(
        2732, "TrustedInstaller.exe", "services", r"C:\Windows\servicing\TrustedInstaller.exe", began=8.31
    ),
    "engine-windows": _taskeng(2796, "3D0C1F2A-52B7-4E0B-9C77-1B5A0C64E310", 11.62, 21.9),
    "restore-point": _system(
        2824, "rundll32.exe", "engine-windows",
        r"C:\Windows\system32\rundll32.exe /d srrstr.dll,ExecuteScheduledSPPCreation", "srrstr.dll",
        began=11.94, ended=19.2,
    ),
    "consent": _system(
        2916, "consent.exe", "netsvcs", "consent.exe 876 288 0274D3A0", session=1, began=29.55, ended=36.41
    ),
    "setup": _users(
        2964, "ContosoViewerSetup.exe", "explorer", f'"{SETUP}" ', user=ADMINISTRATOR, integrity=HIGH,
        began=36.48, ended=47.7,
    ),
    "engine-changed": _taskeng(3120, "B7A5D4E6-0F43-4C1D-8E92-6A1D7F03C528", 62.88, 77.6),
    "dropped": _system(
        3152, "rundll32.exe", "engine-changed", RUN_DROPPED, "~DFA1.tmp", began=63.17, ended=76.9
    ),
    "false-lsass": _system(
        3248, "lsass.exe", "services", FALSE_LSASS, "SHLWAPI.dll", "SHELL32.dll", began=66.4, ended=86.2
    ),
    "engine-contoso": _taskeng(3404, "E41F9B08-7C6D-4A52-B3E1-05D8C2A9176F", 97.3, 108.5),
    "update": _system(
        3440, "ctupdate.exe", "engine-contoso", rf'"{CONTOSO_FOLDER}\ctupdate.exe" /task', began=97.58, ended=104.2
    ),
}  # fmt: skip

SEVEN = Computer(
    header=Machine(
        computer_name="RECONSTRUCTION",
        system_root=r"C:\Windows",
        bits=32,
        windows=(6, 1, 7600),
        cpus=1,
        ram=1_073_278_976,
    ),
    files=FILES,
    companies=COMPANIES,
    linked=0x4A5B_C000,  # July 2009, when Windows 7 was built
    built=filetime("2009-07-14T01:14:00"),
    programs=_PROGRAMS,
    shown_names={"explorer": "Explorer.EXE"},
    logons={OPERATOR: 0x1_F3A6, ADMINISTRATOR: 0x8_C41D, **SERVICE_LOGONS},
    sids={
        LOCAL_SYSTEM: sid(18),
        OPERATOR: sid(*_COMPUTER_SID, 1001),
        ADMINISTRATOR: sid(*_COMPUTER_SID, 500),
        MEDIUM: sid(0x2000, authority=16),
        HIGH: sid(0x3000, authority=16),
        SYSTEM: sid(0x4000, authority=16),
    },
    calls=CALLS,
    start=START,
    length=LENGTH,
    boot=filetime("2010-07-21T07:52:18.500000"),
    environment=(
        r"ALLUSERSPROFILE=C:\ProgramData",
        "COMPUTERNAME=RECONSTRUCTION",
        r"ComSpec=C:\Windows\system32\cmd.exe",
        "OS=Windows_NT",
        r"Path=C:\Windows\system32;C:\Windows;C:\Windows\System32\Wbem",
        "SystemDrive=C:",
        r"SystemRoot=C:\Windows",
        r"windir=C:\Windows",
    ),
    gone={"csrss": 340, "wininit": 340, "csrss-1": 380, "winlogon": 380, "explorer": 1440},
    virtualized=0,
)

__all__ = ["SEVEN", "SYSTEM32", "TEMP"]
