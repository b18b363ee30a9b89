"""What an item's executor has presented, for whoever accepts or confirms it: the facts, his words, the files."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core import clock
from core.db import db
from core.documents.models import Attachment
from core.signoffs.subjects import Brought
from core.signoffs.words import minute
from roadmap import flags, results
from roadmap.models import Item, ItemTerms, Occurrence, Verification
from roadmap.periods import label
from roadmap.queries.indicators import declared_of, figure
from roadmap.wording import PURPOSES


def of_result(occurrence_id: int) -> Brought:
    """Three queries: the occurrence with its terms, the values declared with it, its files."""
    found = select(Occurrence, Item, ItemTerms).join(Item, Item.id == Occurrence.item_id)
    found = found.join(ItemTerms, ItemTerms.id == Item.terms_id).where(Occurrence.id == occurrence_id)
    row, item, terms = db.session.execute(found).tuples().one()
    facts = [
        (_("Период"), label(row.period) if row.period else ""),
        (_("Ожидаемый результат"), terms.result),
        (_("Вид документа"), terms.document_kind),
        (_("Срок"), _due(row)),
        (_("Фактическая дата"), _day(row.fact_on)),
        (_("Исполнитель"), item.executor_name or terms.unit),
        *_declared(row.id),
    ]
    return Brought(tuple(fact for fact in facts if fact[1]), row.note, tuple(_files(row.id)))


def _day(value: Any) -> str:
    return f"{value:%d.%m.%Y}" if value else ""


def _due(row: Occurrence) -> str:
    late = flags.days_late(row, clock.today())
    return _day(row.due_on) + (f", {flags.words('overdue', late)}" if late is not None else "")


def _declared(occurrence_id: int) -> list[tuple[str, str]]:
    """Each indicator with what was declared of it last, in its unit; «не предоставлены» is not a zero."""
    last = {one.code: one for one in declared_of([occurrence_id]).get(occurrence_id, [])}
    missing = _("сведения не предоставлены")
    return [
        (f"{one.code} {one.name}", missing if one.not_provided else f"{figure(one.value)} {one.unit}")
        for one in last.values()
    ]


def _files(occurrence_id: int) -> list[dict[str, Any]]:
    rows = db.session.execute(
        select(Attachment, Verification.name)
        .outerjoin(Verification, Verification.attachment_id == Attachment.id)
        .where(Attachment.subject_kind == results.KIND, Attachment.subject_id == occurrence_id)
        .order_by(Attachment.id)
    )
    return [_file(file, verified or "") for file, verified in rows]


def _file(file: Attachment, verified: str) -> dict[str, Any]:
    standing = _("подтверждено: %(name)s", name=verified) if verified else _("заявлено")
    about = (str(PURPOSES.get(file.purpose, file.purpose)), file.author_name, minute(file.at), standing)
    return {
        "title": file.name,
        "kind": file.name.rpartition(".")[2][:4],
        "sha": file.sha256,
        "size": _("%(n)s КБ", n=max(file.size // 1024, 1)),
        "revision": file.version if file.version > 1 else None,
        "note": " · ".join(about),
        "download_url": f"/evidence/{file.id}",
    }
