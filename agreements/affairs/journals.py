"""The registration journal of one's own organisation: numbers given, set aside, gaps explained."""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from apiflask.fields import Date, Integer, List, Nested, String
from apiflask.validators import Range
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from agreements import journals
from agreements.affairs.blueprint import api, bp, number
from agreements.models import RegistrationEntry
from agreements.states import agreement_machine
from core.accounts.login import me
from core.errors import NotFound, NotValid
from core.web.api import PageQuery, as_page, page_of


@bp.get("/journals")
def journal() -> Any:
    """The journal of a year."""
    return _page()


def _page(refusal: NotValid | None = None) -> Any:
    actor = me()
    found = journals.of_year(actor, number("year"))
    after, before = request.args.get("after", ""), request.args.get("before", "")
    page = journals.entries(found.journal, after, before) if found.journal else None
    return render_template(
        "agreements/journal.html",
        found=found,
        page=page,
        keeps=journals.may_keep(actor),
        refusal=refusal,
        typed=request.form,
        states=agreement_machine.states,
        errors=refusal.fields if refusal else {},
    ), refusal.status if refusal else 200


@bp.post("/journals/set-aside")
def set_aside() -> Any:
    """Take the next numbers out, with a note."""
    try:
        rows = journals.set_aside(me(), request.form.get("note", ""), number("count", 1) or 0)
    except NotValid as refusal:
        return _page(refusal)
    flash(_("Без документа: %(numbers)s", numbers=", ".join(row.number for row in rows[:5])), "success")
    return redirect(url_for("affairs.journal"))


@bp.post("/journals/<int:year>/gaps/<int:seq>")
def explain(year: int, seq: int) -> Any:
    """Explain a gap."""
    try:
        journals.explain(me(), year, seq, request.form.get("note", ""))
    except NotValid as refusal:
        return _page(refusal)
    flash(_("Пропуск объяснён"), "success")
    return redirect(url_for("affairs.journal", year=year))


class EntryOut(Schema):
    number = String()
    seq = Integer(allow_none=True)
    registered_on = Date()
    agreement_id = Integer(allow_none=True)
    title = String(allow_none=True)
    note = String()
    by_name = String()


class JournalQuery(PageQuery):
    year = Integer(load_default=None, allow_none=True, validate=Range(2000, 2100))


class GapsOut(Schema):
    year = Integer()
    last = Integer()
    gaps = List(Integer(), metadata={"description": "Места в порядке номеров, о которых нет записи"})


class SetAsideIn(Schema):
    note = String(required=True)
    count = Integer(load_default=1)


class SetAsideOut(Schema):
    entries = List(Nested(EntryOut))


def _row(row: Any) -> dict[str, Any]:
    entry, title = row[0], row[1]
    return {**_entry(entry), "title": title}


def _entry(entry: RegistrationEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in EntryOut().fields if name != "title"}


@api.get("/journals")
@api.input(JournalQuery, location="query")
@api.output(page_of(EntryOut, "Entries"))
def entries(query_data: dict[str, Any]) -> Any:
    """Журнал регистрации своей организации за год, новые впереди"""
    found = journals.of_year(me(), query_data.pop("year"))
    if found.journal is None:
        return {"items": [], "next": "", "previous": ""}
    return as_page(journals.entries(found.journal, **query_data), _row)


@api.get("/journals/<int:year>/gaps")
@api.output(GapsOut)
def gaps(year: int) -> Any:
    """Пропуски в номерах журнала"""
    found = journals.of_year(me(), year)
    if found.journal is None:
        raise NotFound
    return {"year": year, "last": found.journal.last, "gaps": found.gaps}


@api.post("/journals/set-aside")
@api.input(SetAsideIn)
@api.output(SetAsideOut, status_code=201)
def set_aside_by_api(json_data: dict[str, Any]) -> Any:
    """Занять следующие номера без документа, с объяснением"""
    return {"entries": [_entry(row) for row in journals.set_aside(me(), json_data["note"], json_data["count"])]}


@api.put("/journals/<int:year>/gaps/<int:seq>")
@api.input(SetAsideIn(only=("note",)))
@api.output(EntryOut)
def explain_by_api(year: int, seq: int, json_data: dict[str, Any]) -> Any:
    """Объяснить пропуск"""
    return _entry(journals.explain(me(), year, seq, json_data["note"]))
