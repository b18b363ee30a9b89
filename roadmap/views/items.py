"""The page of an item: what it promises, what it is doing, who says what; its steps and files."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core import clock
from core.accounts.login import me
from core.calendar import is_working
from core.documents.downloads import handed
from core.errors import NotNow, NotValid
from core.signoffs import shown
from core.signoffs.words import minute
from roadmap import flags, queries, service
from roadmap.models import Roadmap
from roadmap.periods import RECURRENCES, label
from roadmap.queries import decisions as decision_reads
from roadmap.queries.items import ItemPage, moment
from roadmap.rules.people import COORDINATORS, side_of
from roadmap.rules.situation import situation
from roadmap.service import reminding
from roadmap.service.evidence import AFTERWARDS, TAKES_FILES, readable
from roadmap.states import roadmap_item
from roadmap.states.changes import KINDS as CHANGE_KINDS
from roadmap.states.changes import change_request
from roadmap.views.blueprint import ask_of, bp, number, required_upload, uploads_of, version_asked
from roadmap.views.dependencies import add_from_form
from roadmap.views.moving import by_whom, refused, reminded
from roadmap.wording import ITEM_ACTS, PURPOSES, side_name


@bp.get("/items/<int:item_id>")
def item(item_id: int) -> Any:
    """One item at one period."""
    return _page(queries.item_page(me(), item_id, request.args.get("period")))


def _page(page: ItemPage, status: int = 200, faults: dict[str, Any] | None = None, moved: Any = None) -> Any:
    names = {party.organisation_id: party.organisation.short_name for party in page.plan.parties}
    party = side_of(page.item, me())
    return render_template(
        "roadmap/item.html",
        p=page,
        faults=faults or {},
        typed=request.form,
        moved=moved,
        blockers=_blockers(page),
        stages=shown.stages(page.round, names, me().id) if page.round else [],
        history=[_act(row, page.plan) for row in page.of("act")],
        documents=[_file(row) for row in page.of("file")],
        states=roadmap_item.states,
        flags=flags.FLAGS,
        late=flags.days_late(page.row, clock.today()),
        flag_words=flags.words,
        move=_move(page),
        reminds=bool(party) and me().has(*reminding.ITEM_REMINDERS),
        working_day=is_working(clock.today()),
        working=flags.WORKING,
        recurrences=RECURRENCES,
        period_label=label,
        side_name=side_name,
        day=lambda text: moment(text).strftime("%d.%m.%Y") if text else "",
        purposes={name: PURPOSES[name] for name in (AFTERWARDS if page.row.state == "done" else PURPOSES)},
        change_kinds=CHANGE_KINDS,
        change_states=change_request.states,
        takes_files=page.row.state in TAKES_FILES,
        decisions=decision_reads.of_item(me(), page.item.id, [row.id for row in page.of("change_request")]),
        party=party,
        coordinates=bool(party) and me().has(*COORDINATORS),
        owns=(owns := service.owns(page.item, me())),
        executors=_executors(page) if owns and "assign" in request.args else (),
        measures=_measures(page) if owns and ("measure" in request.args or "indicator" in (faults or {})) else (),
    ), status


def _move(page: ItemPage) -> str:
    """Whose move it is: without it a person who has nothing to press asks by telephone."""
    state, terms = page.row.state, page.terms
    if state in ("planned", "in_progress", "returned"):
        return page.item.executor_name or terms.unit or side_name(terms.responsible_side)
    if state == "on_review":
        return str(_("проверяет координатор: %(side)s", side=side_name(terms.responsible_side)))
    if state == "on_confirmation":
        others = [party.side for party in page.plan.parties if party.side != page.row.accepted_side]
        return str(_("подтверждает координатор: %(side)s", side=", ".join(map(side_name, others))))
    return str(_("координаторы обеих Сторон")) if state == "suspended" else ""


def _blockers(page: ItemPage) -> set[str]:
    """Codes of the items that do not let this one begin now."""
    return set(situation(page.row).blockers) if page.row.state == "planned" else set()


def _executors(page: ItemPage) -> list[tuple[int, str]]:
    from roadmap.queries.people import possible_executors

    return possible_executors(page.item, page.terms, page.plan)


def _measures(page: ItemPage) -> list[tuple[int, str]]:
    """Indicators of the plan the item does not move yet, for the form."""
    from roadmap.queries.indicators import codes_of

    taken = {row.id for row in page.of("indicator")}
    return [(row.id, f"{row.code}. {row.name}") for row in codes_of(page.plan.id) if row.id not in taken]


def _act(row: Any, plan: Roadmap) -> dict[str, Any]:
    """A line of the journal as the timeline shows it."""
    at = moment(row.one)
    step = roadmap_item.steps.get(row.four)
    what = step.done if step else ITEM_ACTS.get(row.four, _("Внесены сведения"))
    state = roadmap_item.states.get(row.five)
    return {
        "at": minute(at),
        "iso": at.isoformat(),
        "what": what,
        "text": row.six,
        "tone": state.tone if state else "neutral",
        "hash": row.seven,
        **by_whom(row.two, row.three, plan),
    }


def _file(row: Any) -> dict[str, Any]:
    note = str(PURPOSES.get(row.two, row.two)) + f" · {row.six} · {minute(moment(row.seven))}"
    verified = _("подтверждено: %(name)s", name=row.eight) if row.eight else _("заявлено")
    return {
        "id": row.id,
        "title": row.one,
        "kind": row.one.rpartition(".")[2][:4],
        "sha": row.three,
        "size": _size(int(row.four)),
        "revision": row.five if row.five != "1" else "",
        "note": f"{note} · {verified}",
        "download_url": url_for("roadmap.evidence", attachment_id=row.id),
        "verified": bool(row.eight),
    }


def _size(count: int) -> str:
    if count > 1024 * 1024:
        return str(_("%(n).1f МБ", n=count / 1024 / 1024))
    return str(_("%(n)s КБ", n=max(count // 1024, 1)))


@bp.post("/items/<int:item_id>/steps/<step>")
def item_step(item_id: int, step: str) -> Any:
    """Take a step; a refusal that names fields comes back to the page with what it names."""
    page = queries.item_page(me(), item_id, request.form.get("period"))
    known = roadmap_item.steps.get(step)
    try:
        service.take_item_step_with_files(page.row.id, step, me(), ask_of(known), uploads_of(known), version_asked())
    except NotValid as refusal:
        shown_again = queries.item_page(me(), item_id, request.form.get("period"))
        return _page(shown_again, 422, **refused(step, refusal.fields))
    flash(_("Сделано: %(step)s", step=str(known.label) if known else step), "success")
    return redirect(url_for("roadmap.item", item_id=item_id, period=page.row.period or None))


@bp.post("/items/<int:item_id>/reminders")
def remind_item(item_id: int) -> Any:
    """Remind whoever is late with it."""
    row, _found = queries.find_item(me(), item_id, request.args.get("period"))
    return reminded(lambda: reminding.remind_item(row.id, me()), url_for("roadmap.item", item_id=item_id))


@bp.post("/items/<int:item_id>/evidence")
def attach(item_id: int) -> Any:
    """Attach a file to the occurrence."""
    page = queries.item_page(me(), item_id, request.form.get("period"))
    try:
        kept = service.attach(page.row.id, required_upload("file"), request.form.get("purpose", "result"), me())
    except NotValid as refusal:
        return _page(queries.item_page(me(), item_id, request.form.get("period")), 422, refusal.fields)
    except NotNow as refusal:
        return _page(queries.item_page(me(), item_id, request.form.get("period")), 409, {"file": refusal.message})
    flash(_("Файл приложен: %(name)s", name=kept.name), "success")
    return redirect(url_for("roadmap.item", item_id=item_id, period=page.row.period or None))


@bp.get("/evidence/<int:attachment_id>")
def evidence(attachment_id: int) -> Response:
    """Download a file: always as a file, never shown inside our pages."""
    kept = readable(attachment_id, me())
    return handed(kept.sha256, kept.name, kept.media_type)


@bp.post("/evidence/<int:attachment_id>/verify")
def verify(attachment_id: int) -> Any:
    """Mark a file as verified."""
    kept = readable(attachment_id, me())
    service.verify(attachment_id, request.form.get("note", ""), me())
    flash(_("Файл подтверждён: %(name)s", name=kept.name), "success")
    return redirect(_back(kept.subject_id))


def _back(occurrence_id: int) -> str:
    from roadmap.subjects import result_url

    return result_url(occurrence_id)


@bp.post("/items/<int:item_id>/executor")
def assign(item_id: int) -> Any:
    """Name the executor."""
    page = queries.item_page(me(), item_id)
    try:
        service.assign_executor(item_id, number(request.form.get("executor")), me())
    except NotValid as refusal:
        return _page(page, 422, refusal.fields)
    return redirect(url_for("roadmap.item", item_id=item_id))


@bp.post("/items/<int:item_id>/facts")
def enter_fact(item_id: int) -> Any:
    """Declare the value of a linked indicator."""
    page = queries.item_page(me(), item_id, request.form.get("period"))
    try:
        service.enter_fact(
            page.row.id,
            number(request.form.get("indicator")) or 0,
            request.form.get("value", ""),
            me(),
            source=request.form.get("source", ""),
            not_provided=bool(request.form.get("not_provided")),
        )
    except NotValid as refusal:
        return _page(queries.item_page(me(), item_id, request.form.get("period")), 422, refusal.fields)
    flash(_("Значение записано"), "success")
    return redirect(url_for("roadmap.item", item_id=item_id, period=page.row.period or None))


@bp.post("/items/<int:item_id>/indicators")
def tie_indicator(item_id: int) -> Any:
    """The item moves an indicator of the plan."""
    page = queries.item_page(me(), item_id)
    try:
        service.tie_indicator(item_id, number(request.form.get("measure")) or 0, me())
    except NotValid as refusal:
        return _page(page, 422, refusal.fields)
    return redirect(url_for("roadmap.item", item_id=item_id, _anchor="indicators"))


@bp.post("/items/<int:item_id>/indicators/<int:indicator_id>/remove")
def untie_indicator(item_id: int, indicator_id: int) -> Any:
    """The item moves it no more."""
    service.untie_indicator(item_id, indicator_id, me())
    return redirect(url_for("roadmap.item", item_id=item_id, _anchor="indicators"))


@bp.post("/items/<int:item_id>/dependencies")
def add_dependency(item_id: int) -> Any:
    """The item waits for another one, named by its number."""
    page = queries.item_page(me(), item_id)
    try:
        add_from_form(item_id, page.plan.id)
    except NotValid as refusal:
        return _page(queries.item_page(me(), item_id), 422, refusal.fields)
    return redirect(url_for("roadmap.item", item_id=item_id))


@bp.post("/items/<int:item_id>/dependencies/<int:dependency_id>/remove")
def remove_dependency(item_id: int, dependency_id: int) -> Any:
    """The item waits no more."""
    service.remove_dependency(dependency_id, me())
    return redirect(url_for("roadmap.item", item_id=item_id))
