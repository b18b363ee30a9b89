"""Several tasks at once: decided with one comment, each on its own; all their documents in one ZIP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy import Row, and_, select

from core.accounts.actor import Actor
from core.accounts.models import Reader
from core.db import db
from core.documents.bulk import Outcome as File
from core.documents.bulk import zip_stream
from core.documents.issuing import content_of
from core.documents.models import IssuedDocument
from core.errors import NotFound, NotValid, Reason, Refusal
from core.signoffs.models import Round, Slot
from core.signoffs.service.decide import decide

Known = Row[tuple[int, str, str, str]]
"""id, kind, title, document_hash of a task."""
MOST = 200
"""Tasks of one go: more would outlast the person's patience with one request."""


@dataclass(frozen=True)
class Chosen:
    """A task chosen in the list, with the text it had there."""

    slot_id: int
    seen_hash: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of one task: decided, or the refusal in words with its reasons."""

    slot_id: int
    title: str
    done: bool
    text: str = ""
    kind: str = "visa"
    reasons: Sequence[Reason] = field(default_factory=tuple)


def decide_many(chosen: Sequence[Chosen], verdict: str, comment: str, actor: Actor) -> list[Outcome]:
    """Decide tasks of one kind with one comment: each in its own transaction, each reported on its own.

    A refusal of one stops none of the others. Raises NotValid when nothing, too much, or slots of different kinds are
    chosen.
    """
    wanted = list({each.slot_id: each for each in chosen}.values())
    if not 1 <= len(wanted) <= MOST:
        raise NotValid(_("Выберите от 1 до %(n)s заданий", n=MOST), "slots")
    known = _known([each.slot_id for each in wanted], actor)
    if len({row.kind for row in known.values()}) > 1:
        raise NotValid(_("Выберите задания одного вида: визы отдельно, подписи отдельно"), "slots")
    return [_one(each, verdict, comment, actor, known.get(each.slot_id)) for each in wanted]


def _known(ids: Sequence[int], actor: Actor) -> dict[int, Known]:
    """The tasks among `ids` whose subjects the actor may see. One query."""
    rows = db.session.execute(
        select(Slot.id, Slot.kind, Round.title, Round.document_hash)
        .join(Round, Round.id == Slot.round_id)
        .join(Reader, and_(Reader.subject_kind == Round.subject_kind, Reader.subject_id == Round.subject_id))
        .where(Slot.id.in_(ids), Reader.organisation_id == actor.organisation_id)
    )
    return {row.id: row for row in rows}


def _one(each: Chosen, verdict: str, comment: str, actor: Actor, row: Known | None) -> Outcome:
    title = row.title if row is not None else str(_("Задание %(n)s", n=each.slot_id))
    kind = row.kind if row is not None else "visa"
    try:
        decide(each.slot_id, verdict, actor, comment=comment, seen_hash=each.seen_hash)
    except Refusal as refusal:
        return Outcome(each.slot_id, title, False, _why(refusal), kind, refusal.reasons)
    return Outcome(each.slot_id, title, True, kind=kind)


def _why(refusal: Refusal) -> str:
    """The refusal in words; what a verdict asks for (a certificate, a letter) is entered on the task's own page."""
    if isinstance(refusal, NotValid) and refusal.fields and "comment" not in refusal.fields:
        return str(_("Здесь нужны сведения о подписи или письмо: откройте задание"))
    return str(refusal)


def zip_documents(slot_ids: Sequence[int], actor: Actor) -> Iterator[bytes]:
    """The documents of the tasks as one ZIP in pieces, with its list of SHA-256; what cannot be had is named inside.

    Raises NotValid when nothing is chosen, NotFound when nothing of it is for the actor.
    """
    wanted = list(dict.fromkeys(slot_ids))
    if not 1 <= len(wanted) <= MOST:
        raise NotValid(_("Выберите от 1 до %(n)s заданий", n=MOST), "slots")
    known = _known(wanted, actor)
    if not known:
        raise NotFound(_("Задание не найдено"))
    names = _names([row.document_hash for row in known.values()])
    return zip_stream(_files([known[each] for each in wanted if each in known], names))


def _names(hashes: Sequence[str]) -> dict[str, str]:
    rows = db.session.execute(
        select(IssuedDocument.sha256, IssuedDocument.file_name).where(IssuedDocument.sha256.in_(hashes))
    )
    return dict(rows.tuples().all())


def _files(rows: Sequence[Known], names: dict[str, str]) -> Iterator[File]:
    given: set[tuple[str, str]] = set()
    for index, row in enumerate(rows):
        name = names.get(row.document_hash, f"{row.title[:120]}.docx")
        if (name, row.document_hash) in given:
            continue  # two tasks of one text: one file
        given.add((name, row.document_hash))
        try:
            content = content_of(row.document_hash)
        except NotFound as refusal:
            yield File(index, name, reason=str(refusal))
        else:
            yield File(index, name, content, row.document_hash)
