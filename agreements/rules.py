"""Who may, and when: questions that answer None or the reason in words. They change nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from agreements import catalogue
from agreements.known import known
from agreements.models import Agreement, PaperCopy, PartySignature
from agreements.parties import acts_as, is_initiator, names_of, party_of
from core import clock
from core.accounts import checks
from core.accounts.actor import Actor
from core.clock import in_moscow
from core.db import db
from core.errors import Reason
from core.signoffs.hats import day_of_act
from core.signoffs.models import Protocol, Remark, Round, Slot
from core.signoffs.plan import missing
from core.signoffs.service.rounds import POSITIVE, last_round
from core.signoffs.words import named

MOST_NAMED = 6
"""How many empty fields a reason names one by one."""


def _plain(day: object) -> str:
    return day.strftime("%d.%m.%Y") if hasattr(day, "strftime") else ""


def is_system(agreement: Agreement, actor: Actor) -> Reason | None:
    return None if actor.is_system else Reason(_("Это делает система"), "is_system")


def coordinates(agreement: Agreement, actor: Actor) -> Reason | None:
    """A coordinator of any party (or the service)."""
    if actor.is_system or acts_as(agreement, actor, "coordinator"):
        return None
    return Reason(_("Делает координатор стороны"), "coordinates", names_of(agreement, "coordinator"))


def coordinates_for_initiator(agreement: Agreement, actor: Actor) -> Reason | None:
    if acts_as(agreement, actor, "coordinator") and is_initiator(agreement, actor):
        return None
    return Reason(
        _("Делает координатор стороны-инициатора"), "side_match", names_of(agreement, "coordinator", initiator=True)
    )


def coordinates_for_counterparty(agreement: Agreement, actor: Actor) -> Reason | None:
    """A coordinator of a party that did not draft the text: the rule «other_side»."""
    if actor.is_system or (acts_as(agreement, actor, "coordinator") and not is_initiator(agreement, actor)):
        return None
    return Reason(_("Делает координатор другой стороны"), "other_side", names_of(agreement, "", initiator=False))


def visas_for_initiator(agreement: Agreement, actor: Actor) -> Reason | None:
    """A visa holder of the initiator: returning the draft is his verdict."""
    if actor.id is not None and is_initiator(agreement, actor):
        return None
    return Reason(_("Возвращает тот, кто визирует у инициатора"), "holds_slot", names_of(agreement, "", initiator=True))


def disputes(agreement: Agreement, actor: Actor) -> Reason | None:
    """The legal department of a counterparty opens a disagreement protocol."""
    if acts_as(agreement, actor, "legal") and not is_initiator(agreement, actor):
        return None
    return Reason(
        _("Открывает правовой департамент другой стороны"), "other_side", names_of(agreement, "", initiator=False)
    )


def settles(agreement: Agreement, actor: Actor) -> Reason | None:
    """A deputy or the legal department of a party closes the disagreement."""
    if acts_as(agreement, actor, "deputy") or acts_as(agreement, actor, "legal"):
        return None
    return Reason(_("Делает заместитель руководителя или правовой департамент"), "settles")


def sends_to_sign(agreement: Agreement, actor: Actor) -> Reason | None:
    if acts_as(agreement, actor, "coordinator") or acts_as(agreement, actor, "registrar"):
        return None
    return Reason(_("Передаёт координатор или регистратор"), "sends_to_sign")


def signs(agreement: Agreement, actor: Actor) -> Reason | None:
    """A party's signatory; who holds the signature slot has been answered by the sign-off engine."""
    if actor.is_system or party_of(agreement, actor) is not None:
        return None
    return Reason(_("Подписывает подписант стороны"), "signs")


def registers(agreement: Agreement, actor: Actor) -> Reason | None:
    if acts_as(agreement, actor, "registrar"):
        return None
    return Reason(_("Регистрирует делопроизводство стороны"), "registers", names_of(agreement, "registrar"))


def directs(agreement: Agreement, actor: Actor) -> Reason | None:
    """A deputy of a party suspends and resumes."""
    if acts_as(agreement, actor, "deputy"):
        return None
    return Reason(_("Решает заместитель руководителя стороны"), "directs", names_of(agreement, "deputy"))


def heads(agreement: Agreement, actor: Actor) -> Reason | None:
    """A signatory of a party terminates."""
    if acts_as(agreement, actor, "signer"):
        return None
    return Reason(_("Расторгает подписант стороны"), "heads", names_of(agreement, "signer"))


def reports_performance(agreement: Agreement, actor: Actor) -> Reason | None:
    if acts_as(agreement, actor, "coordinator") or acts_as(agreement, actor, "registrar"):
        return None
    return Reason(_("Отмечает координатор или регистратор стороны"), "reports_performance")


def parties_requisites_valid(agreement: Agreement, actor: Actor) -> Reason | None:
    """Every party has what a contract cannot do without, with valid checksums, and a signatory."""
    if not 2 <= len(agreement.parties) <= 15:
        return Reason(_("Сторон должно быть от 2 до 15"), "parties_requisites_valid")
    for party in agreement.parties:
        organisation = party.organisation
        faults = checks.faults(organisation)
        lacking = checks.missing(organisation)
        if faults or lacking or party.signatory is None:
            what = next(iter(faults.values()), None) or (
                _("не заполнены реквизиты") if lacking else _("не указан подписант")
            )
            return Reason(
                _("%(name)s: %(what)s", name=organisation.short_name, what=str(what)),
                "parties_requisites_valid",
                _("администратор, карточка организации"),
            )
    return None


def fields_complete(agreement: Agreement, actor: Actor) -> Reason | None:
    """Every field the document prints is filled in."""
    lacking = list(dict.fromkeys(catalogue.lacking(agreement).values()))
    if not lacking:
        return None
    shown = ", ".join(lacking[:MOST_NAMED]) + (
        _(" и ещё %(n)s", n=len(lacking) - MOST_NAMED) if lacking[MOST_NAMED:] else ""
    )
    return Reason(
        _("Не заполнено: %(fields)s", fields=shown),
        "fields_complete",
        names_of(agreement, "coordinator", initiator=True),
    )


def forms_reviewed(agreement: Agreement, actor: Actor) -> Reason | None:
    """The genitive forms that stand in the preamble were read by a person."""
    for party in agreement.parties:
        if party.signatory is not None and not party.signatory.reviewed:
            return Reason(
                _(
                    "%(name)s: формы родительного падежа подписанта не проверены человеком",
                    name=party.organisation.short_name,
                ),
                "forms_reviewed",
                _("администратор, карточка организации"),
            )
    return None


def route_defined_both_sides(agreement: Agreement, actor: Actor) -> Reason | None:
    """Every role of the route is held by somebody, for every party."""
    from agreements.routes import planned

    slots, parties = planned(agreement)
    lacking = missing(slots, parties)
    return lacking[0] if lacking else None


def not_paused(agreement: Agreement, actor: Actor) -> Reason | None:
    """A supplementary agreement needs a parent that is in force."""
    if agreement.parent is None or agreement.parent.state in ("registered", "suspended"):
        return None
    return Reason(_("Основной документ не действует: изменять нечего"), "parent_in_force")


def parent_unchanged(agreement: Agreement, actor: Actor) -> Reason | None:
    """The parent's terms are those the changes were drawn against."""
    parent = agreement.parent
    if parent is None or agreement.parent_edition in (None, parent.edition):
        return None
    return Reason(
        _("Основной документ изменён после начала работы: сверьте и объедините изменения"),
        "parent_unchanged",
        names_of(agreement, "coordinator", initiator=True),
    )


def _round(agreement: Agreement) -> Round | None:
    facts = known(agreement)
    return facts.round if facts else last_round("agreement", agreement.id)


def all_mandatory_visas_current_round(agreement: Agreement, actor: Actor) -> Reason | None:
    """Every mandatory visa of the phases up to now is given in this round, for this text."""
    current = _round(agreement)
    phases = ("own",) if agreement.state == "own_approval" else ("own", "counterparty")
    return visas_given(current, phases, agreement.document_hash)


def visas_given(current: Round | None, phases: tuple[str, ...], document_hash: str | None) -> Reason | None:
    """The first mandatory visa that is missing, in words."""
    if current is None or current.document_hash != document_hash:
        return Reason(_("Круг согласования этого текста не открыт"), "all_mandatory_visas_current_round")
    waiting = [slot for slot in current.slots if slot.phase in phases and _lacks(slot, current)]
    if not waiting:
        return None
    slot = waiting[0]
    due = _("срок %(day)s", day=in_moscow(slot.due_at).strftime("%d.%m")) if slot.due_at else ""
    return Reason(
        _("Не получена виза: %(label)s", label=named(slot.label)),
        "all_mandatory_visas_current_round",
        ", ".join(holder.name for holder in slot.holders),
        due,
    )


def _lacks(slot: Slot, current: Round) -> bool:
    if not slot.mandatory or slot.kind not in ("visa", "submission") or slot.state in POSITIVE:
        return False
    from core.signoffs.service.rounds import stage_complete

    peers = [s for s in current.slots if (s.phase, s.track, s.stage) == (slot.phase, slot.track, slot.stage)]
    return not stage_complete(peers)


def public_info_only(agreement: Agreement, actor: Actor) -> Reason | None:
    """Nothing restricted: the drafter declared it, or the security department gave its visa."""
    current = _round(agreement)
    if agreement.public_info or (
        current and any(slot.role == "c_security" and slot.state in POSITIVE for slot in current.slots)
    ):
        return None
    return Reason(
        _("Нет отметки, что сведения не ограничены в доступе"),
        "public_info_only",
        _("составитель: отметка в форме, либо виза подразделения безопасности"),
    )


def no_open_blocking_remarks(agreement: Agreement, actor: Actor) -> Reason | None:
    """No remark «не согласовано» waits for its answer."""
    remark = _open_remark(agreement)
    if remark is None:
        return None
    who, text = remark
    return Reason(
        _("Нет ответа на замечание %(who)s: «%(text)s»", who=who, text=text[:80]),
        "no_open_blocking_remarks",
        names_of(agreement, "coordinator", initiator=True),
    )


def _open_remark(agreement: Agreement) -> tuple[str, str] | None:
    if facts := known(agreement):
        return facts.remark
    row = db.session.execute(
        select(Remark.author_name, Remark.text)
        .where(
            Remark.subject_kind == "agreement",
            Remark.subject_id == agreement.id,
            Remark.blocking,
            Remark.answer == "",
        )
        .limit(1)
    ).first()
    return (row.author_name, row.text) if row else None


def protocol_is_open(agreement: Agreement) -> Protocol | None:
    return db.session.scalars(
        select(Protocol)
        .where(Protocol.subject_kind == "agreement", Protocol.subject_id == agreement.id)
        .order_by(Protocol.number.desc())
        .limit(1)
    ).first()


@dataclass(frozen=True)
class _ProtocolFacts:
    state: str
    changed: bool


def _protocol(agreement: Agreement) -> Any:
    """State of the newest protocol, and whether an agreed wording departs from the text."""
    if facts := known(agreement):
        return facts.protocol
    row = protocol_is_open(agreement)
    return row and _ProtocolFacts(row.state, any(each.agreed != each.original for each in row.rows))


def disagreement_protocol_closed(agreement: Agreement, actor: Actor) -> Reason | None:
    """Every clause of the protocol has an agreed wording that all parties consented to."""
    protocol = _protocol(agreement)
    if protocol is not None and protocol.state == "closed":
        return None
    return Reason(
        _("Не все пункты протокола разногласий согласованы"), "disagreement_protocol_closed", names_of(agreement, "")
    )


def text_unchanged_by_protocol(agreement: Agreement, actor: Actor) -> Reason | None:
    """A changed text goes through a new revision; only an unchanged one is agreed as it stands."""
    protocol = _protocol(agreement)
    if protocol is None or not protocol.changed:
        return None
    return Reason(_("Согласованные редакции меняют текст: изложите его в новой редакции"), "text_unchanged_by_protocol")


def document_frozen(agreement: Agreement, actor: Actor) -> Reason | None:
    current, running = agreement.current, _round(agreement)
    if current and running and current.document_hash == running.document_hash:
        return None
    return Reason(_("Текст не заморожен: документ этой редакции не сформирован"), "document_frozen")


def all_signers_authorised(agreement: Agreement, actor: Actor) -> Reason | None:
    """Every party's signatory has authority today."""
    for party in agreement.parties:
        if reason := authority(party.signatory, party.organisation.short_name):
            return reason
    return None


def signer_authority_valid(agreement: Agreement, actor: Actor) -> Reason | None:
    """The authority of the actor's party to sign holds on this very day."""
    party = party_of(agreement, actor)
    if party is None:
        return Reason(_("Вы не представляете сторону этого документа"), "signer_authority_valid")
    return authority(party.signatory, party.organisation.short_name, day_of_act())


def authority(signatory: object, name: str, day: date | None = None) -> Reason | None:
    """Whether a party's signatory has authority on `day` (today unless said)."""
    from core.accounts.models import Signatory

    on = day or clock.today()
    if not isinstance(signatory, Signatory):
        return Reason(_("%(name)s: подписант не указан", name=name), "signer_authority_valid")
    if signatory.valid_on(on):
        return None
    about = {"name": name, "basis": signatory.basis}
    if signatory.valid_from is not None and on < signatory.valid_from:
        text = _(
            "%(name)s: полномочия подписанта (%(basis)s) действуют с %(day)s", **about, day=_plain(signatory.valid_from)
        )
    else:
        text = _(
            "%(name)s: полномочия подписанта (%(basis)s) действуют по %(day)s", **about, day=_plain(signatory.valid_to)
        )
    return Reason(text, "signer_authority_valid", _("администратор, карточка организации"))


def signatures(agreement: Agreement) -> int:
    """Valid signatures under the current revision."""
    if facts := known(agreement):
        return len(facts.signed)
    return (
        db.session.scalar(
            select(func.count())
            .select_from(PartySignature)
            .where(PartySignature.agreement_id == agreement.id, PartySignature.voided_at.is_(None))
        )
        or 0
    )


def signed_parties(agreement: Agreement) -> frozenset[int]:
    """Parties whose signatures are in force."""
    if facts := known(agreement):
        return facts.signed
    return frozenset(
        db.session.scalars(
            select(PartySignature.party_id).where(
                PartySignature.agreement_id == agreement.id, PartySignature.voided_at.is_(None)
            )
        )
    )


def is_first_signature(agreement: Agreement, actor: Actor) -> Reason | None:
    if signatures(agreement) == 0 and len(agreement.parties) > 1:
        return None
    return Reason(_("Первая подпись уже стоит"), "is_first_signature")


def is_not_last_signature(agreement: Agreement, actor: Actor) -> Reason | None:
    if signatures(agreement) < len(agreement.parties) - 1:
        return None
    return Reason(_("Осталась последняя подпись"), "is_not_last_signature")


def all_others_signed(agreement: Agreement, actor: Actor) -> Reason | None:
    """The last signature needs every other party's."""
    signed = signed_parties(agreement)
    for party in agreement.parties:
        if party.id not in signed and party.organisation_id != actor.organisation_id:
            return Reason(_("Не подписал(а): %(name)s", name=party.organisation.short_name), "all_others_signed")
    return None


def all_copies_returned(agreement: Agreement, actor: Actor) -> Reason | None:
    """Every paper copy came back; electronic signatures need none."""
    out = _copies_out(agreement)
    if not out:
        return None
    return Reason(
        _("Не возвращены экземпляры: %(numbers)s", numbers=", ".join(f"№\u00a0{number}" for number in out)),
        "all_copies_returned",
        _("делопроизводство: отметить возврат"),
    )


def _copies_out(agreement: Agreement) -> Sequence[int]:
    """Numbers of the current revision's copies that have not come back."""
    if facts := known(agreement):
        return facts.copies_out
    return db.session.scalars(
        select(PaperCopy.number)
        .where(
            PaperCopy.agreement_id == agreement.id,
            PaperCopy.returned_on.is_(None),
            PaperCopy.revision_id == (agreement.current.id if agreement.current else None),
        )
        .order_by(PaperCopy.number)
    ).all()


def not_registered_by_own_side(agreement: Agreement, actor: Actor) -> Reason | None:
    """A side gives its number once."""
    party = party_of(agreement, actor)
    if party is None or not party.reg_number:
        return None
    return Reason(
        _("Ваша сторона уже зарегистрировала документ: %(number)s", number=party.reg_number), "reg_number_unique"
    )


def term_reached(agreement: Agreement, actor: Actor) -> Reason | None:
    """The term has run out, and nothing prolongs it."""
    if agreement.valid_until is not None and agreement.valid_until < clock.today():
        return None
    return Reason(_("Срок действия не истёк"), "term_reached", by=_plain(agreement.valid_until))


def prolongs(agreement: Agreement, actor: Actor) -> Reason | None:
    """The agreement prolongs itself, and nobody gave notice against it."""
    if agreement.prolong_years > 0 and not _against_prolongation(agreement):
        return None
    return Reason(_("Пролонгация не предусмотрена или от неё отказались"), "prolongs")


def _against_prolongation(agreement: Agreement) -> bool:
    if facts := known(agreement):
        return facts.against_prolongation
    from agreements.models import Notice

    statement = select(Notice.id).where(Notice.agreement_id == agreement.id, Notice.kind == "no_prolongation")
    return db.session.scalar(statement.limit(1)) is not None


def does_not_prolong(agreement: Agreement, actor: Actor) -> Reason | None:
    if prolongs(agreement, actor) is not None:
        return None
    return Reason(_("Действие продлевается автоматически"), "does_not_prolong")


def prolongation_ahead(agreement: Agreement, actor: Actor) -> Reason | None:
    """There is a prolongation to refuse, and the notice period before it has not run out."""
    if agreement.valid_until is None or prolongs(agreement, actor) is not None:
        return Reason(_("Автоматического продления нет: отказываться не от чего"), "prolongation_ahead")
    last = agreement.valid_until - timedelta(days=agreement.notice_days)
    if clock.today() <= last:
        return None
    return Reason(_("Срок, за который отказываются от продления, прошёл"), "prolongation_ahead", by=_plain(last))


def parent_has_ended(agreement: Agreement, actor: Actor) -> Reason | None:
    """A supplementary agreement ends with its parent, never by itself in this way."""
    if agreement.parent is not None and agreement.parent.state in ("performed", "expired", "terminated"):
        return None
    return Reason(_("Основной документ действует"), "parent_has_ended")


def termination_day_came(agreement: Agreement, actor: Actor) -> Reason | None:
    """A notice was given and its day has come."""
    if agreement.terminates_on is not None and agreement.terminates_on <= clock.today():
        return None
    return Reason(_("Дата расторжения не наступила"), "termination_basis", by=_plain(agreement.terminates_on))


def may_recall_signing(agreement: Agreement, actor: Actor) -> Reason | None:
    """Once signatures are being collected, a recall needs a passed deadline or a lapsed authority."""
    if agreement.state not in ("signing", "partly_signed"):
        return None
    if agreement.sign_by is not None and agreement.sign_by < clock.today():
        return None
    if all_signers_authorised(agreement, actor) is not None or parent_unchanged(agreement, actor) is not None:
        return None
    if agreement.state == "signing":
        return None
    return Reason(
        _("Подписи собираются: отозвать можно после срока подписания"),
        "may_recall_signing",
        by=_plain(agreement.sign_by),
    )
