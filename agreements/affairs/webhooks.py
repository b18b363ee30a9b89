"""Webhooks of one's own organisation: addresses, their log."""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, DateTime, Integer, List, Nested, String
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from agreements.affairs.blueprint import api, bp, number
from agreements.webhooks import service
from core import clock
from core.accounts.login import me
from core.accounts.once import answers_secret
from core.errors import NotNow, NotValid, Refusal
from core.web.api import PageQuery, as_page, page_of


@bp.route("/webhooks", methods=["GET", "POST"])
def webhooks() -> Any:
    """The addresses; a new one shows its secret on this answer and never again."""
    actor, secret, refusal = me(), "", None
    if request.method == "POST":
        try:
            _row, secret = service.subscribe(actor, request.form.get("url", ""))
        except (NotValid, NotNow) as refused:
            refusal = refused
    return _page(secret, refusal)


def _page(secret: str = "", refusal: Refusal | None = None) -> Any:
    page = render_template(
        "agreements/webhooks.html",
        rows=service.webhooks(me()),
        secret=secret,
        refusal=refusal,
        typed=request.form.get("url", "") if refusal else "",
        now=clock.now(),
    )
    return page, refusal.status if refusal else 200


@bp.post("/webhooks/<int:webhook_id>/rotate")
def rotate_webhook(webhook_id: int) -> Any:
    """A new key, shown on this answer and never again."""
    _row, secret = service.rotate(webhook_id, me(), number("version"))
    return _page(secret)


@bp.post("/webhooks/<int:webhook_id>/test")
def try_webhook(webhook_id: int) -> Any:
    """Send a message about nothing."""
    service.send_trial(webhook_id, me())
    flash(_("Пробное сообщение отправляется, результат – в журнале"), "success")
    return redirect(url_for("affairs.webhook_log", webhook_id=webhook_id))


@bp.post("/webhooks/<int:webhook_id>/active")
def set_webhook_active(webhook_id: int) -> Any:
    """Stop or resume."""
    active = request.form.get("active") == "1"
    service.set_active(webhook_id, me(), active, number("version"))
    flash(_("Сообщения снова отправляются") if active else _("Сообщения больше не отправляются"), "success")
    return redirect(url_for("affairs.webhooks"))


@bp.get("/webhooks/<int:webhook_id>")
def webhook_log(webhook_id: int) -> Any:
    """What was sent to an address."""
    actor = me()
    row = service.webhook(webhook_id, actor)
    page = service.deliveries(webhook_id, actor, request.args.get("after", ""), request.args.get("before", ""))
    waiting = not request.args and any(each.state == "waiting" for each in page.items)
    return render_template("agreements/webhook.html", row=row, page=page, states=labels(), waiting=waiting)


@bp.post("/webhooks/deliveries/<int:delivery_id>/again")
def send_again(delivery_id: int) -> Any:
    """Try a failed message once more."""
    delivery = service.send_again(delivery_id, me())
    flash(_("Сообщение будет отправлено ещё раз"), "success")
    return redirect(url_for("affairs.webhook_log", webhook_id=delivery.webhook_id))


def labels() -> dict[str, tuple[str, str]]:
    """States of a message, in words, with their tones."""
    return {
        "waiting": (_("ожидает отправки"), "waiting"),
        "delivered": (_("доставлено"), "success"),
        "failed": (_("не доставлено"), "danger"),
        "withheld": (_("не отправлено: нет доступа к документу"), "muted"),
    }


class WebhookIn(Schema):
    url = String(required=True, metadata={"description": "Адрес, начинающийся с https://"})


class WebhookOut(Schema):
    id = Integer()
    url = String()
    active = Boolean()
    before_until = DateTime(
        allow_none=True, metadata={"description": "До этого времени сообщения подписаны и прежним ключом"}
    )
    version = Integer()
    created_at = DateTime()


class NewWebhookOut(WebhookOut):
    secret = String(metadata={"description": "Ключ HMAC-SHA256; больше не показывается"})


class WebhooksOut(Schema):
    webhooks = List(Nested(WebhookOut))


class ActiveIn(Schema):
    active = Boolean(required=True)
    version = Integer(load_default=None, allow_none=True)


class DeliveryOut(Schema):
    id = Integer()
    event = String()
    agreement_id = Integer(allow_none=True, metadata={"description": "Пусто у пробного сообщения"})
    state = String()
    attempts = Integer()
    status = Integer(allow_none=True)
    error = String()
    created_at = DateTime()
    tried_at = DateTime(allow_none=True)


@api.get("/webhooks")
@api.output(WebhooksOut)
def listed() -> Any:
    """Вебхуки своей организации"""
    return {"webhooks": service.webhooks(me())}


@api.post("/webhooks")
@api.input(WebhookIn)
@api.output(NewWebhookOut, status_code=201)
@answers_secret
def subscribe(json_data: dict[str, Any]) -> Any:
    """Подписаться на шаги соглашений, которые видит организация"""
    row, secret = service.subscribe(me(), json_data["url"])
    return {**{name: getattr(row, name) for name in WebhookOut().fields}, "secret": secret}


@api.patch("/webhooks/<int:webhook_id>")
@api.input(ActiveIn)
@api.output(WebhookOut)
def set_active(webhook_id: int, json_data: dict[str, Any]) -> Any:
    """Остановить или возобновить отправку"""
    return service.set_active(webhook_id, me(), json_data["active"], json_data["version"])


@api.post("/webhooks/<int:webhook_id>/rotate")
@api.output(NewWebhookOut)
@answers_secret
def rotate(webhook_id: int) -> Any:
    """Сменить ключ подписи: три дня сообщения подписаны и прежним"""
    row, secret = service.rotate(webhook_id, me())
    return {**{name: getattr(row, name) for name in WebhookOut().fields}, "secret": secret}


@api.post("/webhooks/<int:webhook_id>/test")
@api.output(DeliveryOut, status_code=202)
def send_trial(webhook_id: int) -> Any:
    """Отправить пробное сообщение"""
    return service.send_trial(webhook_id, me())


@api.post("/webhooks/deliveries/<int:delivery_id>/again")
@api.output(DeliveryOut, status_code=202)
def again(delivery_id: int) -> Any:
    """Отправить недоставленное сообщение ещё раз"""
    return service.send_again(delivery_id, me())


@api.get("/webhooks/<int:webhook_id>/deliveries")
@api.input(PageQuery, location="query")
@api.output(page_of(DeliveryOut, "Deliveries"))
def deliveries(webhook_id: int, query_data: dict[str, Any]) -> Any:
    """Журнал отправки, новые впереди"""
    query_data.pop("size")
    return as_page(service.deliveries(webhook_id, me(), **query_data), lambda row: row)
