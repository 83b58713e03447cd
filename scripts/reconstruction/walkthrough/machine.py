"""The machine of the reconstruction: Windows XP Service Pack 3, its processes and the modules in them.

Base addresses, sizes and versions are those that Windows XP gives its own files, as far as they are widely known;
link times and the third party ("Contoso") are made up.
"""

from __future__ import annotations

from scripts.procmon.sources.pml.writer import NOT_APPLICABLE, Machine
from scripts.reconstruction.computer import (
    LOCAL_SERVICE,
    LOCAL_SYSTEM,
    NETWORK_SERVICE,
    SERVICE_LOGONS,
    Computer,
    FileFacts,
    Program,
    filetime,
)
from scripts.reconstruction.walkthrough.calls import CALLS

_HEADER = Machine(
    computer_name="RECONSTRUCTION",
    system_root=r"C:\WINDOWS",
    bits=32,
    windows=(5, 1, 2600),
    service_pack="Service Pack 3",
    service_pack_number=3,
    cpus=1,
    ram=536_330_240,
)


START = filetime("2010-07-20T14:03:12.037129")
LENGTH = 155.0

SYSTEM32 = r"C:\WINDOWS\system32"
TEMP = r"C:\Documents and Settings\Administrator\Local Settings\Temp"
INF = r"C:\WINDOWS\inf"
ADMINISTRATOR = r"RECONSTRUCTION\Administrator"

_XP = "5.1.2600.5512"
_SHELL = "6.00.2900.5512"
_CONTOSO = "Contoso Ltd."
_CONTOSO_FOLDER = r"C:\Program Files\Contoso Viewer"

_FILES: dict[str, FileFacts] = {
    # in the kernel
    "ntkrnlpa.exe": (0x804D7000, 0x1F8580, SYSTEM32, _XP, "NT Kernel & System"),
    "hal.dll": (0x806D0000, 0x20300, SYSTEM32, _XP, "Hardware Abstraction Layer DLL"),
    "win32k.sys": (0xBF800000, 0x1C3000, SYSTEM32, _XP, "Multi-User Win32 Driver"),
    "srv.sys": (0xB1F5A000, 0x52000, rf"{SYSTEM32}\drivers", _XP, "Server driver"),
    "PROCMON20.SYS": (0xB21D4000, 0xC000, rf"{SYSTEM32}\Drivers", "2.9", "Process Monitor Driver"),
    "mrxsmb.sys": (0xB2A46000, 0x6F300, rf"{SYSTEM32}\drivers", _XP, "Windows NT SMB Minirdr"),
    "rdbss.sys": (0xB2ADE000, 0x2AE80, rf"{SYSTEM32}\drivers", _XP, "Redirected Drive Buffering SubSystem"),
    "afd.sys": (0xB2B31000, 0x22000, rf"{SYSTEM32}\drivers", _XP, "Ancillary Function Driver for WinSock"),
    "tcpip.sys": (0xB2B7B000, 0x57F80, rf"{SYSTEM32}\drivers", _XP, "TCP/IP Protocol Driver"),
    "fltMgr.sys": (0xF83E9000, 0x1F880, rf"{SYSTEM32}\drivers", _XP, "Microsoft Filesystem Filter Manager"),
    "Ntfs.sys": (0xF8330000, 0x8C480, rf"{SYSTEM32}\drivers", _XP, "NT File System Driver"),
    "sr.sys": (0xF83D7000, 0x11F00, rf"{SYSTEM32}\drivers", _XP, "System Restore Filesystem Filter Driver"),
    "disk.sys": (0xF8597000, 0x8E80, rf"{SYSTEM32}\drivers", _XP, "PnP Disk Driver"),
    "CLASSPNP.SYS": (0xF85A7000, 0xC180, rf"{SYSTEM32}\drivers", _XP, "SCSI Class System Dll"),
    "atapi.sys": (0xF8409000, 0x17900, rf"{SYSTEM32}\drivers", _XP, "IDE/ATAPI Port Driver"),
    "usbstor.sys": (0xF89A7000, 0x6700, rf"{SYSTEM32}\drivers", _XP, "USB Mass Storage Class Driver"),
    "fastfat.sys": (0xB1EC2000, 0x23180, rf"{SYSTEM32}\drivers", _XP, "Fast FAT File System Driver"),
    "mrxcls.sys": (0xF8A4F000, 0x6800, rf"{SYSTEM32}\drivers", _XP, "Windows NT CLS Minirdr"),
    "mrxnet.sys": (0xF8A57000, 0x4400, rf"{SYSTEM32}\drivers", _XP, "Windows NT NET Minirdr"),
    # in nearly every process
    "ntdll.dll": (0x7C900000, 0xB2000, SYSTEM32, _XP, "NT Layer DLL"),
    "kernel32.dll": (0x7C800000, 0xF6000, SYSTEM32, _XP, "Windows NT BASE API Client DLL"),
    "ADVAPI32.dll": (0x77DD0000, 0x9B000, SYSTEM32, _XP, "Advanced Windows 32 Base API"),
    "RPCRT4.dll": (0x77E70000, 0x92000, SYSTEM32, _XP, "Remote Procedure Call Runtime"),
    "Secur32.dll": (0x77FE0000, 0x11000, SYSTEM32, _XP, "Security Support Provider Interface"),
    "USER32.dll": (0x7E410000, 0x91000, SYSTEM32, _XP, "Windows XP USER API Client DLL"),
    "GDI32.dll": (0x77F10000, 0x49000, SYSTEM32, _XP, "GDI Client DLL"),
    "msvcrt.dll": (0x77C10000, 0x58000, SYSTEM32, "7.0.2600.5512", "Windows NT CRT DLL"),
    # of the shell
    "ole32.dll": (0x774E0000, 0x13D000, SYSTEM32, _XP, "Microsoft OLE for Windows"),
    "OLEAUT32.dll": (0x77120000, 0x8B000, SYSTEM32, _XP, "Microsoft OLE 3.50"),
    "SHLWAPI.dll": (0x77F60000, 0x76000, SYSTEM32, _SHELL, "Shell Light-weight Utility Library"),
    "SHELL32.dll": (0x7C9C0000, 0x817000, SYSTEM32, _SHELL, "Windows Shell Common Dll"),
    "BROWSEUI.dll": (0x75F80000, 0xFD000, SYSTEM32, _SHELL, "Shell Browser UI Library"),
    "SHDOCVW.dll": (0x7E290000, 0x171000, SYSTEM32, _SHELL, "Shell Doc Object and Control Library"),
    "UxTheme.dll": (0x5AD70000, 0x38000, SYSTEM32, _SHELL, "Microsoft UxTheme Library"),
    "WININET.dll": (0x771B0000, 0xAA000, SYSTEM32, _SHELL, "Internet Extensions for Win32"),
    "SETUPAPI.dll": (0x77920000, 0xF3000, SYSTEM32, _XP, "Windows Setup API"),
    "VERSION.dll": (0x77C00000, 0x8000, SYSTEM32, _XP, "Version Checking and File Installation Libraries"),
    # of services
    "NETAPI32.dll": (0x5B860000, 0x55000, SYSTEM32, _XP, "Net Win32 API DLL"),
    "USERENV.dll": (0x769C0000, 0xB4000, SYSTEM32, _XP, "Userenv"),
    "umpnpmgr.dll": (0x7DBA0000, 0x21000, SYSTEM32, _XP, "User-mode Plug-and-Play Service"),
    "eventlog.dll": (0x77B70000, 0x11000, SYSTEM32, _XP, "Event Logging Service"),
    "LSASRV.dll": (0x75730000, 0xB5000, SYSTEM32, _XP, "LSA Server DLL"),
    "SAMSRV.dll": (0x74440000, 0x6A000, SYSTEM32, _XP, "SAM Server DLL"),
    "NETLOGON.dll": (0x744B0000, 0x65000, SYSTEM32, _XP, "Net Logon Services DLL"),
    "rsaenh.dll": (0x68000000, 0x36000, SYSTEM32, _XP, "Microsoft Enhanced Cryptographic Provider"),
    "rpcss.dll": (0x76A80000, 0x64000, SYSTEM32, _XP, "Distributed COM Services"),
    "schedsvc.dll": (0x77300000, 0x33000, SYSTEM32, _XP, "Task Scheduler Engine"),
    "ESENT.dll": (0x606B0000, 0x10D000, SYSTEM32, _XP, "Server Database Storage Engine"),
    "wuaueng.dll": (0x50040000, 0x119000, SYSTEM32, "5.4.3790.5512", "Windows Update AutoUpdate Engine"),
    "WS2_32.dll": (0x71AB0000, 0x17000, SYSTEM32, _XP, "Windows Socket 2.0 32-Bit DLL"),
    "mswsock.dll": (0x71A50000, 0x3F000, SYSTEM32, _XP, "Microsoft Windows Sockets 2.0 Service Provider"),
    "wbemcore.dll": (0x762C0000, 0x85000, rf"{SYSTEM32}\wbem", _XP, "WMI"),
    "repdrvfs.dll": (0x75200000, 0x2F000, rf"{SYSTEM32}\wbem", _XP, "WMI Repository Driver"),
    "wbemcomn.dll": (0x75290000, 0x37000, rf"{SYSTEM32}\wbem", _XP, "WMI"),
    "cimwin32.dll": (0x728C0000, 0x125000, rf"{SYSTEM32}\wbem", _XP, "WMI Win32 Provider"),
    # programs
    "smss.exe": (0x48580000, 0xF000, SYSTEM32, _XP, "Windows NT Session Manager"),
    "csrss.exe": (0x4A680000, 0x5000, SYSTEM32, _XP, "Client Server Runtime Process"),
    "CSRSRV.dll": (0x75B40000, 0xB000, SYSTEM32, _XP, "Client Server Runtime Process"),
    "winsrv.dll": (0x75B60000, 0x4B000, SYSTEM32, _XP, "Windows Server DLL"),
    "winlogon.exe": (0x01000000, 0x81000, SYSTEM32, _XP, "Windows NT Logon Application"),
    "services.exe": (0x01000000, 0x1C000, SYSTEM32, _XP, "Services and Controller app"),
    "lsass.exe": (0x01000000, 0x6000, SYSTEM32, _XP, "LSA Shell (Export Version)"),
    "svchost.exe": (0x01000000, 0x6000, SYSTEM32, _XP, "Generic Host Process for Win32 Services"),
    "spoolsv.exe": (0x01000000, 0x10000, SYSTEM32, _XP, "Spooler SubSystem App"),
    "alg.exe": (0x01000000, 0xD000, SYSTEM32, _XP, "Application Layer Gateway Service"),
    "explorer.exe": (0x01000000, 0xFF000, r"C:\WINDOWS", _SHELL, "Windows Explorer"),
    "ctfmon.exe": (0x00400000, 0x6000, SYSTEM32, _XP, "CTF Loader"),
    "wuauclt.exe": (0x00400000, 0x1D000, SYSTEM32, "5.4.3790.5512", "Windows Update AutoUpdate Client"),
    "wmiprvse.exe": (0x01000000, 0x3A000, rf"{SYSTEM32}\wbem", _XP, "WMI"),
    "Procmon.exe": (0x00400000, 0x2F1000, r"C:\Sysinternals", "2.91", "Process Monitor"),
    "ctagent.exe": (0x00400000, 0x2C000, _CONTOSO_FOLDER, "3.2.0.114", "Contoso Viewer Agent"),
    "cthook.dll": (0x10000000, 0x1B000, _CONTOSO_FOLDER, "3.2.0.114", "Contoso Viewer Hook Library"),
    "ctupdate.exe": (0x00400000, 0x3A000, _CONTOSO_FOLDER, "3.2.0.114", "Contoso Viewer Updater"),
    "setup.exe": (0x00400000, 0x2F000, rf"{_CONTOSO_FOLDER}\Update", "3.2.0.121", "Contoso Viewer Setup"),
}  # fmt: skip

_COMPANIES = {
    "PROCMON20.SYS": "Sysinternals",
    "Procmon.exe": "Sysinternals - www.sysinternals.com",
} | dict.fromkeys(("ctagent.exe", "cthook.dll", "ctupdate.exe", "setup.exe"), _CONTOSO)


#: What the System process lists: the kernel and its drivers.
_KERNEL_MODULES = tuple(name for name, row in _FILES.items() if row[0] >= 0x8000_0000)
_BASE = ("ntdll.dll", "kernel32.dll", "ADVAPI32.dll", "RPCRT4.dll", "Secur32.dll")
_WINDOWED = (*_BASE, "USER32.dll", "GDI32.dll", "msvcrt.dll")
_SHELLED = (*_WINDOWED, "ole32.dll", "OLEAUT32.dll", "SHLWAPI.dll", "SHELL32.dll")
_SERVICE = (*_WINDOWED, "NETAPI32.dll", "USERENV.dll", "ole32.dll")


def _svchost(pid: int, group: str, user: str, *more: str) -> Program:
    line = rf"C:\WINDOWS\system32\svchost -k {group}"
    return Program(pid, "svchost.exe", "services", line, user, ("svchost.exe", *_SERVICE, *more))


#: What Stuxnet's processes call themselves; the doubled back-slashes are in print.
FALSE_LSASS = r'"C:\WINDOWS\\system32\\lsass.exe"'

_PROGRAMS: dict[str, Program] = {
    "system": Program(4, "System", None, "", LOCAL_SYSTEM, ("ntdll.dll", *_KERNEL_MODULES)),
    "smss": Program(
        532, "smss.exe", "system", r"\SystemRoot\System32\smss.exe", LOCAL_SYSTEM, ("smss.exe", "ntdll.dll")
    ),
    "csrss": Program(
        604,
        "csrss.exe",
        "smss",
        r"C:\WINDOWS\system32\csrss.exe ObjectDirectory=\Windows SharedSection=1024,3072,512 Windows=On",
        LOCAL_SYSTEM,
        ("csrss.exe", *_WINDOWED, "CSRSRV.dll", "winsrv.dll"),
    ),
    "winlogon": Program(
        628, "winlogon.exe", "smss", "winlogon.exe", LOCAL_SYSTEM, ("winlogon.exe", *_SERVICE, "SETUPAPI.dll")
    ),
    "services": Program(
        672,
        "services.exe",
        "winlogon",
        r"C:\WINDOWS\system32\services.exe",
        LOCAL_SYSTEM,
        ("services.exe", *_SERVICE, "SETUPAPI.dll", "umpnpmgr.dll", "eventlog.dll"),
    ),
    "lsass": Program(
        684,
        "lsass.exe",
        "winlogon",
        r"C:\WINDOWS\system32\lsass.exe",
        LOCAL_SYSTEM,
        ("lsass.exe", *_SERVICE, "LSASRV.dll", "SAMSRV.dll", "NETLOGON.dll", "rsaenh.dll"),
    ),
    "dcom": _svchost(852, "DcomLaunch", LOCAL_SYSTEM, "rpcss.dll"),
    "rpcss": _svchost(932, "rpcss", NETWORK_SERVICE, "rpcss.dll"),
    "netsvcs": _svchost(
        1024,
        "netsvcs",
        LOCAL_SYSTEM,
        "schedsvc.dll",
        "wbemcore.dll",
        "repdrvfs.dll",
        "wbemcomn.dll",
        "ESENT.dll",
        "wuaueng.dll",
        "rsaenh.dll",
    ),
    "dns": _svchost(1076, "NetworkService", NETWORK_SERVICE, "WS2_32.dll", "mswsock.dll"),
    "local": _svchost(1128, "LocalService", LOCAL_SERVICE, "WS2_32.dll", "mswsock.dll"),
    "spoolsv": Program(
        1392,
        "spoolsv.exe",
        "services",
        r"C:\WINDOWS\system32\spoolsv.exe",
        LOCAL_SYSTEM,
        ("spoolsv.exe", *_SERVICE),
    ),
    "alg": Program(
        1916,
        "alg.exe",
        "services",
        r"C:\WINDOWS\System32\alg.exe",
        LOCAL_SERVICE,
        ("alg.exe", *_SERVICE, "WS2_32.dll"),
    ),
    "explorer": Program(
        1576,
        "explorer.exe",
        None,
        r"C:\WINDOWS\Explorer.EXE",
        ADMINISTRATOR,
        (
            "explorer.exe",
            *_SHELLED,
            "BROWSEUI.dll",
            "SHDOCVW.dll",
            "UxTheme.dll",
            "WININET.dll",
            "SETUPAPI.dll",
            "VERSION.dll",
        ),
    ),
    "ctfmon": Program(
        1704,
        "ctfmon.exe",
        "explorer",
        r"C:\WINDOWS\system32\ctfmon.exe",
        ADMINISTRATOR,
        ("ctfmon.exe", *_WINDOWED),
    ),
    "agent": Program(
        1716,
        "ctagent.exe",
        "explorer",
        rf'"{_CONTOSO_FOLDER}\ctagent.exe" /tray',
        ADMINISTRATOR,
        ("ctagent.exe", *_SHELLED, "cthook.dll"),
    ),
    "updater": Program(
        1860,
        "ctupdate.exe",
        "services",
        rf'"{_CONTOSO_FOLDER}\ctupdate.exe" /service',
        LOCAL_SYSTEM,
        ("ctupdate.exe", *_SERVICE),
    ),
    "wuauclt": Program(
        2144,
        "wuauclt.exe",
        "netsvcs",
        r'"C:\WINDOWS\system32\wuauclt.exe"',
        ADMINISTRATOR,
        ("wuauclt.exe", *_SHELLED),
    ),
    "wmiprvse": Program(
        2232,
        "wmiprvse.exe",
        "dcom",
        r"C:\WINDOWS\system32\wbem\wmiprvse.exe -Embedding",
        NETWORK_SERVICE,
        ("wmiprvse.exe", *_SERVICE, "wbemcomn.dll", "cimwin32.dll"),
    ),
    "procmon": Program(
        2876,
        "Procmon.exe",
        "explorer",
        r'"C:\Sysinternals\Procmon.exe" ',
        ADMINISTRATOR,
        ("Procmon.exe", *_SHELLED),
    ),
    "false-lsass-300": Program(
        300,
        "lsass.exe",
        "services",
        FALSE_LSASS,
        LOCAL_SYSTEM,
        ("lsass.exe", *_SHELLED, "VERSION.dll"),
        34.2,
        59.0,
    ),
    "false-lsass-2": Program(
        3012,
        "lsass.exe",
        "services",
        FALSE_LSASS,
        LOCAL_SYSTEM,
        ("lsass.exe", *_SHELLED),
        61.4,
        70.6,
    ),
    "false-lsass-3": Program(
        3188,
        "lsass.exe",
        "services",
        FALSE_LSASS,
        LOCAL_SYSTEM,
        ("lsass.exe", *_SHELLED),
        78.1,
        86.3,
    ),
    "setup": Program(
        3344,
        "setup.exe",
        "updater",
        rf'"{_CONTOSO_FOLDER}\Update\setup.exe" /check /silent',
        LOCAL_SYSTEM,
        ("setup.exe", *_SHELLED),
        104.6,
        112.9,
    ),
}

XP = Computer(
    header=_HEADER,
    files=_FILES,
    companies=_COMPANIES,
    linked=0x4802_5000,  # April 2008, when Service Pack 3 was built
    built=filetime("2008-04-14T12:00:00"),
    programs=_PROGRAMS,
    shown_names={"explorer": "Explorer.EXE"},
    logons={ADMINISTRATOR: 0xB2C4, **SERVICE_LOGONS},
    calls=CALLS,
    start=START,
    length=LENGTH,
    boot=filetime("2010-07-20T13:41:07.250000"),
    environment=(
        r"ALLUSERSPROFILE=C:\Documents and Settings\All Users",
        "COMPUTERNAME=RECONSTRUCTION",
        r"ComSpec=C:\WINDOWS\system32\cmd.exe",
        "OS=Windows_NT",
        r"Path=C:\WINDOWS\system32;C:\WINDOWS;C:\WINDOWS\System32\Wbem",
        "SystemDrive=C:",
        r"SystemRoot=C:\WINDOWS",
        rf"TEMP={TEMP}",
        r"windir=C:\WINDOWS",
    ),
    gone={"explorer": 1544},  # userinit.exe
    virtualized=NOT_APPLICABLE,
)
