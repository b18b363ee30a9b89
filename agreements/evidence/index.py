"""`index.html` of a pack: what is in it, in words, for whoever opens the ZIP without this service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from agreements import history, shown
from agreements.evidence.member import Member
from agreements.models import Agreement, PartySignature
from agreements.states import agreement_machine
from core import clock
from core.accounts.actor import Actor
from core.audit import AuditRecord
from core.db import db
from core.documents import kinds
from core.signoffs.documents.words import stood_in
from core.signoffs.models import Decision, Round, Slot, Substitution
from core.signoffs.states import VERDICTS
from core.signoffs.words import named

NAME = "index.html"
DATA: dict[str, Any] = {
    "revisions": _l("редакции: данные и текст по пунктам"),
    "signatures": _l("подписи сторон"),
    "signatures_electronic": _l("внешние электронные подписи: сертификаты, МЧД"),
    "registration": _l("записи в журналах регистрации"),
    "editions": _l("редакции условий после изменений"),
    "notices": _l("уведомления сторон"),
    "prolongations": _l("продления"),
    "rounds": _l("круги согласования, задачи и решения"),
    "remarks": _l("замечания и ответы на них"),
    "protocols": _l("протоколы разногласий"),
}
GROUPS: tuple[tuple[str, Any], ...] = (
    ("signed", _l("Подписанный документ")),
    ("revisions", _l("Другие редакции")),
    ("documents", _l("Листы, протоколы и иные выпущенные документы")),
    ("files", _l("Скан-копии, подписи и приложенные файлы")),
    ("data", _l("Сведения из таблиц")),
    ("audit", _l("Журналы с цепочкой хэшей")),
)


def page(agreement: Agreement, found: Sequence[Member], actor: Actor) -> Member:
    """The index over the members of a pack. It stands alone: no link leads out of the archive."""
    template = current_app.jinja_env.get_template("agreements/evidence_index.html")
    text = template.render(
        it=agreement,
        kind=kinds.kind(agreement.kind).label,
        state=agreement_machine.states[agreement.state].label,
        made=shown.minute(clock.now()),
        actor=actor,
        groups=_groups(found, agreement.id),
        signatures=_signatures(agreement),
        decisions=_decisions(agreement),
        history=_history(agreement),
        day=shown.day,
    )
    return Member(NAME, text.encode(), "index")


def _groups(found: Sequence[Member], agreement_id: int) -> list[tuple[str, list[tuple[Member, str]]]]:
    own = Member(f"audit/agreement-{agreement_id}.json", b"", "journal")
    by_folder: dict[str, list[tuple[Member, str]]] = {}
    for member in (*found, own):
        by_folder.setdefault(member.path.partition("/")[0], []).append((member, _what(member)))
    return [(str(label), by_folder[folder]) for folder, label in GROUPS if folder in by_folder]


def _what(member: Member) -> str:
    """What a file is, in words."""
    name = member.path.partition("/")[2]
    if member.what == "data":
        return str(DATA.get(name.removesuffix(".json"), ""))
    if member.what == "anchors":
        return str(_("звенья общей цепочки, где закреплены концы журналов"))
    if member.what == "journal":
        own = name.startswith("agreement-")
        return str(_("журнал этого документа") if own else _("журнал выпущенного файла"))
    if member.what == "sealed":
        return str(_("зашифрованный вид: на него даны визы и подписи"))
    if member.what == "file":
        return str(_("приложен к документу"))
    rendition = str(shown.RENDITIONS.get(str(member.proves.get("rendition")), ""))
    revision = member.proves.get("revision")
    return f"{rendition}, {_('редакция %(n)s', n=revision)}" if revision else rendition


def _signatures(agreement: Agreement) -> list[dict[str, Any]]:
    rows = db.session.scalars(
        select(PartySignature).where(PartySignature.agreement_id == agreement.id).order_by(PartySignature.id)
    )
    names = {party.id: party.organisation.short_name for party in agreement.parties}
    return [{"row": row, "party": names.get(row.party_id, ""), "electronic": row.electronic} for row in rows]


def _decisions(agreement: Agreement) -> list[dict[str, Any]]:
    """Every decision of every round, in order."""
    slots = db.session.scalars(
        select(Slot)
        .join(Round, Round.id == Slot.round_id)
        .where(Round.subject_kind == "agreement", Round.subject_id == agreement.id)
        .order_by(Round.number, Slot.finished_at, Slot.id)
    ).all()
    stood = {slot.decision.substitution_id for slot in slots if slot.decision is not None}
    grounds = {row.id: row for row in db.session.scalars(select(Substitution).where(Substitution.id.in_(stood)))}
    return [
        {
            "round": slot.round.number,
            "label": named(slot.label),
            "who": " ".join(filter(None, (slot.decision.name, _stood_in(slot.decision, grounds)))),
            "verdict": str(VERDICTS.get(slot.decision.verdict, slot.decision.verdict)),
            "at": shown.minute(slot.decision.at),
            "hash": slot.decision.document_hash,
        }
        for slot in slots
        if slot.decision is not None
    ]


def _stood_in(decision: Decision, grounds: Mapping[int, Substitution]) -> str | None:
    """«за Рубцову М.К. (приказ …)»; nothing for the holder of the place."""
    return stood_in(decision, grounds.get(decision.substitution_id or 0))


def _history(agreement: Agreement) -> list[dict[str, Any]]:
    """Acts in order; what the service itself did with single places of a route is left to the journal."""
    records = db.session.scalars(
        select(AuditRecord)
        .where(AuditRecord.subject_kind == "agreement", AuditRecord.subject_id == agreement.id)
        .where(AuditRecord.step != "assign")
        .order_by(AuditRecord.seq.desc())
    )
    told = [row for row in records if row.actor_id is not None or "of" not in row.data]
    return list(reversed(history.timeline(told, {})))
