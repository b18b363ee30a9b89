"""Pages of the disagreement protocol: own wordings, proposals, consents, closing."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import shorten
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from core.accounts.login import me
from core.db import db
from core.errors import NotNow, NotValid
from core.signoffs import service, texts
from core.signoffs.forms import number_or_none
from core.signoffs.models import Protocol, ProtocolRow, Round
from core.signoffs.protocol_shown import protocol_of_actor, protocol_of_row, shown
from core.signoffs.queries import ProtocolView
from core.signoffs.service.protocol import Clause
from core.signoffs.subjects import subject
from core.signoffs.views.blueprint import bp

STATES: dict[str, tuple[Callable[[], str], str]] = {
    "open": (lambda: _("Идёт согласование"), "waiting"),
    "closed": (lambda: _("Закрыт, все пункты согласованы"), "success"),
    "abandoned": (lambda: _("Оставлен"), "muted"),
}


@bp.get("/protocols/<int:protocol_id>")
def protocol(protocol_id: int) -> Any:
    """One protocol."""
    return _page(protocol_of_actor(protocol_id, me()))


def _page(view: ProtocolView, refused: NotValid | NotNow | None = None, failed: tuple[str, int] | None = None) -> Any:
    row, about = shown(view, me()), subject(view.protocol.subject_kind)
    label, tone = STATES[row["state"]]
    if refused:
        flash(str(refused), "error")
    page = render_template(
        "signoffs/protocol.html",
        protocol=row,
        subject=about,
        subject_url=about.url(row["subject_id"]),
        title=_title(view.protocol),
        state={"label": label(), "tone": tone},
        open=row["state"] == "open",
        may_write=row["may_write"],
        rows=row["rows"],
        agreed=sum(each["agreed_by_all"] for each in row["rows"]),
        reasons=row["reasons"],
        clauses=_clauses(view) if row["may_write"] else [],
        failed=failed,
        typed=request.form,
    )
    return page, refused.status if refused else 200


def _title(row: Protocol) -> str:
    title = db.session.scalar(
        select(Round.title)
        .where(Round.subject_kind == row.subject_kind, Round.subject_id == row.subject_id)
        .order_by(Round.number.desc())
        .limit(1)
    )
    return title or ""


def _clauses(view: ProtocolView) -> list[tuple[str, str]]:
    """Clauses of the text that are not in the protocol yet."""
    taken = {each.row.clause_id for each in view.rows}
    return [
        (clause["id"], shorten(f"{clause['number']} {clause['text']}", 90, placeholder="…"))
        for clause in texts.clauses(view.protocol.document_hash)
        if clause["id"] not in taken and clause["level"] > 1
    ]


def _attempt(protocol_id: int, failed: tuple[str, int], call: Callable[[], Any], message: str) -> Any:
    """Make the call; what was refused comes back into its own field, beside what stands there now."""
    try:
        done = call()
    except (NotValid, NotNow) as refusal:
        return _page(protocol_of_actor(protocol_id, me()), refusal, failed)
    flash(message, "success")
    anchor = f"r{done.id}" if isinstance(done, ProtocolRow) else None
    return redirect(url_for("signoffs.protocol", protocol_id=protocol_id, _anchor=anchor))


def _of_row(row_id: int) -> int:
    return protocol_of_row(row_id, me()).protocol.id


@bp.post("/protocols/rows/<int:row_id>/wording")
def write_wording(row_id: int) -> Any:
    """Write the own column."""
    text, version = request.form.get("text", ""), number_or_none(request.form.get("version"))
    return _attempt(
        _of_row(row_id),
        ("own", row_id),
        lambda: service.set_wording(row_id, text, me(), version),
        _("Редакция записана"),
    )


@bp.post("/protocols/rows/<int:row_id>/agreed")
def propose_wording(row_id: int) -> Any:
    """Propose an agreed wording."""
    text, why = request.form.get("text", ""), request.form.get("justification", "")
    version = number_or_none(request.form.get("version"))
    return _attempt(
        _of_row(row_id),
        ("agreed", row_id),
        lambda: service.propose(row_id, text, why, me(), version),
        _("Редакция предложена другим сторонам"),
    )


@bp.post("/protocols/rows/<int:row_id>/withdraw")
def withdraw_wording(row_id: int) -> Any:
    """Give up the own wording: the clause stays as it was submitted."""
    version = number_or_none(request.form.get("version"))
    return _attempt(
        _of_row(row_id),
        ("withdraw", row_id),
        lambda: service.withdraw(row_id, me(), version),
        _("Разногласие снято: пункт остаётся в редакции проекта"),
    )


@bp.post("/protocols/rows/<int:row_id>/consent")
def consent(row_id: int) -> Any:
    """Consent to the wording that was read."""
    seen = request.form.get("agreed_hash", "")
    return _attempt(
        _of_row(row_id), ("consent", row_id), lambda: service.consent(row_id, seen, me()), _("Согласие записано")
    )


@bp.post("/protocols/<int:protocol_id>/rows")
def add_clause(protocol_id: int) -> Any:
    """Bring one more clause into dispute."""
    document, wanted = protocol_of_actor(protocol_id, me()).protocol.document_hash, request.form.get("clause", "")
    found = next((clause for clause in texts.clauses(document) if clause["id"] == wanted), None)
    clause = Clause(found["id"], found["number"], found["text"]) if found else Clause("", "", "")
    text = request.form.get("text", "")
    return _attempt(
        protocol_id, ("new", 0), lambda: service.add_row(protocol_id, clause, text, me()), _("Пункт добавлен")
    )


@bp.post("/protocols/<int:protocol_id>/close")
def close_protocol(protocol_id: int) -> Any:
    """Close: every clause is agreed."""
    protocol_of_actor(protocol_id, me())
    return _attempt(
        protocol_id,
        ("close", 0),
        lambda: service.close_protocol(protocol_id, me()),
        _("Протокол разногласий закрыт"),
    )
