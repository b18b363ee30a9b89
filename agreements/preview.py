"""The live view of a draft: the same rendering as the document's, with what is not filled in told in brackets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask_babel import gettext as _

from agreements import catalogue, documents
from agreements.models import Agreement, AgreementParty
from core.accounts.models import Organisation
from core.documents import issuing, kinds
from core.documents.clauses import read_clauses
from core.documents.models import DocumentTemplate
from core.web.kept import in_russian

LEAST_PARTIES = 2
LENT = {"valid_until": "term_until"}
"""Columns of the agreement by the names the catalogue has for them."""


@dataclass(frozen=True)
class Preview:
    """The draft as a Word file, and the names of the fields that are still empty."""

    content: bytes
    lacking: list[str]


def preview(agreement: Agreement) -> Preview:
    """The draft on paper now, complete or not. Nothing is kept. The row may be a transient one."""
    lacking = catalogue.lacking(agreement)
    content = _rendered(agreement, lacking, agreement.clauses)
    return Preview(content, list(dict.fromkeys(lacking.values())))


def template_text(agreement: Agreement, template: DocumentTemplate | None = None) -> list[dict[str, Any]]:
    """The clauses the template in force (or an earlier one) makes of the data, before any editing by hand."""
    return read_clauses(_rendered(agreement, catalogue.lacking(agreement), [], template))


@in_russian
def _rendered(
    agreement: Agreement,
    lacking: Mapping[str, str],
    clauses: list[dict[str, Any]],
    template: DocumentTemplate | None = None,
) -> bytes:
    lacking_names = {LENT.get(name, name) for name in lacking}
    _stand_ins(agreement)
    order = documents.order(
        agreement,
        "draft",
        revision=(agreement.revision_number or 0) + 1,
        status_label=_("предпросмотр"),
        clauses=clauses or None,
    )
    context = dict(order.context)
    for entry in kinds.kind(agreement.kind).fields()["fields"]:
        _fill(context, {**entry, "required": entry.get("required") or entry["name"] in lacking_names})
    return issuing.preview(replace(order, context=context), template)


def _stand_ins(agreement: Agreement) -> None:
    """Two parties at least: the template's preamble names them."""
    for number in range(len(agreement.parties) + 1, LEAST_PARTIES + 1):
        blank = f"[{_('Сторона %(n)s', n=number)}]"
        organisation = Organisation(full_name=blank, short_name=blank, alias=blank, gender="n", kind="enterprise")
        agreement.parties.append(AgreementParty(position=number, organisation=organisation, alias="", role=""))


def _fill(context: dict[str, Any], entry: Mapping[str, Any]) -> None:
    """Put a stand-in where a required field has no value."""
    *way, last = entry["name"].split(".")
    if entry["type"] in ("party", "person", "period") or (way and way[0] == "doc"):
        return
    place: Any = context
    for step in way:
        if not isinstance(place, dict) or (step not in place and not entry.get("required")):
            return
        place = place.setdefault(step, {})
    if not isinstance(place, dict):
        return
    if entry["type"] in ("table", "parties") and place.get(last):
        for row in place[last]:
            for column in entry.get("columns", ()):
                _fill(row, column)
    elif entry.get("required") and catalogue.is_empty(place.get(last)):
        place[last] = _stand_in(entry)


def _stand_in(entry: Mapping[str, Any]) -> Any:
    """Words in brackets; where the template counts or dates, the catalogue's example."""
    label = f"[{str(entry['label']).rsplit(': ', 1)[-1]}]"
    kind, example = entry["type"], entry.get("example")
    if str(entry["name"]).endswith("fio"):
        return _("Фамилия Имя Отчество")  # the template shortens it to initials
    if kind == "date":
        return date.fromisoformat(example or "2026-01-01")
    if kind in ("int", "money"):
        return example or 0
    if kind == "bool":
        return False
    if kind == "enum":
        return example or entry["choices"][0]["value"]
    if kind == "list":
        return [label] * (len(example) if isinstance(example, list) else 1)
    if kind in ("table", "requisites", "parties"):
        return [{column["name"]: _stand_in(column) for column in entry.get("columns", ())}]
    return label
