"""Documents room: the template library: versions brought by people who know Word, put in force by a second one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import func, select

from core import audit, clock
from core.accounts.actor import SYSTEM, Actor
from core.db import db, locked, transaction
from core.documents import kinds, previews, uploads
from core.documents.comparison import Block
from core.documents.examination import Examined, examined, sample
from core.documents.limited import limited
from core.documents.models import DocumentTemplate
from core.documents.profiles import PROFILES
from core.documents.redline import compare
from core.errors import NotAllowed, NotFound, NotNow, NotValid, Reason
from core.store import digest, files
from core.workflow import handler
from core.workflow.models import Job
from core.workflow.schedule import daily

SUBJECT = "document_template"
ROLES = ("m_legal", "c_legal", "admin")
"""Who keeps the library."""


@dataclass(frozen=True)
class Draft:
    """A version as it is brought."""

    kind: str
    file_name: str
    content: bytes
    profile: str = "gost-2025"
    note: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class Shelf:
    """A kind with its version in force, how many versions there are, and how many wait for a second person."""

    kind: kinds.Kind
    active: DocumentTemplate | None
    versions: int
    waiting: int


def may_keep(actor: Actor) -> bool:
    """Whether the actor keeps the library."""
    return actor.has(*ROLES)


def _keeper(actor: Actor) -> None:
    if not may_keep(actor):
        raise NotAllowed(_("Библиотеку шаблонов ведут администраторы и правовые департаменты"))


def upload(draft: Draft, actor: Actor) -> DocumentTemplate:
    """Take a new version as a draft: kept even with faults, so that they can be read; in force only without.

    Raises NotAllowed, NotFound (kind), NotValid: a dangerous file, a tag outside the sandbox, the same file again.
    """
    _keeper(actor)
    kind = kinds.kind(draft.kind)
    uploads.check(draft.content, draft.file_name)
    _check_words(draft)
    found = examined(draft.content, kind.name, draft.profile)
    _refuse_dangerous(found)
    with transaction():
        _refuse_again(kind.name, digest(draft.content))
        last = db.session.scalar(select(func.max(DocumentTemplate.version)).where(DocumentTemplate.kind == kind.name))
        template = DocumentTemplate(
            kind=kind.name,
            version=(last or 0) + 1,
            title=draft.file_name.removesuffix(".docx"),
            sha256=files().put(draft.content),
            profile=draft.profile,
            valid_from=draft.valid_from,
            valid_to=draft.valid_to,
            note=draft.note.strip(),
            uploaded_by=actor.id,
            uploaded_name=actor.name,
            created_at=clock.now(),
        )
        db.session.add(template)
        db.session.flush()
        _journal(template, actor, "upload", None, draft.note.strip())
        if found.sampled:
            previews.ask(template.id, actor.id)
        return template


def _check_words(draft: Draft) -> None:
    if draft.profile not in PROFILES:
        raise NotValid(_("Нет такого профиля оформления"), "profile")
    if draft.valid_from and draft.valid_to and draft.valid_to < draft.valid_from:
        raise NotValid(_("Срок действия кончается раньше, чем начинается"), "valid_to")


def _refuse_dangerous(found: Examined) -> None:
    wrong = [problem for problem in found.errors if problem.code == "refused"]
    if wrong:
        told = "; ".join(f"{each.place}: {each.excerpt} — {each.message}" for each in wrong)
        raise NotValid(_("Файл не принят: %(reason)s", reason=told), "file")


def _refuse_again(kind: str, sha256: str) -> None:
    same = select(DocumentTemplate.version).where(DocumentTemplate.kind == kind, DocumentTemplate.sha256 == sha256)
    if (version := db.session.scalars(same).first()) is not None:
        raise NotValid(_("Этот файл уже есть в библиотеке: версия %(n)s", n=version), "file")


def _journal(template: DocumentTemplate, actor: Actor, step: str, before: str | None, comment: str = "") -> None:
    act = audit.Act(
        SUBJECT, template.id, step, from_state=before, to_state=template.state, comment=comment,
        document_hash=template.sha256, data={"kind": template.kind, "version": template.version},
    )  # fmt: skip
    audit.append(actor.who(), act)


def template(template_id: int, actor: Actor) -> DocumentTemplate:
    """A version. Raises NotAllowed, NotFound."""
    _keeper(actor)
    found = db.session.get(DocumentTemplate, template_id)
    if found is None:
        raise NotFound(_("Такой версии шаблона нет"))
    return found


def shelves(actor: Actor) -> list[Shelf]:
    """Every kind with its versions counted. Raises NotAllowed."""
    _keeper(actor)
    rows = db.session.scalars(select(DocumentTemplate)).all()
    by_kind: dict[str, list[DocumentTemplate]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row)
    return [_shelf(kind, by_kind.get(kind.name, [])) for kind in kinds.all_kinds()]


def _shelf(kind: kinds.Kind, rows: list[DocumentTemplate]) -> Shelf:
    active = next((row for row in rows if row.state == "active"), None)
    return Shelf(kind, active, len(rows), sum(row.state == "draft" for row in rows))


def versions(kind: str, actor: Actor) -> list[DocumentTemplate]:
    """The versions of a kind, the newest first. Raises NotAllowed, NotFound."""
    _keeper(actor)
    kinds.kind(kind)
    statement = select(DocumentTemplate).where(DocumentTemplate.kind == kind)
    return list(db.session.scalars(statement.order_by(DocumentTemplate.version.desc())))


def report(found: DocumentTemplate) -> Examined:
    """What there is to say of a version. Raises NotValid."""
    return examined(files().get(found.sha256), found.kind, found.profile)


def filled(found: DocumentTemplate) -> bytes:
    """The version filled with its sample. Raises NotValid."""
    return limited(sample, files().get(found.sha256), found.kind, found.profile)


def comparison(old: DocumentTemplate, new: DocumentTemplate) -> list[Block]:
    """The texts of two versions, paragraph by paragraph."""
    return compare(files().get(old.sha256), files().get(new.sha256))


def _taken(template_id: int) -> DocumentTemplate:
    found = locked(DocumentTemplate, template_id)
    if found is None:
        raise NotFound(_("Такой версии шаблона нет"))
    return found


def activate(template_id: int, actor: Actor) -> DocumentTemplate:
    """Put a version in force today, or on its first day; the version before retires then.

    Raises NotAllowed to who brought it, NotNow where it has faults or its dates are over, NotFound.
    """
    _keeper(actor)
    usable = report(template(template_id, actor))
    with transaction():
        found = _taken(template_id)
        before = found.state
        if before not in ("draft", "retired"):
            raise NotNow(_("Эта версия уже введена в действие"))
        if found.uploaded_by == actor.id:
            raise NotAllowed(_("Версию вводит в действие второй человек, не тот, кто её загрузил"))
        _refuse_unusable(found, usable)
        found.activated_by, found.activated_name, found.activated_at = actor.id, actor.name, clock.now()
        found.retired_at, found.retired_name = None, ""
        if found.valid_from and found.valid_from > clock.today():
            found.state = "scheduled"
        else:
            _take_over(found, actor)
        _journal(found, actor, "activate", before)
        return found


def _refuse_unusable(found: DocumentTemplate, usable: Examined) -> None:
    if found.valid_to and found.valid_to < clock.today():
        raise NotNow(_("Срок действия этой версии уже истёк"))
    if not usable.usable:
        reasons = [Reason(f"{each.place}: {each.message}" if each.place else each.message) for each in usable.errors]
        raise NotNow(_("В шаблоне есть ошибки: исправьте их в Word и загрузите новую версию"), reasons=reasons)


def _take_over(found: DocumentTemplate, actor: Actor) -> None:
    """At most one version of a kind is in force."""
    statement = select(DocumentTemplate).where(
        DocumentTemplate.kind == found.kind, DocumentTemplate.state == "active", DocumentTemplate.id != found.id
    )
    for other in db.session.scalars(statement.with_for_update()):
        other.state, other.retired_at, other.retired_name = "retired", clock.now(), actor.name
        _journal(other, actor, "retire", "active", _("заменена версией %(n)s", n=found.version))
    db.session.flush()
    found.state = "active"
    db.session.flush()


def retire(template_id: int, actor: Actor, reason: str) -> DocumentTemplate:
    """Take a version out of use; documents made of it stay as they are. Raises NotAllowed, NotNow, NotValid."""
    _keeper(actor)
    if not reason.strip():
        raise NotValid(_("Укажите причину"), "reason")
    with transaction():
        found = _taken(template_id)
        before = found.state
        if before == "retired":
            raise NotNow(_("Эта версия уже выведена из действия"))
        found.state, found.retired_at, found.retired_name = "retired", clock.now(), actor.name
        _journal(found, actor, "retire", before, reason.strip())
        return found


def set_dates(template_id: int, actor: Actor, valid_from: date | None, valid_to: date | None) -> DocumentTemplate:
    """Change the dates of a version. Raises NotAllowed, NotNow, NotValid."""
    _keeper(actor)
    if valid_from and valid_to and valid_to < valid_from:
        raise NotValid(_("Срок действия кончается раньше, чем начинается"), "valid_to")
    with transaction():
        found = _taken(template_id)
        if found.state == "retired":
            raise NotNow(_("Эта версия уже выведена из действия"))
        if found.state == "active" and valid_from and valid_from > clock.today():
            raise NotValid(_("Версия уже действует: срок не может начаться позже сегодняшнего дня"), "valid_from")
        found.valid_from, found.valid_to = valid_from, valid_to
        dates = " – ".join(f"{day:%d.%m.%Y}" if day else "…" for day in (valid_from, valid_to))
        _journal(found, actor, "set_dates", found.state, dates)
        return found


@handler("documents.templates")
def on_the_day(_job: Job) -> None:
    """Versions put in force for a later day take over when it comes."""
    with transaction():
        due = select(DocumentTemplate).where(
            DocumentTemplate.state == "scheduled", DocumentTemplate.valid_from <= clock.today()
        )
        for found in db.session.scalars(due.order_by(DocumentTemplate.valid_from, DocumentTemplate.id)):
            _take_over(found, SYSTEM)
            _journal(found, SYSTEM, "take_over", "scheduled")


daily("documents.templates")
