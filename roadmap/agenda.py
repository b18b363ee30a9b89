"""What a meeting may say: its words checked, its questions and its decisions numbered."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core.accounts.models import Person
from core.db import db
from core.errors import NotValid
from roadmap.models import Meeting

WORDS = ("title", "place", "chair", "secretary", "title_gen", "chair_position", "secretary_position")
AGENDA = ("title", "speaker", "heard", "spoke")
PERSON = ("name", "position", "organisation")
HOUR = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)\Z")
MOST = {"agenda": 60, "participants": 200}
LONGEST = 8000


def cleaned(given: Mapping[str, Any], meeting: Meeting | None = None) -> dict[str, Any]:
    """The words of a meeting ready to be kept. Raises NotValid naming every field at fault."""
    faults: dict[str, Any] = {}
    values: dict[str, Any] = {name: str(given.get(name) or "").strip() for name in WORDS}
    values["held_on"], values["begins"] = given["held_on"], _hour(given.get("begins"), faults)
    if not values["title"]:
        faults["title"] = _("Назовите совещание")
    if not isinstance(values["held_on"], date):
        faults["held_on"] = _("Укажите день совещания")
    faults |= {name: _too_long() for name in WORDS if len(values[name]) > LONGEST}
    values["agenda"] = _agenda(given.get("agenda") or (), meeting, faults)
    values["participants"] = _people(given.get("participants") or (), faults)
    if faults:
        raise NotValid(_("Совещание не сохранено"), fields=faults)
    return values


def _too_long() -> str:
    return str(_("Не больше %(n)s знаков", n=LONGEST))


def _hour(value: Any, faults: dict[str, Any]) -> str:
    text = str(value or "").strip()
    found = HOUR.match(text)
    if text and not found:
        faults["begins"] = _("Время пишут так: 10:00")
    return f"{int(found[1]):02}:{found[2]}" if found else ""


def _lines(given: Iterable[Mapping[str, Any]], names: tuple[str, ...]) -> Iterable[tuple[int, Any, dict[str, Any]]]:
    """(place, the line as given, its words) of every line that says something."""
    for place, line in enumerate(given):
        words = {name: str(line.get(name) or "").strip() for name in names}
        if any(words.values()):
            yield place, line, words


def _agenda(given: Any, meeting: Meeting | None, faults: dict[str, Any]) -> list[dict[str, Any]]:
    known = {line["key"]: line["title"] for line in meeting.agenda if line.get("key")} if meeting else {}
    taken: list[dict[str, Any]] = []
    for place, line, words in _lines(given, AGENDA):
        if not words["title"]:
            faults[f"agenda.{place}.title"] = _("Напишите вопрос повестки")
        if any(len(word) > LONGEST for word in words.values()):
            faults[f"agenda.{place}.title"] = _too_long()
        free = {key: title for key, title in known.items() if key not in {one["key"] for one in taken}}
        taken.append({"key": _key(str(line.get("key") or ""), words["title"], free), **words})
    if len(taken) > MOST["agenda"]:
        faults["agenda"] = _("Не больше %(n)s вопросов", n=MOST["agenda"])
    kept = {line["key"] for line in taken}
    for decision in meeting.decisions if meeting else ():
        if decision.point in known and decision.point not in kept:
            faults["agenda"] = _(
                "По вопросу «%(title)s» записаны поручения: сначала перенесите их к другому вопросу или уберите",
                title=known[decision.point],
            )
    return taken


def _key(given: str, title: str, free: Mapping[str, str]) -> str:
    """The key a question had; one sent without it is known again by its words, else it is a new question."""
    alike = [key for key, known in free.items() if known == title]
    return given if given in free else alike[0] if alike and not given else secrets.token_hex(4)


def _people(given: Any, faults: dict[str, Any]) -> list[dict[str, Any]]:
    taken, known = [], _known(given)
    for place, line, words in _lines([_filled(one, known) for one in given], PERSON):
        if not words["name"]:
            faults[f"person.{place}.name"] = _("Напишите фамилию, имя и отчество")
        if any(len(word) > LONGEST for word in words.values()):
            faults[f"person.{place}.name"] = _too_long()
        taken.append(
            {
                **words,
                "person_id": line.get("person_id") if line.get("person_id") in known else None,
                "guest": bool(line.get("guest")),
                "absent": bool(line.get("absent")),
            }
        )
    if len(taken) > MOST["participants"]:
        faults["participants"] = _("Не больше %(n)s участников", n=MOST["participants"])
    return taken


def _known(given: Iterable[Mapping[str, Any]]) -> dict[int, Person]:
    """The people of the service among the lines."""
    wanted = {line["person_id"] for line in given if isinstance(line.get("person_id"), int)}
    rows = db.session.scalars(select(Person).where(Person.id.in_(wanted)).options(joinedload(Person.organisation)))
    return {person.id: person for person in rows} if wanted else {}


def _filled(line: Mapping[str, Any], known: Mapping[int, Person]) -> Mapping[str, Any]:
    """A line about a person of the service: what was not said is taken from his card."""
    person = known.get(line.get("person_id") or 0)
    if person is None:
        return line
    card = {"name": person.full_name, "position": person.position, "organisation": person.organisation.short_name}
    return {**line, **{name: str(line.get(name) or "").strip() or word for name, word in card.items()}}


def renumber(meeting: Meeting) -> None:
    """Give every decision its number under its question; one whose question is not named goes to the first."""
    keys = [line["key"] for line in meeting.agenda if line.get("key")]
    counted: dict[str, int] = {}
    for decision in sorted(meeting.decisions, key=lambda row: row.number):
        if decision.point not in keys:
            decision.point = keys[0] if keys else ""
        counted[decision.point] = place = counted.get(decision.point, 0) + 1
        code = f"{keys.index(decision.point) + 1}.{place}" if keys else str(place)
        if decision.code != code:
            decision.code = code


def suggested(titles: str) -> str:
    """The genitive of a meeting's name as it follows the word «Протокол»; the same words where it is not known."""
    from core.language.organisations import organisation

    text = titles.strip()
    if not text:
        return ""
    try:
        declined = organisation(text, "gen")
    except NotValid:
        return text
    return declined[0].lower() + declined[1:]
