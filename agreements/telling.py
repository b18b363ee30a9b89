"""Whom to tell of what happened to an agreement, and in which words: coordinators here, programs by webhooks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from agreements import shown
from agreements.clock_work import last_day
from agreements.ending import BEFORE_SIGNATURE
from agreements.history import done
from agreements.models import Agreement, AgreementParty, Reminder
from agreements.parties import roles_of, side_of
from agreements.states import agreement_machine
from agreements.webhooks.sending import announce
from core import clock
from core.audit import AuditRecord
from core.db import db, transaction
from core.notifications import Message, notify
from core.signoffs.plan import holders_of
from core.workflow import handler
from core.workflow.models import Job

OWN = ("submit", "own_return", "resubmit")
"""Steps of the initiator's own house: the others are not told of them."""


@handler("agreements.tell")
def tell(job: Job) -> None:
    """Tell the parties' coordinators but the one who did it, and the programs of those who may see it."""
    with transaction():
        agreement = db.session.get(Agreement, int(job.payload["id"]))
        record = _record(job)
        if agreement is None or record is None:
            return
        if record.step == "amend":
            _tell_amendments(agreement)
        else:
            parties = [
                party
                for party in agreement.parties
                if record.step not in OWN or party.organisation_id == agreement.initiator_id
            ]
            notify(coordinators(parties) - {record.actor_id or 0}, _message(agreement, record))
        announce(agreement, record)


def _record(job: Job) -> AuditRecord | None:
    return db.session.scalars(
        select(AuditRecord).where(
            AuditRecord.subject_kind == "agreement",
            AuditRecord.subject_id == int(job.payload["id"]),
            AuditRecord.seq == int(job.payload["seq"]),
        )
    ).one_or_none()


def coordinators(parties: list[AgreementParty]) -> set[int]:
    """People who coordinate for the parties today."""
    held = holders_of(party.organisation_id for party in parties)
    return {
        person.id
        for party in parties
        for role in roles_of("coordinator", side_of(party))
        for person in held.get((party.organisation_id, role), ())
    }


def _message(agreement: Agreement, record: AuditRecord) -> Message:
    context = {
        "title": agreement.title,
        "number": agreement.number,
        "step": done(record.step),
        "state": str(agreement_machine.states[record.to_state or agreement.state].label),
        "who": record.actor_name,
        "comment": record.comment,
    }
    return Message(f"agreements.tell:{agreement.id}:{record.seq}", "agreements/step", path_of(agreement), context)


def path_of(agreement: Agreement) -> str:
    return f"/agreements/{agreement.id}"


def _tell_amendments(parent: Agreement) -> None:
    """Those who draw other amendments of the same parent learn that its terms have moved."""
    rows = db.session.scalars(
        select(Agreement).where(
            Agreement.parent_id == parent.id,
            Agreement.kind == "supplementary",
            Agreement.state.in_(BEFORE_SIGNATURE),
            Agreement.parent_edition < parent.edition,
        )
    )
    for row in rows:
        initiator = [party for party in row.parties if party.organisation_id == row.initiator_id]
        context = {"title": row.title, "parent": parent.title, "edition": parent.edition}
        key = f"agreements.moved:{row.id}:{parent.edition}"
        notify(coordinators(initiator), Message(key, "agreements/moved", f"{path_of(row)}/merge", context))


@handler("agreements.remind")
def remind(job: Job) -> None:
    """A reminder by the clock, to the coordinators of all parties."""
    with transaction():
        reminder = db.session.get(Reminder, int(job.payload["id"]))
        agreement = db.session.get(Agreement, reminder.agreement_id) if reminder else None
        if reminder is not None and agreement is not None:
            name, context = _reminder(agreement, reminder)
            message = Message(f"agreements.remind:{reminder.id}", f"agreements/{name}", path_of(agreement), context)
            notify(coordinators(agreement.parties), message)


def _reminder(agreement: Agreement, reminder: Reminder) -> tuple[str, dict[str, Any]]:
    about = {"title": agreement.title, "number": agreement.number, "day": shown.day(reminder.about)}
    if reminder.kind == "ends":
        end = last_day(agreement)
        renewed = agreement.prolong_years if end == agreement.valid_until else 0
        left = (reminder.about - clock.today()).days
        return "ends", {**about, "left": left, "prolong_years": renewed, "notice_days": agreement.notice_days}
    if reminder.kind == "sign_by":
        return "sign_by", about
    party_id = int(reminder.kind.partition(":")[2])
    party = next((row for row in agreement.parties if row.id == party_id), None)
    return "authority", {**about, "party": party.organisation.short_name if party else ""}
