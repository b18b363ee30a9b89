"""Taking a step, signing electronically, declaring the text open: a refusal gives the page back with what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from agreements import service
from agreements.dossier import dossier
from agreements.forms.asked import asked
from agreements.signing.asking import asks
from agreements.states import agreement_machine
from agreements.views.blueprint import bp
from agreements.views.card import page
from core.accounts.actor import Actor
from core.accounts.login import me
from core.errors import NotAllowed, NotNow, NotValid
from core.signoffs.given import given
from core.signoffs.service import decide
from core.signoffs.task import task

Refused = (NotAllowed, NotNow, NotValid)


def version() -> int | None:
    """The version the form was opened on."""
    text = request.form.get("version", "")
    return int(text) if text.isdigit() else None


def attempt(agreement_id: int, actor: Actor, form: str, call: Callable[[], str]) -> Any:
    """Make the call; done, go to the agreement; refused, show its page again with what was typed and why."""
    service.get_for(agreement_id, actor)
    try:
        flash(call(), "success")
    except Refused as refusal:
        typed = {
            "form": form,
            "sent": request.form,
            "errors": getattr(refusal, "fields", {}),
            "refusal": refusal,
        }
        return page(dossier(agreement_id, actor), actor, typed), refusal.status
    return redirect(url_for("agreements.card", agreement_id=agreement_id))


@bp.post("/agreements/<int:agreement_id>/steps/<name>")
def take(agreement_id: int, name: str) -> Any:
    """Take a step of the table."""
    actor = me()

    def call() -> str:
        ask, uploads = asked(name, request.form, request.files)
        service.take_step(agreement_id, name, actor, ask, uploads=uploads, version=version())
        return str(_("Сделано: %(step)s", step=str(agreement_machine.steps[name].label)))

    return attempt(agreement_id, actor, name, call)


@bp.post("/agreements/<int:agreement_id>/sign/<int:slot_id>")
def sign(agreement_id: int, slot_id: int) -> Any:
    """The party's signature from the card: the same form as on the task."""
    actor = me()

    def call() -> str:
        slot = task(slot_id, actor).slot
        brought = given(asks(slot, "approved"), request.form, request.files)
        seen = request.form.get("seen_hash") or None
        decide(slot_id, "signed", actor, comment=request.form.get("comment", ""), seen_hash=seen, given=brought)
        return str(_("Подпись записана"))

    return attempt(agreement_id, actor, "sign", call)


@bp.post("/agreements/<int:agreement_id>/public")
def declare_public(agreement_id: int) -> Any:
    """The drafter's mark that nothing in the text is restricted."""
    actor = me()

    def call() -> str:
        service.declare_public(agreement_id, actor)
        return str(_("Отмечено: сведения не ограничены в доступе"))

    return attempt(agreement_id, actor, "public", call)
