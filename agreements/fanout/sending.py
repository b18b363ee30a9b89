"""Sending a revision out: a list is checked, started, stopped. What is created, `making` creates by a job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, or_, select, update

from agreements.fanout import drawing
from agreements.fanout.checking import Check
from agreements.fanout.wanted import Wanted
from agreements.models import ModelForm, ModelRevision, Sending, SendingRow
from core import audit, clock
from core.accounts.actor import Actor
from core.db import db, expect_version, locked, transaction
from core.errors import NotFound, NotNow, NotValid
from core.workflow import enqueue
from core.workflow.models import Job

JOB = "agreements.fan_out"


def revision_for(model_id: int, actor: Actor, number: int | None = None) -> tuple[ModelForm, ModelRevision]:
    """The model and the revision to send. Raises NotFound, NotNow where none was approved."""
    model = drawing.model_for(model_id, actor)
    return model, drawing.revision_of(model, number)


def prepare(
    model_id: int, rows: Sequence[Wanted], actor: Actor, *, source: str = "", revision: int | None = None
) -> Sending:
    """Keep a list of counterparties with what the check found. Nothing is created yet.

    Raises NotFound, NotNow (no revision was approved), NotValid (nobody named).
    """
    if not rows:
        raise NotValid(_("Не назван ни один контрагент"), "counterparties")
    with transaction():
        model, chosen = revision_for(model_id, actor, revision)
        sending = Sending(
            model_id=model.id,
            revision_id=chosen.id,
            source=source,
            total=len(rows),
            author_id=actor.id,
            author_name=actor.name,
            created_at=clock.now(),
        )
        db.session.add(sending)
        db.session.flush()
        check = Check(model, chosen, rows)
        db.session.add_all(_row(sending.id, number, row, check.row(row)) for number, row in enumerate(rows, 1))
        _journal(sending, "prepare", actor, {"rows": len(rows), "revision": chosen.number})
        return sending


def _row(sending_id: int, number: int, row: Wanted, warnings: list[str]) -> SendingRow:
    return SendingRow(
        sending_id=sending_id,
        number=row.number or number,
        asked=row.asked,
        organisation_id=row.organisation_id,
        spec=row.spec(),
        state="faulty" if row.faults else "ready",
        faults=row.faults,
        warnings=warnings,
    )


def sending_for(sending_id: int, actor: Actor, *, lock: bool = False) -> Sending:
    """A sending of the actor's organisation. Raises NotFound."""
    drawing.refuse_others(actor)
    found = locked(Sending, sending_id) if lock else db.session.get(Sending, sending_id)
    owner = db.session.scalar(select(ModelForm.organisation_id).where(ModelForm.id == found.model_id)) if found else 0
    if found is None or owner != actor.organisation_id:
        raise NotFound(_("Рассылка не найдена"))
    return found


def leave_out(
    sending_id: int, numbers: Sequence[int], actor: Actor, *, faulty: bool = False, version: int | None = None
) -> Sending:
    """Take rows out before the start: those of `numbers`, and all with faults. Raises NotNow, NotFound."""
    with transaction():
        sending = _checked(sending_id, actor, version)
        chosen = [SendingRow.number.in_(numbers)] + ([SendingRow.state == "faulty"] if faulty else [])
        db.session.execute(
            update(SendingRow)
            .where(SendingRow.sending_id == sending.id, SendingRow.state.in_(("ready", "faulty")), or_(*chosen))
            .values(state="left_out")
            .execution_options(synchronize_session=False)
        )
        db.session.expire_all()
        return sending


def _checked(sending_id: int, actor: Actor, version: int | None) -> Sending:
    sending = sending_for(sending_id, actor, lock=True)
    expect_version(sending, version)
    if sending.state != "checked":
        raise NotNow(_("Рассылка уже начата"))
    return sending


def start(sending_id: int, actor: Actor, version: int | None = None) -> Sending:
    """Begin to create, or go on after a stop. Raises NotNow: rows with faults, nothing to create, running already."""
    with transaction():
        sending = sending_for(sending_id, actor, lock=True)
        expect_version(sending, version)
        if sending.state not in ("checked", "cancelled"):
            raise NotNow(_("Рассылка уже выполняется или завершена"))
        found = counts(sending.id)
        if sending.state == "checked" and found.get("faulty"):
            raise NotNow(_("Строк с ошибками: %(n)s. Исключите их или исправьте список", n=found["faulty"]))
        again = "ready" if sending.state == "checked" else "cancelled"
        if not found.get(again):
            raise NotNow(_("Создавать нечего: не осталось ни одной строки"))
        _move(sending.id, again, "waiting")
        sending.turn, sending.state, sending.finished_at = sending.turn + 1, "running", None
        job = enqueue(JOB, {"id": sending.id}, key=f"{JOB}:{sending.id}:{sending.turn}", person_id=actor.id)
        assert job is not None
        sending.job_id = job.id
        _journal(sending, "start", actor, {"turn": sending.turn, "rows": found[again]})
        return sending


def _move(sending_id: int, before: str, after: str) -> None:
    db.session.execute(
        update(SendingRow)
        .where(SendingRow.sending_id == sending_id, SendingRow.state == before)
        .values(state=after)
        .execution_options(synchronize_session=False)
    )


def cancel(sending_id: int, actor: Actor) -> Sending:
    """Stop: what is created stays, the rest is not created until the sending is started again. Raises NotNow."""
    with transaction():
        sending = sending_for(sending_id, actor, lock=True)
        if sending.state != "running":
            raise NotNow(_("Рассылка не выполняется"))
        sending.state, sending.finished_at = "cancelled", clock.now()
        _move(sending.id, "waiting", "cancelled")
        db.session.execute(update(Job).where(Job.id == sending.job_id).values(cancel=True))
        _journal(sending, "cancel", actor, counts(sending.id))
        return sending


def counts(sending_id: int) -> dict[str, int]:
    """How many rows are in each state."""
    statement = select(SendingRow.state, func.count()).where(SendingRow.sending_id == sending_id)
    return dict(db.session.execute(statement.group_by(SendingRow.state)).tuples().all())


def _journal(sending: Sending, step: str, actor: Actor, data: dict[str, Any]) -> None:
    data = {"sending": sending.id, **data}
    audit.append(actor.who(), audit.Act(drawing.SUBJECT, sending.model_id, f"sending_{step}", data=data))
