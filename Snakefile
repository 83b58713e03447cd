# The way of the data: inputs/ → convert → stage → summarise → render → reports/; sidecars join at summarise
#
# Every rule opens with its contract. Columns and file names: scripts/procmon/contracts/.

import json
from difflib import get_close_matches

from snakemake.logging import logger
from snakemake.utils import update_config

from scripts.procmon.cases import (
    check_baseline,
    check_comparisons,
    read_case,
    strictest,
)
from scripts.procmon.filters.resolve import Source, resolve_stages, set_files
from scripts.procmon.fingerprint import fingerprint
from scripts.procmon.report.logo import read_logo
from scripts.procmon.report.material import report_stems
from scripts.procmon.settings import CONFIG_FILE, check_settings, read_settings
from scripts.procmon.sources.inputs import capture_name, find_captures

# Read by our own reader, which knows what each key may be; --config and --configfile go on top.
SETTINGS = read_settings(CONFIG_FILE)
update_config(SETTINGS, config)
check_settings(SETTINGS)

INPUTS = SETTINGS["folders"]["inputs"]
RESULTS = SETTINGS["folders"]["results"]
REPORTS = SETTINGS["folders"]["reports"]
# Looked at before anything runs; reports are made again when it changes.
LOGO = [logo] if (logo := SETTINGS["report"].get("logo")) and read_logo(logo) else []
# One report a language: report, report.ja.
STEMS = list(report_stems(SETTINGS["report"]).values())

FOUND = find_captures(Path(INPUTS))
CAPTURES = sorted(FOUND.captures)

for name in set(SETTINGS["captures"]) - set(CAPTURES):
    for near in get_close_matches(name, CAPTURES, n=1, cutoff=0.8):
        logger.warning(
            f"config.yaml speaks of a capture {name!r}; did you mean {near!r}?"
        )
CASES = {name: read_case(SETTINGS, name, Path(INPUTS)) for name in CAPTURES}
# A baseline that was turned away is told as such; one that is not there at all is a slip of the pen.
TURNED_AWAY = {
    capture_name(one.path.relative_to(INPUTS).as_posix()): one.reason
    for one in FOUND.rejected
}
for name, case in CASES.items():
    check_baseline(case, name, [*CAPTURES, *TURNED_AWAY])
check_comparisons(SETTINGS, [*CAPTURES, *TURNED_AWAY])
COMPARISONS = {}
for one in SETTINGS.get("compare") or ():
    if turned_away := {one["before"], one["after"]} & set(TURNED_AWAY):
        logger.warning(
            f"{one['name']!r} is not made: {turned_away.pop()!r} was turned away"
        )
    else:
        COMPARISONS[one["name"]] = one
resolve_stages(SETTINGS["stages"], source=Source(CONFIG_FILE))
for case in CASES.values():
    resolve_stages(case.stages, source=Source(case.file, case.place))

LIBRARY = [
    f"scripts/procmon/{part}"
    for part in (
        "contracts",
        "errors.py",
        "detail_text.py",
        "sameness.py",
        "spreadsheet.py",
    )
]
# What is written down in words before the reports is written in English.
WORDED = [
    f"scripts/procmon/text/{part}"
    for part in ("__init__.py", "forms.py", "phrases.py", "telling.py", "en")
]
CODE = {
    "convert": fingerprint(
        *LIBRARY, "scripts/procmon/sources", "scripts/convert_capture.py"
    ),
    "sidecars": fingerprint(
        *LIBRARY, "scripts/procmon/sources", "scripts/read_sidecars.py"
    ),
    "stage": fingerprint(
        *LIBRARY,
        "scripts/procmon/filters",
        *WORDED,
        "scripts/stage_events.py",
    ),
    "suggest": fingerprint(
        *LIBRARY,
        "scripts/procmon/filters",
        *WORDED,
        "scripts/suggest_filters.py",
    ),
    "summarise": fingerprint(
        *LIBRARY,
        "scripts/procmon/findings",
        *WORDED,
        "config/knowledge",
        "scripts/summarise_capture.py",
    ),
    "compare": fingerprint(
        *LIBRARY, "scripts/procmon/comparison", "scripts/compare_captures.py"
    ),
    "render": fingerprint(
        *LIBRARY,
        "scripts/procmon/report",
        "scripts/procmon/text",
        "config/knowledge",
        "scripts/render_html.py",
        "scripts/render_pdf.py",
        "scripts/render_comparison.py",
        "scripts/render_index.py",
    ),
}


def files_of(wildcards):
    """The files of one capture below inputs/: one, or the parts of a split log in order."""
    return [str(file) for file in FOUND.captures[wildcards.capture]]


def sidecars_of(wildcards):
    """What other tools saw, laid beside one capture: VMMap's snapshots, Autoruns' exports."""
    return [str(file) for file in FOUND.sidecars.get(wildcards.capture, ())]


def size_and_time(found):
    """What tells that a file was exchanged for another, an older one as well: size and time of each file."""

    def states(wildcards):
        each = [file.stat() for file in found.get(wildcards.capture, ())]
        return " ".join(f"{state.st_size}:{state.st_mtime_ns}" for state in each)

    return states


def settings_for(step):
    """What config.yaml and the case file say of a capture to the step alone, as JSON."""
    return lambda wildcards: json.dumps(
        CASES[wildcards.capture].of(step), sort_keys=True
    )


def stages_of(wildcards):
    """The stages of one capture, as JSON."""
    return json.dumps(CASES[wildcards.capture].stages)


def baseline_of(wildcards):
    """The baseline of one capture as JSON: its name and results, or why it is none; "null" without one."""
    name = CASES[wildcards.capture].baseline
    if name in TURNED_AWAY:
        return json.dumps({"capture": name, "reason": TURNED_AWAY[name]})
    return json.dumps(
        name and {"capture": name, "results": f"{RESULTS}/{name}"}, sort_keys=True
    )


def baseline_tables_of(wildcards):
    """The converted baseline of one capture; nothing where it has none."""
    name = CASES[wildcards.capture].baseline
    tables = ("capture.json", "events.parquet", "processes.parquet")
    return [f"{RESULTS}/{name}/{table}" for table in tables if name in CAPTURES]


def sets_of(wildcards):
    """The files of the filter sets that the stages of one capture name."""
    return set_files(CASES[wildcards.capture].stages)


def results_of(wildcards, side):
    """results/{capture} of the capture on one side of a comparison."""
    return f"{RESULTS}/{COMPARISONS[wildcards.comparison][side]}"


def tables_of(side):
    """The converted capture on one side of a comparison."""
    tables = ("capture.json", "events.parquet", "processes.parquet", "modules.parquet")
    return lambda wildcards: [
        f"{results_of(wildcards, side)}/{table}" for table in tables
    ]


def comparison_settings(wildcards):
    """What config.yaml says of one comparison, as JSON; its marking is the strictest of both captures'."""
    one = COMPARISONS[wildcards.comparison]
    markings = [
        CASES[one[side]].settings.get("marking") or SETTINGS["report"]["marking"]
        for side in ("before", "after")
    ]
    words = {key: one[key] for key in ("title", "note") if key in one}
    return json.dumps(words | {"marking": strictest(markings)}, sort_keys=True)


report: "docs/captions/workflow.rst"


def shown(file, caption, kind):
    """``file`` as Snakemake's own report shows it: by capture, with its caption."""
    return report(
        file,
        caption=f"docs/captions/{caption}.rst",
        category="{capture}",
        labels={"what": kind},
    )


wildcard_constraints:
    capture="|".join(re.escape(name) for name in CAPTURES) or "(?!)",
    comparison="|".join(re.escape(name) for name in COMPARISONS) or "(?!)",


localrules:
    all,


rule all:
    input:
        f"{REPORTS}/index.html",
        expand(f"{REPORTS}/{{capture}}/{{stem}}.html", capture=CAPTURES, stem=STEMS),
        expand(f"{REPORTS}/{{capture}}/{{stem}}.pdf", capture=CAPTURES, stem=STEMS),
        expand(
            f"{REPORTS}/compare/{{comparison}}/{{stem}}.{{medium}}",
            comparison=COMPARISONS,
            stem=STEMS,
            medium=("html", "pdf"),
        ),


# in:  one raw log, PML, CSV or XML, plain or packed
# out: what happened as tables, exactly as Process Monitor shows it; for a log that can't be read the tables are
#      empty and capture.json says why ("refused")
rule convert_capture:
    input:
        files_of,
    output:
        info=f"{RESULTS}/{{capture}}/capture.json",
        events=f"{RESULTS}/{{capture}}/events.parquet",
        processes=f"{RESULTS}/{{capture}}/processes.parquet",
        modules=f"{RESULTS}/{{capture}}/modules.parquet",
        stacks=f"{RESULTS}/{{capture}}/stacks.parquet",
    log:
        f"{RESULTS}/{{capture}}/logs/convert_capture.log",
    benchmark:
        f"{RESULTS}/{{capture}}/benchmarks/convert_capture.tsv"
    conda:
        "environment.yml"
    resources:
        mem_mb=1500,
        runtime=60,
    params:
        results=subpath(output.info, parent=True),
        settings=settings_for("convert"),
        state=size_and_time(FOUND.captures),
        code=CODE["convert"],
    shell:
        "python -m scripts.convert_capture {input:q} {params.results:q} --name={wildcards.capture:q}"
        " --settings {params.settings:q} >{log:q} 2>&1"


# in:  the sidecars of one capture, none or more: VMMap's snapshots and CSV exports, Autoruns' exports as CSV and XML
# out: regions of memory and entries of automatic start as tables, empty without sidecars; sidecars.json says of each
#      file what was read, or why it could not be ("refused")
rule read_sidecars:
    input:
        sidecars_of,
    output:
        told=f"{RESULTS}/{{capture}}/sidecars.json",
        regions=f"{RESULTS}/{{capture}}/regions.parquet",
        autoruns=f"{RESULTS}/{{capture}}/autoruns.parquet",
    log:
        f"{RESULTS}/{{capture}}/logs/read_sidecars.log",
    benchmark:
        f"{RESULTS}/{{capture}}/benchmarks/read_sidecars.tsv"
    conda:
        "environment.yml"
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        results=subpath(output.told, parent=True),
        state=size_and_time(FOUND.sidecars),
        code=CODE["sidecars"],
    shell:
        "python -m scripts.read_sidecars {input:q} {params.results:q} --name={wildcards.capture:q} >{log:q} 2>&1"


# in:  events, processes; the stages of config.yaml or of the case file, and the filter sets that they name; those of the
#      baseline, where the capture has one
# out: for each event the last stage it survived; the funnel with what each stage and each rule took away; beside the
#      report each stage as Process Monitor loads it (stage-2.PMF … too, as many as there are)
rule stage_events:
    input:
        events=rules.convert_capture.output.events,
        processes=rules.convert_capture.output.processes,
        sets=sets_of,
        baseline=baseline_tables_of,
    output:
        stages=f"{RESULTS}/{{capture}}/stages.parquet",
        funnel=f"{RESULTS}/{{capture}}/funnel.json",
        pmf=shown(f"{REPORTS}/{{capture}}/evidence/stage-1.PMF", "stage", "stage-1.PMF"),
        pmc=f"{REPORTS}/{{capture}}/evidence/stage-1.PMC",
    log:
        f"{RESULTS}/{{capture}}/logs/stage_events.log",
    benchmark:
        f"{RESULTS}/{{capture}}/benchmarks/stage_events.tsv"
    conda:
        "environment.yml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        results=subpath(output.stages, parent=True),
        evidence=subpath(output.pmf, parent=True),
        stages=stages_of,
        baseline=baseline_of,
        code=CODE["stage"],
    shell:
        "python -m scripts.stage_events {params.results:q} --stages {params.stages:q}"
        " --evidence {params.evidence:q} --baseline {params.baseline:q} >{log:q} 2>&1"


# in:  all tables of the capture and of its sidecars, whatever the stages hide
# out: findings with evidence, tables of what changed; the events that the report shows
rule summarise_capture:
    input:
        rules.convert_capture.output,
        rules.read_sidecars.output,
        rules.stage_events.output.stages,
        rules.stage_events.output.funnel,
    output:
        findings=f"{RESULTS}/{{capture}}/findings.json",
        shown=f"{RESULTS}/{{capture}}/shown_events.parquet",
    log:
        f"{RESULTS}/{{capture}}/logs/summarise_capture.log",
    benchmark:
        f"{RESULTS}/{{capture}}/benchmarks/summarise_capture.tsv"
    conda:
        "environment.yml"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        results=subpath(output.findings, parent=True),
        code=CODE["summarise"],
    shell:
        "python -m scripts.summarise_capture {params.results:q} >{log:q} 2>&1"


# in:  events, processes, what is left at the last stage, findings
# out: rules that would hide the largest groups left, each with the findings that it would hide
rule suggest_filters:
    input:
        events=rules.convert_capture.output.events,
        processes=rules.convert_capture.output.processes,
        stages=rules.stage_events.output.stages,
        funnel=rules.stage_events.output.funnel,
        findings=rules.summarise_capture.output.findings,
    output:
        f"{RESULTS}/{{capture}}/suggestions.json",
    log:
        f"{RESULTS}/{{capture}}/logs/suggest_filters.log",
    benchmark:
        f"{RESULTS}/{{capture}}/benchmarks/suggest_filters.tsv"
    conda:
        "environment.yml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        results=subpath(output[0], parent=True),
        code=CODE["suggest"],
    shell:
        "python -m scripts.suggest_filters {params.results:q} >{log:q} 2>&1"


# in:  capture.json, sidecars.json, funnel, findings, shown events, suggestions; the logo of the settings
# out: one HTML file a language that works offline; beside it findings.json and the shown events as CSV
rule render_html:
    input:
        info=rules.convert_capture.output.info,
        sidecars=rules.read_sidecars.output.told,
        funnel=rules.stage_events.output.funnel,
        findings=rules.summarise_capture.output.findings,
        shown=rules.summarise_capture.output.shown,
        suggestions=rules.suggest_filters.output,
        logo=LOGO,
    output:
        html=[
            shown(f"{REPORTS}/{{capture}}/{stem}.html", "report", f"{stem}.html")
            for stem in STEMS
        ],
        findings=shown(
            f"{REPORTS}/{{capture}}/findings.json", "findings", "findings.json"
        ),
        events=shown(
            f"{REPORTS}/{{capture}}/evidence/events.csv", "events", "events.csv"
        ),
    log:
        f"{RESULTS}/{{capture}}/logs/render_html.log",
    benchmark:
        f"{RESULTS}/{{capture}}/benchmarks/render_html.tsv"
    conda:
        "environment.yml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        results=subpath(input.findings, parent=True),
        reports=subpath(output[0], parent=True),
        settings=settings_for("report"),
        report=json.dumps(SETTINGS["report"], sort_keys=True),
        code=CODE["render"],
    shell:
        "python -m scripts.render_html {params.results:q} {params.reports:q} --settings {params.settings:q}"
        " --report {params.report:q} >{log:q} 2>&1"


# in:  capture.json, sidecars.json, funnel, findings, shown events, suggestions; the logo of the settings
# out: the same reports on A4 pages
rule render_pdf:
    input:
        info=rules.convert_capture.output.info,
        sidecars=rules.read_sidecars.output.told,
        funnel=rules.stage_events.output.funnel,
        findings=rules.summarise_capture.output.findings,
        shown=rules.summarise_capture.output.shown,
        suggestions=rules.suggest_filters.output,
        logo=LOGO,
    output:
        pdf=[
            shown(f"{REPORTS}/{{capture}}/{stem}.pdf", "pdf", f"{stem}.pdf")
            for stem in STEMS
        ],
    log:
        f"{RESULTS}/{{capture}}/logs/render_pdf.log",
    benchmark:
        f"{RESULTS}/{{capture}}/benchmarks/render_pdf.tsv"
    conda:
        "environment.yml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        results=subpath(input.findings, parent=True),
        reports=subpath(output[0], parent=True),
        settings=settings_for("report"),
        report=json.dumps(SETTINGS["report"], sort_keys=True),
        code=CODE["render"],
    shell:
        "python -m scripts.render_pdf {params.results:q} {params.reports:q} --settings {params.settings:q}"
        " --report {params.report:q} >{log:q} 2>&1"


# in:  two converted captures
# out: what is new in the second, gone from the first, changed; for a capture that can't be read, why
rule compare_captures:
    input:
        before=tables_of("before"),
        after=tables_of("after"),
    output:
        f"{RESULTS}/compare/{{comparison}}/comparison.json",
    log:
        f"{RESULTS}/compare/{{comparison}}/logs/compare_captures.log",
    benchmark:
        f"{RESULTS}/compare/{{comparison}}/benchmarks/compare_captures.tsv"
    conda:
        "environment.yml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        before=lambda wildcards: results_of(wildcards, "before"),
        after=lambda wildcards: results_of(wildcards, "after"),
        results=subpath(output[0], parent=True),
        code=CODE["compare"],
    shell:
        "python -m scripts.compare_captures {params.before:q} {params.after:q} {params.results:q}"
        " --name={wildcards.comparison:q} >{log:q} 2>&1"


# in:  comparison.json
# out: one HTML file a language that works offline; beside it comparison.json and the whole lists as CSV
rule render_comparison_html:
    input:
        rules.compare_captures.output,
    output:
        html=[f"{REPORTS}/compare/{{comparison}}/{stem}.html" for stem in STEMS],
        told=f"{REPORTS}/compare/{{comparison}}/comparison.json",
        lists=[
            f"{REPORTS}/compare/{{comparison}}/evidence/{kind}.csv"
            for kind in ("processes", "files", "keys", "drivers", "peers")
        ],
    log:
        f"{RESULTS}/compare/{{comparison}}/logs/render_comparison_html.log",
    benchmark:
        f"{RESULTS}/compare/{{comparison}}/benchmarks/render_comparison_html.tsv"
    conda:
        "environment.yml"
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        results=subpath(input[0], parent=True),
        reports=subpath(output.told, parent=True),
        settings=comparison_settings,
        report=json.dumps(SETTINGS["report"], sort_keys=True),
        code=CODE["render"],
    shell:
        "python -m scripts.render_comparison html {params.results:q} {params.reports:q}"
        " --settings {params.settings:q} --report {params.report:q} >{log:q} 2>&1"


# in:  comparison.json
# out: the same reports on A4 pages
rule render_comparison_pdf:
    input:
        rules.compare_captures.output,
    output:
        [f"{REPORTS}/compare/{{comparison}}/{stem}.pdf" for stem in STEMS],
    log:
        f"{RESULTS}/compare/{{comparison}}/logs/render_comparison_pdf.log",
    benchmark:
        f"{RESULTS}/compare/{{comparison}}/benchmarks/render_comparison_pdf.tsv"
    conda:
        "environment.yml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        results=subpath(input[0], parent=True),
        reports=subpath(output[0], parent=True),
        settings=comparison_settings,
        report=json.dumps(SETTINGS["report"], sort_keys=True),
        code=CODE["render"],
    shell:
        "python -m scripts.render_comparison pdf {params.results:q} {params.reports:q}"
        " --settings {params.settings:q} --report {params.report:q} >{log:q} 2>&1"


# in:  capture.json and findings of every capture; comparison.json of every comparison; what find_captures turned away
# out: one page over all captures
rule render_index:
    input:
        comparisons=expand(rules.compare_captures.output, comparison=COMPARISONS),
        info=expand(rules.convert_capture.output.info, capture=CAPTURES),
        findings=expand(rules.summarise_capture.output.findings, capture=CAPTURES),
    output:
        report(
            f"{REPORTS}/index.html",
            caption="docs/captions/index.rst",
            category="All captures",
        ),
    log:
        f"{RESULTS}/render_index.log",
    benchmark:
        f"{RESULTS}/render_index.tsv"
    conda:
        "environment.yml"
    resources:
        mem_mb=500,
        runtime=10,
    params:
        names=CAPTURES,
        turned_away=[(str(one.path), one.reason) for one in FOUND.rejected],
        settings=[CASES[name].of("report") for name in CAPTURES],
        compare=json.dumps(list(COMPARISONS.values()), sort_keys=True),
        report=json.dumps(SETTINGS["report"], sort_keys=True),
        code=CODE["render"],
    shell:
        "python -m scripts.render_index {output:q} >{log:q} 2>&1"
