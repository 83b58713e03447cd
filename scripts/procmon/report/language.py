"""A capture's results in another language than that of findings.json: prose made anew from kinds, keys and facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from jinja2 import UndefinedError

from scripts.procmon.report.material import Material
from scripts.procmon.text import LANGUAGES
from scripts.procmon.text.hours import without_hours
from scripts.procmon.text.phrases import facts_in_language, in_language
from scripts.procmon.text.telling import check_sentence, stage_name, stage_said, tell, would_hide

Json = Mapping[str, Any]


def in_words_of(material: Material, language: str) -> Material:
    """``material`` with all that its documents say in words said in ``language``."""
    if language == LANGUAGES[0]:
        return material
    return replace(
        material,
        info=_info(material.info, language),
        funnel=_funnel(material.funnel, language),
        findings=[_finding(finding, material.info, language) for finding in material.findings],
        checks=[_check(check, language) for check in material.checks],
        suggestions=_suggestions(material, language),
    )


def _finding(finding: Json, info: Json, language: str) -> Json:
    facts = facts_in_language(finding["facts"], language)
    try:
        told = tell(finding["kind"], without_hours(finding["facts"], info), language)
    except (
        KeyError,
        UndefinedError,
    ):  # a kind newer than the catalogue: the language of findings.json still tells it
        return {**finding, "facts": facts}
    return {**finding, **told, "facts": facts}


def _check(check: Json, language: str) -> Json:
    def said(group: str, key: str | None, otherwise: Any) -> Any:
        try:
            return check_sentence(group, str(key), language) if key else otherwise
        except KeyError:
            return otherwise

    limits = zip(check.get("limit_keys") or check["limits"], check["limits"], strict=True)
    return {
        **check,
        "title": said("titles", check["analysis"], check["title"]),
        "reason": said("reasons", check.get("reason_key"), check["reason"]),
        "limits": [said("limits", key, limit) for key, limit in limits],
    }


def _info(info: Json, language: str) -> Json:
    worded = ("can_show", "filtered", "remarks", "refused", "os")
    return {
        **info,
        **{key: in_language(info[key], language, known="capture") for key in worded if key in info},
    }


def _funnel(funnel: Json, language: str) -> Json:
    told = {key: [_stage(stage, language) for stage in funnel.get(key, ())] for key in ("stages", "branches")}
    return {**funnel, **told, "remarks": in_language(funnel.get("remarks", ()), language, known="capture")}


def _stage(stage: Json, language: str) -> Json:
    named = {
        key: in_language(stage[key], language, known="capture") for key in ("name", "from") if key in stage
    }
    if stage.get("baseline") is not None:
        named["name"] = stage_name(stage["baseline"], language)
    return {**stage, **named, **({"said": stage_said(stage, language)} if "hidden" in stage else {})}


def _suggestions(material: Material, language: str) -> Sequence[Json]:
    stages = material.funnel.get("stages")
    if not stages:
        return material.suggestions
    left = int(stages[-1]["events_out"])
    return [
        {
            **one,
            "said": would_hide(
                one["events"], left=left, findings=[each["id"] for each in one["hides"]], language=language
            ),
        }
        for one in material.suggestions
    ]
