"""Sending: written in the transaction of the reaction, tried by the table of jobs, each try kept in the log."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from agreements.models import Agreement, Delivery, Webhook
from agreements.webhooks import addresses, keys
from core import clock
from core.accounts.models import Reader
from core.audit import AuditRecord
from core.db import db, transaction
from core.errors import NotFound, NotValid
from core.workflow import enqueue, handler
from core.workflow.jobs import ATTEMPTS
from core.workflow.models import Job


class NotDelivered(Exception):
    """Raised to have the job tried again later."""


def announce(agreement: Agreement, record: AuditRecord) -> int:
    """Write a message to every address of every organisation that may see the agreement. Joins the transaction."""
    rows = db.session.scalars(
        select(Webhook)
        .join(Reader, Reader.organisation_id == Webhook.organisation_id)
        .where(Webhook.active, Reader.subject_kind == "agreement", Reader.subject_id == agreement.id)
        .order_by(Webhook.id)
    ).all()
    event = f"agreement:{agreement.id}:{record.seq}"
    told = set(db.session.scalars(select(Delivery.webhook_id).where(Delivery.event == event)))
    fresh = [row for row in rows if row.id not in told]
    for row in fresh:
        _write(row, agreement, event, record)
    return len(fresh)


def _write(webhook: Webhook, agreement: Agreement, event: str, record: AuditRecord) -> None:
    body = json.dumps(message(agreement, event, record), ensure_ascii=False, sort_keys=True)
    delivery = Delivery(
        webhook_id=webhook.id, event=event, agreement_id=agreement.id, body=body, created_at=clock.now()
    )
    db.session.add(delivery)
    db.session.flush()
    enqueue("agreements.webhook", {"id": delivery.id}, key=f"agreements.webhook:{delivery.id}")


def message(agreement: Agreement, event: str, record: AuditRecord) -> dict[str, Any]:
    """What is sent of a step: what happened and where to look, nothing of the text."""
    return {
        "event": "agreement.step",
        "id": event,
        "at": record.at.isoformat(),
        "step": record.step,
        "from_state": record.from_state,
        "to_state": record.to_state,
        "agreement": {
            "id": agreement.id,
            "kind": agreement.kind,
            "title": agreement.title,
            "number": agreement.number,
            "url": f"/api/v1/agreements/{agreement.id}",
        },
    }


def trial(webhook: Webhook) -> Delivery:
    """A message about nothing, to see that it arrives. Joins the transaction."""
    now = clock.now()
    event = f"test:{secrets.token_hex(8)}"
    body = json.dumps({"event": "webhook.test", "id": event, "at": now.isoformat()}, sort_keys=True)
    delivery = Delivery(webhook_id=webhook.id, event=event, body=body, created_at=now)
    db.session.add(delivery)
    db.session.flush()
    enqueue("agreements.webhook", {"id": delivery.id}, key=f"agreements.webhook:{delivery.id}")
    return delivery


def signature(keys: Sequence[str], body: bytes, moment: int) -> str:
    """`t=<unix seconds>,v1=<HMAC-SHA256 of "t.body">`: the moment is signed too, so that no old message is replayed.

    While a key is being changed there is one `v1` by each: either of them proves the message.
    """
    signed = f"{moment}.".encode() + body
    marks = [f"v1={hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()}" for key in keys]
    return ",".join([f"t={moment}", *marks])


def signing_keys(webhook: Webhook) -> list[str]:
    """The key, and the one before it while its time lasts. Raises NotFound (sealed under another SECRET_KEY)."""
    stored = [webhook.secret]
    if webhook.before_until is not None and clock.now() < webhook.before_until:
        stored.append(webhook.secret_before)
    return [keys.opened(each, webhook.organisation_id) for each in stored]


@handler("agreements.webhook")
def deliver(job: Job) -> None:
    """One try. A failure is kept in the log and raised, so that the job is tried again, later and later."""
    delivery = db.session.get(Delivery, int(job.payload["id"]))
    if delivery is None or delivery.state != "waiting":
        return
    webhook, body = delivery.webhook, delivery.body.encode()
    if not (_wanted(webhook, delivery) and _may_see(webhook.organisation_id, delivery.agreement_id)):
        _end(delivery.id, "withheld", None, "")
        return
    status, error = _try(webhook, delivery.event, body)
    if status is not None and 200 <= status < 300:
        _end(delivery.id, "delivered", status, "")
        return
    _end(delivery.id, "failed" if job.attempts >= ATTEMPTS else "waiting", status, error)
    raise NotDelivered(error)


def _try(webhook: Webhook, event: str, body: bytes) -> tuple[int | None, str]:
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Soglasovano-Webhook/1",
        "X-Soglasovano-Event": event,
    }
    try:
        headers["X-Soglasovano-Signature"] = signature(signing_keys(webhook), body, int(time.time()))
        status = addresses.post(addresses.resolve(webhook.url), body, headers)
    except (addresses.Unreachable, NotValid, NotFound) as fault:
        return None, str(fault)
    return status, f"HTTP {status}"


def _wanted(webhook: Webhook, delivery: Delivery) -> bool:
    """A stopped address is told nothing, but a trial may be sent to it."""
    return webhook.active or delivery.agreement_id is None


def _may_see(organisation_id: int, agreement_id: int | None) -> bool:
    return agreement_id is None or db.session.get(Reader, ("agreement", organisation_id, agreement_id)) is not None


def _end(delivery_id: int, state: str, status: int | None, error: str) -> None:
    with transaction():
        delivery = db.session.get_one(Delivery, delivery_id)
        delivery.state, delivery.status, delivery.error = state, status, error[:500]
        delivery.attempts += 1
        delivery.tried_at = clock.now()
