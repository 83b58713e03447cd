"""config.yaml as it comes: what users set for themselves changes no test."""

from __future__ import annotations

import re

from scripts.procmon.settings import CONFIG_FILE

_AS_IT_COMES = {
    "title": '""',
    "case": '""',
    "organisation": '""',
    "analyst": '""',
    "logo": '""',
    "languages": "[en]",
    "marking": "TLP:AMBER",
}


def shipped() -> str:
    """The text of config.yaml with the report's own settings put back."""
    text = CONFIG_FILE.read_text(encoding="utf-8")
    for key, value in _AS_IT_COMES.items():
        # Those of the report stand two blanks deep, before those of single captures.
        text = re.sub(rf"(?m)^(  {key}: *)(\S.*?)?(?= +#|$)", rf"\g<1>{value}", text, count=1)
    return text
