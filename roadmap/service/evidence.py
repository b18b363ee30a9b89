"""Evidence: attaching files and verifying them."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from core import audit, clock
from core.accounts.access import may_see
from core.accounts.actor import Actor
from core.db import db, locked, transaction
from core.documents.attachments import Upload, keep
from core.documents.models import Attachment
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from roadmap import readers, results
from roadmap.models import Occurrence, Verification
from roadmap.rules.people import COORDINATORS, coordinates_responsible, executes, operates, side_of

PURPOSES = ("result", "interim", "reasons", "audit", "other")
AFTERWARDS = ("audit", "other")
"""What may still be brought once both sides have confirmed: it proves nothing of the result itself."""
TAKES_FILES = ("planned", "in_progress", "returned", "suspended", "done")
"""While a result is being looked at, what it consists of does not change."""


def attach(occurrence_id: int, upload: Upload, purpose: str, actor: Actor) -> Attachment:
    """Keep a file with an occurrence: by its executor, the responsible side's coordinator, or the operator.

    Raises NotFound, NotAllowed, NotNow (a result under review is closed), NotValid (type, size, emptiness).
    """
    if purpose not in PURPOSES:
        raise NotValid(_("Нет такого вида файла"), "purpose")
    with transaction():
        row = locked_occurrence(occurrence_id, actor)
        if executes(row, actor) and coordinates_responsible(row, actor) and operates(row, actor):
            raise NotAllowed(_("Файлы прикладывает исполнитель или координатор ответственной Стороны"))
        if row.state not in TAKES_FILES:
            raise NotNow(_("Результат на проверке: состав файлов не меняется. Отзовите его, чтобы дополнить"))
        if row.state == "done" and purpose not in AFTERWARDS:
            raise NotNow(_("Результат подтверждён обеими Сторонами: его документы не меняются"))
        kept = keep(upload, results.KIND, row.id, purpose, actor, row.period)
        record = {"name": kept.name, "version": kept.version, "purpose": purpose}
        audit.append(
            actor.who(),
            audit.Act("roadmap_item", row.item_id, "attach", document_hash=kept.sha256, data=record),
        )
        return kept


def locked_occurrence(occurrence_id: int, actor: Actor) -> Occurrence:
    """The occurrence under its lock. Raises NotFound for what the actor may not see."""
    item_id = db.session.scalar(select(Occurrence.item_id).where(Occurrence.id == occurrence_id))
    if item_id is None or not may_see(actor, readers.ITEM, item_id):
        raise NotFound(_("Мероприятие не найдено"))
    row = locked(Occurrence, occurrence_id)
    assert row is not None
    if row.item.terms is None:
        raise NotFound(_("Мероприятие не найдено"))
    return row


def readable(attachment_id: int, actor: Actor) -> Attachment:
    """A file of an occurrence the actor may see. Raises NotFound."""
    kept = db.session.get(Attachment, attachment_id)
    if kept is None or kept.subject_kind != results.KIND:
        raise NotFound(_("Файл не найден"))
    item_id = db.session.scalar(select(Occurrence.item_id).where(Occurrence.id == kept.subject_id))
    if item_id is None or not may_see(actor, readers.ITEM, item_id):
        raise NotFound(_("Файл не найден"))
    return kept


def verify(attachment_id: int, note: str, actor: Actor) -> Verification:
    """Declared becomes verified: by a coordinator of a side or the operator, never by who brought the file."""
    with transaction():
        kept = readable(attachment_id, actor)
        row = locked_occurrence(kept.subject_id, actor)
        if not (actor.has("operator") or (actor.has(*COORDINATORS) and side_of(row, actor))):
            raise NotAllowed(_("Подтверждает координатор Стороны или федеральный оператор"))
        if kept.author_id == actor.id:
            raise NotAllowed(_("Этот файл приложили Вы: подтверждает другой"))
        if db.session.get(Verification, attachment_id) is not None:
            raise NotNow(_("Файл уже подтверждён"))
        mark = Verification(
            attachment_id=attachment_id, person_id=actor.id, name=actor.name, at=clock.now(), note=note.strip()
        )
        db.session.add(mark)
        audit.append(
            actor.who(),
            audit.Act(
                "roadmap_item", row.item_id, "verify", comment=note.strip(), document_hash=kept.sha256,
                data={"name": kept.name, "version": kept.version},
            ),
        )  # fmt: skip
        db.session.flush()
        return mark
