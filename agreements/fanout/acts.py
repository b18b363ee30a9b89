"""Acts for many counterparties of a board: each through its agreement's own machine, with the person's own rights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from agreements import service
from agreements.fanout import drawing, renewing
from agreements.models import Agreement, BoardAct, BoardActRow, ModelForm, Sent
from core import audit, clock
from core.accounts import actors
from core.accounts.actor import Actor
from core.accounts.models import Organisation
from core.db import db, locked, transaction
from core.documents.bulk import Outcome as File
from core.documents.bulk import zip_stream
from core.documents.issuing import content
from core.documents.models import IssuedDocument
from core.errors import NotFound, NotNow, NotValid, Refusal
from core.notifications import Message, notify
from core.signoffs.models import Round, Slot
from core.workflow import Ask, enqueue, handler
from core.workflow.jobs import heartbeat
from core.workflow.models import Job

JOB = "agreements.board_act"
MOST = 1000
KINDS: dict[str, Any] = {
    "submit": _l("Направить на согласование"),
    "remind": _l("Напомнить тем, у кого документ"),
    "renew": _l("Внести новую редакцию формы в проекты"),
    "amend": _l("Составить дополнительные соглашения"),
}


def begin(model_id: int, kind: str, sent_ids: Sequence[int], actor: Actor, comment: str = "") -> BoardAct:
    """Write the act down and have it done by a job, counterparty by counterparty. Raises NotFound, NotValid."""
    if kind not in KINDS:
        raise NotValid(_("Нет такого действия"), "kind")
    wanted = list(dict.fromkeys(sent_ids))
    if not 1 <= len(wanted) <= MOST:
        raise NotValid(_("Отметьте от 1 до %(n)s контрагентов", n=MOST), "sent")
    with transaction():
        model = drawing.model_for(model_id, actor)
        known = db.session.scalars(select(Sent.id).where(Sent.model_id == model.id, Sent.id.in_(wanted))).all()
        if len(known) != len(wanted):
            raise NotFound(_("Контрагент не найден"))
        act = BoardAct(
            model_id=model.id,
            kind=kind,
            comment=comment.strip(),
            total=len(wanted),
            author_id=actor.id,
            author_name=actor.name,
            created_at=clock.now(),
        )
        db.session.add(act)
        db.session.flush()
        db.session.add_all(BoardActRow(act_id=act.id, sent_id=each) for each in wanted)
        enqueue(JOB, {"id": act.id}, key=f"{JOB}:{act.id}", person_id=actor.id, total=len(wanted))
        data = {"act": act.id, "kind": kind, "rows": len(wanted)}
        audit.append(actor.who(), audit.Act(drawing.SUBJECT, model.id, "board_act", data=data))
        return act


def act_for(act_id: int, actor: Actor) -> BoardAct:
    """An act of the actor's organisation. Raises NotFound."""
    drawing.refuse_others(actor)
    found = db.session.get(BoardAct, act_id)
    owner = db.session.scalar(select(ModelForm.organisation_id).where(ModelForm.id == found.model_id)) if found else 0
    if found is None or owner != actor.organisation_id:
        raise NotFound(_("Действие не найдено"))
    return found


def rows(act_id: int) -> Sequence[Any]:
    """What became of each counterparty, refusals first. One query."""
    return db.session.execute(
        select(
            BoardActRow.sent_id,
            BoardActRow.state,
            BoardActRow.text,
            BoardActRow.amendment_id,
            Sent.agreement_id,
            Organisation.short_name.label("organisation"),
        )
        .join(Sent, Sent.id == BoardActRow.sent_id)
        .join(Organisation, Organisation.id == Sent.organisation_id)
        .where(BoardActRow.act_id == act_id)
        .order_by(BoardActRow.state.desc(), Organisation.short_name, BoardActRow.id)
    ).all()


def counts(act_id: int) -> dict[str, int]:
    """How many are done, refused, waiting."""
    statement = select(BoardActRow.state, func.count()).where(BoardActRow.act_id == act_id)
    return dict(db.session.execute(statement.group_by(BoardActRow.state)).tuples().all())


@handler(JOB)
def do(job: Job) -> None:
    """Row by row, each with its outcome in one transaction: done again after a kill, nothing is done twice."""
    act = db.session.get(BoardAct, int(job.payload["id"]))
    if act is None or act.state != "running":
        return
    actor = actors.by_id(act.author_id or 0)
    waiting = select(BoardActRow.id).where(BoardActRow.act_id == act.id, BoardActRow.state == "waiting")
    for done, row_id in enumerate(db.session.scalars(waiting.order_by(BoardActRow.id)).all(), 1):
        _one(act, row_id, actor)
        heartbeat(job, act.total - counts(act.id).get("waiting", 0) if done % 10 == 0 else None)
    with transaction():
        finished = locked(BoardAct, act.id)
        assert finished is not None
        finished.state, finished.finished_at = "done", clock.now()


def _one(act: BoardAct, row_id: int, actor: Actor) -> None:
    try:
        with transaction():
            row = locked(BoardActRow, row_id)
            if row is not None and row.state == "waiting":
                row.text = _DOES[act.kind](act, row, actor)
                row.state = "done"
    except Refusal as refusal:
        with transaction():
            row = locked(BoardActRow, row_id)
            assert row is not None
            row.state, row.text = "refused", told(refusal)


def told(refusal: Refusal) -> str:
    """A refusal with its reasons, in one line."""
    reasons = "; ".join(str(reason) for reason in refusal.reasons)
    return f"{refusal}: {reasons}" if reasons and reasons != str(refusal) else str(refusal)


def _sent(row: BoardActRow) -> Sent:
    return db.session.get_one(Sent, row.sent_id)


def _submit(act: BoardAct, row: BoardActRow, actor: Actor) -> str:
    service.take_step(_sent(row).agreement_id, "submit", actor, Ask(act.comment))
    return str(_("направлено"))


def _renew(act: BoardAct, row: BoardActRow, actor: Actor) -> str:
    renewing.renew(row.sent_id, actor)
    return str(_("редакция внесена, отклонения сохранены"))


def _amend(act: BoardAct, row: BoardActRow, actor: Actor) -> str:
    made = renewing.amend(row.sent_id, actor)
    row.amendment_id = made.id
    return str(_("составлен проект: «%(title)s»", title=made.title))


def _remind(act: BoardAct, row: BoardActRow, actor: Actor) -> str:
    """Tell everybody on whose desk the document lies, once a day however often it is asked."""
    agreement = service.get_for(_sent(row).agreement_id, actor)
    slots = _open_slots(agreement.id)
    if not slots:
        raise NotNow(_("Документ ни у кого не на рассмотрении: напоминать некому"))
    for slot in slots:
        context = {
            "title": agreement.title,
            "label": slot.label,
            "who": actor.name,
            "organisation": actor.organisation_name,
            "due": f"{clock.in_moscow(slot.due_at):%d.%m.%Y}" if slot.due_at else "",
            "comment": act.comment,
        }
        key = f"agreements.nudge:{slot.id}:{clock.today().isoformat()}"
        people = {holder.person_id for holder in slot.holders}
        notify(people, Message(key, "agreements/nudge", f"/tasks/{slot.id}", context))
    return str(_("напомнили: %(names)s", names=", ".join(h.name for slot in slots for h in slot.holders)))


def _open_slots(agreement_id: int) -> Sequence[Slot]:
    return db.session.scalars(
        select(Slot)
        .join(Round, Round.id == Slot.round_id)
        .where(
            Round.subject_kind == "agreement",
            Round.subject_id == agreement_id,
            Round.state == "open",
            Slot.state == "assigned",
        )
        .order_by(Slot.id)
    ).all()


_DOES: dict[str, Callable[[BoardAct, BoardActRow, Actor], str]] = {
    "submit": _submit,
    "remind": _remind,
    "renew": _renew,
    "amend": _amend,
}


def archive(model_id: int, sent_ids: Sequence[int], actor: Actor) -> Iterator[bytes]:
    """The newest document of each chosen counterparty as one ZIP in pieces; who has none yet is named inside.

    Raises NotFound, NotValid (nobody chosen).
    """
    model = drawing.model_for(model_id, actor)
    wanted = list(dict.fromkeys(sent_ids))
    if not 1 <= len(wanted) <= MOST:
        raise NotValid(_("Отметьте от 1 до %(n)s контрагентов", n=MOST), "sent")
    newest = (
        select(func.max(IssuedDocument.id))
        .where(
            IssuedDocument.subject_kind == "agreement",
            IssuedDocument.subject_id == Sent.agreement_id,
            IssuedDocument.kind == model.kind,
            IssuedDocument.rendition.in_(("submitted", "registered")),
        )
        .correlate(Sent)
        .scalar_subquery()
    )
    found = db.session.execute(
        select(Organisation.short_name, newest)
        .join(Sent, Sent.organisation_id == Organisation.id)
        .join(Agreement, Agreement.id == Sent.agreement_id)
        .where(Sent.model_id == model.id, Sent.id.in_(wanted))
        .order_by(Organisation.short_name)
    ).all()
    if not found:
        raise NotFound(_("Контрагент не найден"))
    return zip_stream(_files(found, str(_("документ ещё не сформирован"))))


def _files(found: Sequence[Any], none: str) -> Iterator[File]:
    for index, (organisation, document_id) in enumerate(found):
        name = f"{organisation[:100]}.docx"
        document = db.session.get(IssuedDocument, document_id) if document_id is not None else None
        if document is None:
            yield File(index, name, reason=none)
            continue
        try:
            yield File(index, name, content(document))
        except NotFound as refusal:
            yield File(index, name, reason=str(refusal))
