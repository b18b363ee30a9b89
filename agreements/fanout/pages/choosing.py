"""To whom to send: chosen in the directory, pasted, or brought as a sheet with data of each."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter
from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from agreements.fanout import drawing, sending, wanted
from agreements.fanout.choosing import Wish, choice
from agreements.fanout.pages.blueprint import bp, numbers
from agreements.forms.asked import uploaded
from agreements.models import ModelForm, ModelRevision
from agreements.shown import day
from core.accounts.login import me
from core.accounts.roles import ORGANISATION_KINDS
from core.documents.downloads import given
from core.errors import NotNow, NotValid, Refusal
from core.reports.sheets import XLSX


@bp.route("/models/<int:model_id>/send", methods=["GET", "POST"])
def send(model_id: int) -> Any:
    """The three ways to name counterparties; whichever was filled in is checked, nothing is created yet."""
    actor = me()
    model = drawing.model_for(model_id, actor)
    if request.method == "GET":
        return _page(model)
    try:
        revision = drawing.revision_of(model, _number())
        rows, source = _named(model, revision)
        made = sending.prepare(model_id, rows, actor, source=source, revision=revision.number)
    except (NotValid, NotNow) as refusal:
        return _page(model, refusal), refusal.status
    return redirect(url_for("fanout.sending_page", sending_id=made.id))


def _number() -> int | None:
    """The revision the page is about; None takes the newest."""
    text = request.values.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _named(model: ModelForm, revision: ModelRevision) -> tuple[list[wanted.Wanted], str]:
    file = uploaded(request.files.get("file"))
    if file is not None:
        return wanted.of_sheet(file.content, model.kind, revision), file.name
    if pasted := request.form.get("pasted", "").strip():
        return wanted.of_lines(pasted), str(_("список"))
    return wanted.of_ids(numbers("organisation")), str(_("выбор в справочнике"))


def wish() -> Wish:
    """What the directory is narrowed by; what cannot be read narrows nothing."""
    kind, branch = request.args.get("kind", ""), request.args.get("branch", "")
    return Wish(
        kind=kind if kind in ORGANISATION_KINDS else "",
        region=request.args.get("region", "")[:2],
        branch=int(branch) if branch.isdecimal() and len(branch) < 10 else None,
        text=request.args.get("q", "").strip(),
    )


def _page(model: ModelForm, refusal: Refusal | None = None) -> str:
    asked, number = wish(), _number() or model.revision_number
    revision = drawing.revision_of(model, number) if model.revision_number else None
    older = {"revision": number} if number != model.revision_number else {}
    return render_template(
        "fanout/send.html",
        it=model,
        revision=revision,
        revisions=drawing.history(model),
        older=older,
        asked=asked,
        found=choice(model, asked),
        kinds=ORGANISATION_KINDS,
        chosen=set(numbers("organisation")),
        pasted=request.form.get("pasted", ""),
        refusal=refusal,
        day=day,
        columns=wanted.headings(model.kind),
    )


@bp.get("/models/<int:model_id>/blank.xlsx")
def blank(model_id: int) -> Any:
    """An empty sheet with the columns there may be, filled with the organisations of the present choice."""
    model = drawing.model_for(model_id, me())
    rows = [row.inn or row.short_name for row in choice(model, wish()).rows] if wish().given() else []
    return given(_blank(wanted.headings(model.kind), rows), f"{_('Рассылка')} – {model.title[:80]}.xlsx", XLSX)


def _blank(columns: list[str], rows: list[str]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(_("Рассылка"))
        heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        sheet.set_column(0, len(columns) - 1, 28)
        for place, label in enumerate(columns):
            sheet.write_string(0, place, label, heading)
        for number, text in enumerate(rows, 1):
            sheet.write_string(number, 0, text)
        sheet.freeze_panes(1, 0)
    return buffer.getvalue()
