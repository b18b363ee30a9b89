"""The minutes of a meeting as a document: who sat, the agenda, what was heard and decided, who does it by when."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core.accounts.models import Organisation
from core.db import db
from core.documents.issuing import Order
from core.errors import NotValid
from core.language.initials import initials, initials_last
from core.language.typography import tidy
from core.web.kept import in_russian
from roadmap.agenda import suggested
from roadmap.models import Meeting, MeetingDecision

KIND, SUBJECT = "minutes", "roadmap_meeting"
YEAR = re.compile(r"(?<=\d)[ \u00a0]г\.\s*$")
ABOUT = ("о ", "об ", "обо ")


@in_russian
def order(meeting: Meeting, rendition: str, *, revision: int = 1, key: str | None = None, label: str = "") -> Order:
    """What to issue: "draft" is what the chair signs, "signed" names the hash the signature was given on."""
    title = f"Протокол совещания от {meeting.held_on:%d.%m.%Y} № {meeting.number}"
    return Order(
        kind=KIND,
        subject_kind=SUBJECT,
        subject_id=meeting.id or 0,
        title=f"{title}. {meeting.title}",
        file_name=f"{title}.docx",
        context=context(meeting),
        rendition=rendition,
        revision=revision,
        key=key,
        status_label=label,
    )


def context(meeting: Meeting) -> dict[str, Any]:
    """Everything the template of the minutes prints. What is not known yet is empty and told at issuing."""
    present = [line for line in meeting.participants if not line.get("absent")]
    return {
        "number": str(meeting.number),
        "date": meeting.held_on,
        "city": meeting.place,
        "organisations": [party.organisation.full_name for party in meeting.roadmap.parties],
        "meeting_title": tidied(meeting.title_gen or suggested(meeting.title)),
        "chair": _head(meeting.chair, meeting.chair_position),
        "secretary": _head(meeting.secretary, meeting.secretary_position),
        "attendees": [_person(line) for line in by_organisation(present) if not line.get("guest")],
        "invited": [_person(line) for line in by_organisation(present) if line.get("guest")],
        "agenda": [_question(place, line) for place, line in enumerate(meeting.agenda, start=1)],
        "decisions": _decisions(meeting),
    }


def by_organisation(people: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of one organisation stand together, organisations in the order they were first written."""
    places: dict[str, int] = {}
    for line in people:
        places.setdefault(line.get("organisation", ""), len(places))
    return sorted(people, key=lambda line: places[line.get("organisation", "")])


def _head(name: str, position: str) -> dict[str, str]:
    return {"position": tidied(position), "name": last_first(name), "short": first_last(name)}


def _person(line: dict[str, Any]) -> dict[str, str]:
    position = tidied(line.get("position", ""))
    return {
        "side": tidied(line.get("organisation", "")),
        "position": position[:1].upper() + position[1:],
        "name": last_first(line["name"]),
    }


def _question(place: int, line: dict[str, Any]) -> dict[str, str]:
    return {
        "number": str(place),
        "title": tidied(whole(line["title"])),
        "speaker": first_last(line.get("speaker", "")),
        "heard": tidied(line.get("heard", "")) or heard(line),
        "spoke": tidied(line.get("spoke", "")),
    }


def whole(title: str) -> str:
    """A question without its full stop, which the paper sets itself; «2026 г.» at the end becomes «2026 года»."""
    return YEAR.sub(" года", title.strip()).rstrip(" .")


def heard(line: dict[str, Any]) -> str:
    """«Образцову А.П. – о ходе реализации плана.», where nobody wrote anything else; "" without a speaker."""
    speaker, title = str(line.get("speaker", "")).strip(), whole(line["title"])
    if not speaker:
        return ""
    try:
        name = initials_last(speaker, "acc")
    except NotValid:
        name = last_first(speaker)
    about = title[0].lower() + title[1:] if title.lower().startswith(ABOUT) else ""
    return tidied(f"{name} – {about}." if about else name)


def _decisions(meeting: Meeting) -> list[dict[str, str]]:
    places = {line.get("key"): place for place, line in enumerate(meeting.agenda, start=1)}
    names = _organisations(meeting.decisions)
    found, counted = [], dict[int, int]()
    for row in sorted(meeting.decisions, key=lambda row: (places.get(row.point, 1), row.number)):
        question = places.get(row.point, 1)
        counted[question] = counted.get(question, 0) + 1
        found.append(
            {
                "question": str(question),
                "number": f"{question}.{counted[question]}",
                "text": tidied(_sentence(row.text)),
                "responsible": responsible(row, names),
                "co_executors": tidied(row.co_executors),
                "due": due(row),
                "report": tidied(row.report_kind),
            }
        )
    return found


def _organisations(rows: Sequence[MeetingDecision]) -> dict[int, str]:
    wanted = {row.organisation_id for row in rows if row.organisation_id}
    found = select(Organisation.id, Organisation.short_name).where(Organisation.id.in_(wanted))
    return dict(db.session.execute(found).tuples().all()) if wanted else {}


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?", ":", ";")) else f"{text}."


def responsible(row: MeetingDecision, names: dict[int, str]) -> str:
    """«И.О. Примеров (Корпорация)»; an organisation alone where nobody of it is named."""
    organisation = names.get(row.organisation_id or 0, "")
    if row.executor_id is None or not organisation:
        return row.executor_name or organisation
    return f"{row.executor_name} ({organisation})"


def due(row: MeetingDecision) -> str:
    """«до 15.08.2026»; the term in words with the day where it was written in words."""
    day = f"{row.due_on:%d.%m.%Y}"
    if not row.term_text:
        return f"до {day}"
    return tidied(row.term_text if day in row.term_text else f"{row.term_text} (до {day})")


def tidied(text: str) -> str:
    """The words with the quotes and the spaces of a paper; "" stays empty."""
    return tidy(text) if text else ""


def first_last(name: str) -> str:
    """«С.С. Кравцов» of any way a name is written; what is no name stays as it is."""
    try:
        return initials(name) if name.strip() else ""
    except NotValid:
        return name


def last_first(name: str) -> str:
    """«Кравцов С.С.», in the same way."""
    try:
        return initials_last(name) if name.strip() else ""
    except NotValid:
        return name


NEEDED: dict[str, Callable[[Meeting], Any]] = {
    "place": lambda meeting: meeting.place,
    "chair": lambda meeting: meeting.chair,
    "chair_position": lambda meeting: meeting.chair_position,
    "secretary": lambda meeting: meeting.secretary,
    "secretary_position": lambda meeting: meeting.secretary_position,
    "agenda": lambda meeting: meeting.agenda,
    "participants": lambda meeting: [
        line for line in meeting.participants if not line.get("guest") and not line.get("absent")
    ],
}


def lacking(meeting: Meeting) -> dict[str, str]:
    """What the minutes still need before they can be given out: field → its name in words."""
    names = {
        "place": _("место проведения"),
        "chair": _("председательствующий"),
        "chair_position": _("должность председательствующего"),
        "secretary": _("секретарь"),
        "secretary_position": _("должность секретаря"),
        "agenda": _("повестка"),
        "participants": _("присутствовавшие"),
    }
    found = {field: names[field] for field, value in NEEDED.items() if not value(meeting)}
    if any(not line.get("organisation") or not line.get("position") for line in meeting.participants):
        found["participants"] = _("организация и должность каждого участника")
    return found


@in_russian
def imagined(meeting: Meeting) -> Order:
    """The minutes as they would be now, with what is not written yet told in brackets. For the live view."""
    missing = lacking(meeting)
    made = order(meeting, "draft", label="предпросмотр")
    filled = dict(made.context)
    if not filled["city"]:
        filled["city"] = _bracketed(missing["place"])
    for who in ("chair", "secretary"):
        filled[who] = {
            "position": filled[who]["position"] or _bracketed(missing[f"{who}_position"]),
            "name": filled[who]["name"] or _bracketed(missing[who]),
            "short": filled[who]["short"] or _bracketed(missing[who]),
        }
    for group in ("attendees", "invited"):
        filled[group] = [
            {key: value or _bracketed("не указано") for key, value in line.items()} for line in filled[group]
        ]
    nobody = dict.fromkeys(("side", "position", "name"), _bracketed("присутствовавшие"))
    filled["attendees"] = filled["attendees"] or [nobody]
    filled["agenda"] = filled["agenda"] or [{"number": "1", "title": _bracketed("вопрос повестки")}]
    filled["meeting_title"] = filled["meeting_title"] or _bracketed("наименование совещания")
    return Order(**{**vars(made), "context": filled})


def _bracketed(text: str) -> str:
    return f"[{text}]"
