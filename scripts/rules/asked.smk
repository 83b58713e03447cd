# What rules ask of the settings and of inputs/, by their wildcards.


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


def shown(file, caption, kind):
    """``file`` as Snakemake's own report shows it: by capture, with its caption."""
    return report(
        file,
        caption=f"../../docs/captions/{caption}.rst",
        category="{capture}",
        labels={"what": kind},
    )


def compared(file, caption, kind):
    """``file`` as Snakemake's own report shows it: among the comparisons, by name, with its caption."""
    return report(
        file,
        caption=f"../../docs/captions/{caption}.rst",
        category="Comparisons",
        subcategory="{comparison}",
        labels={"what": kind},
    )
