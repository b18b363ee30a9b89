"""The document kinds of agreements, and the context each one gives its template."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from agreements.models import Agreement, AgreementParty
from core.accounts.models import Organisation, Signatory
from core.documents import kinds
from core.documents.issuing import Order
from core.language.agreement import acting, named
from core.language.dates import date_words
from core.language.initials import initials
from core.language.ordinals import sides
from core.language.typography import tidy
from core.web.kept import in_russian

KINDS = (
    kinds.Kind("cooperation", "agreements", _l("Соглашение о сотрудничестве и партнёрстве")),
    kinds.Kind("partnership", "agreements", _l("Соглашение о партнёрстве участников кластера")),
    kinds.Kind("target", "agreements", _l("Договор о целевом обучении"), personal=True),
    kinds.Kind("practice", "agreements", _l("Договор о практической подготовке"), personal=True),
    kinds.Kind("network", "agreements", _l("Договор о сетевой форме реализации программы")),
    kinds.Kind("supplementary", "agreements", _l("Дополнительное соглашение")),
    kinds.Kind("mentoring_order", "agreements", _l("Приказ о закреплении наставников"), personal=True),
)

TITLES = {
    "cooperation": ("Соглашение", "Соглашения", "Соглашению о сотрудничестве и партнёрстве"),
    "partnership": ("Соглашение", "Соглашения", "Соглашению о партнёрстве участников кластера"),
    "target": ("Договор", "Договора", "Договору о целевом обучении"),
    "practice": ("Договор", "Договора", "Договору о практической подготовке"),
    "network": ("Договор", "Договора", "Договору о сетевой форме реализации образовательной программы"),
}
"""How a supplementary agreement speaks of its parent: alias, alias in the genitive, title in the dative."""

TITLES_DAT = {
    **{kind: titles[2] for kind, titles in TITLES.items()},
    "supplementary": "Дополнительному соглашению",
}
"""The document after «к», for the papers about it."""

PREFIXES = {
    "cooperation": ("a", "b"),
    "supplementary": ("a", "b"),
    "network": ("base", "part"),
    "practice": ("edu", "host"),
    "target": ("customer",),
}
"""Names under which a kind's template knows the parties in their order."""


def register_kinds() -> None:
    for kind in KINDS:
        kinds.register(kind)


@in_russian
def order(
    agreement: Agreement,
    rendition: str,
    *,
    revision: int,
    key: str | None = None,
    status_label: str = "",
    data: Mapping[str, Any] | None = None,
    clauses: list[dict[str, Any]] | None = None,
) -> Order:
    """What to issue for an agreement: its context, its file name, its text where it departs from the template's."""
    return Order(
        kind=agreement.kind,
        subject_kind="agreement",
        subject_id=agreement.id,
        title=agreement.title,
        file_name=file_name(agreement, rendition, revision),
        context=context(agreement, data if data is not None else agreement.data, rendition),
        rendition=rendition,
        revision=revision,
        key=key,
        status_label=status_label,
        clauses=clauses or None,
    )


def file_name(agreement: Agreement, rendition: str, revision: int) -> str:
    """«Дополнительное соглашение № 12 от 01.06.2026.docx»; a draft carries its revision instead."""
    plain = "".join(letter if letter not in '\\/:*?"<>|\r\n\t' else " " for letter in agreement.title)
    safe = " ".join(plain.split())[:120].strip()
    if rendition == "registered" and agreement.number and agreement.signed_on:
        number = agreement.number.replace("/", "-")
        return f"{safe} № {number} от {agreement.signed_on:%d.%m.%Y}.docx"
    return f"{safe}, редакция {revision}.docx"


@in_russian
def context(agreement: Agreement, data: Mapping[str, Any], rendition: str = "draft") -> dict[str, Any]:
    """Everything the template of the kind may print. Number and date stand only in the registered rendition and in the
    consolidated texts, marks of signatures only in the first.
    """
    filled: dict[str, Any] = {**_dated(agreement.kind, data), "city": agreement.city, "copies": len(agreement.parties)}
    if rendition in ("registered", "consolidated"):
        filled |= {"number": agreement.number, "date": agreement.signed_on}
    filled |= _parties(agreement, rendition == "registered")
    if agreement.kind == "cooperation":
        filled |= _term(agreement)
    if agreement.kind == "practice":
        filled["term_until"] = agreement.valid_until
    if agreement.kind == "target":
        filled["copies"] = len(agreement.parties) + 1  # the citizen has one too
    if agreement.kind == "supplementary" and agreement.parent is not None:
        filled |= _supplementary(agreement, agreement.parent, data)
    return {name: value if name in AS_TYPED else typeset(value) for name, value in filled.items()}


AS_TYPED = ("number",)


def typeset(value: Any) -> Any:
    """What people typed, as it is printed: non-breaking spaces, ёлочки, dashes."""
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, Mapping):
        return {name: typeset(item) for name, item in value.items()}
    return [typeset(item) for item in value] if isinstance(value, list) else value


def _dated(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Data as stored without what is empty, its dates as dates: wherever the kind's catalogue has a date."""
    filled: dict[str, Any] = {name: copy.deepcopy(value) for name, value in data.items() if value not in (None, "")}
    for entry in kinds.kind(kind).fields()["fields"]:
        if entry["type"] == "date":
            _date_in(filled, entry["name"].split("."))
        for column in entry.get("columns", ()) if entry["type"] == "table" else ():
            if column["type"] == "date":
                for row in filled.get(entry["name"]) or ():
                    _date_in(row, [column["name"]])
    return filled


def _date_in(place: Any, path: list[str]) -> None:
    for step in path[:-1]:
        place = place.get(step) if isinstance(place, dict) else None
    value = place.get(path[-1]) if isinstance(place, dict) else None
    if isinstance(value, str) and value:
        place[path[-1]] = date.fromisoformat(value)


def _term(agreement: Agreement) -> dict[str, Any]:
    term: dict[str, Any] = {"term_type": agreement.term_type, "notice_days": agreement.notice_days}
    if agreement.valid_until is not None:
        term["term_until"] = agreement.valid_until
    if agreement.prolong_years:
        term["prolongation"] = True
    return term


def _parties(agreement: Agreement, registered: bool) -> dict[str, Any]:
    places = sides(len(agreement.parties))
    blocks = [
        party_block(party, place, with_signature=registered)
        for party, place in zip(agreement.parties, places, strict=True)
    ]
    named_blocks: dict[str, Any] = {"parties": blocks}
    prefixes = PREFIXES.get(agreement.kind, ())
    named_blocks |= dict(zip(prefixes, blocks, strict=False))
    rest = {"supplementary": 2, "target": 1}.get(agreement.kind)
    if rest is not None and blocks[rest:]:
        named_blocks["others"] = blocks[rest:]
    return named_blocks


def party_block(party: AgreementParty, place: str, with_signature: bool = False) -> dict[str, Any]:
    """A party as templates know it: names, preamble forms, requisites, signature block."""
    organisation, signatory = party.organisation, party.signatory
    block: dict[str, Any] = {
        "full_name": organisation.full_name,
        "short_name": organisation.short_name,
        "alias": party.alias or organisation.alias,
        "gender": organisation.gender,
        "named": named(organisation.gender),
        "ordinal_ins": place,
        "role_label": str(ROLE_LABELS.get(party.role, "")),
        "requisites": requisites(organisation),
    }
    if signatory is not None:
        block |= signatory_block(signatory)
    if with_signature and (mark := _signature_mark(party)):
        block["ep"] = mark
    return block


def _signature_mark(party: AgreementParty) -> dict[str, Any] | None:
    """The recorded data of an external electronic signature, for the mark of the standard."""
    from agreements.queries import electronic_signature

    found = electronic_signature(party.id)
    if found is None:
        return None
    return {
        "certificate": found.certificate,
        "owner": found.owner,
        "valid_from": found.valid_from,
        "valid_to": found.valid_to,
    }


ROLE_LABELS = {
    "authority": _l("Региональный орган исполнительной власти"),
    "base_college": _l("Базовая образовательная организация"),
    "network_college": _l("Сетевая образовательная организация"),
    "anchor_employer": _l("Опорный работодатель"),
    "employer": _l("Работодатель"),
    "initiator": _l("Инициатор создания центра"),
    "other": _l("Иная организация"),
}


def signatory_block(signatory: Signatory) -> dict[str, Any]:
    """The reviewed forms as stored: nothing is declined here."""
    return {
        "signer_position": signatory.position,
        "signer_position_gen": signatory.position_gen,
        "signer_fio_gen": signatory.full_name_gen,
        "signer_short": initials(signatory.full_name),
        "acting": acting(signatory.gender),
        "basis_gen": signatory.basis_gen,
    }


def requisites(organisation: Organisation) -> list[dict[str, str]]:
    """Address and requisites, line by line; what is empty is left out."""
    treasury = bool(organisation.personal_account)
    lines = (
        ("Адрес", organisation.address),
        ("Почтовый адрес", organisation.postal_address),
        ("ИНН / КПП", " / ".join(part for part in (organisation.inn, organisation.kpp) if part)),
        ("ОГРН", organisation.ogrn),
        ("Лицевой счёт", organisation.personal_account),
        ("Казначейский счёт" if treasury else "Расчётный счёт", organisation.account),
        ("Банк", organisation.bank_name),
        ("БИК", organisation.bik),
        ("Единый казначейский счёт" if treasury else "Корреспондентский счёт", organisation.corr_account),
        ("Телефон", organisation.phone),
        ("Адрес электронной почты", organisation.email),
    )
    return [{"label": label, "value": value} for label, value in lines if value]


def _supplementary(agreement: Agreement, parent: Agreement, data: Mapping[str, Any]) -> dict[str, Any]:
    alias, alias_gen, title_dat = TITLES.get(parent.kind, ("Договор", "Договора", f"документу «{parent.title}»"))
    return {
        "seq": agreement.seq,
        "parent": {
            "kind": parent.kind,
            "title_dat": title_dat,
            "alias": alias,
            "alias_gen": alias_gen,
            "number": parent.number,
            "date": parent.signed_on,
        },
        "changes": [change_block(change) for change in data.get("changes", [])],
    }


def change_block(change: Mapping[str, Any]) -> dict[str, Any]:
    """A change as the template prints it: «пункт 3.2» restated or excluded, «пунктом 4.5» added."""
    word = "пунктом" if change["action"] == "add" else "пункт"
    block = {"clause": f"{word} {change['number']}", "action": change["action"]}
    if change.get("text"):
        block["text"] = f"{change['number']}. {str(change['text']).rstrip('.')}"
    return block


def title_of(agreement: Agreement) -> str:
    """«Дополнительное соглашение № 1 к Соглашению… № 17 от 10 января 2023 г.»"""
    if agreement.number and agreement.signed_on:
        return f"{agreement.title} № {agreement.number} от {date_words(agreement.signed_on)}"
    return agreement.title


__all__ = ["KINDS", "context", "file_name", "order", "party_block", "register_kinds", "title_of"]
