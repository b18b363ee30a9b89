"""The minutes: given out for the signature, signed by the chair, and from then on frozen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import func, select

from core import audit, clock
from core.accounts.actor import Actor
from core.db import db, expect_version, transaction
from core.documents.attachments import Upload, keep
from core.documents.issuing import issue
from core.documents.models import IssuedDocument
from core.errors import NotNow, NotValid
from core.workflow import enqueue
from roadmap.documents.minutes import KIND, lacking, order
from roadmap.models import Meeting
from roadmap.service.meetings import MEETING, locked_meeting, open_meeting
from roadmap.states.meetings import meeting_decision


def issue_minutes(meeting_id: int, actor: Actor, version: int | None = None) -> IssuedDocument:
    """Give the minutes out as a document for the signature; the same text is given out once.

    Raises NotFound, NotAllowed, NotNow (signed already, not held yet), NotValid naming what the minutes still lack.
    """
    with transaction():
        row = open_meeting(meeting_id, actor)
        expect_version(row, version)
        if row.held_on > clock.today():
            raise NotNow(_("Совещание ещё не состоялось: протокол формируют после него"))
        if row.document_id is not None:
            return db.session.get_one(IssuedDocument, row.document_id)
        missing = lacking(row)
        if missing:
            what = ", ".join(dict.fromkeys(missing.values()))
            raise NotValid(
                _("Протокол пока не сформировать. Не указано: %(what)s", what=what),
                fields={field: _("Нужно для протокола: %(what)s", what=name) for field, name in missing.items()},
            )
        document = issue(order(row, "draft", revision=_issues(row.id) + 1, label="проект"), actor)
        row.document_id = document.id
        data = {"revision": document.revision, "code": document.code}
        act = audit.Act(MEETING, row.id, "issue_minutes", document_hash=document.sha256, data=data)
        audit.append(actor.who(), act)
        db.session.flush()
        return document


def _issues(meeting_id: int) -> int:
    return (
        db.session.scalar(
            select(func.count()).where(
                IssuedDocument.subject_kind == MEETING,
                IssuedDocument.subject_id == meeting_id,
                IssuedDocument.kind == KIND,
            )
        )
        or 0
    )


def sign_minutes(
    meeting_id: int, signed_on: date, scan: Upload | None, actor: Actor, version: int | None = None
) -> Meeting:
    """The chair has signed the minutes as they were given out: every decision is issued and goes under control.

    The signature stands on the issued document, by its hash; the scan proves it. Raises NotFound, NotAllowed,
    NotNow (signed already, or the text has changed since it was given out), NotValid (the day, no scan).
    """
    with transaction():
        meeting = locked_meeting(meeting_id, actor)
        expect_version(meeting, version)
        if meeting.signed_on is not None:
            raise NotNow(_("Протокол уже подписан"))
        if meeting.document_id is None:
            raise NotNow(_("Сначала сформируйте протокол: подпись ставится под выпущенным текстом, а он изменился"))
        if signed_on > clock.today() or signed_on < meeting.held_on:
            raise NotValid(_("День подписания — от дня совещания до сегодня"), "signed_on")
        if scan is None:
            raise NotValid(_("Приложите скан подписанного протокола"), "scan")
        _take_under_signature(meeting, signed_on, scan, actor)
        return meeting


def _take_under_signature(meeting: Meeting, signed_on: date, scan: Upload, actor: Actor) -> None:
    document = db.session.get_one(IssuedDocument, meeting.document_id)
    kept = keep(scan, MEETING, meeting.id, "scan", actor)
    meeting.signed_on, meeting.minutes_hash = signed_on, document.sha256
    data = {"signed_on": signed_on.isoformat(), "scan": kept.sha256, "chair": meeting.chair}
    audit.append(actor.who(), audit.Act(MEETING, meeting.id, "sign_minutes", document_hash=document.sha256, data=data))
    db.session.flush()
    secretary = replace(actor, roles=actor.roles | {"secretary"})
    for row in meeting.decisions:
        if row.state == "draft":
            meeting_decision.take(row, "issue", secretary)
    enqueue("roadmap.issue_signed", {"id": meeting.id}, key=f"roadmap.issue_signed:{meeting.id}")
