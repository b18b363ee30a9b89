"""What can be done with webhooks: an organisation's coordinators and administrators keep its own, nobody else's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from agreements.models import Delivery, Webhook
from agreements.parties import roles_of
from agreements.webhooks import addresses, keys
from agreements.webhooks.sending import trial
from core import audit, clock
from core.accounts.actor import Actor
from core.accounts.roles import SIDES
from core.db import db, expect_version, locked, transaction
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.web.paging import Key, Page, page
from core.workflow import enqueue

MOST = 10
"""Addresses of one organisation that are told at a time."""
OVERLAP = timedelta(days=3)
"""How long the key before the present one signs as well."""


def may_keep(actor: Actor) -> bool:
    """Whether the actor keeps his organisation's webhooks."""
    coordinates = actor.side in SIDES and actor.side != "system" and actor.has(*roles_of("coordinator", actor.side))
    return actor.organisation_id is not None and (actor.is_admin or coordinates)


def _refuse_others(actor: Actor) -> None:
    if not may_keep(actor):
        raise NotAllowed(_("Вебхуки ведёт координатор или администратор организации"))


def subscribe(actor: Actor, url: str) -> tuple[Webhook, str]:
    """A new address; its secret is answered here and never again. Raises NotAllowed, NotNow, NotValid."""
    _refuse_others(actor)
    try:
        addresses.resolve(url)
    except addresses.Unreachable as fault:
        raise NotValid(str(fault), "url") from fault
    secret = keys.fresh()
    assert actor.organisation_id is not None
    with transaction():
        _room_for_one(actor.organisation_id)
        same = select(Webhook.id).where(Webhook.organisation_id == actor.organisation_id, Webhook.url == url.strip())
        if db.session.scalar(same) is not None:
            raise NotValid(_("Такой адрес уже есть"), "url")
        row = Webhook(
            organisation_id=actor.organisation_id,
            url=url.strip(),
            secret=keys.kept(secret, actor.organisation_id),
            created_by=actor.id,
            created_name=actor.name,
            created_at=clock.now(),
        )
        db.session.add(row)
        db.session.flush()
        audit.append(actor.who(), audit.Act("agreement_webhook", row.id, "create", data={"url": row.url}))
    return row, secret


def _room_for_one(organisation_id: int) -> None:
    told = select(func.count()).select_from(Webhook).where(Webhook.organisation_id == organisation_id, Webhook.active)
    if (db.session.scalar(told) or 0) >= MOST:
        raise NotNow(_("Адресов может быть не больше %(n)s", n=MOST))


def webhooks(actor: Actor) -> list[Webhook]:
    """The addresses of the actor's organisation. Raises NotAllowed."""
    _refuse_others(actor)
    rows = db.session.scalars(
        select(Webhook).where(Webhook.organisation_id == actor.organisation_id).order_by(Webhook.id)
    )
    return list(rows)


def webhook(webhook_id: int, actor: Actor) -> Webhook:
    """One of them. Raises NotAllowed, NotFound."""
    _refuse_others(actor)
    row = db.session.get(Webhook, webhook_id)
    if row is None or row.organisation_id != actor.organisation_id:
        raise NotFound(_("Вебхук не найден"))
    return row


def set_active(webhook_id: int, actor: Actor, active: bool, version: int | None = None) -> Webhook:
    """Stop or resume telling an address. Raises NotNow (too many are told)."""
    webhook(webhook_id, actor)
    with transaction():
        row = locked(Webhook, webhook_id)
        assert row is not None
        expect_version(row, version)
        if active and not row.active:
            _room_for_one(row.organisation_id)
        row.active = active
        step = "resume" if active else "stop"
        audit.append(actor.who(), audit.Act("agreement_webhook", row.id, step))
        return row


def rotate(webhook_id: int, actor: Actor, version: int | None = None) -> tuple[Webhook, str]:
    """A new key, answered here and never again; for OVERLAP messages are signed by the one before as well."""
    webhook(webhook_id, actor)
    secret = keys.fresh()
    with transaction():
        row = locked(Webhook, webhook_id)
        assert row is not None
        expect_version(row, version)
        row.secret_before, row.before_until = row.secret, clock.now() + OVERLAP
        row.secret = keys.kept(secret, row.organisation_id)
        audit.append(actor.who(), audit.Act("agreement_webhook", row.id, "rotate"))
    return row, secret


def send_trial(webhook_id: int, actor: Actor) -> Delivery:
    """Send a message about nothing to an address, to see in its log whether it arrives."""
    webhook(webhook_id, actor)
    with transaction():
        row = locked(Webhook, webhook_id)
        assert row is not None
        delivery = trial(row)
        audit.append(actor.who(), audit.Act("agreement_webhook", row.id, "trial", data={"event": delivery.event}))
        return delivery


def deliveries(webhook_id: int, actor: Actor, after: str = "", before: str = "") -> Page[Any]:
    """The log of an address, newest first."""
    row = webhook(webhook_id, actor)
    key = Key(Delivery.__table__.c.id, lambda each: each.id, descending=True)
    return page(select(Delivery).where(Delivery.webhook_id == row.id), [key], after=after, before=before, scalars=True)


def send_again(delivery_id: int, actor: Actor) -> Delivery:
    """Try a failed message once more. Raises NotFound, NotNow."""
    _refuse_others(actor)
    found = db.session.get(Delivery, delivery_id)
    if found is None or found.webhook.organisation_id != actor.organisation_id:
        raise NotFound(_("Сообщение не найдено"))
    with transaction():
        delivery = locked(Delivery, delivery_id)
        assert delivery is not None
        if delivery.state != "failed":
            raise NotNow(_("Повторить можно то, что не доставлено"))
        delivery.state = "waiting"
        data = {"event": delivery.event}
        audit.append(actor.who(), audit.Act("agreement_webhook", delivery.webhook_id, "again", data=data))
        enqueue("agreements.webhook", {"id": delivery.id}, key=f"agreements.webhook:{delivery.id}:{delivery.attempts}")
        return delivery
