"""Folders, files and keys of the machine that its programs come by every day, and where their code calls from."""

from __future__ import annotations

from scripts.reconstruction.habits import Question
from scripts.reconstruction.walkthrough.machine import SYSTEM32

HOME = r"C:\Documents and Settings\Administrator"
ALL_USERS = r"C:\Documents and Settings\All Users"

#: What Explorer shows while somebody looks round: {folder: names in it}.
FOLDERS: dict[str, tuple[str, ...]] = {
    rf"{HOME}\Desktop": ("desktop.ini", "Contoso Viewer.lnk", "Plant 3 shift plan.xls", "Procmon.lnk", "Notes.txt"),
    rf"{HOME}\My Documents": ("desktop.ini", "My Music", "My Pictures", "Invoices", "Letter.doc", "Budget 2010.xls"),
    rf"{HOME}\My Documents\Invoices": tuple(f"2010-{month:02}.pdf" for month in range(1, 7)),
    rf"{HOME}\My Documents\My Pictures": (
        "desktop.ini", "Thumbs.db", "Sample Pictures.lnk", *(f"IMG_{number:04}.JPG" for number in range(211, 229)),
    ),
    r"C:\WINDOWS": (
        "Blue Lace 16.bmp", "explorer.exe", "Help", "inf", "Media", "notepad.exe", "Prefetch", "regedit.exe",
        "system32", "Tasks", "Temp", "Web", "win.ini",
    ),
    r"C:\Program Files": ("Common Files", "Contoso Viewer", "Internet Explorer", "Movie Maker", "Outlook Express"),
    r"C:\Program Files\Contoso Viewer": ("ctagent.exe", "cthook.dll", "ctupdate.exe", "readme.txt", "Update"),
    "E:\\": ("Copy of Shortcut to.lnk", "Drawings", "Manual.pdf", "Spare parts.xls"),
    r"E:\Drawings": tuple(f"D{number:03}.dwg" for number in range(14)),
}  # fmt: skip

#: What Explorer asks of HKCR for a file of that kind before it draws it.
FILE_CLASSES = {
    "bmp": "Paint.Picture", "dll": "dllfile", "doc": "Wordpad.Document.1", "exe": "exefile", "ini": "inifile",
    "JPG": "jpegfile", "lnk": "lnkfile", "txt": "txtfile", "db": "dbfile",
}  # fmt: skip

EXPLORER_KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer"
BAGS = r"HKCU\Software\Microsoft\Windows\ShellNoRoam\BagsMRU"

POLICIES: tuple[Question, ...] = (
    (
        r"HKCU\Software\Microsoft\Windows\CurrentVersion\Policies\Explorer",
        (("NoDriveTypeAutoRun", 145), ("NoRun", None)),
    ),
    (
        r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\Explorer",
        (("HonorAutoRunSetting", 1), ("NoRun", None)),
    ),
    (
        rf"{EXPLORER_KEY}\Advanced",
        (("Hidden", 2), ("ShowSuperHidden", 0), ("HideFileExt", 1), ("SeparateProcess", 0)),
    ),
    (
        rf"{EXPLORER_KEY}\User Shell Folders",
        (("Personal", r"%USERPROFILE%\My Documents"), ("Recent", r"%USERPROFILE%\Recent")),
    ),
    (rf"{EXPLORER_KEY}\MountPoints2\E", (("BaseClass", "Drive"), ("_LabelFromReg", None))),
)
SESSION: tuple[Question, ...] = (
    (
        r"HKLM\System\CurrentControlSet\Control\Session Manager",
        (("SafeDllSearchMode", None), ("CriticalSectionTimeout", 2_592_000)),
    ),
    (
        r"HKLM\System\CurrentControlSet\Control\ComputerName\ActiveComputerName",
        (("ComputerName", "RECONSTRUCTION"),),
    ),
    (r"HKLM\System\CurrentControlSet\Control\ProductOptions", (("ProductType", "WinNT"),)),
    (r"HKLM\System\WPA\PnP", (("seed", 1_845_203_377),)),
)
LOGON: tuple[Question, ...] = (
    (
        r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon",
        (("Shell", "Explorer.exe"), ("LegalNoticeText", ""), ("AutoAdminLogon", "0")),
    ),
    (
        r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Group Policy\State\Machine",
        (("Distinguished-Name", None),),
    ),
    (
        r"HKCU\Control Panel\Desktop",
        (("ScreenSaveActive", "1"), ("ScreenSaveTimeOut", "600"), ("SCRNSAVE.EXE", None)),
    ),
)
ACCOUNTS: tuple[Question, ...] = (
    (r"HKLM\SECURITY\Policy\SecDesc", (("(Default)", None),)),
    (r"HKLM\SAM\SAM\DOMAINS\Account\Users\000001F4", (("V", None), ("F", None))),
    (
        r"HKLM\System\CurrentControlSet\Control\Lsa",
        (("LimitBlankPasswordUse", 1), ("crashonauditfail", 0), ("LmCompatibilityLevel", 0)),
    ),
)
MANAGEMENT: tuple[Question, ...] = (
    (
        r"HKLM\SOFTWARE\Microsoft\WBEM\CIMOM",
        (("Logging", "1"), ("Working Directory", rf"{SYSTEM32}\WBEM"), ("Max DB Size", None)),
    ),
    (r"HKLM\SOFTWARE\Microsoft\WBEM\CIMOM\CompatibleHostProviders", (("(Default)", None),)),
    (
        r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion",
        (
            ("ProductName", "Microsoft Windows XP"),
            ("CSDVersion", "Service Pack 3"),
            ("CurrentBuildNumber", "2600"),
        ),
    ),
)

# Where programs call Windows from: frames of their own modules out to the start of the thread.
_RUN = "kernel32.dll+b713"
EXPLORER_LOOKS = (
    f"SHELL32.dll+6a3c2 SHELL32.dll+6a89f BROWSEUI.dll+1c2ab BROWSEUI.dll+20b11 SHLWAPI.dll+1f2c4 {_RUN}",
    f"SHLWAPI.dll+a8c1 SHELL32.dll+7c02e SHELL32.dll+7d431 SHDOCVW.dll+2ac10 BROWSEUI.dll+1e9a4 {_RUN}",
    f"SHELL32.dll+49f10 SHELL32.dll+4a2d7 ole32.dll+2b3a1 SHDOCVW.dll+11f42 explorer.exe+1a3b5 SHLWAPI.dll+1f2c4 {_RUN}",
)
EXPLORER_REMEMBERS = (
    f"SHLWAPI.dll+b2d4 SHELL32.dll+8e1aa SHELL32.dll+8e7c3 BROWSEUI.dll+2f0b6 BROWSEUI.dll+30a81 {_RUN}"
)
SERVICE_CONTROL = f"services.exe+3c41 services.exe+7e02 RPCRT4.dll+c921 RPCRT4.dll+79c56 {_RUN}"
PLUG_AND_PLAY = f"SETUPAPI.dll+11c4a umpnpmgr.dll+4b12 umpnpmgr.dll+6f0e RPCRT4.dll+79c56 {_RUN}"
EVENT_LOG = f"eventlog.dll+3a10 eventlog.dll+58c7 RPCRT4.dll+c921 {_RUN}"
ACCOUNT_CHECKS = f"SAMSRV.dll+1c77a SAMSRV.dll+2011b LSASRV.dll+c84e LSASRV.dll+1a3f0 RPCRT4.dll+79c56 {_RUN}"
RANDOM_SEED = f"rsaenh.dll+b1c4 rsaenh.dll+c0e2 ADVAPI32.dll+1e04d {_RUN}"
DOMAIN_SEARCH = f"NETLOGON.dll+1d0a4 NETLOGON.dll+22b31 LSASRV.dll+2f11c {_RUN}"
LOGON_SCREEN = f"winlogon.exe+b3c1 winlogon.exe+1d552 USERENV.dll+31a2c {_RUN}"
CLIENT_SERVER = "winsrv.dll+1c0a2 CSRSRV.dll+43ab CSRSRV.dll+5f90"
SCHEDULER = f"schedsvc.dll+c0a4 schedsvc.dll+d712 svchost.exe+24b0 ADVAPI32.dll+18f12 {_RUN}"
INVENTORY = (
    f"repdrvfs.dll+7a1c repdrvfs.dll+c3d0 wbemcore.dll+1b24f wbemcore.dll+2e001 wbemcomn.dll+8ac1 {_RUN}"
)
PROVIDER = f"cimwin32.dll+2a1c0 cimwin32.dll+31f45 wmiprvse.exe+c6a2 RPCRT4.dll+79c56 {_RUN}"
DATABASE = f"ESENT.dll+3b0a1 ESENT.dll+4c2f7 ESENT.dll+5512d {_RUN}"
UPDATE_ENGINE = f"wuaueng.dll+a1b40 wuaueng.dll+a3c15 svchost.exe+24b0 {_RUN}"
UPDATE_CLIENT = f"wuauclt.exe+5c12 wuauclt.exe+6ab0 {_RUN}"
NAME_RESOLUTION = f"WS2_32.dll+3f1b mswsock.dll+1c2a4 svchost.exe+24b0 {_RUN}"
REMOTE_CALLS = f"rpcss.dll+1b0c4 rpcss.dll+2c117 RPCRT4.dll+79c56 {_RUN}"
PRINTING = f"spoolsv.exe+5b1c spoolsv.exe+7f02 {_RUN}"
GATEWAY = f"alg.exe+41c0 alg.exe+52ab WS2_32.dll+3f1b {_RUN}"
TEXT_INPUT = f"ctfmon.exe+1f0a USER32.dll+8734 USER32.dll+8816 {_RUN}"
MONITOR = f"Procmon.exe+2b4c1 Procmon.exe+31a0f Procmon.exe+8c402 {_RUN}"
AGENT = f"ctagent.exe+b0c2 ctagent.exe+c1f4 {_RUN}"
UPDATER = f"ctupdate.exe+7a10 ctupdate.exe+8c3d {_RUN}"
SETUP = "setup.exe+3c20 setup.exe+5a11 setup.exe+b0e2 kernel32.dll+17077"
