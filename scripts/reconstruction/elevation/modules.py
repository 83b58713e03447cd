"""The programs, libraries and drivers of the second reconstruction's Windows 7."""

from __future__ import annotations

from scripts.reconstruction.computer import FileFacts

SYSTEM32 = r"C:\Windows\System32"
DRIVERS = rf"{SYSTEM32}\drivers"
HOME = r"C:\Users\Operator"
TEMP = rf"{HOME}\AppData\Local\Temp"
CONTOSO_FOLDER = r"C:\Program Files\Contoso Viewer"

_SEVEN = "6.1.7600.16385 (win7_rtm.090713-1255)"
_CONTOSO = ("ctagent.exe", "ctupdate.exe", "ContosoViewerSetup.exe")

#: Programs stand among their modules.
FILES: dict[str, FileFacts] = {
    # in the kernel
    "ntkrnlpa.exe": (0x82A0F000, 0x410000, SYSTEM32, _SEVEN, "NT Kernel & System"),
    "halacpi.dll": (0x82E1F000, 0x37000, SYSTEM32, _SEVEN, "Hardware Abstraction Layer DLL"),
    "fltmgr.sys": (0x8B1D4000, 0x34000, DRIVERS, _SEVEN, "Microsoft Filesystem Filter Manager"),
    "Ntfs.sys": (0x8B224000, 0x12F000, DRIVERS, _SEVEN, "NT File System Driver"),
    "tcpip.sys": (0x8B40C000, 0x149000, DRIVERS, _SEVEN, "TCP/IP Driver"),
    "afd.sys": (0x90C1B000, 0x5A000, DRIVERS, _SEVEN, "Ancillary Function Driver for WinSock"),
    "win32k.sys": (0x95B40000, 0x249000, SYSTEM32, _SEVEN, "Multi-User Win32 Driver"),
    "USBSTOR.SYS": (0x99E0C000, 0x17000, DRIVERS, _SEVEN, "USB Mass Storage Class Driver"),
    "fastfat.sys": (0x99E2A000, 0x2A000, DRIVERS, _SEVEN, "Fast FAT File System Driver"),
    "PROCMON20.SYS": (0x99E61000, 0xD000, DRIVERS, "2.9", "Process Monitor Driver"),
    "mrxcls.sys": (0x99E7C000, 0x6800, DRIVERS, "5.1.2600.2902", "Windows NT CLS Minirdr"),
    "mrxnet.sys": (0x99E86000, 0x4400, DRIVERS, "5.1.2600.2902", "Windows NT NET Minirdr"),
    # in nearly every process
    "ntdll.dll": (0x77C90000, 0x13C000, SYSTEM32, _SEVEN, "NT Layer DLL"),
    "kernel32.dll": (0x77BB0000, 0xD4000, SYSTEM32, _SEVEN, "Windows NT BASE API Client DLL"),
    "KERNELBASE.dll": (0x75E20000, 0x4A000, SYSTEM32, _SEVEN, "Windows NT BASE API Client DLL"),
    "ADVAPI32.dll": (0x77360000, 0xA0000, SYSTEM32, _SEVEN, "Advanced Windows 32 Base API"),
    "msvcrt.dll": (0x76A40000, 0xAC000, SYSTEM32, "7.0.7600.16385", "Windows NT CRT DLL"),
    "sechost.dll": (0x76210000, 0x19000, SYSTEM32, _SEVEN, "Host for SCM/SDDL/LSA Lookup APIs"),
    "RPCRT4.dll": (0x76B00000, 0xA1000, SYSTEM32, _SEVEN, "Remote Procedure Call Runtime"),
    "USER32.dll": (0x77850000, 0xC9000, SYSTEM32, _SEVEN, "Multi-User Windows USER API Client DLL"),
    "GDI32.dll": (0x76C00000, 0x4E000, SYSTEM32, _SEVEN, "GDI Client DLL"),
    # of the shell
    "ole32.dll": (0x76D00000, 0x15C000, SYSTEM32, _SEVEN, "Microsoft OLE for Windows"),
    "OLEAUT32.dll": (0x76E80000, 0x8F000, SYSTEM32, "6.1.7600.16385", "OLEAUT32.DLL"),
    "SHLWAPI.dll": (0x77420000, 0x57000, SYSTEM32, _SEVEN, "Shell Light-weight Utility Library"),
    "SHELL32.dll": (0x762A0000, 0x749000, SYSTEM32, _SEVEN, "Windows Shell Common Dll"),
    "EXPLORERFRAME.dll": (0x71A40000, 0x16F000, SYSTEM32, _SEVEN, "ExplorerFrame"),
    "UxTheme.dll": (0x74710000, 0x40000, SYSTEM32, _SEVEN, "Microsoft UxTheme Library"),
    "PROPSYS.dll": (0x745F0000, 0xF5000, SYSTEM32, "7.00.7600.16385", "Microsoft Property System"),
    # of services
    "umpnpmgr.dll": (0x73C20000, 0x55000, SYSTEM32, _SEVEN, "User-mode Plug-and-Play Service"),
    "LSASRV.dll": (0x75890000, 0x104000, SYSTEM32, _SEVEN, "LSA Server DLL"),
    "SAMSRV.dll": (0x757F0000, 0x8D000, SYSTEM32, _SEVEN, "SAM Server DLL"),
    "rsaenh.dll": (0x75440000, 0x3B000, SYSTEM32, _SEVEN, "Microsoft Enhanced Cryptographic Provider"),
    "rpcss.dll": (0x74F10000, 0x60000, SYSTEM32, _SEVEN, "Distributed COM Services"),
    "wevtsvc.dll": (0x74A10000, 0x118000, SYSTEM32, _SEVEN, "Event Logging Service"),
    "sysmain.dll": (0x73910000, 0x11B000, SYSTEM32, _SEVEN, "Superfetch Service Host"),
    "schedsvc.dll": (0x737B0000, 0xC1000, SYSTEM32, _SEVEN, "Task Scheduler Service"),
    "taskcomp.dll": (0x73720000, 0x5A000, SYSTEM32, _SEVEN, "Task Scheduler Backward Compatibility Plug-in"),
    "taskschd.dll": (0x6F4B0000, 0x7D000, SYSTEM32, _SEVEN, "Task Scheduler COM API"),
    "appinfo.dll": (0x735F0000, 0x11000, SYSTEM32, _SEVEN, "Application Information Service"),
    "wuaueng.dll": (0x6D200000, 0x1D1000, SYSTEM32, "7.4.7600.226", "Windows Update Agent"),
    "ESENT.dll": (0x6D010000, 0x1AB000, SYSTEM32, _SEVEN, "Extensible Storage Engine"),
    "WS2_32.dll": (0x77990000, 0x35000, SYSTEM32, _SEVEN, "Windows Socket 2.0 32-Bit DLL"),
    "srrstr.dll": (0x6C8A0000, 0x5A000, SYSTEM32, _SEVEN, "Microsoft Windows System Protection"),
    # programs
    "smss.exe": (0x47D60000, 0x13000, SYSTEM32, _SEVEN, "Windows Session Manager"),
    "csrss.exe": (0x49F10000, 0x5000, SYSTEM32, _SEVEN, "Client Server Runtime Process"),
    "CSRSRV.dll": (0x75C30000, 0xF000, SYSTEM32, _SEVEN, "Client Server Runtime Process"),
    "wininit.exe": (0x00CF0000, 0x1A000, SYSTEM32, _SEVEN, "Windows Start-Up Application"),
    "winlogon.exe": (0x00D20000, 0x49000, SYSTEM32, _SEVEN, "Windows Logon Application"),
    "services.exe": (0x00E60000, 0x43000, SYSTEM32, _SEVEN, "Services and Controller app"),
    "lsass.exe": (0x00A30000, 0x9000, SYSTEM32, _SEVEN, "Local Security Authority Process"),
    "lsm.exe": (0x00780000, 0x45000, SYSTEM32, _SEVEN, "Local Session Manager Service"),
    "svchost.exe": (0x00540000, 0x8000, SYSTEM32, _SEVEN, "Host Process for Windows Services"),
    "spoolsv.exe": (0x00640000, 0x52000, SYSTEM32, _SEVEN, "Spooler SubSystem App"),
    "taskhost.exe": (0x00BB0000, 0xF000, SYSTEM32, _SEVEN, "Host Process for Windows Tasks"),
    "taskeng.exe": (0x00F80000, 0x30000, SYSTEM32, _SEVEN, "Task Scheduler Engine"),
    "dwm.exe": (0x006B0000, 0x1B000, SYSTEM32, _SEVEN, "Desktop Window Manager"),
    "consent.exe": (0x009E0000, 0x19000, SYSTEM32, _SEVEN, "Consent UI for administrative applications"),
    "rundll32.exe": (0x00D90000, 0xE000, SYSTEM32, _SEVEN, "Windows host process (Rundll32)"),
    "SearchIndexer.exe": (0x00EF0000, 0x6B000, SYSTEM32, "7.00.7600.16385", "Microsoft Windows Search Indexer"),
    "explorer.exe": (0x00230000, 0x27E000, r"C:\Windows", _SEVEN, "Windows Explorer"),
    "TrustedInstaller.exe": (0x00420000, 0x1F000, r"C:\Windows\servicing", _SEVEN, "Windows Modules Installer"),
    "WmiPrvSE.exe": (0x00AC0000, 0x41000, rf"{SYSTEM32}\wbem", _SEVEN, "WMI Provider Host"),
    "Procmon.exe": (0x00400000, 0x2F4000, r"C:\Sysinternals", "2.91", "Process Monitor"),
    "ctagent.exe": (0x00400000, 0x2C000, CONTOSO_FOLDER, "3.2.0.114", "Contoso Viewer Agent"),
    "ctupdate.exe": (0x00400000, 0x3A000, CONTOSO_FOLDER, "3.2.0.114", "Contoso Viewer Updater"),
    "ContosoViewerSetup.exe": (0x00400000, 0x62000, rf"{HOME}\Downloads", "3.2.0.121", "Contoso Viewer Setup"),
    # of the infection
    "~WTR4141.tmp": (0x10000000, 0x8000, "E:", "", ""),
    "~DFA1.tmp": (0x02E40000, 0x138000, TEMP, "", ""),
}  # fmt: skip

COMPANIES = {
    "PROCMON20.SYS": "Sysinternals",
    "Procmon.exe": "Sysinternals - www.sysinternals.com",
    "~WTR4141.tmp": "",
    "~DFA1.tmp": "",
} | dict.fromkeys(_CONTOSO, "Contoso Ltd.")
