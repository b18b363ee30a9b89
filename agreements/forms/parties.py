"""The rows of parties in a form: an organisation by its name and ИНН, its role, alias and signatory."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from agreements.models import Agreement
from agreements.service import PartyInput
from core.accounts import checks
from core.accounts.models import Organisation, Signatory
from core.db import db

MOST = 15
INPUTS = ("org", "role", "alias", "signatory")
_INN = re.compile(r"(\d{10}(?:\d{2})?)\s*$")


@dataclass
class PartyRow:
    """One row as it stands in the form. `organisation` is what was typed."""

    organisation: str = ""
    role: str = ""
    alias: str = ""
    signatory: str = ""
    organisation_id: int | None = None
    signatories: list[tuple[str, str]] = field(default_factory=list)
    requisites: str = ""
    faults: list[str] = field(default_factory=list)
    """What keeps the document from being submitted with this party, in words."""

    @property
    def empty(self) -> bool:
        return not self.organisation.strip()


@dataclass(frozen=True)
class Directory:
    """Organisations to choose from: how each is shown, and the way back."""

    shown: Mapping[int, str]
    by_name: Mapping[str, int]
    by_inn: Mapping[str, int]

    def find(self, text: str) -> int | None:
        """The organisation a person meant: as listed, by ИНН, or by its exact name."""
        wanted = " ".join(text.split()).casefold()
        if wanted in self.by_name:
            return self.by_name[wanted]
        inn = _INN.search(wanted)
        return self.by_inn.get(inn[1]) if inn else None


def directory() -> Directory:
    """Every organisation that is open. One query."""
    rows = db.session.execute(
        select(Organisation.id, Organisation.short_name, Organisation.full_name, Organisation.inn)
        .where(Organisation.active)
        .order_by(Organisation.short_name, Organisation.id)
    ).all()
    inn = _("ИНН")
    shown = {row.id: f"{row.short_name}, {inn} {row.inn}" if row.inn else row.short_name for row in rows}
    names: dict[str, int] = {}
    doubtful: set[str] = set()
    for row in rows:
        for name in (row.short_name.casefold(), row.full_name.casefold()):
            if names.setdefault(name, row.id) != row.id:
                doubtful.add(name)
    exact = {name: number for name, number in names.items() if name not in doubtful}
    exact |= {text.casefold(): number for number, text in shown.items()}
    return Directory(shown, exact, {row.inn: row.id for row in rows if row.inn})


def typed(form: MultiDict[str, str]) -> list[PartyRow]:
    """The rows as they were typed, empty ones left out."""
    rows = []
    for number in range(MOST + 1):
        org, role, alias, signatory = (form.get(f"party.{number}.{name}", "").strip() for name in INPUTS)
        rows.append(PartyRow(org, role, alias, signatory))
    return [row for row in rows if not row.empty]


def stored(agreement: Agreement, listed: Directory) -> list[PartyRow]:
    """The rows of an agreement as it is kept."""
    return [
        PartyRow(
            organisation=listed.shown.get(party.organisation_id, party.organisation.short_name),
            role=party.role,
            alias=party.alias,
            signatory=str(party.signatory.id) if party.signatory else "",
            organisation_id=party.organisation_id,
        )
        for party in agreement.parties
    ]


def resolve(rows: Sequence[PartyRow], listed: Directory, errors: dict[str, str]) -> list[PartyInput]:
    """What the service takes; a name nobody bears is a fault at its input."""
    parties = []
    for number, row in enumerate(rows):
        row.organisation_id = listed.find(row.organisation)
        if row.organisation_id is None:
            errors[f"party.{number}.org"] = _("«%(name)s» нет в справочнике: выберите из списка", name=row.organisation)
            continue
        parties.append(
            PartyInput(
                row.organisation_id, row.role, row.alias, int(row.signatory) if row.signatory.isdigit() else None
            )
        )
    return parties


def with_signatories(rows: Sequence[PartyRow]) -> None:
    """Give every row whose organisation is known its signatories to choose from and its requisites. Two queries."""
    ids = {row.organisation_id for row in rows if row.organisation_id is not None}
    if not ids:
        return
    cards = {one.id: one for one in db.session.scalars(select(Organisation).where(Organisation.id.in_(ids)))}
    found: dict[int, list[Any]] = {}
    for one in db.session.scalars(select(Signatory).where(Signatory.organisation_id.in_(ids)).order_by(Signatory.id)):
        found.setdefault(one.organisation_id, []).append(one)
    for row in rows:
        mine = found.get(row.organisation_id or 0, [])
        row.signatories = [(str(one.id), f"{one.full_name}, {one.position} ({one.basis})") for one in mine]
        if row.signatory not in {value for value, _label in row.signatories}:
            primary = next((one for one in reversed(mine) if one.primary), None)
            row.signatory = str(primary.id) if primary else ""
        if card := cards.get(row.organisation_id or 0):
            row.requisites, row.faults = _requisites(card), _faults(card, mine)


def _requisites(card: Organisation) -> str:
    """«ИНН 7704274402, ОГРН 1077799030847; 119048, г. Москва, …; в тексте «Корпорация»»"""
    numbers = ", ".join(f"{label} {value}" for label, value in ((_("ИНН"), card.inn), (_("ОГРН"), card.ogrn)) if value)
    alias = _("в тексте «%(alias)s»", alias=card.alias) if card.alias else ""
    return "; ".join(part for part in (numbers, card.address, alias) if part)


def _faults(card: Organisation, signatories: Sequence[Signatory]) -> list[str]:
    found = [str(fault) for fault in checks.faults(card).values()]
    if checks.missing(card):
        found.append(_("не заполнены реквизиты в карточке организации"))
    if not signatories:
        found.append(_("в карточке организации нет подписанта"))
    return found


def looked_up(text: str) -> PartyRow:
    """The row of a party as the form would show it, by what was typed or picked."""
    row = PartyRow(organisation=text)
    row.organisation_id = directory().find(text)
    with_signatories([row])
    return row
