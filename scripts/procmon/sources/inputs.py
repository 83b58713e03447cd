"""What lies in inputs/: which captures there are, by name, and which files can't be one.

This runs whenever Snakemake reads the Snakefile, so it imports nothing heavy and opens no file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

#: Endings of captures and of what they are packed in, without regard to case.
_ENDINGS = re.compile(r"(\.(?P<format>pml|csv|xml))?(\.(gz|zip))?$", re.IGNORECASE)
#: Of a capture and its exports, the one that tells most keeps the name.
_TELLS_MOST = ("pml", "xml", "csv")
#: Process Monitor splits long captures: Logfile.PML, Logfile-1.PML, Logfile-2.PML.
_PART = re.compile(r"(?P<first>.+)-(?P<number>[1-9][0-9]{0,4})(?P<ending>\.pml(\.gz|\.zip)?)", re.IGNORECASE)
#: Files that belong to a capture, or to the folder, and are none themselves.
_BESIDE = re.compile(r"(.*\.case\.ya?ml|readme.*|thumbs\.db|desktop\.ini)", re.IGNORECASE)
#: What other tools saw: VMMap's snapshots (with the process's number before the ending) and Autoruns' exports.
_SIDECAR = re.compile(
    r"(?P<stem>.+?)(?:\.(?P<pid>[0-9]{1,10}))?\.(?P<kind>mmp|mmp\.csv|vmmap\.csv|arn|arn\.csv|arn\.xml)",
    re.IGNORECASE,
)
#: Snakemake reads braces as wildcards, and words in angle brackets as variables of paths.
_NOT_CARRIED = re.compile(r"[{}<>\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
#: Snakemake takes a name that ends in one text twenty times over for a rule that feeds itself.
_PERIODIC = re.compile(r"(.+?)\1{19}$", re.DOTALL)
#: What lies in results/ and reports/ themselves, and what may lie in those of each capture.
_OUTPUTS = re.compile(r"index\.html|render_index\.(log|tsv)")
_OUTPUTS_OF_ONE = re.compile(r"(report.*\.(html|pdf)|.*\.(json|parquet)|evidence|logs|benchmarks)")


@dataclass(frozen=True)
class Rejected:
    """A file in inputs/ that is not converted, and why, in a sentence."""

    path: Path
    reason: str


@dataclass
class Inputs:
    """The captures by name, each with its parts in order, and with its sidecars; and what was rejected."""

    captures: dict[str, list[Path]] = field(default_factory=dict)
    sidecars: dict[str, list[Path]] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)


def capture_name(file: str) -> str:
    """{capture} of a path below inputs/: without its endings. "case-42/Logfile.PML.gz" → "case-42/Logfile"."""
    folder, slash, name = file.rpartition("/")
    return folder + slash + (_ENDINGS.sub("", name) or name)


def find_captures(inputs: Path) -> Inputs:
    """All captures below ``inputs``, in the order of their names.

    The parts of a split PML are one capture; an export beside a capture of its name is another, called with its ending.
    Files that would still share a name are rejected, each naming the other, and so are names that a workflow can't
    carry, links to folders and links that lead out of ``inputs``, and sidecars beside which no capture of their name
    lies. A missing folder holds nothing.
    """
    found = Inputs()
    named: dict[str, list[Path]] = {}
    beside: list[Path] = []
    for path in _files(inputs):
        if reason := _unusable(path, inputs):
            found.rejected.append(Rejected(path, reason))
        elif _SIDECAR.fullmatch(path.name):
            beside.append(path)
        else:
            named.setdefault(capture_name(path.relative_to(inputs).as_posix()), []).append(path)
    _join_parts(named)
    _name_exports(named)
    every = set(named)
    _reject_clashes(named, found, inputs)
    _reject_outputs(named, found)
    found.captures = {name: named[name] for name in sorted(named)}
    _lay_beside(beside, every, found, inputs)
    return found


def sidecar_pid(file: str) -> int | None:
    """The process's number that the name of a sidecar tells: "Logfile.300.mmp" → 300."""
    told = _SIDECAR.fullmatch(file)
    return int(told["pid"]) if told and told["pid"] else None


def _files(folder: Path) -> Iterator[Path]:
    # os.walk does not follow links to folders, so a link can't lead in circles or out; they come as files here.
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        for name in sorted([*names, *links]):
            if not name.startswith((".", "~$")) and not _BESIDE.fullmatch(name):
                yield Path(place) / name


def _unusable(path: Path, inputs: Path) -> str | None:
    name = path.relative_to(inputs).as_posix()
    if _NOT_CARRIED.search(name):
        return "The name holds braces, angle brackets, control characters or no text; please rename the file."
    if _PERIODIC.search(capture_name(name)):
        return "The name ends in one text twenty times over, which a workflow can't carry; please rename the file."
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):  # Python before 3.13 raises RuntimeError for a link that leads to itself
        return "This is no ordinary file, or the link leads nowhere."
    if not target.is_relative_to(inputs.resolve()):
        return "The link leads out of the folder of inputs; please copy the file here."
    if path.is_dir():
        return "Links to folders are not followed; please copy the folder here."
    if not path.is_file():
        return "This is no ordinary file, or the link leads nowhere."
    return None


def _join_parts(named: dict[str, list[Path]]) -> None:
    """Moves "Logfile-1.PML" to "Logfile" if that is a PML with the same endings; a lone "case-1.PML" stays itself."""
    for name in sorted(named, key=_part_number):
        paths = named[name]
        part = _PART.fullmatch(paths[0].name)
        if not part or len(paths) > 1:
            continue
        first = paths[0].with_name(part["first"] + part["ending"])
        whole = named.get(name.rpartition("-")[0], [])
        if any(
            path.name.casefold() == first.name.casefold() and path.parent == first.parent for path in whole
        ):
            whole.append(paths[0])
            del named[name]


def _name_exports(named: dict[str, list[Path]]) -> None:
    """Calls "Logfile.CSV.gz" beside "Logfile.PML" "Logfile.CSV"."""
    for names in _alike(named):
        formats = {path: _format(path) for name in names for path in named[name]}
        most = next((one for one in _TELLS_MOST if one in formats.values()), None)
        for name in names:
            for path in [path for path in named[name] if formats[path] not in (most, None)]:
                named[name].remove(path)
                ending = _ENDINGS.search(path.name)[1]  # type: ignore[index]
                named.setdefault(name + ending, []).append(path)
            if not named[name]:
                del named[name]


def _format(path: Path) -> str | None:
    ending = _ENDINGS.search(path.name)
    return ending["format"].lower() if ending and ending["format"] else None


def _alike(names: Iterable[str]) -> list[list[str]]:
    """The names by groups that differ in case only: where case does not count, their reports would be one."""
    by_fold: dict[str, list[str]] = {}
    for name in names:
        by_fold.setdefault(name.casefold(), []).append(name)
    return list(by_fold.values())


def _lay_beside(beside: list[Path], every: set[str], found: Inputs, inputs: Path) -> None:
    """Gives each sidecar to the capture of its name; ``every`` holds also the captures that were rejected."""
    by_fold = {name.casefold(): name for name in every}
    for path in beside:
        name = _owner(path.relative_to(inputs).as_posix(), by_fold)
        if name is None:
            reason = "No capture of this name lies beside it; please name it after its capture."
            found.rejected.append(Rejected(path, reason))
        elif name in found.captures:
            found.sidecars.setdefault(name, []).append(path)


def _owner(file: str, by_fold: dict[str, str]) -> str | None:
    folder, slash, name = file.rpartition("/")
    told = _SIDECAR.fullmatch(name)
    if not told:
        return None
    stems = [told["stem"], *([f"{told['stem']}.{told['pid']}"] if told["pid"] else [])]
    # "Logfile.300.mmp" belongs to a capture "Logfile.300" rather than to process 300 of "Logfile".
    owners = [by_fold.get((folder + slash + stem).casefold()) for stem in reversed(stems)]
    return next((owner for owner in owners if owner is not None), None)


def _part_number(name: str) -> tuple[str, int]:
    stem, _, number = name.rpartition("-")
    return (stem, int(number)) if stem and number.isascii() and number.isdigit() else (name, 0)


def _reject_clashes(named: dict[str, list[Path]], found: Inputs, inputs: Path) -> None:
    for names in _alike(named):
        paths = [path for name in names for path in named[name]]
        if len(paths) > 1 and not _is_split(paths):
            listed = ", ".join(path.relative_to(inputs).as_posix() for path in sorted(paths))
            reason = (
                f"These would share one report: {listed}. Please rename all but one, or move them to folders."
            )
            found.rejected += [Rejected(path, reason) for path in sorted(paths)]
            for name in names:
                del named[name]


def _reject_outputs(named: dict[str, list[Path]], found: Inputs) -> None:
    """Rejects captures whose folder of results would be a file that another capture, or the index, is to have."""
    taken = {name.casefold() for name in named}
    for name in sorted(named):
        parts = name.casefold().split("/")
        inside = [part for depth, part in enumerate(parts) if "/".join(parts[:depth]) in taken]
        if _OUTPUTS.fullmatch(parts[0]) or any(map(_OUTPUTS_OF_ONE.fullmatch, inside)):
            reason = "Its reports would lie where another file of the reports must; please rename the file."
            found.rejected += [Rejected(path, reason) for path in named.pop(name)]


def _is_split(paths: list[Path]) -> bool:
    first, *others = paths
    return all(
        (part := _PART.fullmatch(path.name))
        and (part["first"] + part["ending"]).casefold() == first.name.casefold()
        for path in others
    )
