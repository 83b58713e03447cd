"""What the tags of a PDF lack to satisfy ISO 14289-1 when WeasyPrint has set them, and the words of its links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scripts.procmon.report.view import Report


def mend_tags(made: Any) -> None:
    """Mend ``made``, a pydyf.PDF that is about to be written."""
    _head_columns(made)
    _link_once(made)


def name_links(made: Any, report: Report) -> None:
    """Give each link of ``made`` the words that a screen reader says for it, in place of the anchor's name."""
    words = report.words
    kinds = {
        "event": words["events.columns"]["event"],
        "finding": words["finding.number"],
        "step": words["tables.removal.title"],
    }
    told = {
        f"part-{key}": f"{words.say('brief.in_part', n=number)}: {words['parts'][key]}"
        for key, number in report.parts.items()
    }
    told |= {f"table-{key}": words[f"tables.{key}.title"] for key in ("removal", "indicators")}
    for link in _dictionaries(made, Subtype="/Link"):
        if "Dest" in link:
            target = link["Dest"].string
            kind, _, number = target.partition("-")
            link["Contents"].string = told.get(target) or f"{kinds.get(kind, kind)} {number}"


def _dictionaries(made: Any, **having: str) -> Iterator[Any]:
    for one in made.objects:
        if isinstance(one, dict) and all(one.get(key) == value for key, value in having.items()):
            yield one


def _head_columns(made: Any) -> None:
    """Say of each head in a table that it heads its column, for readers that don't follow the cells' lists of heads."""
    for head in _dictionaries(made, S="/TH"):
        head["A"]["Scope"] = "/Column"


def _link_once(made: Any) -> None:
    """Take back the links of boxes within a link, which lie upon the link's own and outside of a Link element."""
    objects = {one.reference: one for one in made.objects}
    again: dict[bytes, int] = {}
    for element in _dictionaries(made, Type="/StructElem"):
        if element["S"] != "/Link":
            inner = {kid: found for kid in element["K"] if (found := _link(objects, kid))}
            again |= {link.reference: link["StructParent"] for link in inner.values()}
            element["K"][:] = [kid for kid in element["K"] if kid not in inner]
    for page in _dictionaries(made, Type="/Page"):
        if "Annots" in page:
            page["Annots"][:] = [note for note in page["Annots"] if note not in again]
    for root in _dictionaries(made, Type="/StructTreeRoot"):
        owners = objects[root["ParentTree"]]["Nums"]
        pairs = zip(owners[::2], owners[1::2], strict=True)
        gone = set(again.values())
        owners[:] = [part for pair in pairs if pair[0] not in gone for part in pair]


def _link(objects: Mapping[Any, Any], kid: Any) -> Any:
    """The link that a kid of a structure element refers to, or None."""
    reference = objects.get(kid)
    if not isinstance(reference, dict) or reference.get("Type") != "/OBJR":
        return None
    note = objects[reference["Obj"]]
    return note if note.get("Subtype") == "/Link" else None
