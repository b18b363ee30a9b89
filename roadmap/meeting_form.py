"""The forms of the minutes: rows in the order they stand on the page, people recognised by what was typed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from core.errors import NotValid
from roadmap.agenda import AGENDA, PERSON, WORDS
from roadmap.effects.items import day
from roadmap.models import Meeting, MeetingDecision
from roadmap.queries.people import Known, found_among
from roadmap.service.decisions import NewDecision
from roadmap.service.meetings import NewMeeting

ROW = re.compile(r"(agenda|person)\.(\d{1,4})\.(\w+)\Z")
MARKS = ("guest", "absent")
Row = dict[str, Any]


@dataclass
class MeetingForm:
    """What stands in the form of a meeting: plain fields, the agenda, the people, and what is wrong with them."""

    plain: dict[str, str]
    agenda: list[Row] = field(default_factory=list)
    people: list[Row] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)


def blank(held_on: date, title: str) -> MeetingForm:
    """The form of a meeting nobody has written down yet."""
    return MeetingForm({**dict.fromkeys((*WORDS, "begins"), ""), "held_on": held_on.isoformat(), "title": title})


def of(meeting: Meeting) -> MeetingForm:
    """The form of a meeting as it is kept."""
    plain = {name: getattr(meeting, name) for name in (*WORDS, "begins")}
    plain["held_on"] = meeting.held_on.isoformat()
    return MeetingForm(plain, [dict(line) for line in meeting.agenda], [dict(line) for line in meeting.participants])


def typed(sent: MultiDict[str, str], known: list[Known]) -> MeetingForm:
    """The form as it was sent. Rows keep the order in which they stood; a known person brings his card."""
    plain = {name: sent.get(name, "").strip() for name in (*WORDS, "begins", "held_on")}
    for who in ("chair", "secretary"):
        person = found_among(known, plain[who])
        if person is not None and person.person_id:
            plain[who] = person.name
            plain[f"{who}_position"] = plain[f"{who}_position"] or person.position
    people = [_recognised(row, known) for row in _rows(sent, "person", (*PERSON, *MARKS))]
    return MeetingForm(plain, _rows(sent, "agenda", ("key", *AGENDA)), people)


def _rows(sent: MultiDict[str, str], group: str, names: Sequence[str]) -> list[Row]:
    rows: dict[str, Row] = {}
    for name in sent:
        found = ROW.match(name)
        if found and found[1] == group and found[3] in names:
            rows.setdefault(found[2], dict.fromkeys(names, ""))[found[3]] = sent[name].strip()
    return [row for row in rows.values() if any(value for name, value in row.items() if name not in ("key", *MARKS))]


def _recognised(row: Row, known: list[Known]) -> Row:
    person = found_among(known, row["name"], row["organisation"])
    if person is None or not person.person_id:
        return {**row, "person_id": None}
    card = {"name": person.name, "position": row["position"] or person.position}
    return {**row, **card, "organisation": row["organisation"] or person.organisation, "person_id": person.person_id}


def moved(form: MeetingForm, asked: str) -> MeetingForm:
    """The same form with a row one place up or down: `asked` is «agenda:2:up». For those who run no scripts."""
    group, _colon, rest = asked.partition(":")
    place, _colon, way = rest.partition(":")
    rows = {"agenda": form.agenda, "person": form.people}.get(group, [])
    if place.isdigit():
        here, there = int(place), int(place) + (-1 if way == "up" else 1)
        if 0 <= here < len(rows) and 0 <= there < len(rows):
            rows[here], rows[there] = rows[there], rows[here]
    return form


def read(form: MeetingForm) -> NewMeeting:
    """The meeting the form describes. Raises NotValid for a day that is none."""
    if not form.plain["held_on"]:
        raise NotValid(_("Укажите день совещания"), "held_on")
    held_on = day(form.plain["held_on"], "held_on")
    words = {name: value for name, value in form.plain.items() if name != "held_on"}
    return NewMeeting(held_on=held_on, agenda=form.agenda, participants=form.people, **words)


def imagined(form: MeetingForm, kept: Meeting) -> Meeting:
    """The meeting as the form has it now, beside the decisions that are kept. It stands in no session."""
    try:
        held_on = day(form.plain["held_on"], "held_on")
    except NotValid:
        held_on = kept.held_on
    words = {name: value for name, value in form.plain.items() if name != "held_on"}
    row = Meeting(number=kept.number, held_on=held_on, **words)
    row.__dict__["roadmap"], row.__dict__["decisions"] = kept.roadmap, kept.decisions
    row.agenda = [line for line in form.agenda if line["title"]]
    row.participants = [line for line in form.people if line["name"]]
    return row


def decision_plain(row: MeetingDecision, known: list[Known]) -> dict[str, Any]:
    """The form of a decision as it is kept."""
    labels = {one.person_id: one.label for one in known if one.person_id}
    names = {one.organisation_id: one.label for one in known if not one.person_id}
    executor = labels.get(row.executor_id, "") if row.executor_id else names.get(row.organisation_id or 0, "")
    own = [labels[person] for person in row.co_executor_ids if person in labels]
    plain = {name: getattr(row, name) for name in ("text", "point", "urgency", "term_text", "report_kind")}
    others = [word for word in (part.strip() for part in row.co_executors.split(";")) if word]
    typed_only = [word for word in others if not any(_short(label, known) == word for label in own)]
    return {
        **plain,
        "executor": executor or row.executor_name,
        "helpers": [*own, *typed_only],
        "due_on": row.due_on.isoformat(),
    }


def _short(label: str, known: list[Known]) -> str:
    one = found_among(known, label)
    return in_words(one) if one else label


def in_words(one: Known) -> str:
    """How the minutes name a co-executor: «И.О. Фамилия (Организация)»."""
    from roadmap.documents.minutes import first_last

    return f"{first_last(one.name)} ({one.organisation})" if one.person_id else one.organisation


def decision_typed(sent: MultiDict[str, str]) -> dict[str, Any]:
    """The form of a decision as it was sent."""
    names = ("text", "point", "urgency", "term_text", "report_kind", "executor", "due_on")
    helpers = [word.strip() for word in sent.getlist("helper") if word.strip()]
    return {**{name: sent.get(name, "").strip() for name in names}, "helpers": helpers}


def decision_read(plain: Mapping[str, Any], known: list[Known]) -> NewDecision:
    """The decision the form describes. Raises NotValid for an executor nobody knows and a day that is none."""
    executor = found_among(known, plain["executor"])
    if executor is None:
        fault = _("Исполнитель не найден: выберите человека или организацию из списка")
        raise NotValid(fault if plain["executor"] else _("Назовите исполнителя: человека или организацию"), "executor")
    helpers = [(word, found_among(known, word)) for word in plain["helpers"]]
    return NewDecision(
        text=plain["text"],
        executor_id=executor.person_id,
        organisation_id=executor.organisation_id,
        due_on=_day(plain["due_on"]),
        urgency=plain["urgency"],
        term_text=plain["term_text"],
        report_kind=plain["report_kind"],
        point=plain["point"],
        co_executors="; ".join(in_words(one) if one else word for word, one in helpers),
        co_executor_ids=[one.person_id for _word, one in helpers if one and one.person_id],
    )


def _day(text: str) -> date | None:
    return day(text, "due_on") if text else None
