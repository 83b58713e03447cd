"""What programs ask the registry of every Windows."""

from __future__ import annotations

from scripts.reconstruction.habits import Question

SERVICES: tuple[Question, ...] = tuple(
    (
        rf"HKLM\System\CurrentControlSet\Services\{name}",
        (("Start", start), ("Type", kind), ("ObjectName", account)),
    )
    for name, start, kind, account in (
        ("Eventlog", 2, 32, "LocalSystem"),
        ("PlugPlay", 2, 32, "LocalSystem"),
        ("Schedule", 2, 32, "LocalSystem"),
        ("Dnscache", 2, 32, r"NT AUTHORITY\NetworkService"),
        ("wuauserv", 2, 32, "LocalSystem"),
        ("usbstor", 3, 1, None),
    )
)
NETWORKING: tuple[Question, ...] = (
    (
        r"HKLM\System\CurrentControlSet\Services\Tcpip\Parameters",
        (("Hostname", "RECONSTRUCTION"), ("Domain", ""), ("UseDomainNameDevolution", 1)),
    ),
    (
        r"HKLM\System\CurrentControlSet\Services\DnsCache\Parameters",
        (("QueryAdapterName", None), ("PrioritizeRecordData", None)),
    ),
    (
        r"HKLM\System\CurrentControlSet\Services\WinSock2\Parameters",
        (("WinSock_Registry_Version", "2.0"), ("Current_NameSpace_Catalog", "NameSpace_Catalog5")),
    ),
)
UPDATES: tuple[Question, ...] = (
    (
        r"HKLM\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU",
        (("NoAutoUpdate", None), ("UseWUServer", None)),
    ),
    (
        r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update",
        (("AUOptions", 4), ("ScheduledInstallTime", 3)),
    ),
)
CONTOSO: tuple[Question, ...] = (
    (
        r"HKLM\SOFTWARE\Contoso\Viewer",
        (("InstallDir", r"C:\Program Files\Contoso Viewer"), ("Channel", "stable")),
    ),
    (r"HKCU\Software\Contoso\Viewer", (("Tray", 1), ("Watch", None))),
)
