# The way of the data: inputs/ → convert → stage → summarise → render → reports/; sidecars join at summarise
#
# Every rule opens with its contract. Columns and file names: scripts/procmon/contracts/.

import json
import mimetypes

from snakemake.logging import logger
from snakemake.utils import update_config

from scripts.procmon.cases import (
    check_baseline,
    check_comparisons,
    read_case,
    strictest,
    told_place,
)
from scripts.procmon.filters.resolve import Source, resolve_stages, set_files
from scripts.procmon.fingerprint import fingerprint
from scripts.procmon.report.logo import read_logo
from scripts.procmon.report.material import report_stems
from scripts.procmon.settings import (
    CONFIG_FILE,
    check_settings,
    keep_settings,
    read_settings,
    told_plainly,
)
from scripts.procmon.sources.inputs import capture_name, find_captures
from scripts.procmon.unclaimed import unclaimed

# What can't be used ends the run here, with its sentence as the last word.
with told_plainly():
    # Read by our own reader, which knows what each key may be; --config and --configfile go on top.
    SETTINGS = read_settings(CONFIG_FILE)
    update_config(SETTINGS, config)
    check_settings(SETTINGS)
    # For the page over all captures and the table at the end of ./run: config.yaml alone does not tell them.
    KEPT_SETTINGS = ".snakemake/settings.yaml"
    keep_settings(SETTINGS, Path(KEPT_SETTINGS))

    INPUTS = SETTINGS["folders"]["inputs"]
    RESULTS = SETTINGS["folders"]["results"]
    REPORTS = SETTINGS["folders"]["reports"]
    # Looked at before anything runs; reports are made again when it changes.
    LOGO = (
        [logo]
        if (logo := SETTINGS["report"].get("logo"))
        and read_logo(logo, place=told_place(CONFIG_FILE, ("report", "logo")))
        else []
    )
    # One report a language: report, report.ja.
    STEMS = list(report_stems(SETTINGS["report"]).values())

    FOUND = find_captures(Path(INPUTS))
    CAPTURES = sorted(FOUND.captures)

    # A baseline that was turned away is told as such; one that is not there at all is a slip of the pen.
    TURNED_AWAY = {
        capture_name(one.path.relative_to(INPUTS).as_posix()): one.reason
        for one in FOUND.rejected
    }
    for told in unclaimed(
        SETTINGS, Path(INPUTS), CAPTURES, turned_away=list(TURNED_AWAY)
    ):
        logger.warning(told)
    CASES = {name: read_case(SETTINGS, name, Path(INPUTS)) for name in CAPTURES}
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
        "zones.py",
    )
]
# What is written down in words before the reports is written in English.
WORDED = [
    f"scripts/procmon/text/{part}"
    for part in (
        "__init__.py",
        "cut.py",
        "endpoints.py",
        "forms.py",
        "hours.py",
        "named.py",
        "phrases.py",
        "telling.py",
        "en",
    )
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


report: "docs/captions/workflow.rst"


# For Snakemake's own report, which says of each file of an unknown kind that it is one.
mimetypes.add_type("application/octet-stream", ".pmf")


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


include: "scripts/rules/asked.smk"
include: "scripts/rules/capture.smk"
include: "scripts/rules/compare.smk"


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
        compare=lambda wildcards: json.dumps(list(COMPARISONS.values()), sort_keys=True),
        report=lambda wildcards: json.dumps(SETTINGS["report"], sort_keys=True),
        kept=KEPT_SETTINGS,
        code=CODE["render"],
    shell:
        "python -m scripts.render_index {output:q} --settings {params.kept:q} >{log:q} 2>&1"
