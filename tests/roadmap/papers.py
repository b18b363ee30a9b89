"""Builders of meetings: one written down whole, its decisions, its minutes given out and signed."""

from __future__ import annotations

from datetime import date
from typing import Any

from core.documents.attachments import Upload
from roadmap.models import Meeting, MeetingDecision
from roadmap.service import decisions, meetings, minutes
from roadmap.service.decisions import NewDecision
from roadmap.service.meetings import NewMeeting
from tests.roadmap.builders import PDF, Cast

HELD, SIGNED = date(2026, 6, 10), date(2026, 6, 11)
WRITTEN: dict[str, Any] = {
    "held_on": HELD,
    "title": "Заседание рабочей группы",
    "place": "г. Москва",
    "chair": "Образцов Виктор Николаевич",
    "chair_position": "заместитель Министра просвещения Российской Федерации",
    "secretary": "Примерова Елена Сергеевна",
    "secretary_position": "начальник отдела",
    "agenda": (
        {"title": "О ходе реализации плана", "speaker": "Координаторова Мария Сергеевна"},
        {"title": "О целевом обучении"},
    ),
    "participants": (
        {"name": "Седых Павел Ильич", "position": "директор департамента", "organisation": "Минпросвещения России"},
        {"name": "Шевченко Тарас Витальевич", "position": "директор департамента", "organisation": "Корпорация"},
    ),
}


def a_meeting(cast: Cast, plan_id: int, **fields: Any) -> Meeting:
    """A meeting of the 10th of June written down by the ministry's secretary."""
    return meetings.create_meeting(plan_id, NewMeeting(**{**WRITTEN, **fields}), cast.who("secretary", "ministry"))


def a_draft_decision(cast: Cast, meeting: Meeting, **fields: Any) -> MeetingDecision:
    """A decision in the draft minutes, to the ministry's executor unless said otherwise."""
    values: dict[str, Any] = {"text": "Направить письмо", "executor_id": cast.who("executor").id}
    new = NewDecision(**{**values, **fields})
    return decisions.add_decision(meeting.id, new, cast.who("secretary", "ministry"))


def signed(cast: Cast, meeting: Meeting, day: date = SIGNED) -> Meeting:
    """The minutes given out and signed by the chair."""
    secretary = cast.who("secretary", "ministry")
    minutes.issue_minutes(meeting.id, secretary)
    return minutes.sign_minutes(meeting.id, day, Upload("протокол.pdf", PDF), secretary)


def a_decision(cast: Cast, plan_id: int, **fields: Any) -> MeetingDecision:
    """A decision under control, of a meeting of the 10th of June."""
    meeting = a_meeting(cast, plan_id)
    row = a_draft_decision(cast, meeting, **fields)
    signed(cast, meeting)
    return row
