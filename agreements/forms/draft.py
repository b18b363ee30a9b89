"""The form of a draft: from what is kept to what is shown, from what was typed to what the service takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from agreements import catalogue
from agreements.documents import ROLE_LABELS
from agreements.forms import entered, parties
from agreements.forms.parties import Directory, PartyRow
from agreements.models import Agreement
from agreements.service import AgreementInput
from core.accounts.actor import Actor
from core.documents import kinds
from core.errors import NotValid

TERMS = ("until", "years", "open")
KEPT = ("changes",)
"""Data that is edited on pages of its own and must survive the form."""


@dataclass
class DraftForm:
    """Everything the form shows: plain inputs, the kind's fields, the rows of parties, the faults."""

    kind: str
    fields: list[catalogue.Field]
    listed: Directory
    parent: Agreement | None = None
    plain: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    rows: list[PartyRow] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return str(kinds.kind(self.kind).label)

    @property
    def roles(self) -> list[tuple[str, str]]:
        """Roles of a cluster's parties; other kinds have none."""
        if self.kind != "partnership":
            return []
        return [("", _("не указана")), *((name, str(label)) for name, label in ROLE_LABELS.items())]


def _blank(kind: str, parent: Agreement | None = None) -> DraftForm:
    return DraftForm(kind, catalogue.fields_of(kind), parties.directory(), parent)


def fresh(kind: str, actor: Actor, parent: Agreement | None = None) -> DraftForm:
    """The form of a new draft: the actor's own organisation first, a parent's parties as they stand there."""
    form = _blank(kind, parent)
    form.plain = dict.fromkeys((*TEXTS, *NUMBERS, "valid_until"), "") | dict.fromkeys(FLAGS, False)
    form.plain |= {"title": form.label, "city": "г. Москва", "term_type": "until", "notice_days": "30"}
    if parent is not None and kind != "supplementary":
        form.plain |= {"city": parent.city}
    elif parent is not None:
        form.plain |= {"title": _("Дополнительное соглашение"), "city": parent.city, "term_type": "open"}
        form.rows = parties.stored(parent, form.listed)
    if (parent is None or kind != "supplementary") and (own := form.listed.shown.get(actor.organisation_id or 0)):
        form.rows = [PartyRow(own, organisation_id=actor.organisation_id)]
    form.values = entered.stored(form.fields, {})
    return form


def of(agreement: Agreement) -> DraftForm:
    """The form of a draft as it is kept."""
    form = _blank(agreement.kind, agreement.parent)
    plain = (*TEXTS, "term_type", "financial_terms", "public_info")
    form.plain = {name: getattr(agreement, name) for name in plain}
    form.plain |= {name: str(getattr(agreement, name) or "") for name in NUMBERS}
    form.plain["valid_until"] = agreement.valid_until.isoformat() if agreement.valid_until else ""
    form.values = entered.stored(form.fields, agreement.data)
    form.rows = parties.stored(agreement, form.listed)
    form.kept = _kept(agreement)
    return form


def _kept(agreement: Agreement) -> dict[str, Any]:
    return {name: agreement.data[name] for name in KEPT if name in agreement.data}


TEXTS = ("title", "city")
NUMBERS = ("prolong_years", "notice_days")
FLAGS = ("financial_terms", "public_info")


def typed(kind: str, sent: MultiDict[str, str], parent: Agreement | None = None) -> DraftForm:
    """The form as it came back, nothing typed lost."""
    form = _blank(kind, parent)
    names = (*TEXTS, *NUMBERS, "term_type", "valid_until")
    form.plain = {name: sent.get(name, "").strip() for name in names} | {name: name in sent for name in FLAGS}
    form.values = entered.typed(form.fields, sent)
    form.rows = parties.typed(sent)
    return form


def retyped(agreement: Agreement, sent: MultiDict[str, str]) -> DraftForm:
    """The form of a kept draft as it came back."""
    form = typed(agreement.kind, sent, agreement.parent)
    form.kept = _kept(agreement)
    return form


def read(form: DraftForm) -> AgreementInput:
    """What the service takes. Raises NotValid with a message at every input that cannot be read."""
    errors: dict[str, str] = {}
    data: dict[str, Any] = dict(form.kept)
    errors |= entered.read(form.fields, form.values, data)
    chosen = parties.resolve(form.rows, form.listed, errors)
    plain = form.plain
    made = AgreementInput(
        kind=form.kind,
        title=plain["title"],
        parties=chosen,
        city=plain["city"],
        data=data,
        parent_id=form.parent.id if form.parent else None,
        financial_terms=plain["financial_terms"],
        public_info=plain["public_info"],
        term_type=plain["term_type"] if plain["term_type"] in TERMS else "open",
        valid_until=entered.day_or_fault(plain["valid_until"], "valid_until", errors),
        prolong_years=entered.number_or_fault(plain["prolong_years"], "prolong_years", errors, 0),
        notice_days=entered.number_or_fault(plain["notice_days"], "notice_days", errors, 30),
    )
    if errors:
        form.errors = errors
        raise NotValid(_("Проверьте введённое"), fields=errors)
    return made
