"""Where everything of a run of events lies in the file, checked against its size; events that don't fit are lost."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scripts.procmon.sources.pml import layout
from scripts.procmon.sources.pml.columns import Encoded, Ints
from scripts.procmon.sources.pml.group import U1, U2, decoded_all, text_size

if TYPE_CHECKING:
    from scripts.procmon.sources.pml.monitor import Monitor
    from scripts.procmon.sources.pml.tables import Part
    from scripts.procmon.sources.pml.users import Users

FILES = (layout.FILE_SYSTEM, layout.IPC)
_IS_FILE = np.isin(np.arange(8), FILES)
#: Far above what Process Monitor writes: details hold a few texts of 64 KB at most.
_LARGEST_DETAIL = 16 << 20
#: Bytes before the path in the detail of a registry operation; the others are layout.REG_PLAIN.
_REGISTRY_HEADS = {
    0: layout.REG_OPEN_KEY,
    1: layout.REG_OPEN_KEY,
    3: layout.REG_QUERY,
    4: layout.REG_SET_VALUE,
    5: layout.REG_QUERY,
    6: layout.REG_ENUM,
    7: layout.REG_ENUM,
    8: layout.REG_SET_INFO,
    12: layout.REG_RENAME,
    14: layout.REG_RENAME,
}
_HEAD_SIZES = np.full(256, layout.REG_PLAIN.itemsize, np.int64)
for _operation, _head in _REGISTRY_HEADS.items():
    _HEAD_SIZES[_operation] = _head.itemsize


_OUTSIDE, _BEYOND, _TOO_LARGE, _OVERLAPS = range(4)
_REASONS = (
    "its offset lies outside the file",
    "its stack or detail reaches beyond the end of the file",
    f"its detail claims more than {_LARGEST_DETAIL:,} bytes",
    "it reaches into the next event",
)


class Records:
    """Events ``first`` to before ``last`` of a part, without those that don't lie in the file: they are ``lost``.

    ``headers`` are layout.EVENT; places are absolute, sizes in bytes. ``short`` marks rows whose detail is cut short.
    Raises CaptureError for extra details that overlap.
    """

    def __init__(self, part: Part, first: int, last: int, users: Users, monitor: Monitor) -> None:
        self.part, self.first = part, first
        self.source, self.bits, self.hosts = part.source, part.bits, part.hosts
        self.user_of, self.monitor = users.name, monitor
        self.offsets = part.offsets(first, last)
        self.headers = self.source.fields(self._inside(), layout.EVENT)
        self.frames_size = self.headers["frames"].astype(np.int64) * layout.pointer_size(self.bits)
        self.detail_at = self.offsets + layout.EVENT_SIZE + self.frames_size
        self.detail_end: Ints = self.detail_at + self.headers["detail_size"]
        self.lost: list[tuple[int, int, str]] = []
        self._leave_out_the_lost()
        self.size = int(self.offsets.size)
        self.frames_at = self.offsets + layout.EVENT_SIZE
        self.short = np.zeros(self.size, bool)
        self._find_extras()
        self.event_class = np.minimum(self.headers["event_class"], 7).astype(np.int64)
        self.operation = np.minimum(self.headers["operation"], 255).astype(np.int64)
        self.is_file: NDArray[np.bool_] = _IS_FILE[self.event_class]
        self._find_paths()

    @property
    def detail_bytes(self) -> int:
        """How much there is to decode."""
        return int((self.detail_end - self.detail_at).sum() + self.extra_size.sum())

    def _inside(self) -> Ints:
        """The offsets, 0 in place of those at which no event can stand."""
        last = self.source.size - layout.EVENT_SIZE
        if not self.offsets.size or (self.offsets.min() >= layout.HEADER_SIZE and self.offsets.max() <= last):
            return self.offsets
        return np.where((self.offsets >= layout.HEADER_SIZE) & (self.offsets <= last), self.offsets, 0)

    def _leave_out_the_lost(self) -> None:
        """Keeps the events that lie in the file one after the other.

        Overlapping events or endless details would let a small file ask for all memory.
        """
        reasons = np.full(self.offsets.size, -1, np.int8)
        reasons[self.headers["detail_size"] > _LARGEST_DETAIL] = _TOO_LARGE
        reasons[self.detail_end > self.source.size] = _BEYOND
        reasons[self._inside() != self.offsets] = _OUTSIDE
        sound = np.flatnonzero(reasons < 0)
        starts, ends = self.offsets[sound], self.detail_end[sound]
        if np.any(ends[:-1] > starts[1:]):  # or not in the order of the file, as in version 7
            order = np.argsort(starts, kind="stable")
            overlap = ends[order][:-1] > starts[order][1:]
            reasons[sound[order[:-1][overlap]]] = _OVERLAPS
        rows = np.flatnonzero(reasons >= 0)
        if rows.size:
            places = zip(rows.tolist(), self.offsets[rows].tolist(), reasons[rows].tolist(), strict=True)
            self.lost = [(self.first + row, offset, _REASONS[reason]) for row, offset, reason in places]
            kept = reasons < 0
            for name in ("offsets", "headers", "frames_size", "detail_at", "detail_end"):
                setattr(self, name, getattr(self, name)[kept])

    def _find_extras(self) -> None:
        given = self.headers["extra_at"] > 0
        at = self.offsets + self.headers["extra_at"]
        fits = given & (at + 2 <= self.source.size)
        sizes = np.zeros(self.size, np.int64)
        sizes[fits] = self.source.fields(at[fits], layout.EXTRA_SIZE)
        beyond = fits & (at + 2 + sizes > self.source.size)
        self.short |= (given & ~fits) | beyond
        self.extra_size = np.where(fits & ~beyond, sizes, 0)
        self.extra_at = np.where(self.extra_size > 0, at + 2, self.detail_at)
        if int(self.extra_size.sum()) > self.source.size:
            raise self.part.wrong(
                int(self.offsets[0]), "extra details that fit the file", "some that overlap"
            )

    def _find_paths(self) -> None:
        kind, operation = self.event_class, self.operation
        is_process = kind == layout.PROCESS_CLASS
        registry, files = np.flatnonzero(kind == layout.REGISTRY), np.flatnonzero(self.is_file)
        image, created = (
            np.flatnonzero(is_process & (operation == 5)),
            np.flatnonzero(is_process & (operation <= 1)),
        )
        before = layout.FILE_PARAMETERS_AT + layout.file_parameters_size(self.bits)
        load, create = layout.LOAD_IMAGE[self.bits], layout.PROCESS_CREATE
        info, path_at = np.zeros(self.size, np.uint16), self.detail_at.copy()
        has_path = np.zeros(self.size, bool)
        for rows, info_place, path_place in (
            (registry, 0, _HEAD_SIZES[operation[registry]]),
            (files, before, before + 4),
            (image, layout.place(load, "path_info"), load.itemsize),
            (created, layout.place(create, "path_info"), create.itemsize),
        ):
            info[rows] = self.at(rows, info_place, U2)
            path_at[rows] += path_place
            has_path[rows] = True
        for sid in ("user_sid_size", "integrity_sid_size"):
            path_at[created] += self.at(created, layout.place(create, sid), U1)
        size = text_size(info)
        self.after_path: Ints = path_at + size
        fits = self.after_path <= self.detail_end
        self.short |= has_path & ~fits
        self.after_path = np.minimum(self.after_path, self.detail_end)
        self.path_at, self.path_size = path_at, np.where(fits, size, 0)
        self.path_is_ascii = (info & layout.TEXT_IS_ASCII) != 0

    @cached_property
    def _heads(self) -> NDArray[np.void]:
        return self.source.heads(self.detail_at)

    def at(self, rows: Ints, offset: int, dtype: np.dtype[Any]) -> NDArray[Any]:
        """A field in the first ``columns.HEAD`` bytes of the details of ``rows``; 0 where the detail is shorter."""
        values = self._heads.getfield(f"V{dtype.itemsize}", offset)[rows].view(dtype)
        values[self.detail_end[rows] - self.detail_at[rows] < offset + dtype.itemsize] = 0
        return values

    @cached_property
    def paths(self) -> Encoded[str]:
        """The paths as they stand in the details, "" where there is none."""
        codes = np.zeros(self.size, np.int32)
        values = [""]
        for is_ascii in (True, False):
            rows = np.flatnonzero((self.path_is_ascii == is_ascii) & (self.path_size > 0))
            blobs = self.source.blobs(self.path_at[rows], self.path_size[rows])
            codes[rows] = blobs.codes + len(values)
            values += [text.rstrip("\0") for text in decoded_all(blobs.values, is_ascii)]
        return Encoded(codes, values)
