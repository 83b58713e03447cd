"""Folders and keys of the second reconstruction's machine, and where its programs' code calls from."""

from __future__ import annotations

from scripts.reconstruction.elevation.modules import HOME
from scripts.reconstruction.habits import Question

#: What Explorer shows while somebody looks round: {folder: names in it}.
FOLDERS: dict[str, tuple[str, ...]] = {
    rf"{HOME}\Desktop": ("desktop.ini", "Contoso Viewer.lnk", "Shift plan.xlsx", "Procmon.lnk"),
    rf"{HOME}\Documents": ("desktop.ini", "Handover", "Pump tests 2010.xlsx", "Notes.txt"),
    rf"{HOME}\Documents\Handover": tuple(f"2010-07-{day:02}.docx" for day in range(12, 21)),
    rf"{HOME}\Downloads": ("desktop.ini", "ContosoViewerSetup.exe", "Manual.pdf"),
    r"C:\Program Files\Contoso Viewer": ("ctagent.exe", "ctupdate.exe", "ctviewer.chm", "readme.txt"),
}

#: What Explorer asks of HKCR for a file of that kind before it draws it.
FILE_CLASSES = {"exe": "exefile", "ini": "inifile", "lnk": "lnkfile", "txt": "txtfile", "chm": "chm.file"}

EXPLORER_KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer"
BAGS = r"HKCU\Software\Classes\Local Settings\Software\Microsoft\Windows\Shell\BagMRU"

POLICIES: tuple[Question, ...] = (
    (
        r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System",
        (("EnableLUA", 1), ("ConsentPromptBehaviorUser", 3), ("EnableInstallerDetection", 1)),
    ),
    (
        rf"{EXPLORER_KEY}\Advanced",
        (("Hidden", 2), ("ShowSuperHidden", 0), ("HideFileExt", 1), ("TaskbarGlomLevel", 0)),
    ),
)
SESSION: tuple[Question, ...] = (
    (r"HKLM\System\CurrentControlSet\Control\Session Manager", (("SafeProcessSearchMode", None),)),
    (
        r"HKLM\System\CurrentControlSet\Control\ComputerName\ActiveComputerName",
        (("ComputerName", "RECONSTRUCTION"),),
    ),
    (
        r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion",
        (("ProductName", "Windows 7 Professional"), ("CurrentBuildNumber", "7600"), ("CSDVersion", None)),
    ),
)
LOGON: tuple[Question, ...] = (
    (
        r"HKCU\Control Panel\Desktop",
        (("ScreenSaveActive", "1"), ("ScreenSaveTimeOut", "600"), ("SCRNSAVE.EXE", None)),
    ),
)
ACCOUNTS: tuple[Question, ...] = (
    (r"HKLM\SAM\SAM\Domains\Account\Users\000003E9", (("V", None), ("F", None))),
    (r"HKLM\System\CurrentControlSet\Control\Lsa", (("LimitBlankPasswordUse", 1), ("crashonauditfail", 0))),
)
SEARCH: tuple[Question, ...] = (
    (
        r"HKLM\SOFTWARE\Microsoft\Windows Search",
        (("DataDirectory", r"C:\ProgramData\Microsoft\Search\Data"),),
    ),
)

# Where programs call Windows from: frames of their own modules out to the start of the thread.
_RUN = "kernel32.dll+51174"
EXPLORER_LOOKS = f"SHELL32.dll+5c3a2 SHELL32.dll+6089f EXPLORERFRAME.dll+1c2ab SHLWAPI.dll+1f2c4 {_RUN}"
EXPLORER_REMEMBERS = f"SHLWAPI.dll+b2d4 SHELL32.dll+8e1aa SHELL32.dll+8e7c3 EXPLORERFRAME.dll+2f0b6 {_RUN}"
EXPLORER_PROPERTIES = f"PROPSYS.dll+1a0c4 SHELL32.dll+49f10 SHELL32.dll+4a2d7 ole32.dll+2b3a1 {_RUN}"
SERVICE_CONTROL = f"services.exe+3c41 services.exe+7e02 RPCRT4.dll+1c921 RPCRT4.dll+39c56 {_RUN}"
PLUG_AND_PLAY = f"umpnpmgr.dll+4b12 umpnpmgr.dll+6f0e RPCRT4.dll+39c56 {_RUN}"
SCHEDULER = f"schedsvc.dll+1c0a4 schedsvc.dll+2d712 RPCRT4.dll+1c921 RPCRT4.dll+39c56 {_RUN}"
ENGINE = f"taskeng.exe+5b2c taskeng.exe+8e10 taskschd.dll+2c1a4 {_RUN}"
APPLICATION_INFORMATION = f"appinfo.dll+3f1c appinfo.dll+5a02 RPCRT4.dll+1c921 RPCRT4.dll+39c56 {_RUN}"
CONSENT = f"consent.exe+3a10 consent.exe+4f2c {_RUN}"
RESTORE_POINT = f"srrstr.dll+1b0c4 rundll32.exe+12f8 rundll32.exe+18bd {_RUN}"
INSTALLER = f"TrustedInstaller.exe+3b21 TrustedInstaller.exe+51f0 sechost.dll+75a9 {_RUN}"
EVENT_LOG = f"wevtsvc.dll+3a10 wevtsvc.dll+58c7 RPCRT4.dll+1c921 {_RUN}"
PREFETCHER = f"sysmain.dll+2a110 sysmain.dll+3c0f2 sechost.dll+75a9 {_RUN}"
UPDATE_ENGINE = f"wuaueng.dll+a1b40 wuaueng.dll+a3c15 svchost.exe+24b0 {_RUN}"
DATABASE = f"ESENT.dll+3b0a1 ESENT.dll+4c2f7 ESENT.dll+5512d {_RUN}"
ACCOUNT_CHECKS = f"SAMSRV.dll+1c77a SAMSRV.dll+2011b LSASRV.dll+c84e RPCRT4.dll+39c56 {_RUN}"
RANDOM_SEED = f"rsaenh.dll+b1c4 rsaenh.dll+c0e2 LSASRV.dll+1e04d {_RUN}"
CLIENT_SERVER = "CSRSRV.dll+43ab CSRSRV.dll+5f90"
LOGON_SCREEN = f"winlogon.exe+b3c1 winlogon.exe+1d552 {_RUN}"
NAME_RESOLUTION = f"WS2_32.dll+3f1b svchost.exe+24b0 {_RUN}"
REMOTE_CALLS = f"rpcss.dll+1b0c4 rpcss.dll+2c117 RPCRT4.dll+39c56 {_RUN}"
PRINTING = f"spoolsv.exe+5b1c spoolsv.exe+7f02 {_RUN}"
INDEXING = f"SearchIndexer.exe+1f0a2 SearchIndexer.exe+2b1c0 {_RUN}"
PROVIDER = f"WmiPrvSE.exe+c6a2 RPCRT4.dll+39c56 {_RUN}"
TASK_HOST = f"taskhost.exe+3b1c ole32.dll+2b3a1 {_RUN}"
COMPOSITION = f"dwm.exe+5c1a USER32.dll+18734 {_RUN}"
MONITOR = f"Procmon.exe+2b4c1 Procmon.exe+31a0f Procmon.exe+8c402 {_RUN}"
AGENT = f"ctagent.exe+b0c2 ctagent.exe+c1f4 {_RUN}"
UPDATER = f"ctupdate.exe+7a10 ctupdate.exe+8c3d {_RUN}"
SETUP = f"ContosoViewerSetup.exe+3c20 ContosoViewerSetup.exe+5a11 ContosoViewerSetup.exe+b0e2 {_RUN}"
