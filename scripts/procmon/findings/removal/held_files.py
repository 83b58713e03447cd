"""What a running Windows holds: drivers, modules and code in processes of Windows, which only a restart ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ntpath import basename

from scripts.procmon.contracts.findings import Analysis
from scripts.procmon.contracts.tables import DriverRow, ProcessRow, RemovalRow
from scripts.procmon.findings.removal.traces import Traces, weighty


@dataclass(frozen=True, kw_only=True)
class Held:
    """Processes of Windows that run another's code; ``false`` are those among them that may simply be ended."""

    infected: Sequence[ProcessRow]
    false: Sequence[ProcessRow]
    drivers: Sequence[str]
    modules: Mapping[str, Sequence[str]]  #: who → the files of others loaded in it
    addresses: Mapping[str, Sequence[str]]  #: who → where code without a file was

    @classmethod
    def of(cls, earlier: Mapping[str, Analysis], left: Traces, drivers: Sequence[DriverRow]) -> Held:
        """What the findings say is held when the capture ends."""
        modules: dict[str, list[str]] = {}
        addresses: dict[str, list[str]] = {}
        false: set[str] = set()
        for finding in weighty(earlier):
            for who in finding.subjects.get("processes", ()):
                if finding.kind == "odd_module":
                    modules.setdefault(who, []).append(finding.facts["path"])
                elif finding.kind == "injected_code":
                    addresses.setdefault(who, []).extend(finding.facts["addresses"][:2])
                elif finding.kind == "masquerade":
                    false.add(who)
        return cls(
            infected=[row for row in left.infected if row.who not in false],
            false=[row for row in left.infected if row.who in false and row.started_here],
            drivers=[str(row.service) for row in drivers if row.service],
            modules=modules,
            addresses=addresses,
        )

    def restart(self, *, entries: bool) -> Iterator[RemovalRow]:
        """The restart, where anything is held; ``entries``: values or keys are undone after it, from the other media."""
        files = [basename(path) for row in self.infected for path in self.modules.get(row.who, ())]
        people = [row.who for row in self.infected]
        if not (self.drivers or people):
            return
        because = "restart_loaded" if files else "restart_driver" if self.drivers else "restart_code"
        yield RemovalRow(
            step="restart",
            target=", ".join([*self.drivers, *people]),
            because=because,
            facts={
                "who": ", ".join(people),
                "files": ", ".join(dict.fromkeys(files)),
                "entries": "yes" if entries and people else "",
            },
        )

    def checks(self) -> Iterator[RemovalRow]:
        """What to look for, and where, once everything is done."""
        for row in self.infected:
            yield RemovalRow(
                step="check",
                target=row.process_name,
                because="infected",
                facts={
                    "name": row.process_name,
                    "modules": ", ".join(self.modules.get(row.who, ())),
                    "addresses": ", ".join(self.addresses.get(row.who, ())),
                },
            )
