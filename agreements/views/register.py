"""The register: what there is between whom, in which state, in whose court; the same as a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from agreements import queries
from agreements.drafting import may_draft
from agreements.importing.service import may_import
from agreements.queries import Filters
from agreements.shown import SHORT_KINDS
from agreements.states import agreement_machine
from agreements.views.blueprint import bp
from core import clock
from core.accounts.login import me
from core.calendar import late_words
from core.documents import kinds
from core.documents.downloads import given
from core.errors import NotFound
from core.reports.sheets import CSV, XLSX, Column, as_csv, xlsx

PAGE = 50


def filters(sent: Mapping[str, str]) -> Filters:
    """The filters of a query string; what cannot be read narrows nothing."""
    organisation = sent.get("organisation", "")
    state, kind = sent.get("state", ""), sent.get("kind", "")
    return Filters(
        text=sent.get("q", "").strip(),
        state=state if state in agreement_machine.states else "",
        kind=kind if kind in SHORT_KINDS else "",
        organisation_id=int(organisation) if organisation.isdigit() and len(organisation) < 10 else None,
        party=sent.get("party", "").strip(),
        expiring=bool(sent.get("expiring")),
        moving=bool(sent.get("moving")),
    )


@bp.get("/agreements")
def register() -> Any:
    """The register."""
    actor, asked = me(), filters(request.args)
    after, before = request.args.get("after", ""), request.args.get("before", "")
    found = queries.register(actor, asked, after=after, before=before, size=PAGE)
    return render_template(
        "agreements/register.html",
        page=found,
        asked=asked,
        tabs=_tabs(asked, queries.counts(actor)),
        chips=_chips(asked),
        states={name: (str(state.label), state.tone) for name, state in agreement_machine.states.items()},
        kinds={name: str(label) for name, label in SHORT_KINDS.items()},
        soon=queries.soon(),
        court=queries.court,
        late_words=late_words,
        link=_link,
        drafts=may_draft(actor),
        imports=may_import(actor),
    )


def _link(asked: Filters, **changed: Any) -> str:
    """The register with other filters; an empty value takes a filter off, and the first page is shown."""
    given_now = {**asked.given(), **changed}
    return url_for("agreements.register", **{name: value for name, value in given_now.items() if value})


def _tabs(asked: Filters, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """All, those on their way, those about to expire, then every state that has any."""
    capped = "+" if sum(counts.values()) >= queries.MOST_COUNTED else ""
    plain = {"state": "", "moving": "", "expiring": ""}
    tabs = [
        _tab(asked, _("Все"), sum(counts.values()), capped, not (asked.state or asked.moving or asked.expiring), plain),
        _tab(asked, _("В работе"), sum(counts.get(name, 0) for name in queries.MOVING), capped, asked.moving,
             {**plain, "moving": "1"}),
        _tab(asked, _("Истекают"), None, "", asked.expiring, {**plain, "expiring": "1"}),
    ]  # fmt: skip
    return tabs + [
        _tab(asked, str(state.label), counts.get(name, 0), capped, asked.state == name, {**plain, "state": name})
        for name, state in agreement_machine.states.items()
        if counts.get(name) or asked.state == name
    ]


def _tab(
    asked: Filters, label: str, count: int | None, capped: str, active: bool, changed: Mapping[str, str]
) -> dict[str, Any]:
    shown = None if count is None else f"{count}{capped}"
    return {"label": label, "count": shown, "active": active, "url": _link(asked, **changed)}


def _chips(asked: Filters) -> list[dict[str, str]]:
    labels = {
        "q": (_("Слова"), asked.text),
        "kind": (_("Вид"), str(SHORT_KINDS.get(asked.kind, ""))),
        "party": (_("Сторона"), asked.party),
        "organisation": (_("Сторона"), _("организация № %(id)s", id=asked.organisation_id)),
    }
    return [
        {"label": label, "value": value, "remove_url": _link(asked, **{name: ""})}
        for name, (label, value) in labels.items()
        if asked.given().get(name)
    ]


COLUMNS = (
    Column(_l("Номер"), lambda row: row.number, 18),
    Column(_l("Наименование"), lambda row: row.title, 60),
    Column(_l("Вид"), lambda row: str(kinds.kind(row.kind).label), 36),
    Column(_l("Сторона 1"), lambda row: row.first_party or "", 36),
    Column(_l("Сторона 2"), lambda row: row.second_party or "", 36),
    Column(_l("Сторон"), lambda row: row.parties, 8),
    Column(_l("Состояние"), lambda row: str(agreement_machine.states[row.state].label), 28),
    Column(_l("На чьей стороне"), lambda row: queries.court(row).name, 30),
    Column(_l("Рабочих дней"), lambda row: queries.court(row).days if row.court else "", 10),
    Column(_l("Срок решения"), lambda row: queries.court(row).due, 14),
    Column(_l("Подписан"), lambda row: row.signed_on, 12),
    Column(_l("Действует до"), lambda row: row.valid_until, 14),
    Column(_l("Истекает"), lambda row: queries.expires_soon(row.valid_until, row.state), 10),
    Column(_l("Образец"), lambda row: row.sample, 10),
)


@bp.get("/agreements/export.<ending>")
def export(ending: str) -> Any:
    """What is filtered, as a spreadsheet."""
    rows = queries.exported(me(), filters(request.args))
    title = _("Реестр соглашений")
    name = f"{title} {clock.today():%d.%m.%Y}.{ending}"
    if ending == "xlsx":
        return given(xlsx(COLUMNS, rows, title), name, XLSX)
    if ending == "csv":
        return given(as_csv(COLUMNS, rows), name, CSV)
    raise NotFound(_("Такого вида выгрузки нет: есть xlsx и csv"))
