"""The form of a model: from what is kept to what is shown, from what was typed to what the service takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from agreements import catalogue
from agreements.documents import ROLE_LABELS
from agreements.fanout.drawing import ModelInput
from agreements.fanout.places import Places, of_plain
from agreements.forms import entered, parties
from agreements.forms.draft import TERMS
from agreements.forms.parties import Directory, PartyRow
from agreements.models import ModelForm
from core.documents import kinds
from core.errors import NotValid

TEXTS = ("title", "city", "term_type", "valid_until", "prolong_years", "notice_days")
FLAGS = ("financial_terms", "public_info", "with_region")
PLACES = ("own_role", "own_alias", "role", "alias")


@dataclass
class ModelTyped:
    """Everything the form shows."""

    kind: str
    fields: list[catalogue.Field]
    listed: Directory
    plain: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    rows: list[PartyRow] = field(default_factory=list)
    """Parties that stand in every agreement."""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return str(kinds.kind(self.kind).label)

    @property
    def roles(self) -> list[tuple[str, str]]:
        """Roles of a cluster's parties; other kinds have none."""
        if self.kind != "partnership":
            return []
        return [("", _("не указана")), *((name, str(label)) for name, label in ROLE_LABELS.items())]


def _blank(kind: str) -> ModelTyped:
    return ModelTyped(kind, catalogue.fields_of(kind), parties.directory())


def fresh(kind: str) -> ModelTyped:
    """The form of a new model."""
    form = _blank(kind)
    form.plain = dict.fromkeys((*TEXTS, *PLACES), "") | dict.fromkeys(FLAGS, False)
    form.plain |= {"title": form.label, "city": "г. Москва", "term_type": "until", "notice_days": "30"}
    form.plain["order"] = "own"
    form.values = entered.stored(form.fields, {})
    return form


def of(model: ModelForm) -> ModelTyped:
    """The form of a model as it is kept."""
    form, places = _blank(model.kind), of_plain(model.parties)
    form.plain = {name: getattr(model, name) for name in ("title", "city", "term_type", *FLAGS[:2])}
    form.plain |= {name: str(getattr(model, name) or "") for name in ("prolong_years", "notice_days")}
    form.plain["valid_until"] = model.valid_until.isoformat() if model.valid_until else ""
    form.plain |= {name: getattr(places, name) for name in PLACES}
    form.plain |= {"with_region": places.with_region, "order": "own" if places.own_first else "other"}
    form.values = entered.stored(form.fields, model.data)
    form.rows = [
        PartyRow(form.listed.shown.get(each.organisation_id, ""), each.role, each.alias, str(each.signatory_id or ""))
        for each in places.fixed
    ]
    return form


def typed(kind: str, sent: MultiDict[str, str]) -> ModelTyped:
    """The form as it came back, nothing typed lost."""
    form = _blank(kind)
    form.plain = {name: sent.get(name, "").strip() for name in (*TEXTS, *PLACES)}
    form.plain |= {name: name in sent for name in FLAGS}
    form.plain["order"] = "other" if sent.get("order") == "other" else "own"
    form.values = entered.typed(form.fields, sent)
    form.rows = parties.typed(sent)
    return form


def read(form: ModelTyped) -> ModelInput:
    """What the service takes. Raises NotValid with a message at every input that cannot be read."""
    errors: dict[str, str] = {}
    data: dict[str, Any] = {}
    errors |= entered.read(form.fields, form.values, data)
    fixed = parties.resolve(form.rows, form.listed, errors)
    plain, roles = form.plain, dict(form.roles)
    places = Places(
        own_first=plain["order"] == "own",
        own_alias=plain["own_alias"],
        alias=plain["alias"],
        with_region=plain["with_region"],
        fixed=tuple(fixed),
        role=plain["role"] if plain["role"] in roles else "",
        own_role=plain["own_role"] if plain["own_role"] in roles else "",
    )
    made = ModelInput(
        kind=form.kind,
        title=plain["title"],
        city=plain["city"],
        data=data,
        places=places,
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
