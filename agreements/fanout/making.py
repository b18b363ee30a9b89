"""The job of a sending: one agreement a row, each in a transaction of its own; killed anywhere, it doubles nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from agreements import service
from agreements.fanout import wording
from agreements.fanout.checking import Check, of_row
from agreements.fanout.imagining import entered
from agreements.fanout.sending import JOB, counts
from agreements.fanout.texts import Clause, after, bare, text_hash
from agreements.models import Agreement, ModelForm, ModelRevision, Sending, SendingRow, Sent
from core import audit, clock
from core.accounts import actors
from core.accounts.actor import Actor
from core.db import db, locked, transaction
from core.errors import Refusal
from core.language.typography import tidy
from core.web.kept import in_russian
from core.workflow import handler
from core.workflow.jobs import heartbeat
from core.workflow.models import Job

DOUBLE = "uq_agreement_sent_model_id"


@handler(JOB)
def make(job: Job) -> None:
    """Create what is not created yet."""
    sending = db.session.get(Sending, int(job.payload["id"]))
    if sending is None or sending.state != "running" or sending.job_id != job.id:
        return
    actor = actors.by_id(sending.author_id or 0)
    done = sending.total - counts(sending.id).get("waiting", 0)
    for row_id in _waiting(sending.id):
        if not _one(sending.id, row_id, job, actor):
            return
        done += 1
        if not heartbeat(job, done):
            return
    _finish(sending.id)


def _waiting(sending_id: int) -> Sequence[int]:
    statement = select(SendingRow.id).where(SendingRow.sending_id == sending_id, SendingRow.state == "waiting")
    return db.session.scalars(statement.order_by(SendingRow.number)).all()


def _one(sending_id: int, row_id: int, job: Job, actor: Actor) -> bool:
    """One row; False when the sending is not to go on. A refusal is kept with the row and stops nothing."""
    try:
        with transaction():
            sending = locked(Sending, sending_id)
            row = locked(SendingRow, row_id)
            if sending is None or sending.state != "running" or sending.job_id != job.id:
                return False
            if row is not None and row.state == "waiting":
                row.agreement_id, row.state = _created(sending, row, actor).id, "done"
    except Refusal as refusal:
        _failed(row_id, str(refusal))
    except IntegrityError as error:
        if DOUBLE not in str(error.orig) and "agreement_sent.model_id" not in str(error.orig):
            raise
        _failed(row_id, str(_("соглашение по этой форме уже создано")))
    return True


def _failed(row_id: int, reason: str) -> None:
    with transaction():
        row = locked(SendingRow, row_id)
        assert row is not None
        row.state, row.reason = "failed", reason


@in_russian
def _created(sending: Sending, row: SendingRow, actor: Actor) -> Agreement:
    """The agreement with its parties, data and text, and where it comes from."""
    model = db.session.get_one(ModelForm, sending.model_id)
    revision = db.session.get_one(ModelRevision, sending.revision_id)
    wanted = of_row(row)
    check = Check(model, revision, [wanted])
    check.row(wanted)
    if wanted.faults:
        raise Refusal("; ".join(fault["message"] for fault in wanted.faults))
    made = service.create(entered(model.kind, revision, check.parties(wanted), wanted.data), actor)
    made.model_id, made.sample = model.id, model.sample
    base, own = wording.grounds(made, revision)
    text = reworded(base, wanted.clauses, row.id)
    wording.put_text(made, text, own)
    sent = Sent(
        model_id=model.id,
        organisation_id=wanted.organisation_id,
        agreement_id=made.id,
        revision_id=revision.id,
        base=base,
        base_hash=text_hash(base),
        text_hash=text_hash(text),
        created_at=clock.now(),
    )
    db.session.add(sent)
    db.session.flush()
    wording.record(sent, made, base, text, frozen=False)
    data = {"model": model.id, "revision": revision.number, "sending": sending.id}
    audit.append(actor.who(), audit.Act("agreement", made.id, "fan_out", data=data))
    return made


def reworded(base: Sequence[Clause], own: Sequence[dict[str, Any]], row_id: int) -> list[Clause]:
    """The model's wording with a counterparty's own clauses in it."""
    text = bare(base)
    for number, change in enumerate(own):
        place = after(text, change["clause_id"]) - 1
        if place < 0:
            continue
        if change["action"] == "exclude":
            del text[place]
        elif change["action"] == "restate":
            text[place] = {**text[place], "text": tidy(change["text"])}
        else:
            level = max(text[place]["level"], 2)
            text.insert(place + 1, {"id": f"r{row_id}n{number}", "level": level, "text": tidy(change["text"])})
    return text


def _finish(sending_id: int) -> None:
    with transaction():
        sending = locked(Sending, sending_id)
        if sending is not None and sending.state == "running" and not counts(sending_id).get("waiting"):
            sending.state, sending.finished_at = "done", clock.now()
