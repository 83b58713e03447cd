"""How drivers and files are planted: copied from temporary files, registered, loaded, given a neighbour's times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from scripts.procmon.sources.pml.encoders import file_system as files
from scripts.procmon.sources.pml.encoders import processes, registry
from scripts.reconstruction.acts import (
    ARCHIVE,
    READ_ATTRIBUTES,
    WRITE_ATTRIBUTES,
    close,
    copy_file,
    look_at,
    make_key,
    miss,
    set_values,
)
from scripts.reconstruction.recording import Thread

SERVICES_KEY = r"HKLM\System\CurrentControlSet\Services"
LEGACY_KEY = r"HKLM\System\CurrentControlSet\Enum\Root\LEGACY_"

PAGE, BLOCK = 4096, 65_536


class Driver(NamedTuple):
    """A driver to plant: its service, its file's name among the computer's files, the values of its service key."""

    service: str
    file: str
    values: Mapping[str, int | str | bytes]


class Donor(NamedTuple):
    """A file whose times are given to others: its path, that of the INF beside it, creation, access and write."""

    path: str
    inf: str
    times: tuple[int, int, int]


def install(thread: Thread, driver: Driver, source: str, *, size: int, written: float) -> None:
    """Copy a driver from a temporary file, register it, have it loaded."""
    image = thread.computer.module(driver.file)
    copy_file(thread, source, image.path, size=size, step=PAGE, written=written)
    thread.waits(0.03)
    key = rf"{SERVICES_KEY}\{driver.service}"
    miss(thread, key)
    make_key(thread, key)
    set_values(thread, key, driver.values)
    thread.did(registry.close_key(key))
    _load_driver(thread.recording.kernel_thread(88, "drivers", thread.now + 0.011), driver)


def _load_driver(thread: Thread, driver: Driver) -> None:
    """A system thread reads the service key, lists the driver as a device, and loads it."""
    key = rf"{SERVICES_KEY}\{driver.service}"
    image = thread.computer.module(driver.file)
    thread.did(registry.open_key(key, 0x20019))
    for name, kind, data in (
        ("ImagePath", registry.REG_EXPAND_SZ, registry.registry_text(str(driver.values["ImagePath"]))),
        ("Type", registry.REG_DWORD, registry.registry_number(1)),
        ("Start", registry.REG_DWORD, registry.registry_number(1)),
    ):
        thread.did(registry.query_value(rf"{key}\{name}", kind, data))
    device = f"{LEGACY_KEY}{driver.service.upper()}"
    make_key(thread, device)
    set_values(thread, device, {"NextInstance": 1})
    make_key(thread, rf"{device}\0000")
    make_key(thread, rf"{device}\0000\Control")
    set_values(
        thread,
        rf"{device}\0000",
        {
            r"Control\*NewlyCreated*": 0,
            "Service": driver.service,
            "Legacy": 1,
            "ConfigFlags": 0,
            "Class": "LegacyDriver",
            "ClassGUID": "{8ECC055D-047F-11D1-A537-0000F8753ED1}",
            "DeviceDesc": driver.service.upper(),
        },
    )
    make_key(thread, rf"{key}\Enum")
    set_values(
        thread,
        rf"{key}\Enum",
        {"0": rf"Root\LEGACY_{driver.service.upper()}\0000", "Count": 1, "NextInstance": 1},
    )
    thread.did(files.create_file(image.path, access=0x20, share=5))
    thread.did(files.query_standard_information(image.path, image.size))
    thread.did(files.create_file_mapping(image.path, 0x10))
    close(thread, image.path)
    thread.did(processes.load_image(image.path, image.base, image.size))
    set_values(thread, rf"{device}\0000\Control", {"ActiveService": driver.service})


def hide(thread: Thread, source: str, target: str, donor: Donor, *, size: int, written: float) -> None:
    """Copy a file into the folder of the setup files, and give it the times of one that belongs there."""
    copy_file(thread, source, target, size=size, step=BLOCK, written=written)
    for path in (donor.inf, donor.path):
        look_at(thread, path, size=9_468, when=donor.times[0])
    created, accessed, changed = donor.times
    thread.did(files.create_file(donor.path, access=READ_ATTRIBUTES, options=0x200000))
    thread.did(files.query_basic_information(donor.path, (created, accessed, changed, changed), ARCHIVE))
    close(thread, donor.path)
    thread.did(files.create_file(target, access=WRITE_ATTRIBUTES))
    thread.did(files.set_basic_information(target, (created, accessed, changed, files.UNCHANGED)))
    close(thread, target)
