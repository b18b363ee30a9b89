"""A new revision of a model: brought to drafts over their deviations, offered to agreements in force as amendments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from agreements import service, terms
from agreements.fanout import wording
from agreements.fanout.bringing import Brought, Said, bring
from agreements.fanout.drawing import model_for, revision_of
from agreements.fanout.texts import Clause, Deviation, Text, deviations
from agreements.forms.clauses import next_number
from agreements.models import Agreement, ModelForm, ModelRevision, Sent
from agreements.service import AgreementInput, PartyInput
from core import audit, clock
from core.accounts.actor import Actor
from core.db import changed_by_another, db, expect_version, locked, transaction
from core.errors import NotFound, NotNow, NotValid
from core.web.kept import russian

PLACES = {
    "editable": ("draft", "revision"),
    "moving": ("own_approval", "counterparty_review", "disagreement", "agreed", "signing", "partly_signed", "signed"),
    "in_force": ("registered",),
}
"""Where a state stands towards a new revision: it can be brought, must wait, needs an amendment; all else is over."""


def place_of(state: str) -> str:
    """editable, moving, in_force, or over."""
    return next((place for place, states in PLACES.items() if state in states), "over")


@dataclass(frozen=True)
class Renewal:
    """What a new revision does to one draft."""

    sent: Sent
    agreement: Agreement
    revision: ModelRevision
    base: list[Clause]
    """The new revision's wording with this counterparty's data."""
    own: list[Clause]
    brought: Brought

    @property
    def needed(self) -> bool:
        return self.sent.revision_id != self.revision.id


def renewal(sent_id: int, actor: Actor, said: Said | None = None, revision: int | None = None) -> Renewal:
    """The draft's text over the newest revision (or the one of that number). Changes nothing.

    Raises NotFound, NotNow: the text is frozen.
    """
    sent = db.session.get(Sent, sent_id)
    if sent is None:
        raise NotFound(_("Контрагент не найден"))
    model = model_for(sent.model_id, actor)
    return _renewal(sent, _agreement(sent, actor), revision_of(model, revision), said)


def _agreement(sent: Sent, actor: Actor, *, lock: bool = False) -> Agreement:
    agreement = service.get_for(sent.agreement_id, actor, lock=lock)
    if agreement.state not in PLACES["editable"]:
        raise NotNow(
            _("Текст заморожен: документ на согласовании или подписан")
            if place_of(agreement.state) == "moving"
            else _("Документ уже не проект: изменить его можно только дополнительным соглашением")
        )
    return agreement


def _renewal(sent: Sent, agreement: Agreement, revision: ModelRevision, said: Said | None) -> Renewal:
    base, own = wording.grounds(agreement, revision)
    mine = wording.written(agreement, own) if agreement.clauses else sent.base
    return Renewal(sent, agreement, revision, base, own, bring(sent.base, mine, base, said))


def renew(
    sent_id: int,
    actor: Actor,
    said: Said | None = None,
    *,
    revision: int | None = None,
    version: int | None = None,
) -> Agreement:
    """Bring a revision of the model to a draft; the counterparty's deviations stay over it.

    `said` decides the conflicts clause by clause: see `bringing.bring`. `revision` is the one the person saw.
    Raises NotFound, NotNow (frozen, on that revision already, another one meanwhile), NotValid with `said.<id>` for
    every conflict that is left open.
    """
    with transaction():
        sent = locked(Sent, sent_id)
        if sent is None:
            raise NotFound(_("Контрагент не найден"))
        model = model_for(sent.model_id, actor)
        agreement = _agreement(sent, actor, lock=True)
        expect_version(agreement, version)
        if revision is not None and revision != model.revision_number:
            raise changed_by_another()
        found = _renewal(sent, agreement, revision_of(model), said)
        if not found.needed:
            raise NotNow(_("Проект уже по редакции формы № %(n)s", n=found.revision.number))
        _refuse_open(found)
        _keep(found, actor)
        return agreement


def _refuse_open(found: Renewal) -> None:
    if found.brought.open:
        numbers = ", ".join(meeting.number for meeting in found.brought.open)
        fields = {f"said.{each.id}": each.conflict for each in found.brought.open}
        raise NotValid(_("Решите, какую редакцию взять: пункты %(numbers)s", numbers=numbers), fields=fields)


def _keep(found: Renewal, actor: Actor) -> None:
    agreement, sent = found.agreement, found.sent
    before = db.session.get_one(ModelRevision, sent.revision_id).number
    wording.put_text(agreement, found.brought.text, found.own)
    agreement.drafters = sorted({*agreement.drafters, *([actor.id] if actor.id else [])})
    agreement.moved_at = clock.now()
    sent.revision_id = found.revision.id
    wording.record(sent, agreement, found.base, found.brought.text, frozen=False)
    data = {"model": sent.model_id, "revision": found.revision.number, "before": before}
    audit.append(actor.who(), audit.Act("agreement", agreement.id, "renew", data=data))


def amend(sent_id: int, actor: Actor) -> Agreement:
    """Draw a supplementary agreement that brings an agreement in force to the newest revision of the model.

    Only what the model changed is changed; a clause the counterparty has in another wording is a person's to decide,
    and refuses. Raises NotFound, NotAllowed, NotNow in words.
    """
    with transaction():
        sent = locked(Sent, sent_id)
        if sent is None:
            raise NotFound(_("Контрагент не найден"))
        model = model_for(sent.model_id, actor)
        agreement = service.get_for(sent.agreement_id, actor, lock=True)
        revision = revision_of(model)
        _refuse_amending(sent, agreement, revision)
        changes = _changes(sent, agreement, revision)
        made = service.create(_amendment(agreement, revision, changes), actor)
        made.sample = agreement.sample
        sent.offered_id, sent.amendment_id = revision.id, made.id
        return made


def _refuse_amending(sent: Sent, agreement: Agreement, revision: ModelRevision) -> None:
    if agreement.state != "registered":
        raise NotNow(_("Дополнительное соглашение составляют к действующему документу"))
    if sent.revision_id == revision.id:
        raise NotNow(_("Документ уже по редакции формы № %(n)s", n=revision.number))
    if sent.offered_id == revision.id and sent.amendment_id is not None:
        kept = db.session.get_one(Agreement, sent.amendment_id)
        if kept.state != "annulled":
            raise NotNow(_("Дополнительное соглашение по этой редакции уже составлено: «%(title)s»", title=kept.title))


def _changes(sent: Sent, agreement: Agreement, revision: ModelRevision) -> list[dict[str, Any]]:
    """The model's own changes as changes of the terms in force. Raises NotNow where they meet other wordings."""
    now = terms.latest(agreement.id)
    if now is None:
        raise NotNow(_("Текста основного документа в системе нет: изменять нечего"))
    base, _own = wording.grounds(agreement, revision)
    found = deviations(sent.base, base)
    if not found:
        raise NotNow(_("Новая редакция формы ничего не меняет в этом документе"))
    standing = {clause["id"]: clause["text"] for clause in now.clauses}
    before = {clause["id"]: clause["text"] for clause in sent.base}
    met = [each.number for each in found if each.kind != "added" and standing.get(each.id) != before.get(each.id)]
    if met:
        raise NotNow(
            _("Пункты %(numbers)s изложены у контрагента иначе: составьте соглашение вручную", numbers=", ".join(met))
        )
    changes: list[dict[str, Any]] = []
    text = list(now.clauses)
    for each in found:
        changes.append(_change(each, base, text))
        text = terms.apply(text, changes[-1:])
    return changes


def _change(each: Deviation, base: Text, now: Sequence[Clause]) -> dict[str, Any]:
    """One change of the model as a change of the terms, whose text `now` is after the changes before it."""
    if each.kind == "changed":
        return {"action": "restate", "clause_id": each.id, "number": _number(each.id, now), "text": each.after}
    if each.kind == "removed":
        return {"action": "exclude", "clause_id": each.id, "number": _number(each.id, now), "text": ""}
    place = _standing(each.place, base, now)
    index = next(i for i, clause in enumerate(now) if clause["id"] == place)
    number = next_number(now, index) if now[index].get("level") == each.level else each.number
    where = {"clause_id": place, "new_id": each.id, "number": number, "level": each.level}
    return {"action": "add", "text": each.after, **where}


def _number(clause_id: str, now: Sequence[Clause]) -> str:
    return next((str(clause.get("number") or "") for clause in now if clause["id"] == clause_id), "")


def _standing(place: str, base: Text, now: Sequence[Clause]) -> str:
    """The nearest clause above an added one that the terms in force have."""
    known = {clause["id"] for clause in now}
    above = [str(clause["id"]) for clause in base]
    for earlier in reversed(above[: above.index(place) + 1] if place in above else []):
        if earlier in known:
            return earlier
    return str(now[0]["id"])


def _amendment(agreement: Agreement, revision: ModelRevision, changes: list[dict[str, Any]]) -> AgreementInput:
    parties = [
        PartyInput(party.organisation_id, party.role, party.alias, party.signatory_id) for party in agreement.parties
    ]
    return AgreementInput(
        kind="supplementary",
        title=russian(_l("Дополнительное соглашение по редакции формы № %(n)s", n=revision.number)),
        parties=parties,
        city=agreement.city,
        data={"changes": changes},
        parent_id=agreement.id,
        financial_terms=agreement.financial_terms,
        public_info=agreement.public_info,
    )


def behind(model: ModelForm) -> dict[str, list[int]]:
    """Who is on an earlier revision, by what can be done about it: place → ids of `Sent`."""
    rows = db.session.execute(
        select(Sent.id, Agreement.state)
        .join(Agreement, Agreement.id == Sent.agreement_id)
        .join(ModelRevision, ModelRevision.id == Sent.revision_id)
        .where(Sent.model_id == model.id, ModelRevision.number < model.revision_number)
        .order_by(Sent.id)
    )
    found: dict[str, list[int]] = {}
    for sent_id, state in rows:
        found.setdefault(place_of(state), []).append(sent_id)
    return found
