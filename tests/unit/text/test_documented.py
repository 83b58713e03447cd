"""What the documentation promises: a row for each kind of finding, a source for each file of knowledge."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.procmon.text.telling import sentences

ROOT = Path(__file__).parents[3]
DOCUMENTED = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
KNOWLEDGE = sorted((ROOT / "config" / "knowledge").glob("*.yaml"))
SEVERITY = re.compile(r"\b(?:high|medium|low|info|as the entry says)\b", re.IGNORECASE)


def rows() -> dict[str, str]:
    """The last cell of each row that names kinds of findings, by kind."""
    found = {}
    for line in DOCUMENTED.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3:
            found |= dict.fromkeys(re.findall(r"[a-z][a-z_]+", cells[0]), cells[2])
    return found


@pytest.mark.parametrize("kind", sorted(sentences()))
def test_each_kind_of_finding_is_documented_with_its_severity(kind: str) -> None:
    if kind == "more_alike":  # no finding of its own: it counts the rest of another kind
        assert "`more_alike`" in DOCUMENTED
    else:
        assert SEVERITY.search(rows()[kind])


@pytest.mark.parametrize("file", KNOWLEDGE, ids=lambda file: file.stem)
def test_each_file_of_knowledge_says_its_source_before_it_begins(file: Path) -> None:
    head = re.match(r"(?:#.*\n)+", file.read_text(encoding="utf-8"))
    assert head is not None
    assert "# Source: " in head[0]
