"""What can be done with agreements. Each public function is one transaction; the actor is an argument."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from agreements import locking, terms
from agreements.documents import order
from agreements.fanout import wording
from agreements.hooks import settle_round
from agreements.models import Agreement, AgreementParty, PaperCopy
from agreements.parties import acts_as, is_initiator, roles_of
from agreements.states import agreement_machine
from core import audit, clock
from core.accounts.access import may_see, set_readers
from core.accounts.actor import Actor
from core.accounts.models import Organisation, Signatory
from core.db import db, expect_version, locked, transaction
from core.documents.attachments import Upload, keep
from core.documents.issuing import issue, preview
from core.documents.models import IssuedDocument
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.web.kept import russian
from core.workflow import Ask, Taken

EDITABLE = ("draft", "revision")


@dataclass(frozen=True)
class PartyInput:
    """A party of a new or edited agreement. `signatory_id` empty takes the organisation's primary signatory."""

    organisation_id: int
    role: str = ""
    alias: str = ""
    signatory_id: int | None = None


@dataclass(frozen=True)
class AgreementInput:
    """What a draft is made of. `data` are the fields of the kind (dates in ISO form)."""

    kind: str
    title: str
    parties: Sequence[PartyInput]
    city: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    parent_id: int | None = None
    financial_terms: bool = False
    public_info: bool = False
    term_type: str = "open"
    valid_until: date | None = None
    prolong_years: int = 0
    notice_days: int = 30
    effective_from: date | None = None


def create(entered: AgreementInput, actor: Actor) -> Agreement:
    """A draft of the actor's organisation, which must be one of the parties. An incomplete draft can be kept.

    Raises NotAllowed (not a coordinator of a party), NotValid (parties, title), NotNow (the parent is not in force).
    """
    with transaction():
        if not actor.has(*roles_of("coordinator", actor.side)):
            raise NotAllowed(_("Проект готовит координатор стороны"))
        agreement = Agreement(
            kind=entered.kind,
            initiator_id=actor.organisation_id,
            created_by=actor.id,
            created_at=clock.now(),
            state="draft",
        )
        _fill(agreement, entered, actor)
        if entered.parent_id is not None:
            _descend(agreement, entered.parent_id, actor)
        db.session.add(agreement)
        db.session.flush()
        _readers(agreement)
        audit.append(actor.who(), audit.Act("agreement", agreement.id, "create", to_state="draft"))
        return agreement


def _fill(agreement: Agreement, entered: AgreementInput, actor: Actor) -> None:
    if not entered.title.strip():
        raise NotValid(_("Назовите документ"), "title")
    ids = [party.organisation_id for party in entered.parties]
    if not 2 <= len(ids) <= 15 or len(set(ids)) != len(ids):
        raise NotValid(_("Сторон должно быть от 2 до 15, каждая — один раз"), "parties")
    if agreement.initiator_id not in ids:
        raise NotValid(_("Ваша организация должна быть стороной"), "parties")
    names = (
        "city",
        "financial_terms",
        "public_info",
        "term_type",
        "valid_until",
        "prolong_years",
        "notice_days",
        "effective_from",
    )
    for name in names:
        setattr(agreement, name, getattr(entered, name))
    agreement.title = entered.title.strip()
    agreement.data = dict(entered.data)
    agreement.drafters = sorted({*(agreement.drafters or []), *([actor.id] if actor.id else [])})
    _set_parties(agreement, entered.parties)


def _set_parties(agreement: Agreement, entered: Sequence[PartyInput]) -> None:
    """Parties in the entered order; a party that stays keeps its row (its number, its signatures)."""
    kept = {party.organisation_id: party for party in agreement.parties}
    for party in list(agreement.parties):
        party.position += 1000
        if party.organisation_id not in {wanted.organisation_id for wanted in entered}:
            agreement.parties.remove(party)
    db.session.flush()
    for position, wanted in enumerate(entered, start=1):
        row = kept.get(wanted.organisation_id)
        if row is None:
            organisation = db.session.get(Organisation, wanted.organisation_id)
            if organisation is None:
                raise NotValid(_("Такой организации нет"), "parties")
            row = AgreementParty(organisation_id=organisation.id, organisation=organisation)
            agreement.parties.append(row)
        row.position, row.role, row.alias = position, wanted.role, wanted.alias
        row.signatory = _signatory(wanted)
    agreement.parties.sort(key=lambda party: party.position)


def _signatory(wanted: PartyInput) -> Signatory | None:
    statement = select(Signatory).where(Signatory.organisation_id == wanted.organisation_id)
    if wanted.signatory_id is not None:
        return db.session.scalars(statement.where(Signatory.id == wanted.signatory_id)).one_or_none()
    return db.session.scalars(statement.where(Signatory.primary).order_by(Signatory.id.desc()).limit(1)).first()


def _descend(agreement: Agreement, parent_id: int, actor: Actor) -> None:
    """Under a parent in force: the next number among its parent's; an amendment is drawn against its present terms."""
    parent = locked(Agreement, parent_id)
    if parent is None or not may_see(actor, "agreement", parent_id):
        raise NotFound(_("Основной документ не найден"))
    if parent.state != "registered":
        raise NotNow(_("Дополнительное соглашение и договор на его основе составляют к действующему документу"))
    last = db.session.scalar(select(func.max(Agreement.seq)).where(Agreement.parent_id == parent_id))
    agreement.parent_id, agreement.parent = parent.id, parent
    agreement.seq = (last or 0) + 1
    if agreement.kind == "supplementary":
        agreement.parent_edition = parent.edition


def _readers(agreement: Agreement) -> None:
    set_readers("agreement", agreement.id, [party.organisation_id for party in agreement.parties])


def get_for(agreement_id: int, actor: Actor, *, lock: bool = False) -> Agreement:
    """The agreement if the actor may see it. Raises NotFound for absent and hidden alike."""
    if not may_see(actor, "agreement", agreement_id):
        raise NotFound(_("Соглашение не найдено"))
    agreement = locking.locked(agreement_id) if lock else db.session.get(Agreement, agreement_id)
    if agreement is None:
        raise NotFound(_("Соглашение не найдено"))
    return agreement


def edit(agreement_id: int, entered: AgreementInput, actor: Actor, version: int | None = None) -> Agreement:
    """Change a draft or a text on revision. Raises NotNow once the text is frozen, NotAllowed for others."""
    with transaction():
        agreement = _own_editable(agreement_id, actor, version)
        _fill(agreement, entered, actor)
        db.session.flush()
        _readers(agreement)
        wording.follow_data(agreement)
        agreement.moved_at = clock.now()
        audit.append(actor.who(), audit.Act("agreement", agreement.id, "edit"))
        return agreement


def edit_clauses(
    agreement_id: int, clauses: Sequence[Mapping[str, Any]], actor: Actor, version: int | None = None
) -> Agreement:
    """Change the text clause by clause; each clause keeps its id. An empty list returns to the text it began with."""
    with transaction():
        agreement = _own_editable(agreement_id, actor, version)
        for clause in clauses:
            if not str(clause.get("text", "")).strip() or not clause.get("id"):
                raise NotValid(_("Пункт без текста: исключите его или напишите текст"), "clauses")
        if clauses:
            agreement.clauses = [dict(clause) for clause in clauses]
        else:
            wording.restore(agreement)
        agreement.drafters = sorted({*agreement.drafters, *([actor.id] if actor.id else [])})
        wording.settle(agreement)
        agreement.moved_at = clock.now()
        audit.append(actor.who(), audit.Act("agreement", agreement.id, "edit_clauses"))
        return agreement


def _own_editable(agreement_id: int, actor: Actor, version: int | None) -> Agreement:
    agreement = get_for(agreement_id, actor, lock=True)
    expect_version(agreement, version)
    if not (is_initiator(agreement, actor) and acts_as(agreement, actor, "coordinator")):
        raise NotAllowed(_("Текст правит координатор стороны-инициатора"))
    if agreement.state not in EDITABLE:
        raise NotNow(_("Текст заморожен: чтобы править, отзовите документ на доработку"))
    return agreement


def declare_public(agreement_id: int, actor: Actor) -> Agreement:
    """The drafter's mark that nothing in the document is restricted; may be given while visas are collected."""
    with transaction():
        agreement = get_for(agreement_id, actor, lock=True)
        if not (is_initiator(agreement, actor) and acts_as(agreement, actor, "coordinator")):
            raise NotAllowed(_("Отметку ставит координатор стороны-инициатора"))
        agreement.public_info, agreement.moved_at = True, clock.now()
        audit.append(actor.who(), audit.Act("agreement", agreement.id, "declare_public"))
        settle_round(agreement, actor)
        return agreement


def take_step(
    agreement_id: int,
    step: str,
    actor: Actor,
    ask: Ask | None = None,
    *,
    uploads: Mapping[str, Upload] | None = None,
    version: int | None = None,
) -> Taken:
    """Take a step of the table for the actor. Files brought with it are kept with the agreement.

    Raises NotFound, NotAllowed, NotNow with the reasons, NotValid naming what is asked for.
    """
    with transaction():
        agreement = get_for(agreement_id, actor, lock=True)
        expect_version(agreement, version)
        row = agreement_machine.steps.get(step)
        if row is not None and row.hidden and not actor.is_system:
            raise NotAllowed(_("Этот шаг делается решением в маршруте, не кнопкой"))
        ask = _with_files(agreement, step, actor, ask or Ask(), uploads or {})
        taken = agreement_machine.take(agreement, step, actor, ask)
        settle_round(agreement, actor)
        return taken


def _with_files(agreement: Agreement, step: str, actor: Actor, ask: Ask, uploads: Mapping[str, Upload]) -> Ask:
    files = {
        name: [keep(upload, "agreement", agreement.id, f"{step}.{name}", actor).id] for name, upload in uploads.items()
    }
    return Ask(ask.comment, ask.data, {**ask.files, **files})


def return_copy(copy_id: int, actor: Actor, scan: Upload | None = None, on: date | None = None) -> PaperCopy:
    """Mark a signed paper copy as returned, with its scan where there is one."""
    with transaction():
        copy = locked(PaperCopy, copy_id)
        if copy is None:
            raise NotFound(_("Экземпляр не найден"))
        agreement = get_for(copy.agreement_id, actor, lock=True)
        if not (acts_as(agreement, actor, "registrar") or acts_as(agreement, actor, "coordinator")):
            raise NotAllowed(_("Возврат отмечает делопроизводство или координатор стороны"))
        if copy.returned_on is not None:
            raise NotNow(_("Экземпляр № %(n)s уже возвращён", n=copy.number))
        copy.returned_on, copy.returned_by = on or clock.today(), actor.name
        if scan is not None:
            kept = keep(scan, "agreement", agreement.id, "paper_copy", actor)
            copy.scan_sha256, copy.scan_name = kept.sha256, kept.name
        data = {"copy": copy.number, "scan": copy.scan_sha256}
        audit.append(actor.who(), audit.Act("agreement", agreement.id, "return_copy", data=data))
        return copy


def live_view(agreement_id: int, actor: Actor) -> bytes:
    """The draft as a Word file without issuing it: what the form looks like on paper now."""
    agreement = get_for(agreement_id, actor)
    return preview(order(agreement, "draft", revision=agreement.revision_number + 1, clauses=agreement.clauses or None))


def consolidated(agreement_id: int, day: date, actor: Actor) -> IssuedDocument:
    """«Редакция на дату»: the consolidated text in force on `day`, issued once per edition."""
    with transaction():
        agreement = get_for(agreement_id, actor)
        edition = terms.on(agreement.id, day)
        wanted = order(
            agreement,
            "consolidated",
            revision=edition.edition,
            key=f"agreement:{agreement.id}:edition:{edition.edition}",
            status_label=russian(_l("сводный текст")),
            clauses=edition.clauses,
        )
        return issue(wanted, actor)
