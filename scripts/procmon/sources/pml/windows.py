"""Names of Windows versions."""

from __future__ import annotations

from scripts.procmon.sources.pml.layout import SERVERS

_DESKTOP = {
    (5, 0): "Windows 2000",
    (5, 1): "Windows XP",
    (5, 2): "Windows XP x64",
    (6, 0): "Windows Vista",
    (6, 1): "Windows 7",
    (6, 2): "Windows 8",
    (6, 3): "Windows 8.1",
    (10, 0): "Windows 10",
}
_SERVER = {
    (5, 0): "Windows 2000 Server",
    (5, 2): "Windows Server 2003",
    (6, 0): "Windows Server 2008",
    (6, 1): "Windows Server 2008 R2",
    (6, 2): "Windows Server 2012",
    (6, 3): "Windows Server 2012 R2",
    (10, 0): "Windows Server 2016",
}
#: Since version 10.0 only the build tells them apart: the first build of each.
_LATER_DESKTOPS = {22000: "Windows 11"}
_LATER_SERVERS = {17763: "Windows Server 2019", 20348: "Windows Server 2022", 26100: "Windows Server 2025"}


def windows_name(major: int, minor: int, build: int, *, product_type: int, service_pack: str = "") -> str:
    """The name of a Windows with service pack and build: "Windows 7, Service Pack 1 (build 7601)".

    ``product_type`` is OSVERSIONINFOEXW.wProductType. A version without a name is told by its numbers.
    """
    desktop = product_type not in SERVERS
    name = (_DESKTOP if desktop else _SERVER).get((major, minor), f"Windows {major}.{minor}")
    if (major, minor) == (10, 0):
        for first, later in (_LATER_DESKTOPS if desktop else _LATER_SERVERS).items():
            name = later if build >= first else name
    pack = f", {service_pack}" if service_pack else ""
    return f"{name}{pack} (build {build})"
