"""Meetings by API: list, read, write down, invite, attendance, the minutes and their signature."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Date, DateTime, File, Integer, List, Nested, String
from apiflask.validators import Length
from flask import Response

from core.accounts.login import me
from core.documents import issuing
from core.documents.attachments import Upload
from core.documents.downloads import given
from roadmap import invitations
from roadmap.api.decisions import DecisionBrief
from roadmap.documents import minutes
from roadmap.models import Meeting
from roadmap.queries import proceedings as reads
from roadmap.service import meetings as service
from roadmap.service import minutes as minutes_service
from roadmap.service.meetings import NewMeeting

bp = APIBlueprint("meetings_api", __name__, url_prefix="/api/v1", tag="Совещания")


class QuestionSchema(Schema):
    key = String(metadata={"description": "Постоянный ключ вопроса: при правке верните его, чтобы сохранить поручения"})
    title = String(required=True)
    speaker = String(load_default="")
    heard = String(load_default="", metadata={"description": "Винительный падеж; пусто – по докладчику и вопросу"})
    spoke = String(load_default="")


class ParticipantSchema(Schema):
    name = String(load_default="", metadata={"description": "Можно не указывать вместе с person_id"})
    position = String(load_default="")
    organisation = String(load_default="")
    person_id = Integer(load_default=None, allow_none=True)
    guest = Boolean(load_default=False, metadata={"description": "Приглашённый"})
    absent = Boolean(load_default=False)


class MeetingIn(Schema):
    held_on = Date(required=True)
    title = String(required=True, validate=Length(1, 8000))
    begins = String(load_default="", metadata={"description": "10:00, время московское"})
    place = String(load_default="")
    title_gen = String(load_default="", metadata={"description": "Продолжение слова «Протокол», родительный падеж"})
    chair = String(load_default="")
    chair_position = String(load_default="")
    secretary = String(load_default="")
    secretary_position = String(load_default="")
    agenda = List(Nested(QuestionSchema), load_default=list)
    participants = List(Nested(ParticipantSchema), load_default=list)


class EditMeetingIn(MeetingIn):
    version = Integer(load_default=None, allow_none=True, metadata={"description": "Версия, которую Вы видели"})


class MeetingLine(Schema):
    id = Integer()
    number = Integer()
    held_on = Date()
    begins = String()
    title = String()
    signed_on = Date(allow_none=True)
    decisions = Integer()


class MinutesOut(Schema):
    id = Integer()
    code = String()
    revision = Integer()
    rendition = String(metadata={"description": "draft – на подпись, signed – подписанный"})
    sha256 = String()
    file_name = String()
    issued_at = DateTime()


class MeetingOut(EditMeetingIn):
    id = Integer()
    roadmap_id = Integer()
    number = Integer()
    signed_on = Date(allow_none=True)
    minutes_hash = String(allow_none=True)
    lacking = List(String(), metadata={"description": "Чего не хватает, чтобы сформировать протокол"})
    decisions = List(Nested(DecisionBrief))
    minutes = List(Nested(MinutesOut))


class MeetingsOut(Schema):
    items = List(Nested(MeetingLine))


class AttendanceIn(Schema):
    absent = List(Integer(), required=True, metadata={"description": "Места отсутствующих в списке, с нуля"})
    version = Integer(load_default=None, allow_none=True)


class InvitedOut(Schema):
    told = List(String())


class VersionIn(Schema):
    version = Integer(load_default=None, allow_none=True)


class SignIn(Schema):
    signed_on = Date(required=True)
    scan = File(required=True)
    version = Integer(load_default=None, allow_none=True)


@bp.get("/roadmaps/<int:roadmap_id>/meetings")
@bp.output(MeetingsOut)
def meetings(roadmap_id: int) -> Any:
    """Совещания плана"""
    reads.plan(me(), roadmap_id)
    return {"items": reads.meetings(me(), roadmap_id)}


@bp.post("/roadmaps/<int:roadmap_id>/meetings")
@bp.input(MeetingIn)
@bp.output(MeetingOut, status_code=201)
def create(roadmap_id: int, json_data: dict[str, Any]) -> Any:
    """Завести совещание"""
    return out(service.create_meeting(roadmap_id, NewMeeting(**json_data), me()).id)


def out(meeting_id: int) -> dict[str, Any]:
    """A meeting as the API tells it."""
    row: Meeting = reads.meeting(me(), meeting_id)
    return {
        **{name: getattr(row, name) for name in MeetingOut._declared_fields if hasattr(row, name)},
        "lacking": list(minutes.lacking(row).values()),
        "minutes": reads.minutes_issued(meeting_id),
    }


@bp.get("/meetings/<int:meeting_id>")
@bp.output(MeetingOut)
def meeting(meeting_id: int) -> Any:
    """Совещание: повестка, участники, поручения, выпуски протокола"""
    return out(meeting_id)


@bp.put("/meetings/<int:meeting_id>")
@bp.input(EditMeetingIn)
@bp.output(MeetingOut)
def edit(meeting_id: int, json_data: dict[str, Any]) -> Any:
    """Записать совещание заново: порядок вопросов – порядок повестки"""
    version = json_data.pop("version")
    service.edit_meeting(meeting_id, NewMeeting(**json_data), me(), version)
    return out(meeting_id)


@bp.post("/meetings/<int:meeting_id>/attendance")
@bp.input(AttendanceIn)
@bp.output(MeetingOut)
def attendance(meeting_id: int, json_data: dict[str, Any]) -> Any:
    """Отметить отсутствующих"""
    service.note_attendance(meeting_id, json_data["absent"], me(), json_data["version"])
    return out(meeting_id)


@bp.post("/meetings/<int:meeting_id>/invite")
@bp.output(InvitedOut)
def invite(meeting_id: int) -> Any:
    """Пригласить участников, у которых есть вход в сервис"""
    return {"told": service.invite(meeting_id, me())}


@bp.get("/meetings/<int:meeting_id>/invitation.ics")
def invitation(meeting_id: int) -> Response:
    """Совещание как запись календаря"""
    return given(invitations.as_ics(reads.invited(me(), meeting_id)), "meeting.ics", "text/calendar; charset=utf-8")


@bp.get("/meetings/<int:meeting_id>/minutes.docx")
def preview(meeting_id: int) -> Response:
    """Протокол, каким он был бы сейчас; ничего не сохраняется"""
    row = reads.meeting(me(), meeting_id)
    return given(issuing.preview(minutes.imagined(row)), "minutes.docx")


@bp.post("/meetings/<int:meeting_id>/minutes")
@bp.input(VersionIn)
@bp.output(MinutesOut, status_code=201)
def issue(meeting_id: int, json_data: dict[str, Any]) -> Any:
    """Сформировать протокол на подпись; тот же текст выпускается один раз"""
    return minutes_service.issue_minutes(meeting_id, me(), json_data["version"])


@bp.post("/meetings/<int:meeting_id>/sign")
@bp.input(SignIn, location="form_and_files")
@bp.output(MeetingOut)
def sign(meeting_id: int, form_and_files_data: dict[str, Any]) -> Any:
    """Записать подпись председательствующего: поручения встают на контроль"""
    sent = form_and_files_data
    scan = Upload(sent["scan"].filename or "", sent["scan"].read())
    minutes_service.sign_minutes(meeting_id, sent["signed_on"], scan, me(), sent["version"])
    return out(meeting_id)
