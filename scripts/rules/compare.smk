# Two captures: what is new in the second, gone from the first, changed.


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
        "../../environment.yml"
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
        html=[
            compared(
                f"{REPORTS}/compare/{{comparison}}/{stem}.html",
                "comparison",
                f"{stem}.html",
            )
            for stem in STEMS
        ],
        told=compared(
            f"{REPORTS}/compare/{{comparison}}/comparison.json",
            "comparison_lists",
            "comparison.json",
        ),
        lists=[
            f"{REPORTS}/compare/{{comparison}}/evidence/{kind}.csv"
            for kind in ("processes", "files", "keys", "drivers", "peers")
        ],
    log:
        f"{RESULTS}/compare/{{comparison}}/logs/render_comparison_html.log",
    benchmark:
        f"{RESULTS}/compare/{{comparison}}/benchmarks/render_comparison_html.tsv"
    conda:
        "../../environment.yml"
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        results=subpath(input[0], parent=True),
        reports=subpath(output.told, parent=True),
        settings=comparison_settings,
        report=lambda wildcards: json.dumps(SETTINGS["report"], sort_keys=True),
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
        [
            compared(
                f"{REPORTS}/compare/{{comparison}}/{stem}.pdf",
                "comparison_pdf",
                f"{stem}.pdf",
            )
            for stem in STEMS
        ],
    log:
        f"{RESULTS}/compare/{{comparison}}/logs/render_comparison_pdf.log",
    benchmark:
        f"{RESULTS}/compare/{{comparison}}/benchmarks/render_comparison_pdf.tsv"
    conda:
        "../../environment.yml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        results=subpath(input[0], parent=True),
        reports=subpath(output[0], parent=True),
        settings=comparison_settings,
        report=lambda wildcards: json.dumps(SETTINGS["report"], sort_keys=True),
        code=CODE["render"],
    shell:
        "python -m scripts.render_comparison pdf {params.results:q} {params.reports:q}"
        " --settings {params.settings:q} --report {params.report:q} >{log:q} 2>&1"
