"""«Мои задачи»: the list by due date, several decided at once, their documents in one ZIP."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, flash, redirect, render_template, request, stream_with_context, url_for
from flask_babel import format_date
from flask_babel import gettext as _

from core import clock
from core.accounts.actor import Actor
from core.accounts.login import me
from core.calendar import is_working
from core.documents.downloads import disposition
from core.errors import NotValid
from core.signoffs import queries, words
from core.signoffs.bulk import Chosen, Outcome, decide_many, zip_documents
from core.signoffs.desk import MOST, Desk, desk
from core.signoffs.queries import CAP, SECTIONS, Counts, Entry, papers_to_confirm
from core.signoffs.service.decide import POSITIVE_OF_KIND
from core.signoffs.states import SLOT_KINDS, VERDICTS, said, wanted
from core.signoffs.subjects import all_subjects
from core.signoffs.views.blueprint import bp

FILTERS = ("section", "kind", "subject")


@bp.get("/")
def inbox() -> Any:
    """The first page after the sign-in."""
    actor = me()
    given = {name: request.args.get(name, "") for name in FILTERS}
    found = _asked(actor, given)
    page = found.tasks
    return render_template(
        "signoffs/inbox.html",
        today=format_date(clock.today(), "d MMMM y, EEEE"),
        working_day=is_working(clock.today()),
        tasks=[_shown(entry) for entry in page.items],
        many=_many({entry.kind for entry in page.items}),
        tiles=_tiles(found.counts),
        filters=given,
        filtered=any(given.values()),
        applied=_applied(given),
        section_choices=[(name, label) for name, label in SECTIONS.items()],
        kind_choices=[("", _("Любое решение")), *((kind, SLOT_KINDS[kind]) for kind in POSITIVE_OF_KIND)],
        subject_choices=[("", _("Любой")), *((subject.kind, subject.label) for subject in all_subjects())],
        next_url=_url(given, after=page.next) if page.next else "",
        prev_url=_url(given, before=page.previous) if page.previous else "",
        papers=papers_to_confirm(actor),
        verdicts=VERDICTS,
        sections=found.sections,
    )


def _asked(actor: Actor, given: dict[str, str]) -> Desk:
    """The desk; a list that was narrowed or paged is the list alone."""
    keys = {name: request.args.get(name, "") for name in ("after", "before")}
    if not any((*given.values(), *keys.values())):
        return desk(actor)
    section = given["section"] if given["section"] in SECTIONS else ""
    narrowed = {"section": section, "subject_kind": given["subject"], "kind": given["kind"]}
    page, sizes = queries.inbox_with_counts(actor, **narrowed, **keys, size=MOST)
    return Desk(page, sizes, ())


MANY: dict[str, Callable[[], tuple[str, str]]] = {
    "visa": lambda: (_("Согласовать отмеченные"), _("Не согласовать")),
    "signature": lambda: (_("Подписать отмеченные"), _("Отказаться от подписания")),
    "registration": lambda: (_("Зарегистрировать отмеченные"), _("Отказать в регистрации")),
    "acknowledgement": lambda: (_("Отметить ознакомление"), ""),
}


def _many(kinds: set[str]) -> tuple[str, str]:
    """The two buttons over several tasks: in the words of their kind, where the list holds one kind only."""
    if len(kinds) == 1:
        return MANY[kinds.pop()]()
    return _("Решить положительно"), _("Отказать")


def _shown(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.slot_id,
        "hash": entry.document_hash,
        "title": entry.title,
        "wanted": wanted(entry.kind, words.named(entry.label)),
        "initiator": entry.initiator,
        "side": entry.initiator_side,
        "round": entry.round_number,
        "revision": entry.revision,
        "term": words.term(None if entry.stands else entry.due_at),
        "stands": entry.stands,
        "for_whom": f"{entry.mark}: {entry.principal}" if entry.principal else "",
        "paper": entry.paper_waits,
    }


def _tiles(sizes: Counts) -> list[dict[str, Any]]:
    tones = {"overdue": "danger", "soon": "warning", "signature": "info", "": "neutral"}
    values = {"overdue": sizes.overdue, "soon": sizes.soon, "signature": sizes.signature, "": sizes.all}
    return [
        {
            "label": SECTIONS[name],
            "value": f"{CAP}+" if values[name] > CAP else values[name],
            "tone": tones[name] if values[name] else "neutral",
            "url": url_for("signoffs.inbox", section=name or None),
        }
        for name in tones
    ]


def _applied(given: dict[str, str]) -> list[dict[str, Any]]:
    """What the list is narrowed by, each with the address without it."""
    subjects = {subject.kind: subject.label for subject in all_subjects()}
    labels = {
        "section": SECTIONS.get(given["section"], given["section"]),
        "kind": SLOT_KINDS.get(given["kind"], given["kind"]),
        "subject": subjects.get(given["subject"], given["subject"]),
    }
    return [
        {"label": "", "value": labels[name], "remove_url": _url({**given, name: ""})} for name in FILTERS if given[name]
    ]


def _url(given: dict[str, str], **keys: str) -> str:
    values: dict[str, Any] = {name: value for name, value in {**given, **keys}.items() if value}
    return url_for("signoffs.inbox", **values)


def next_task(actor: Actor, slot_id: int) -> int | None:
    """The task to open after this one."""
    return queries.next_task(actor, slot_id)


def _chosen() -> list[Chosen]:
    """The tasks ticked in the list, each with the text it had there: «12.<hash>»."""
    chosen = []
    for value in request.form.getlist("task"):
        number, _dot, seen = value.partition(".")
        if number.isdigit():
            chosen.append(Chosen(int(number), seen or None))
    return chosen


@bp.post("/tasks/decide")
def decide_many_tasks() -> Any:
    """Decide the ticked tasks with one comment; a report says what became of each."""
    verdict, comment = request.form.get("verdict", ""), request.form.get("comment", "")
    try:
        outcomes = decide_many(_chosen(), verdict, comment, me())
    except NotValid as refusal:
        flash(str(refusal), "error")
        return redirect(url_for("signoffs.inbox"))
    done = sum(outcome.done for outcome in outcomes)
    rows = [_reported(outcome, verdict) for outcome in outcomes]
    return render_template("signoffs/report.html", rows=rows, done=done, verdict=verdict), 200 if done else 409


def _reported(outcome: Outcome, verdict: str) -> dict[str, Any]:
    positive = POSITIVE_OF_KIND.get(outcome.kind, verdict)
    reasons: Sequence[Any] = [reason for reason in outcome.reasons if str(reason.text) != outcome.text]
    return {
        "title": outcome.title,
        "url": url_for("signoffs.show", slot_id=outcome.slot_id),
        "done": outcome.done,
        "verdict": said(positive if verdict == "approved" else verdict, outcome.kind),
        "text": outcome.text,
        "reasons": reasons,
    }


@bp.post("/tasks/documents")
def documents_of_many() -> Any:
    """The documents of the ticked tasks as one ZIP."""
    try:
        pieces = zip_documents([each.slot_id for each in _chosen()], me())
    except NotValid as refusal:
        flash(str(refusal), "error")
        return redirect(url_for("signoffs.inbox"))
    answer = Response(stream_with_context(pieces), mimetype="application/zip")
    name = _("Документы на согласовании %(day)s", day=f"{clock.today():%d.%m.%Y}")
    answer.headers["Content-Disposition"] = disposition(f"{name}.zip")
    return answer
