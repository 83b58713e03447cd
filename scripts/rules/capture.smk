# One capture: convert → stage → summarise → suggest → render; sidecars join at summarise.


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
        "../../environment.yml"
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
        "../../environment.yml"
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
        "../../environment.yml"
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
        "../../environment.yml"
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
        "../../environment.yml"
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
        "../../environment.yml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        results=subpath(input.findings, parent=True),
        reports=subpath(output[0], parent=True),
        settings=settings_for("report"),
        report=lambda wildcards: json.dumps(SETTINGS["report"], sort_keys=True),
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
        "../../environment.yml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        results=subpath(input.findings, parent=True),
        reports=subpath(output[0], parent=True),
        settings=settings_for("report"),
        report=lambda wildcards: json.dumps(SETTINGS["report"], sort_keys=True),
        code=CODE["render"],
    shell:
        "python -m scripts.render_pdf {params.results:q} {params.reports:q} --settings {params.settings:q}"
        " --report {params.report:q} >{log:q} 2>&1"
