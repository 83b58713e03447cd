"""Page 1 says what this capture holds, and no more than it holds."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from scripts.procmon.contracts.tables import TABLES
from scripts.procmon.report import plainly
from scripts.procmon.report.brief import Brief, make_brief, make_headline
from scripts.procmon.report.material import Material
from scripts.procmon.report.moments import Moments
from scripts.procmon.text import FOLDER, catalogue
from scripts.procmon.text.named import named
from tests.captures.results import HOUR, check, finding, info, material, process

DRIVER = {
    "kind": "driver_installed",
    "facts": {
        "name": "MRxCls",
        "who": "lsass.exe (300)",
        "dropped": True,
        "registered": True,
        "loaded": True,
    },
}


def brief(made: Material) -> Brief:
    return make_brief(made, Moments(zone="UTC"))


def happened(made: Material) -> str:
    return " ".join(brief(made).happened)


def row(table: str, **values: Any) -> dict[str, Any]:
    needed = {
        field.name: values.get(field.name)
        for field in dataclasses.fields(TABLES[table])
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    return dataclasses.asdict(TABLES[table](**(needed | values)))


@pytest.mark.parametrize(
    ("facts", "told", "sure"),
    [
        ({"genuine": True, "foreign": 5, "acted": True},
         "started from Windows' own file, but not as Windows starts it, ran foreign code and changed this computer",
         "that `lsass.exe` was not started as Windows starts it"),
        ({"genuine": False, "foreign": 0, "acted": False}, "are not Windows' own.", "the false system processes"),
    ],
)  # fmt: skip
def test_windows_own_file_started_by_another_is_not_called_another_program(facts: Any, told: str, sure: str):
    borne = finding(1, kind="masquerade", facts={"name": "lsass.exe", "count": 3, **facts})
    made = brief(material(findings=[borne]))
    assert told in " ".join(made.happened)
    assert ("not Windows' own" in " ".join(made.happened)) is not facts["genuine"]
    assert any(sure in said for _, said in made.sure)
    again = make_brief(material(findings=[borne]), Moments(zone="UTC"), "ja")
    assert ("Windows 自身のファイルから" in " ".join(again.happened)) is facts["genuine"]


def test_it_opens_with_what_was_done_and_how_long_it_took():
    assert happened(material(findings=[finding(1, **DRIVER)])).startswith(
        "In 40 seconds, lsass.exe put one driver on this computer, `MRxCls`, and it was started."
    )


def test_a_program_that_opens_the_story_keeps_its_capital():
    gone = finding(1, kind="programs_changed", facts={"who": "Explorer.EXE (12)", "count": 1})
    gone["subjects"] = {"processes": ["Explorer.EXE (12)"]}
    assert happened(material(findings=[gone])).startswith(
        "In 40 seconds, Explorer.EXE wrote into one program"
    )


def test_a_moment_is_not_told_as_a_span():
    short = info(first_time=f"{HOUR}:00.000000000", last_time=f"{HOUR}:00.010000000")
    assert happened(material(capture=short, findings=[finding(1, **DRIVER)])).startswith("lsass.exe put")


def test_a_capture_without_dates_is_given_none():
    made = material(capture=info(first_time="1970-01-01T14:00:00.0", last_time="1970-01-01T14:00:40.0"))
    told = make_brief(made, Moments(dates=False))
    assert "1970" not in " ".join(told.happened)


def test_two_drivers_are_told_in_one_sentence_without_process_numbers():
    other = DRIVER | {"facts": DRIVER["facts"] | {"name": "MRxNet"}}
    told = happened(material(findings=[finding(1, **DRIVER), finding(2, **other)]))
    assert "lsass.exe put two drivers on this computer, `MRxCls` and `MRxNet`, and both were started." in told


def test_a_kind_without_a_sentence_is_told_by_its_title():
    assert "bad.exe (300) did a thing to `C:\\a.sys`." in happened(material(findings=[finding()]))


def test_smaller_findings_are_counted_beside_grave_ones():
    told = happened(material(findings=[finding(1), finding(2, severity="low", kind="small")]))
    assert "One more finding stands in part 3." in told


def test_low_findings_are_told_where_there_are_no_graver_ones():
    assert "did a thing" in happened(material(findings=[finding(severity="low")]))


def test_what_is_certain_is_told_apart_from_what_is_likely():
    likely = finding(2, kind="odd_module", confidence="likely", facts={"place": "x", "who": ["a"]})
    sure = brief(material(findings=[finding(1, **DRIVER), likely])).sure
    assert [label for label, _ in sure] == ["Certain", "Likely"]
    assert sure[0][1].startswith("the driver")


def test_a_kind_without_a_noun_is_named_by_the_number_of_its_finding():
    assert ("Certain", "what finding 2 tells, recorded as it was done.") in brief(
        material(findings=[finding(1, severity="low"), finding(2)])
    ).sure


def test_open_questions_are_not_known():
    made = material(findings=[finding()], tables={"questions": [row("questions", kind="why_it_did_so")]})
    assert ("Not known", "why it did so") in brief(made).sure


def test_a_driver_that_starts_with_windows_comes_back():
    drivers = [row("drivers", service="MRxCls", dropped=True, registered=True, loaded=True, starts="system")]
    told = " ".join(brief(material(findings=[finding(1, **DRIVER)], tables={"drivers": drivers})).means)
    assert "`MRxCls` starts with Windows" in told


def test_a_driver_that_was_only_loaded_does_not_come_back():
    drivers = [row("drivers", service="fine", dropped=False, registered=False, loaded=True, starts="system")]
    told = " ".join(brief(material(findings=[finding()], tables={"drivers": drivers})).means)
    assert "fine" not in told
    assert "Nothing was found that starts any of this again" in told


def test_where_autostarts_could_not_be_checked_it_is_not_said_that_nothing_comes_back():
    checks = [check("persistence", "could not be checked", reason="No registry."), check("services")]
    told = " ".join(brief(material(findings=[finding()], checks=checks)).means)
    assert "can't be told" in told


def test_a_disabled_protection_is_named():
    services = [
        row("services", service="wscsvc", change="disabled", security=True, time=HOUR, who="x", events=[])
    ]
    told = " ".join(brief(material(findings=[finding()], tables={"services": services})).means)
    assert "lost protection: `wscsvc` was disabled." in told


def test_an_ordinary_capture_is_told_by_name():
    tables = {
        "processes": [process(1), process(2, process_name="p1.exe", who="p1.exe (2)")],
        "files": [
            row("files", path="C:\\a.txt", how="written", what="data", who="p1.exe (1)"),
            row("files", path="C:\\log", how="written", what="data", who="p1.exe (1)", ordinary="event_log"),
        ],
        "peers": [row("peers", peer="example.net", direction="out", who="edge.exe (7)")],
    }
    told = happened(material(tables=tables))
    assert told.startswith(
        "Nothing that needs explaining was found. In 40 seconds, one program was started: p1.exe (2 times). "
        "p1.exe wrote `C:\\a.txt`. edge.exe connected to `example.net`. Besides,"
    )
    assert "one file or folder created or written" in told
    assert "Three checks looked at all this (part 2), among others for new automatic starts" in told


def test_a_program_that_broke_off_is_told_with_its_status_and_one_that_its_user_ended_is_not():
    def told(code: int | None) -> str:
        return happened(material(tables={"processes": [process(1, exit_code=code)]}))

    assert "p1.exe failed: exit status 0xC0000005 (ended by a forbidden access to memory)." in told(
        -1073741819
    )
    assert "p1.exe failed: exit status 0xE0434352." in told(0xE0434352)
    for harmless in (None, 0, 1, -1, 0xFFFFFFFF - (1 << 32), -1073741510, 0x40010004):
        assert "failed" not in told(harmless)


def test_who_made_one_automatic_start_and_failed_at_another_is_said_and_a_failed_one_is_called_so():
    def entry(number: int, place: str, *, done: bool) -> dict[str, Any]:
        facts = {
            "who": ["a.exe (7)"],
            "data": [rf"C:\{number}.exe"],
            "place": place,
            "done": done,
            "values": [],
        }
        return finding(number, kind="autostart", facts=facts, confidence="certain" if done else "likely")

    both = material(findings=[entry(1, "a Run key", done=True), entry(2, "Winlogon", done=False)])
    assert (
        "a.exe entered `C:\\1.exe` in a place that Windows starts programs from. One such attempt failed."
        in (happened(both))
    )
    sure = " ".join(text for _, text in brief(both).sure)
    assert "the entry in a Run key" in sure
    assert "the failed entry in Winlogon" in sure


def test_what_only_looked_all_over_the_disk_is_told_without_a_folder():
    looked = row("activity", program="p1.exe", who="p1.exe (1)", what="read", names=[], count=5_694)
    told = happened(material(tables={"activity": [looked]}))
    assert "p1.exe looked at files and registry keys (5,694 operations); that anything was made" in told
    assert "deleted, started or sent is not in the capture" in told
    began = happened(material(tables={"activity": [looked], "processes": [process(1)]}))
    assert "that anything was made, written, deleted or sent is not in the capture. One program" in began
    one_file = {**looked, "names": [r"D:\music\a.mp3"]}
    assert r"p1.exe looked at and read `D:\music\a.mp3` (" in happened(
        material(tables={"activity": [one_file]})
    )


@pytest.mark.parametrize(
    ("before", "sentence", "told"),
    [
        ("In 2 minutes, a.exe put one driver on this computer.", "a.exe hid two files.", "It hid two files."),
        ("a.exe ran as P\\b.", "a.exe wrote.", "It wrote."),
        # Who "it" is would be open.
        ("a.exe started itself, by way of b.exe.", "a.exe wrote.", "a.exe wrote."),
        ("a.exe wrote.", "a.exe and b.exe ended.", "a.exe and b.exe ended."),
        ("b.exe wrote.", "a.exe wrote.", "a.exe wrote."),
        ("a.exe wrote. One process ended.", "a.exe went on.", "a.exe went on."),
    ],
)
def test_a_program_is_not_named_again_where_it_goes_on(before: str, sentence: str, told: str):
    assert plainly.without_repeats([before, sentence], "It") == [before, told]
    assert plainly.without_repeats([before, sentence], "") == [before, sentence]


def test_a_third_sentence_on_one_program_still_says_it():
    told = plainly.without_repeats(
        ["a.exe wrote.", "a.exe hid.", "a.exe and c.exe read.", "a.exe ended."], "It"
    )
    assert told == ["a.exe wrote.", "It hid.", "a.exe and c.exe read.", "a.exe ended."]


def test_updates_that_windows_update_handled_are_named_by_their_numbers():
    down = "C:\\Windows\\SoftwareDistribution\\Download\\0e"
    files = [
        row("files", path=path, how="written", what="data", who="p1.exe (1)", ordinary=why)
        for path, why in (
            (f"{down}\\Windows10.0-KB4565483-x64.cab", "windows_update"),
            (f"{down}\\Package_for_kb4565554~~amd64", "windows_update"),
            (f"{down}\\again-KB4565483.cab", "windows_update"),
            (f"{down}\\ab12KB4565000ff", "windows_update"),
            ("C:\\Users\\a\\KB1111111.txt", None),
        )
    ]
    told = happened(material(tables={"files": files}))
    assert "Windows Update was at work on KB4565483 and KB4565554." in told
    assert "KB4565000" not in told
    assert "Windows Update was" not in happened(material(tables={"files": files[4:]}))


def test_what_the_user_did_leads_an_ordinary_capture():
    acts = [
        row("activity", program="NOTEPAD.EXE", who="NOTEPAD.EXE (1)", what=what, names=["C:\\a.txt"], count=1)
        for what in ("started", "saved")
    ]
    acts.append(
        row("activity", program="edge.exe", who="edge.exe (7)", what="connected to", names=["a.net"], count=3)
    )
    tables = {
        "activity": acts,
        "processes": [process(1, who="NOTEPAD.EXE (1)"), process(2)],
        "files": [row("files", path="C:\\a.txt", how="written", what="data", who="NOTEPAD.EXE (1)")],
    }
    told = happened(material(tables=tables))
    assert "In 40 seconds, the user opened `C:\\a.txt` in NOTEPAD.EXE and saved it." in told
    assert "edge.exe connected to `a.net` and two more." in told
    assert "One further program was started: `p2.exe`." in told
    assert "created or written" not in told


def test_what_puts_findings_together_is_no_check():
    checks = [check("drivers"), check("indicators", "found"), check("removal"), check("open_questions")]
    assert "One check looked at all this" in happened(material(checks=checks))


@pytest.mark.parametrize(
    ("filtered", "means"),
    [
        (
            {"value": False, "reason": "No number is missing."},
            "Nothing in this capture points to an intrusion or",
        ),
        ({"value": None, "reason": "12 are missing.", "missing": 12}, "events are missing from it"),
        ({"value": None, "reason": "An export does not tell."}, "it can't clear the computer"),
        ({"value": True, "reason": "It was filtered."}, "it can't clear the computer"),
    ],
)
def test_only_a_whole_capture_clears_the_computer(filtered: dict[str, Any], means: str):
    made = material(capture=info(filtered=filtered))
    assert means in " ".join(brief(made).means)
    again = "capture again without a filter" in brief(made).do[0].text
    assert again is (filtered["value"] is not False)


def test_missing_events_are_counted():
    missing = {"value": None, "reason": "12,000 are missing.", "missing": 12_000}
    assert "12,000 events between the first and the last" in happened(
        material(capture=info(filtered=missing))
    )


def test_long_names_stay_apart_when_they_are_cut():
    user = "C:\\RECYCLER\\S-1-5-21-8615675-41266819-72534554-500\\$0123456789abcdef0123456789abcdef\\n."
    system = "C:\\RECYCLER\\S-1-5-18\\$0123456789abcdef0123456789abcdef\\n."
    told = plainly.brisk(f"`{user}` and `{system}` came.")
    assert "S-1-5-18\\" in told
    assert "-500\\" in told


def test_folders_named_by_long_identifiers_lose_their_middle_where_names_stay_too_long():
    user = (
        "C:\\RECYCLER\\S-1-5-21-1111111111-2222222222-3333333333-500\\$0123456789abcdef0123456789abcdef\\n."
    )
    system = "C:\\RECYCLER\\S-1-5-18\\$0123456789abcdef0123456789abcdef\\n."
    told = plainly.brisk(f"`{user}` and `{system}` came.")
    assert told == "`…\\S-1-5-21…-500\\$0123456…cdef\\n.` and `…\\S-1-5-18\\$0123456…cdef\\n.` came."


def test_what_winsock_lists_is_told_apart_from_what_starts():
    rows = [
        row("autostarts", place="winsock", path=f"HKLM\\{n}", data="mswsock.dll", change="set", attempt=False)
        for n in range(17)
    ]
    rows.append(
        row("autostarts", place="run", path="HKLM\\Run\\a", data="a.exe", change="set", attempt=False)
    )
    told = " ".join(brief(material(findings=[finding()], tables={"autostarts": rows})).means)
    assert (
        "One entry makes Windows start `a.exe`: it comes back after every restart until it is removed."
        in told
    )
    assert (
        "17 rewritten entries of the list of network files (Winsock) stay in force after a restart as well"
        in told
    )
    assert "all of them name `mswsock.dll`" in told


def test_what_programs_open_first_is_not_what_windows_starts():
    path = "C:\\Users\\a\\Documents\\WindowsPowerShell\\profile.ps1"
    rows = [row("autostarts", place="powershell-profile", path=path, data=None, change="set", attempt=False)]
    told = " ".join(brief(material(findings=[finding()], tables={"autostarts": rows})).means)
    assert "is carried out by PowerShell whenever it starts, until it is looked through and set right" in told
    assert "Windows start" not in told


def test_a_clean_capture_that_could_not_be_checked_wholly_is_not_called_clean():
    checks = [
        check("dropped_files"),
        check("network", "could not be checked", reason="There is no network event."),
    ]
    made = brief(material(checks=checks))
    assert "can't clear the computer" in made.means[0]
    assert ("Could not be checked", "network. There is no network event.") in made.sure
    assert (
        make_headline(material(checks=checks))
        == "Nothing that needs explaining was found in what the capture holds"
    )


def test_missing_names_of_hosts_are_told_as_damage():
    whole = "The file is damaged: names of hosts and ports are incomplete"
    for language, told in (("en", whole), ("ja", "ホストとポートの名前")):
        made = make_brief(material(capture=info(lost_hosts=True)), Moments(zone="UTC"), language)
        assert told in " ".join(made.happened)


def test_one_event_without_a_finding_is_no_all_clear_in_one_line():
    assert make_headline(material(capture=info(events=1))).startswith("The capture holds one event, too few")
    assert "one event" not in make_headline(material(capture=info(events=1), findings=[finding()]))
    assert "1 件だけ" in make_headline(material(capture=info(events=1)), "ja")


def test_an_empty_capture_is_told_to_be_empty_and_nothing_is_concluded_from_it():
    made = brief(material(capture=info(events=0)))
    assert "holds no event" in made.happened[0]
    assert made.sure == []
    assert made.means == ["From an empty capture nothing can be concluded."]
    assert make_headline(material(capture=info(events=0))) == "The capture holds no event"


def test_a_filtered_capture_says_what_absence_does_not_mean():
    filtered = info(filtered={"value": True, "reason": "x"})
    assert "may have happened all the same" in happened(material(capture=filtered))
    assert "may have happened all the same" in happened(material(capture=filtered, findings=[finding()]))
    assert "filtered" not in happened(material())


def test_the_headline_names_the_gravest_and_counts_the_rest():
    told = make_headline(material(findings=[finding(1, **DRIVER), finding(2), finding(3)]))
    assert told == "1 driver installed and started: `MRxCls`; 2 more findings"


def test_every_kind_that_has_a_sentence_has_a_noun_and_is_a_kind_of_finding():
    sentences = catalogue("brief")
    kinds = {kind for file in FOLDER.glob("en/findings_*.yaml") for kind in catalogue(file.stem)}
    assert set(sentences["happened"]) == set(sentences["nouns"])
    assert set(sentences["happened"]) <= kinds


def test_long_paths_are_told_by_their_ends():
    facts = {"data": ["C:\\RECYCLER\\S-1-5-21-1111111111-2222222222-3333333333-500\\folder\\n"], "done": True}
    told = happened(material(findings=[finding(kind="com_hijack", facts=facts)]))
    assert "\\folder\\n`" in told
    assert "RECYCLER" not in told


def test_a_sentence_whose_facts_are_missing_gives_way_to_the_title():
    assert "did a thing to" in happened(material(findings=[finding(kind="com_hijack", facts={})]))


def test_numbers_within_names_and_before_units_stay_digits():
    facts = {"who": "a.exe (1)", "data_files": 4, "folders": 0, "odd_places": ["`C:\\2 things`"]}
    told = happened(material(findings=[finding(kind="files_hidden", facts=facts)]))
    assert "a.exe made four hidden files in `C:\\2 things`." in told


def test_programs_that_a_fact_names_together_are_several():
    gone = finding(
        1, kind="traces_deleted", facts={"who": "lsass.exe (300) and Explorer.EXE (12)", "files": ["a", "b"]}
    )
    assert "lsass.exe and Explorer.EXE deleted two files that they had used." in happened(
        material(findings=[gone])
    )


def test_a_fact_of_an_unexpected_type_stops_no_report():
    assert happened(material(findings=[finding(1, facts={"first": 201})]))


def test_the_story_is_told_in_the_order_of_time():
    late, early = finding(1, **DRIVER), finding(2)
    late["evidence"], early["evidence"] = [90], [4]
    late["first"], early["first"] = f"{HOUR}:09.0", f"{HOUR}:01.0"
    told = happened(material(findings=[late, early]))
    assert told.index("did a thing") < told.index("put one driver")


def test_who_started_the_program_that_it_is_about_opens_the_story():
    rows = [
        process(1, process_name="explorer.exe", who="explorer.exe (9)", started_here=False),
        process(
            2, process_name="bad.exe", who="bad.exe (300)", parent=1, user="PC\\Ann", image_path="C:\\bad.exe"
        ),
    ]
    told = happened(material(findings=[finding()], tables={"processes": rows}))
    assert told.startswith("In 40 seconds, explorer.exe started bad.exe as `PC\\Ann`.")


def test_files_of_one_name_are_counted_and_not_told_by_their_folders():
    facts = {"data": ["C:\\a\\n.", "C:\\b\\n."], "done": True, "target_place": "the recycle bin"}
    told = happened(material(findings=[finding(kind="com_hijack", facts=facts)]))
    assert "two files named `n`, in the recycle bin," in told


def test_a_class_is_told_to_be_loaded_by_programs_and_not_to_start():
    rows = [
        row("autostarts", place="com-server", path=f"HKCR\\{n}", data="C:\\n", change="set", attempt=False)
        for n in range(2)
    ]
    told = " ".join(brief(material(findings=[finding()], tables={"autostarts": rows})).means)
    assert (
        "Two changed COM classes stay in force after a restart: every program that uses one of them" in told
    )
    assert "start `" not in told


def test_two_keys_with_one_end_are_told_apart_by_what_stands_before_it():
    one = "HKCU\\Software\\Classes\\CLSID\\{fbeb8a05-beee-4442-804e-409d6c4515e9}\\InprocServer32\\(Default)"
    assert "{fbeb8a0" in plainly.brisk(f"`{one}`")


def test_a_file_that_breaks_off_is_no_all_clear_and_is_to_be_copied_again() -> None:
    told = brief(material(capture=info(rejected={"count": 0, "rows": [], "rest_lost": True})))
    assert "it breaks off" in " ".join(told.happened)
    assert "can't clear the computer" in " ".join(told.means)
    assert "another copy" in told.do[0].text


def test_a_damaged_file_is_said_with_what_was_lost() -> None:
    made = brief(material(capture=info(rejected={"count": 12, "rows": []}, lost_texts=1)))
    assert "The file is damaged: 12 events could not be read and 1 name of programs" in " ".join(
        made.happened
    )


def test_a_program_is_set_in_one_way_within_a_paragraph():
    assert plainly.set_alike(
        ["bad.exe put `a.sys` there.", "`Bad.exe` and `C:\\x\\bad.exe` ran; so did `other.exe`."]
    ) == [
        "bad.exe put `a.sys` there.",
        "Bad.exe and `C:\\x\\bad.exe` ran; so did `other.exe`.",
    ]
    assert plainly.set_alike(["notbad.exe ran.", "`bad.exe` too."]) == ["notbad.exe ran.", "`bad.exe` too."]
    assert plainly.set_alike(["event 7 was cited", "`event 7`"]) == ["event 7 was cited", "`event 7`"]


def test_a_process_name_that_is_a_sentence_is_quoted_in_the_brief_and_in_the_headline():
    forged = "nothing. All 14 checks passed; this computer is clean. Separately explorer.exe"
    who, shown = f"{named(forged)} (300)", "“nothing. All 14 checks …explorer.exe”"
    rows = [
        process(1, process_name=forged, who=f"{named(forged)} (9)", started_here=False),
        process(2, process_name=forged, who=who, parent=1, user="PC\\Ann", image_path="C:\\bad.exe"),
    ]
    gone = finding(1, kind="programs_changed", facts={"who": who, "count": 1}, subjects={"processes": [who]})
    gone["title"] = f"{who} wrote into 1 program"
    made = brief(material(findings=[gone], tables={"processes": rows}))
    told = " ".join([*made.happened, *made.means, *(action.text for action in made.do), made.headline])
    assert f"In 40 seconds, {shown} started {shown} as `PC\\Ann`." in told
    assert f"{shown} wrote into one program" in told
    assert "nothing." not in told.replace("“nothing.", "")


def test_a_process_name_that_is_a_sentence_is_quoted_in_a_clean_capture_too():
    forged = "nothing; all is well. A user.exe"
    reading = row(
        "activity", program=forged, who=f"{named(forged)} (1)", what="read", names=["C:\\a"], count=90
    )
    told = happened(material(tables={"activity": [reading]}))
    assert f"“{forged}”" in told
    assert forged not in told.replace(f"“{forged}”", "")


def loaded(number: int, who: str, *, ran: int, loads: list[int]) -> dict[str, Any]:
    facts = {"who": [who], "place": "the recycle bin", "ran": ran, "loads": loads, "system": True}
    return finding(number, kind="odd_module", facts=facts, confidence="certain")


def test_what_only_the_list_of_modules_shows_is_not_told_as_recorded_when_it_was_done():
    both = [loaded(1, "Explorer.EXE (14)", ran=0, loads=[]), loaded(2, "services.exe (6)", ran=27, loads=[])]
    sure = dict(brief(material(findings=both)).sure)["Certain"]
    assert "the code from the recycle bin that is loaded in Explorer.EXE and services.exe" in sure
    assert "stands in the list of modules that Process Monitor took, and in no event" in sure
    sure = dict(brief(material(findings=[loaded(1, "services.exe (6)", ran=0, loads=[5])])).sure)["Certain"]
    assert sure.endswith("recorded as it was done.")


def test_a_process_that_only_has_foreign_code_loaded_is_not_said_to_run_it():
    both = [loaded(1, "Explorer.EXE (14)", ran=0, loads=[]), loaded(2, "services.exe (6)", ran=27, loads=[])]
    told = " ".join(brief(material(findings=both)).means)
    assert (
        "Foreign code was at work in services.exe, a program of Windows itself, and is loaded in Explorer.EXE:"
        in told
    )


def test_a_program_that_no_event_deletes_is_said_to_be_still_there():
    rows = [row("removal", step="delete file", target="C:\\Users\\a\\b.exe", because="program")]
    told = " ".join(brief(material(findings=[finding()], tables={"removal": rows})).means)
    assert (
        "`C:\\Users\\a\\b.exe` is still on the disk, as far as the capture shows: no event deletes it."
        in told
    )


@pytest.mark.parametrize(
    ("told", "blocked", "why"),
    [
        ({"events": 9}, 3, "3 of the 4 checks could not be made"),
        ({"events": 14, "rejected": {"count": 37}}, 0, "37 of its 51 rows could not be read"),
        ({"events": 20, "unknown_words": {"operations": 0, "results": 17}}, 0, "17 of its 20 events bear"),
    ],
)
def test_a_capture_that_cannot_answer_is_no_all_clear(told: Any, blocked: int, why: str):
    checks = [check(str(n), "could not be checked" if n < blocked else "not found") for n in range(4)]
    made = brief(material(findings=[], checks=checks, capture=info(**told)))
    assert why.replace("3 of the 4 ", "three of the four ") in made.happened[0]
    assert why in made.means[0]
    assert made.headline == "Whether anything needs explaining, this capture can't answer"
    assert "Nothing has to be done" not in made.do[0].text


def test_a_few_rows_that_could_not_be_read_leave_the_answer():
    checks = [check(str(n), "not found") for n in range(4)]
    made = brief(material(findings=[], checks=checks, capture=info(events=99, rejected={"count": 1})))
    assert made.happened[0] == "Nothing that needs explaining was found."


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("windows", "the library put where Windows loads it"),
        ("beside", "the library put in the way of Windows' own"),
    ],
)
def test_a_library_is_in_the_way_of_windows_only_under_a_borrowed_name(how: str, told: str):
    planted = {"who": "a.exe (4)", "name": "x.dll", "path": r"C:\x.dll", "how": how, "users": []}
    made = brief(material(findings=[finding(1, kind="code_planted", severity="medium", facts=planted)]))
    assert told in " ".join(text for _, text in made.sure)
