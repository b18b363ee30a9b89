"""The check before a sending: what keeps an agreement from being created, and what will keep it from submission."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from agreements import catalogue
from agreements.fanout.imagining import merged
from agreements.fanout.places import MOST, Places, of_plain
from agreements.fanout.wanted import Wanted
from agreements.models import Agreement, ModelForm, ModelRevision, Sent
from agreements.service import PartyInput
from core import clock
from core.accounts import checks
from core.accounts.models import Organisation, Signatory
from core.db import db

REQUISITES = {
    "full_name": _l("полное наименование"),
    "short_name": _l("краткое наименование"),
    "inn": _l("ИНН"),
    "ogrn": _l("ОГРН"),
    "address": _l("адрес"),
    "alias": _l("наименование в договоре"),
}


class Check:
    """Everything the check needs of the database, read once for any number of rows."""

    def __init__(self, model: ModelForm, revision: ModelRevision, rows: Sequence[Wanted]) -> None:
        self.model, self.revision = model, revision
        self.places: Places = of_plain(revision.terms["parties"])
        wanted = {row.organisation_id for row in rows} | {each for row in rows for each in row.extra}
        wanted |= {party.organisation_id for party in self.places.fixed} | {model.organisation_id}
        self.known = self._organisations({each for each in wanted if each is not None})
        self.regions = _authorities() if self.places.with_region else {}
        self.known |= self._organisations(set(self.regions.values()) - set(self.known))
        sent = select(Sent.organisation_id, Sent.agreement_id).where(Sent.model_id == model.id)
        self.sent: dict[int, int] = dict(db.session.execute(sent).tuples().all())
        self.seen: dict[int, int] = {}

    @staticmethod
    def _organisations(ids: set[int]) -> dict[int, Organisation]:
        statement = select(Organisation).where(Organisation.id.in_(ids))
        return {row.id: row for row in db.session.scalars(statement.options(selectinload(Organisation.signatories)))}

    def row(self, row: Wanted) -> list[str]:
        """Adds faults to the row; answers its warnings."""
        organisation = self.known.get(row.organisation_id or 0)
        if organisation is None:
            if not row.faults:
                row.wrong(_("контрагент"), _("такой организации нет"))
            return []
        row.asked = row.asked or organisation.short_name
        for fault in self._faults(row, organisation):
            row.wrong(_("контрагент"), fault)
        if row.faults:
            return []
        self.seen[organisation.id] = row.number
        return list(self._warnings(row))

    def _faults(self, row: Wanted, organisation: Organisation) -> Iterator[str]:
        if organisation.id == self.model.organisation_id:
            yield str(_("это Ваша организация"))
        elif not organisation.active:
            yield str(_("организация закрыта в справочнике"))
        elif organisation.id in self.sent:
            yield str(_("соглашение по этой форме уже создано"))
        elif organisation.id in self.seen:
            yield str(_("названа дважды: она же в строке %(n)s", n=self.seen[organisation.id]))
        if row.signatory and signatory_of(organisation, row.signatory) is None:
            yield str(_("подписанта «%(name)s» у организации нет", name=row.signatory))
        ids = [party.organisation_id for party in self.parties(row)]
        if len(set(ids)) != len(ids):
            yield str(_("сторона названа дважды"))
        elif len(ids) > MOST:
            yield str(_("сторон больше %(n)s", n=MOST))

    def parties(self, row: Wanted) -> list[PartyInput]:
        """The parties of the row's agreement in their order."""
        assert row.organisation_id is not None
        organisation = self.known.get(row.organisation_id)
        signatory = signatory_of(organisation, row.signatory) if organisation and row.signatory else None
        parties = self.places.parties(
            self.model.organisation_id, row.organisation_id, row.alias, signatory.id if signatory else None
        )
        region = self.regions.get(organisation.region_code or "") if organisation else None
        named = [party.organisation_id for party in parties]
        if region is not None and region not in (*named, *row.extra):
            parties.append(PartyInput(region, "authority" if self.model.kind == "partnership" else ""))
        return [*parties, *(PartyInput(each) for each in row.extra)]

    def _warnings(self, row: Wanted) -> Iterator[str]:
        """What will keep the draft from being submitted, counterparty by counterparty."""
        for party in self.parties(row):
            organisation = self.known[party.organisation_id]
            yield from _of_requisites(organisation)
            yield from _of_signatory(organisation, party)
        lacking = list(dict.fromkeys(catalogue.lacking(self._draft(row)).values()))
        if lacking:
            yield str(_("не заполнено: %(fields)s", fields=", ".join(lacking)))

    def _draft(self, row: Wanted) -> Agreement:
        terms = self.revision.terms
        until = date.fromisoformat(terms["valid_until"]) if terms["valid_until"] else None
        return Agreement(
            kind=self.model.kind,
            city=terms["city"],
            term_type=terms["term_type"],
            valid_until=until,
            data=merged(self.revision.data, row.data),
        )


def _of_requisites(organisation: Organisation) -> Iterator[str]:
    name = organisation.short_name
    if lacking := checks.missing(organisation):
        fields = ", ".join(str(REQUISITES[each]) for each in lacking)
        yield str(_("%(name)s: нет реквизитов: %(fields)s", name=name, fields=fields))
    for fault in checks.faults(organisation).values():
        yield str(_("%(name)s: %(what)s", name=name, what=str(fault)))


def _of_signatory(organisation: Organisation, party: PartyInput) -> Iterator[str]:
    name, own = organisation.short_name, organisation.signatories
    wanted = [each for each in own if each.id == party.signatory_id] if party.signatory_id else []
    found = next(iter(wanted), None) or next((each for each in reversed(own) if each.primary), None)
    if found is None:
        yield str(_("%(name)s: не указан подписант", name=name))
    elif not found.valid_on(clock.today()):
        yield str(_("%(name)s: полномочия подписанта не действуют", name=name))
    elif not found.reviewed:
        yield str(_("%(name)s: формы родительного падежа подписанта не проверены человеком", name=name))


def signatory_of(organisation: Organisation, full_name: str) -> Signatory | None:
    """The newest signatory of that name."""
    wanted = " ".join(full_name.split()).casefold()
    return next((each for each in reversed(organisation.signatories) if each.full_name.casefold() == wanted), None)


def _authorities() -> Mapping[str, int]:
    """Region → its authority; of several the first."""
    rows = db.session.execute(
        select(Organisation.region_code, Organisation.id)
        .where(Organisation.kind == "authority", Organisation.active, Organisation.region_code.is_not(None))
        .order_by(Organisation.id.desc())
    )
    return {row[0]: row[1] for row in rows}


def of_row(row: Any) -> Wanted:
    """A kept row of a sending as it was asked for."""
    return Wanted(row.number, row.asked, row.organisation_id, **row.spec)
