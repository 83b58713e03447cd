"""Everything a template sets, as plain data: one Report a capture, the same for HTML and PDF but for its caps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from scripts.procmon.contracts.findings import SEVERITIES
from scripts.procmon.report import charts
from scripts.procmon.report.activity import make_activity
from scripts.procmon.report.beside import beside_said
from scripts.procmon.report.brief import make_brief
from scripts.procmon.report.events import list_events, telling
from scripts.procmon.report.glossary import glossary
from scripts.procmon.report.language import in_words_of
from scripts.procmon.report.listed import listed_said
from scripts.procmon.report.logo import read_logo
from scripts.procmon.report.material import Material, Settings
from scripts.procmon.report.moments import Moments, moments_of, seconds_between
from scripts.procmon.report.prose import bare, ranges
from scripts.procmon.report.provenance import provenance
from scripts.procmon.report.refusal import refusal
from scripts.procmon.report.remedy import restart_said
from scripts.procmon.report.rules import at_work, rule_text
from scripts.procmon.report.shares import compared_said, shares_said, suggested
from scripts.procmon.report.table import Maker, Medium, Table
from scripts.procmon.report.tables import make_table
from scripts.procmon.report.techniques import make_techniques
from scripts.procmon.report.view import Caps, Found, Report, Stage
from scripts.procmon.report.words import Words

#: The parts of the report in order; the cover stands before them without a number.
PARTS = (
    "brief", "limits", "findings", "changes", "restart", "questions", "pictures", "indicators", "method", "events",
    "glossary",
)  # fmt: skip

CHANGES = (
    "drivers", "services", "files", "copies", "renames", "deletions", "timestamps", "registry_deletions",
    "registry_values", "processes", "peers",
)  # fmt: skip


CAPS: dict[Medium, Caps] = {
    "html": Caps(rows=1000, findings=400, titles=2000, events=3000, evidence=8, rules=400, needed=1000),
    "pdf": Caps(rows=25, findings=24, titles=80, events=80, evidence=5, rules=8, needed=60),
}


def make_report(
    material: Material, settings: Settings, *, medium: Medium, caps: Caps | None = None
) -> Report:
    """The report on ``material``; a refused capture gets one that says why it could not be read."""
    words = Words(settings.language)
    material = in_words_of(material, settings.language)
    moments = moments_of(material, settings.language)
    base: dict[str, Any] = {
        "medium": medium,
        "words": words,
        "settings": settings,
        "name": material.name,
        "title": settings.title or bare(f"{words['kind']}: {material.name}", settings.language),
        "parts": {part: index for index, part in enumerate(PARTS, start=1)},
        "files": material.info.get("files", ()),
        "beside": material.sidecars,
        "logo": read_logo(settings.logo),
        **provenance(material, settings, words),
    }
    if material.refused:
        return Report(**base, facts=(), refused=refusal(material, words))
    caps = caps or CAPS[medium]
    if medium == "pdf":
        caps = replace(
            caps, rows=min(caps.rows, settings.pdf_rows), events=min(caps.events, settings.pdf_rows)
        )
    return _Maker(material, settings, medium, caps, words, moments).report(base)


class _Maker:
    """Makes the parts of one report, in its order."""

    def __init__(
        self,
        material: Material,
        settings: Settings,
        medium: Medium,
        caps: Caps,
        words: Words,
        moments: Moments,
    ) -> None:
        self.material, self.settings, self.medium, self.caps = material, settings, medium, caps
        self.words, self.moments, self.info = words, moments, material.info
        self.found = [dict(f, number=n) for n, f in enumerate(material.findings, start=1)]
        self.numbers: dict[str, int] = {str(f["id"]): f["number"] for f in self.found}
        self.checks = {check["analysis"]: check for check in material.checks}
        self.processes = material.table("processes")
        names = {row["process"]: row["who"] for row in self.processes}
        about = (value for f in self.found for values in f["subjects"].values() for value in values)
        self.maker = Maker(
            words=words,
            moments=moments,
            most=caps.rows,
            medium=medium,
            names=names,
            filtered=material.filtered,
            subjects=frozenset(str(value).lower() for value in about),
        )
        self.listed = list_events(material.events, most=caps.events, hours=moments.hours)
        self.by_number = {event.event: event for event in self.listed.rows}
        self.stages_run = list(material.funnel.get("stages", ()))
        self.compared = compared_said(material, settings.language)

    def report(self, base: Mapping[str, Any]) -> Report:
        findings = [self._found(finding) for finding in self.found]
        said, left = self._findings_said(findings)
        autostarts, removal = self._table("autostarts"), self._table("removal")
        can = self.info.get("can_show", {})
        changes = [self._table(name) for name in CHANGES]
        above = [said for table in (*changes, autostarts, removal) for said in table.said]
        return Report(
            **base,
            facts=self._facts(),
            brief=make_brief(self.material, self.moments, self.settings.language),
            counts={s: sum(f.severity == s for f in findings) for s in SEVERITIES},
            aspects=[
                (
                    self.words["limits.aspects"].get(key, key),
                    bool(entry["value"]),
                    str(entry.get("reason") or ""),
                )
                for key, entry in can.items()
            ],
            limits=self._limits(),
            checks=self.material.looked,
            filtered=self.material.filtered,
            checks_said=self._checks_said(),
            findings=findings[: self.caps.findings],
            findings_said=said,
            findings_left=left[: self.caps.titles],
            findings_untold=max(0, len(left) - self.caps.titles),
            anchors=min(len(findings), self.caps.findings + self.caps.titles),
            changes=changes,
            restart=[autostarts, removal],
            restart_said=restart_said(self.material, self.words),
            questions=self._table("questions"),
            indicators=[
                self._indicators(),
                make_techniques(self.found, self.words, self.material.attack_version),
            ],
            **self._pictures(),
            funnel=charts.funnel(self.stages_run, self.words["charts.whole"]),
            stages=[self._stage(n, stage) for n, stage in enumerate(self.stages_run, start=1)],
            branches=[
                self._stage(n, stage) for n, stage in enumerate(self.material.funnel.get("branches", ()), 1)
            ],
            remarks=self.material.funnel.get("remarks", ()),
            suggestions=suggested(self.material, self.found),
            baseline=self.compared,
            method_said=self._method_said(),
            **self._events(),
            glossary=glossary(self.material, self.words, above),
            most_rules=5 if self.medium == "pdf" else 12,
            linked=frozenset(self.by_number),
            cited=self.numbers,
        )

    # -- cover

    def _facts(self) -> list[tuple[str, str, str]]:
        info, words, settings = self.info, self.words, self.settings
        unknown = str(words["cover.unknown"])
        first, last = self.material.span
        span = seconds_between(first, last)
        covers = self.moments.covers(first, last)
        if covers and not self.moments.hours:
            covers += f" ({words['cover.no_hour']})"
        elif covers and not self.moments.dates:
            covers += f" ({words['cover.no_date']})"
        elif covers and not self.moments.zone:
            covers += f" ({words['cover.local_time']})"
        elif covers and self.material.zone != "UTC":
            covers += f" ({words.say('cover.own_zone', zone=self.material.zone)})"
        kind = " ".join(str(part) for part in (info.get("format"), info.get("version")) if part)
        bits = words["comma"] + words.say("cover.bits", n=info["bits"]) if info.get("bits") else ""
        rows = [
            ("host", str(info.get("host") or unknown), "name"),
            ("system", str(info.get("os") or unknown), "text"),
            ("covers", covers or unknown, "text"),
            ("length", words.forms.seconds(span) if span is not None else unknown, "text"),
            ("events", words.forms.number(int(info.get("events", 0))), "text"),
            ("format", f"{kind}{bits}", "text"),
            ("case", settings.case or "", "text"),
            ("analyst", settings.analyst or "", "text"),
            ("organisation", settings.organisation or "", "text"),
        ]
        return [(words[f"cover.{key}"], value, how) for key, value, how in rows if value]

    # -- what the capture can show

    def _limits(self) -> list[str]:
        can = self.info.get("can_show", {})
        yes = [key for key, entry in can.items() if entry["value"]]
        no = [key for key, entry in can.items() if not entry["value"]]
        said = []
        if self.material.filtered:
            said.append(self.words.say("limits.filtered"))
        if reason := (self.info.get("filtered") or {}).get("reason"):
            said.append(str(reason))
        if can:
            said.append(self.words.say("limits.intro", yes=yes, no=no))
        if rejected := self.material.lost[0]:
            said.append(self.words.say("limits.rejected", n=rejected))
        if unknown := max((self.info.get("unknown_words") or {}).values(), default=0):
            said.append(self.words.say("limits.unknown_words", n=unknown))
        said += beside_said(self.material.sidecars, self.words.language)
        said += [self.compared] if self.compared else []
        return said + [str(remark) for remark in self.info.get("remarks", ())]

    def _checks_said(self) -> str:
        outcomes = [check["outcome"] for check in self.material.looked]
        blocked = outcomes.count("could not be checked")
        return self.words.say(
            "limits.checks_intro",
            done=len(outcomes) - blocked,
            events=int(self.info.get("events", 0)),
            found=outcomes.count("found"),
            not_possible=blocked,
        )

    # -- findings

    def _found(self, finding: Mapping[str, Any]) -> Found:
        return Found(
            number=finding["number"],
            title=finding["title"],
            severity=finding["severity"],
            confidence=finding["confidence"],
            statement=finding["statement"],
            meaning=finding["meaning"],
            benign=finding["benign_explanation"],
            confidence_reason=finding["confidence_reason"],
            rules=[rule_text(r) for r in finding["reproduce"]],
            listed=listed_said(finding, self.words),
            attack=finding["attack"],
            evidence=ranges(finding["evidence"]),
            events=finding.get("evidence_count", len(finding["evidence"])),
            shown=telling(finding["evidence"], self.by_number, most=self.caps.evidence),
            **shares_said(self.material, finding, self.words),
        )

    def _findings_said(self, findings: Sequence[Found]) -> tuple[str, Sequence[Found]]:
        left = findings[self.caps.findings :]
        if not findings:
            return str(self.words["finding.none_filtered" if self.material.filtered else "finding.none"]), ()
        counts = self.words.severities(finding.severity for finding in findings)
        return self.words.say("finding.intro", n=len(findings), counts=counts), left

    # -- tables

    def _table(self, key: str) -> Table:
        maker = replace(self.maker, most=self._most_needed()) if key == "removal" else self.maker
        return make_table(key, self.material.table(key), maker, checks=self.checks)

    def _most_needed(self) -> int:
        """What somebody works through, step by step or name by name, is cut later than what is only read."""
        return max(self.maker.most, min(self.caps.needed, self.settings.pdf_rows))

    def _indicators(self) -> Table:
        rows = [
            {**row, "why": [self.numbers[one] for one in row["findings"] if one in self.numbers]}
            for row in self.material.table("indicators")
        ]
        maker = replace(self.maker, most=self._most_needed())
        return make_table("indicators", rows, maker, checks=self.checks)

    # -- pictures

    def _pictures(self) -> dict[str, Any]:
        events, words = self.material.events, self.words
        load_times = {event.event: event.time for event in self.listed.rows}
        operations = self.info.get("operations") or {}
        done = make_activity(operations, events, last=len(self.stages_run))
        return {
            "activity": done,
            "activity_more": len(operations) - len(done),
            "timeline": charts.timeline(
                events,
                self.processes,
                self.found,
                moments=self.moments,
                span=self.material.span,
            ),
            "tree": charts.tree(self.processes, self.found, moments=self.moments),
            "chains": charts.chains(
                self.material.table("drivers"),
                [row for row in self.material.table("copies") if not row.get("ordinary")],
                words=words["charts"],
                starts=words["words.starts"],
                load_times=load_times,
                language=words.language,
            ),
        }

    # -- method

    def _method_said(self) -> str:
        if not self.stages_run:
            return ""
        first, last = self.stages_run[0]["events_in"], self.stages_run[-1]["events_out"]
        return self.words.say("method.intro", n=len(self.stages_run), first=first, last=last)

    def _stage(self, count: int, stage: Mapping[str, Any]) -> Stage:
        before, after = int(stage["events_in"]), int(stage["events_out"])
        hid, back = int(stage["removed"]), int(stage["came_back"])
        key = "method.stage_intro" if after <= before else "method.more_back"
        rules = sorted(at_work(stage["rules"], self.words), key=lambda rule: -rule.removed)
        rows = [[r.text, r.set, r.most, r.matched, r.removed, r.alone] for r in rules[: self.caps.rules]]
        left = len(rules) - len(rows)
        return Stage(
            number=count,
            name=str(stage["name"]),
            said=self.words.say(key, before=before, after=after, hid=hid, back=back),
            rows=rows,
            more=self.words.say("method.rules_hidden", n=left) if left else "",
            hid=str(stage.get("said", "")) if hid or back or stage.get("baseline") else "",
            base=str(stage.get("from", "")),
        )

    # -- events

    def _events(self) -> dict[str, Any]:
        total, more = self.listed.total, self.listed.more
        zone = self.moments.zone or self.words["cover.local_time"]
        said = self.words.say("events.intro", n=total, zone=zone) if total else str(self.words["events.none"])
        told = (
            self.words.say(
                f"events.more_{self.medium}",
                n=more,
                shown=total - more,
                html=min(total, CAPS["html"].events),
                total=total,
            )
            if more
            else ""
        )
        return {"events": self.listed, "events_said": said, "events_more": told}
