"""The names of the files in results/{capture}, and of what a capture can show; without heavy imports."""

INFO_FILE = "capture.json"
EVENTS_FILE = "events.parquet"
PROCESSES_FILE = "processes.parquet"
MODULES_FILE = "modules.parquet"
STACKS_FILE = "stacks.parquet"
STAGES_FILE = "stages.parquet"
FUNNEL_FILE = "funnel.json"
FINDINGS_FILE = "findings.json"
SHOWN_EVENTS_FILE = "shown_events.parquet"
SUGGESTIONS_FILE = "suggestions.json"

#: What lay beside the capture, and what was read from it.
SIDECARS_FILE = "sidecars.json"
REGIONS_FILE = "regions.parquet"
AUTORUNS_FILE = "autoruns.parquet"

#: The keys of ``can_show``: what this capture is able to tell, each {"value": bool, "reason": str}.
CAN_SHOW = (
    "stacks",
    "modules",
    "category",
    "dates",
    "process_table",
    "tid",
    "duration",
    "file_events",
    "registry_events",
    "process_events",
    "network_events",
    "reads",
)

#: What two captures have apart: the folder of comparisons in results/ and reports/, and the file in each.
COMPARISONS = "compare"
COMPARISON_FILE = "comparison.json"
