"""Device types (FILE_DEVICE_…) as details show them."""

from __future__ import annotations

_NAMES = (
    "Beep, CD-ROM, CD-ROM File System, Controller, Datalink, DFS, Disk, Disk File System, File System, Inport Port, "
    "Keyboard, Mailslot, MIDI In, MIDI Out, Mouse, Multi UNC Provider, Named Pipe, Network, Network Browser, "
    "Network File System, NULL, Parallel Port, Physical Netcard, Printer, Scanner, Serial Mouse Port, Serial Port, "
    "Screen, Sound, Streams, Tape, Tape File System, Transport, Unknown, Video, Virtual Disk, Wave In, Wave Out, "
    "8042 Port, Network Redirector, Battery, Bus Extender, Filter, Human Interface Device, ACPI"
)
DEVICE_TYPES: dict[int, str] = dict(enumerate(_NAMES.split(", "), start=1))
