"""The text clause by clause; for a supplementary agreement, what it changes in its parent: «было → стало»."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from agreements import amending, drafting, service
from agreements.dossier import head
from agreements.fanout import wording
from agreements.forms.clauses import next_number, same_text, typed_changes, typed_clauses, untouched
from agreements.models import Agreement
from agreements.preview import template_text
from agreements.views.blueprint import bp
from agreements.views.steps import version
from core.accounts.actor import Actor
from core.accounts.login import me
from core.documents.comparison import compare_clauses, seen
from core.errors import NotNow, NotValid, Refusal


@bp.route("/agreements/<int:agreement_id>/text", methods=["GET", "POST"])
def text(agreement_id: int) -> Any:
    """The working text of a draft."""
    actor = me()
    agreement = head(agreement_id, actor)
    drafting.refuse_frozen(agreement, actor)
    if agreement.kind == "supplementary":
        return redirect(url_for("agreements.changes", agreement_id=agreement_id))
    now, began = agreement.clauses or template_text(agreement), wording.drawn(agreement)
    if request.method == "GET":
        return _text_page(agreement, now, began)
    wanted = [] if "reset" in request.form else untouched(typed_clauses(request.form), now)
    if same_text(wanted, began):
        wanted = []
    try:
        service.edit_clauses(agreement_id, wanted, actor, version())
    except (NotValid, NotNow) as refusal:
        return _text_page(head(agreement_id, actor), wanted, began, refusal), refusal.status
    again = _("Текст снова как в шаблоне") if agreement.model_id is None else _("Текст снова как в типовой форме")
    flash(_("Текст сохранён") if wanted else again, "success")
    return redirect(url_for("agreements.text", agreement_id=agreement_id))


def _text_page(agreement: Agreement, clauses: Any, began: Any, refusal: Refusal | None = None) -> str:
    return render_template(
        "agreements/text.html",
        it=agreement,
        clauses=clauses,
        edited=not same_text(clauses, began),
        changed=[block for block in compare_clauses(began, clauses) if block.kind != "equal"],
        refusal=refusal,
        levels=LEVEL_NAMES(),
    )


def LEVEL_NAMES() -> list[tuple[int, str]]:
    """How deep a clause stands, in words."""
    return [(1, _("Раздел")), (2, _("Пункт")), (3, _("Подпункт"))]


@bp.route("/agreements/<int:agreement_id>/changes", methods=["GET", "POST"])
def changes(agreement_id: int) -> Any:
    """What a supplementary agreement changes."""
    actor = me()
    agreement = head(agreement_id, actor)
    drafting.refuse_frozen(agreement, actor)
    present = amending.base(agreement)
    chosen = agreement.data.get("changes", [])
    if request.method == "GET":
        return _changes_page(agreement, present, chosen)
    chosen = typed_changes(request.form, present.clauses)
    edition = request.form.get("edition", "")
    try:
        amending.put_changes(
            agreement_id, chosen, actor, version=version(), edition=int(edition) if edition.isdecimal() else None
        )
    except (NotValid, NotNow) as refusal:
        return _changes_again(agreement_id, actor, chosen, refusal)
    flash(_("Перечень изменений сохранён"), "success")
    return redirect(url_for("agreements.changes", agreement_id=agreement_id))


def _changes_again(agreement_id: int, actor: Actor, chosen: Any, refusal: Refusal) -> Any:
    agreement = head(agreement_id, actor)
    return _changes_page(agreement, amending.base(agreement), chosen, refusal), refusal.status


def _changes_page(agreement: Agreement, present: amending.Base, chosen: Any, refusal: Refusal | None = None) -> str:
    by_clause: dict[tuple[str, bool], Any] = {}
    for change in chosen:
        by_clause[change["clause_id"], change["action"] == "add"] = change
    drawn = present.drawn_clauses if present.moved else present.clauses
    moved = compare_clauses(present.drawn_clauses, present.clauses) if present.moved else []
    return render_template(
        "agreements/changes.html",
        it=agreement,
        present=present,
        by_clause=by_clause,
        chosen=amending.was_now(drawn, chosen),
        segments=seen,
        next_number=lambda index: next_number(present.clauses, index),
        moved=[block for block in moved if block.kind != "equal"],
        touched={change["clause_id"] for change in chosen},
        refusal=refusal,
    )
