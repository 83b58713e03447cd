"""File times that were set to something else than now: how far, by whom, and whose times they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ntpath import basename

import pandas as pd

from scripts.procmon.contracts import events as e
from scripts.procmon.contracts.capture import Capture
from scripts.procmon.contracts.findings import Analysis, Finding, Severity, Technique
from scripts.procmon.contracts.tables import TimestampRow
from scripts.procmon.findings.evidence.names import moment_of, who
from scripts.procmon.findings.evidence.reproduce import by_path
from scripts.procmon.findings.evidence.suspects import images, suspects
from scripts.procmon.findings.evidence.tables import copies_by_target, tree, written_files
from scripts.procmon.findings.files.file_acts import unseen
from scripts.procmon.findings.files.file_times import TELLING, Seen, Times, folder_of, times_set
from scripts.procmon.findings.paths.file_kinds import (
    PROGRAMS,
    belongs_to_a_program,
    in_windows,
    is_temporary,
    kind_of,
    ordinary_reason,
)
from scripts.procmon.findings.paths.path_forms import file_key
from scripts.procmon.findings.programs.believed_names import believed_name
from scripts.procmon.findings.programs.doers import Doers
from scripts.procmon.findings.programs.setup_programs import is_installer, setup_programs
from scripts.procmon.text import listing

#: A difference up to this is the time that passes between reading the clock and setting the file's time.
NOW = timedelta(seconds=90)
#: Zones differ from UTC by up to this, in steps of a quarter of an hour.
WIDEST_ZONE = timedelta(hours=14)
QUARTER = 900.0
#: A finding names as many files; the table holds all.
MOST_FILES = 100


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One file whose times were set, and what is known of these times."""

    row: TimestampRow
    file: str
    donor: Times | None
    donor_read_first: bool  #: the process itself had read the donor's times before
    made_here: bool


def analyse(capture: Capture, earlier: Mapping[str, Analysis]) -> Analysis:
    """The table ``timestamps``; a finding for each process that gave files the times of others, or old ones.

    Detail shows whole seconds, so equal means equal to the second.
    """
    can = capture.info["can_show"]
    if reason := unseen(capture):
        return Analysis(name="timestamps", outcome="could not be checked", reason=reason)
    done = times_set(capture)
    sources = _sources(earlier)
    seen = Seen(capture, done, sources.values())
    settings = list(_settings(capture, done, seen, earlier, sources))
    findings = list(_findings(settings, earlier))
    return Analysis(
        name="timestamps",
        outcome="found" if settings else "not found",
        limits=[] if can["dates"]["value"] else ["no_dates"],
        examined=sum(len(times.events) for times in done) + seen.count,
        findings=findings,
        tables={"timestamps": [setting.row for setting in settings]},
    )


def _settings(
    capture: Capture,
    done: Sequence[Times],
    seen: Seen,
    earlier: Mapping[str, Analysis],
    sources: Mapping[str, str],
) -> Iterator[Setting]:
    clock = _Clock(capture, [*done, *(times for part in seen.by_file.values() for times in part)])
    made = {file_key(row.path) for row in written_files(earlier) if row.made}
    touched = {times.file for times in done} | made
    trusted = _Trusted(capture, earlier)
    for times in done:
        if clock.is_now(times):
            continue
        seconds, before = clock.seconds(times), seen.before(times)
        unchanged = before is not None and times.agrees(before)
        donor = None if unchanged else _donor(times, seen, but=touched)
        ordinary = _ordinary(capture, times, seen, unchanged=unchanged, source=sources.get(times.file))
        if donor is not None and basename(donor.file) == basename(times.file):
            ordinary = ordinary or "copied_times"
        if donor is None and ordinary is None and times.file in made:
            ordinary = "restored" if trusted.may_set(times) or not _poses(times.path) else None
        donor = None if ordinary else donor
        yield Setting(
            row=TimestampRow(
                path=times.path,
                process=times.process,
                who=who(capture, times.process),
                time=moment_of(capture, times.events[0]),
                set={name: value.isoformat() for name, value in times.moments.items()},
                direction="unchanged" if unchanged else "forward" if (seconds or -1) > 0 else "back",
                seconds=seconds,
                donor=donor.path if donor else None,
                donor_events=list(donor.events) if donor else [],
                events=list(times.events),
                ordinary=ordinary,
            ),
            file=times.file,
            donor=donor,
            donor_read_first=donor is not None and _read_first(donor, times),
            made_here=times.file in made,
        )


class _Trusted:
    """The processes whose business it is to give files times: installed and set-up programs, and copying."""

    def __init__(self, capture: Capture, earlier: Mapping[str, Analysis]) -> None:
        self._capture, self._images = capture, images(earlier)
        self._setups, self._doers = setup_programs(capture), Doers(tree(earlier))

    def may_set(self, times: Times) -> bool:
        """Whether the process that set these times is one of them."""
        doer, person = self._doers.of(times.process), who(self._capture, times.process)
        # "copy" gives what it makes the source's time of last write, whatever is to be seen of the source.
        copying = doer == "script" and "CreationTime" not in times.moments
        installer = person in self._setups or is_installer(person, self._images.get(times.process))
        return doer == "installed" or copying or installer


def _read_first(other: Times, times: Times) -> bool:
    """Whether the process that set the times had read those of another file before."""
    return other.process == times.process and other.events[0] < times.events[-1]


def _poses(path: str) -> bool:
    """Whether a file of that name passes for a part of Windows where its times do not give it away."""
    return in_windows(path) and kind_of(path) in PROGRAMS and not is_temporary(path)


def _donor(times: Times, seen: Seen, *, but: set[str]) -> Times | None:
    """A file that has the times that were set and had them on its own: a neighbour, or one that the process had read.

    Of several the one counts that the same process read last before, then any neighbour.
    """
    fitting = [
        other
        for other in seen.agreeing(times)
        if other.file not in but
        and (folder_of(other.file) == folder_of(times.file) or _read_first(other, times))
    ]
    own = [other for other in fitting if _read_first(other, times)]
    return own[-1] if own else fitting[0] if fitting else None


def _ordinary(
    capture: Capture, times: Times, seen: Seen, *, unchanged: bool, source: str | None
) -> str | None:
    """Why the times are everyday business."""
    if unchanged:
        return "same_as_before"
    if source is not None:
        same = any(_same(times, other) for other in seen.by_file.get(source, ()))
        # CopyFileEx gives the copy the source's time of last write and leaves the time of creation alone.
        if same or "CreationTime" not in times.moments:
            return "copied_times"
    name = believed_name(capture, times.process)
    return ordinary_reason(times.path, process_name=name, what=kind_of(times.path))


def _same(times: Times, other: Times) -> bool:
    shared = [name for name in TELLING if name in times.moments]
    return bool(shared) and any(other.moments.get(name) == times.moments[name] for name in shared)


def _findings(settings: Sequence[Setting], earlier: Mapping[str, Analysis]) -> Iterator[Finding]:
    """One finding a process, one for all that are not what they seem.

    Severity: high where the times are another file's that the process had looked at, and the process is not what it
    seems or the file lies in the Windows folder and was made here; medium where one of these holds, or where a program
    from where users may write dated a program that it had put into the Windows folder; otherwise low.
    """
    accused, image_of, doers = suspects(earlier), images(earlier), Doers(tree(earlier))
    told_of: dict[str, list[Setting]] = {}
    for setting in settings:
        guilty = setting.row.who in accused and setting.row.ordinary in (None, "restored")
        if guilty or setting.row.ordinary is None:
            told_of.setdefault("" if guilty else setting.row.who, []).append(setting)
    for name, told in told_of.items():
        # A neighbour that merely has the same times may come from the same archive; who forges looks at it first.
        donated = [setting for setting in told if setting.donor and (setting.donor_read_first or not name)]
        windows = any(in_windows(setting.row.path) and setting.made_here for setting in donated)
        image = image_of.get(told[0].row.process)
        own = belongs_to_a_program(image) and doers.of(told[0].row.process) == "installed"
        belongs = own or is_installer(name, image)
        severity: Severity = "low"
        posing = any(setting.made_here and _poses(setting.row.path) for setting in told)
        if not name or ((donated or posing) and not belongs):
            severity = "high" if donated and (not name or windows) else "medium"
        yield _finding(told, donated, severity=severity, windows=windows, accused=not name)


def _finding(
    told: Sequence[Setting], donated: Sequence[Setting], *, severity: Severity, windows: bool, accused: bool
) -> Finding:
    people = list(dict.fromkeys(one.row.who for one in told))
    return Finding(
        kind="times_set",
        severity=severity,
        confidence="certain",
        facts={
            "who": listing(people),
            "processes": len(people),
            "time": told[0].row.time,
            "count": len(told),
            "files": [
                {
                    "path": one.row.path,
                    "who": one.row.who,
                    "set": one.row.set,
                    "seconds": one.row.seconds,
                    "direction": one.row.direction,
                    "donor": one.row.donor,
                    "donor_read_first": one.donor_read_first,
                }
                for one in told[:MOST_FILES]
            ],
            "alike": len({(str(one.row.set), one.row.donor) for one in told}) == 1,
            "days": sorted({value[:10] for one in told for value in one.row.set.values()}),
            "donors": sorted({one.row.donor for one in donated if one.row.donor}),
            "donated": len(donated),
            "made_here": sum(one.made_here for one in told),
            "windows": windows,
            "back": sum(one.row.direction == "back" for one in told),
            "accused": accused,
        },
        evidence=sorted({n for one in told for n in (*one.row.events, *one.row.donor_events)}),
        # What was set last is what stayed; a copy sets the times of its source first.
        key_events=[*(one.row.events[-1] for one in told[:4]), *told[0].row.donor_events[:1]],
        reproduce=by_path([one.row.path for one in told], operations=["SetBasicInformationFile"]),
        attack=[Technique("T1070.006", "high" if donated or accused else "low")],
        subjects={"processes": people, "files": [one.row.path for one in told[:MOST_FILES]]},
    )


class _Clock:
    """How far a file time lies from the moment in which it was set.

    Detail shows local times and ``time`` is UTC where the capture knows it, so the zone counts. It is taken from
    capture.json or stays open; a capture without dates is measured against the newest time that it shows.
    """

    def __init__(self, capture: Capture, known: Sequence[Times]) -> None:
        self._times = capture.events[e.TIME].array
        self._dated = bool(capture.info["can_show"]["dates"]["value"])
        self._newest = max((one for times in known for one in times.moments.values()), default=None)
        self._offset = zone_offset(capture.info)

    def seconds(self, times: Times) -> float | None:
        """The furthest of the telling times from the moment of setting; negative is back; None without a date."""
        now = self._now(times)
        if now is None or not self._dated:
            return None
        telling = [times.moments[name] for name in TELLING if name in times.moments] or list(
            times.moments.values()
        )
        return max(((value - now).total_seconds() for value in telling), key=abs)

    def is_now(self, times: Times) -> bool:
        """Whether all times are the moment of setting itself."""
        now = self._now(times)
        return now is not None and all(self._near(value - now) for value in times.moments.values())

    def _now(self, times: Times) -> datetime | None:
        if not self._dated:
            return self._newest
        at = self._times[times.events[-1]]
        if pd.isna(at):
            return None
        moment = pd.Timestamp(at).tz_localize(None).to_pydatetime(warn=False)
        return moment + (self._offset or timedelta())

    def _near(self, difference: timedelta) -> bool:
        if abs(difference) <= NOW:
            return True
        if self._offset is not None and self._dated:
            return False
        # The zone is not known: a whole number of quarters of an hour may be the zone.
        rest = abs(difference.total_seconds()) % QUARTER
        return abs(difference) <= WIDEST_ZONE + NOW and min(rest, QUARTER - rest) <= NOW.total_seconds()


def zone_offset(info: Mapping[str, object]) -> timedelta | None:
    """How far the machine's local time is ahead of the capture's ``time``, where capture.json tells: "+02:00"."""
    zone = info.get("time_zone")
    name = zone.get("name") if isinstance(zone, Mapping) else None
    if not isinstance(name, str):
        return None
    if name in ("UTC", "Z"):
        return timedelta()
    offset = (
        pd.to_timedelta(f"{name[1:]}:00", errors="coerce")
        if name[:1] in "+-" and name[3:4] == ":"
        else pd.NaT
    )
    if pd.isna(offset):
        return None
    return timedelta(seconds=offset.total_seconds() * (-1 if name[0] == "-" else 1))


def _sources(earlier: Mapping[str, Analysis]) -> dict[str, str]:
    """The source of each copied file, by path in lower case."""
    return {file: file_key(row.source) for file, row in copies_by_target(earlier).items()}
