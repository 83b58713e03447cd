"""sidecars.json, regions.parquet, autoruns.parquet: what other tools saw of the machine, laid beside a capture."""

from __future__ import annotations

import pyarrow as pa

#: The name of the sidecar file that a row comes from, below inputs/.
SOURCE = "source"

# regions.parquet, besides SOURCE
PID = "pid"
PROCESS_NAME = "process_name"
ADDRESS = "address"
SIZE = "size"
TYPE = "type"
PROTECTION = "protection"
WRITABLE = "writable"
EXECUTABLE = "executable"
COMMITTED = "committed"
PRIVATE = "private"
DETAILS = "details"

#: Types of regions, in VMMap's words without its additions: "Image (ASLR)" is IMAGE.
HEAP = "Heap"
THREAD_STACK = "Thread Stack"
IMAGE = "Image"
MAPPED_FILE = "Mapped File"
PRIVATE_DATA = "Private Data"
SHAREABLE = "Shareable"
FREE = "Free"
MANAGED_HEAP = "Managed Heap"
UNUSABLE = "Unusable"

#: One row a region or a part of one (a part lies within its region); sizes in bytes. ``pid`` is null where neither the
#: file's name nor the snapshot tells it. ``protection`` is as VMMap shows it ("Execute/Read/Write"), null where nothing
#: is committed; ``writable`` and ``executable`` are null with it. ``details`` is the file of an image or mapped file.
REGIONS_SCHEMA = pa.schema(
    [
        pa.field(SOURCE, pa.string(), nullable=False),
        pa.field(PID, pa.int64()),
        pa.field(PROCESS_NAME, pa.string()),
        pa.field(ADDRESS, pa.uint64(), nullable=False),
        pa.field(SIZE, pa.uint64(), nullable=False),
        pa.field(TYPE, pa.string(), nullable=False),
        pa.field(PROTECTION, pa.string()),
        pa.field(WRITABLE, pa.bool_()),
        pa.field(EXECUTABLE, pa.bool_()),
        pa.field(COMMITTED, pa.uint64()),
        pa.field(PRIVATE, pa.uint64()),
        pa.field(DETAILS, pa.string()),
    ]
)

# autoruns.parquet, besides SOURCE
TIME = "time"
LOCATION = "location"
ENTRY = "entry"
ENABLED = "enabled"
CATEGORY = "category"
PROFILE = "profile"
DESCRIPTION = "description"
SIGNER = "signer"
COMPANY = "company"
IMAGE_PATH = "image_path"
VERSION = "version"
LAUNCH_STRING = "launch_string"
MD5 = "md5"
SHA1 = "sha1"
SHA256 = "sha256"

#: The columns of autoruns.parquet that hold text as Autoruns shows it.
AUTORUNS_TEXTS = (
    TIME,
    LOCATION,
    ENTRY,
    CATEGORY,
    PROFILE,
    DESCRIPTION,
    SIGNER,
    COMPANY,
    IMAGE_PATH,
    VERSION,
    LAUNCH_STRING,
    MD5,
    SHA1,
    SHA256,
)

#: One row an entry; the headings of places, which name no entry, are none. ``enabled`` is null where it is not told.
AUTORUNS_SCHEMA = pa.schema(
    [
        pa.field(SOURCE, pa.string(), nullable=False),
        pa.field(ENABLED, pa.bool_()),
        *(pa.field(name, pa.string(), nullable=name not in (LOCATION, ENTRY)) for name in AUTORUNS_TEXTS),
    ]
)
