"""What was brought with a verdict, checked before the slot is decided and said in the terms of agreements."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from agreements import rules
from agreements.forms.entered import a_date
from agreements.models import Agreement, AgreementParty
from agreements.signing.asking import BY_POWER, copies_out, party_of_slot
from core import clock
from core.accounts.actor import Actor
from core.db import db
from core.documents.attachments import Upload
from core.errors import NotNow, NotValid
from core.signoffs.given import Given
from core.signoffs.models import Slot

DETACHED = (".sig", ".p7s")
BEGINNINGS = (b"\x30", b"-----BEGIN", b"MII")
"""A detached signature is CMS: DER, or the same in base64 with or without its frame."""


@dataclass(frozen=True)
class Electronic:
    """What is recorded of an external electronic signature."""

    certificate: str
    owner: str
    valid_from: date
    valid_to: date
    file: Upload
    mchd_number: str = ""
    mchd_valid_to: date | None = None


@dataclass(frozen=True)
class OnPaper:
    """A signature on paper: the day of the act and the copies that were signed (their ids)."""

    day: date
    copies: tuple[int, ...] = ()


@dataclass(frozen=True)
class Letter:
    """The letter a refusal to sign comes with."""

    words: str
    file: Upload | None = None


@dataclass(frozen=True)
class Number:
    """The number a side gives in its journal; empty takes the next one."""

    text: str


Brought = Electronic | OnPaper | Letter | Number


def read(slot: Slot, actor: Actor, verdict: str, given: Given) -> Brought | None:
    """What a verdict was given with. Raises NotValid in words by the names of the inputs, NotNow (no authority)."""
    agreement = db.session.get_one(Agreement, slot.round.subject_id)
    if slot.kind == "registration" and verdict == "registered":
        return Number(given.text("number"))
    if slot.kind != "signature":
        return None
    if verdict == "rejected":
        return _letter(given)
    party = party_of_slot(agreement, slot)
    method = agreement.signing_method
    how = given.text("how") or "electronic" if method == "mixed" else method
    if how not in ("paper", "electronic"):
        raise NotValid(_("Выберите, как подписываете"), "how")
    return _paper(slot, party, given) if how == "paper" else _electronic(party, given)


def _letter(given: Given) -> Letter:
    number, file = given.text("letter_number"), given.files.get("letter")
    faults: dict[str, Any] = {}
    day = _day(given, "letter_date", faults)
    if not faults and file is None and not (number and day):
        faults["letter_number"] = _("Отказ оформляют письмом: укажите его номер и дату или приложите файл")
    if faults:
        raise NotValid(_("Проверьте введённое"), fields=faults)
    words = _("письмо от %(day)s № %(number)s", day=f"{day:%d.%m.%Y}", number=number) if number and day else ""
    return Letter(words or _("письмо: %(name)s", name=file.name if file else ""), file)


def _day(given: Given, name: str, faults: dict[str, Any]) -> date | None:
    text = given.text(name)
    try:
        return a_date(text) if text else None
    except ValueError as fault:
        faults[name] = str(fault)
        return None


def _paper(slot: Slot, party: AgreementParty, given: Given) -> OnPaper:
    faults: dict[str, Any] = {}
    day = _day(given, "signed_on", faults) or clock.today()
    sent = clock.in_moscow(slot.assigned_at or clock.now()).date()
    if day > clock.today():
        faults["signed_on"] = _("Эта дата ещё не наступила")
    elif day < sent:
        faults["signed_on"] = _("Раньше передачи на подписание (%(day)s) подписать нельзя", day=f"{sent:%d.%m.%Y}")
    out = {str(copy.id): copy.id for copy in copies_out(party.agreement)}
    copies = [out[one] for one in given.chosen("copies") if one in out] if "copies" in given.values else [*out.values()]
    if out and not copies:
        faults["copies"] = _("Отметьте экземпляры, которые подписаны")
    if faults:
        raise NotValid(_("Проверьте введённое"), fields=faults)
    refuse_without_authority(party, day)
    return OnPaper(day, tuple(copies))


def _electronic(party: AgreementParty, given: Given) -> Electronic:
    refuse_without_authority(party, clock.today())
    faults: dict[str, Any] = {}
    texts = {name: given.text(name) for name in ("certificate", "owner", "mchd_number")}
    faults |= {name: _("Заполните поле") for name in ("certificate", "owner") if not texts[name]}
    days = {name: _day(given, name, faults) for name in ("valid_from", "valid_to", "mchd_valid_to")}
    for name in ("valid_from", "valid_to"):
        if days[name] is None:
            faults.setdefault(name, _("Заполните поле"))
    file = _detached(given, faults)
    if not faults:
        faults |= _about_term(days) | _about_power(party, texts, days)
    if faults or file is None:
        raise NotValid(_("Подпись не записана: проверьте сведения о ней"), fields=faults)
    valid_from, valid_to = days["valid_from"], days["valid_to"]
    assert valid_from is not None
    assert valid_to is not None
    return Electronic(
        texts["certificate"], texts["owner"], valid_from, valid_to, file, texts["mchd_number"], days["mchd_valid_to"]
    )


def _detached(given: Given, faults: dict[str, Any]) -> Upload | None:
    file = given.files.get("signature")
    if file is None:
        faults["signature"] = _("Приложите файл подписи")
    elif not file.name.lower().endswith(DETACHED):
        faults["signature"] = _("Нужна отсоединённая подпись: файл .sig или .p7s")
    elif not file.content.startswith(BEGINNINGS):
        faults["signature"] = _("Это не файл подписи: в «%(name)s» записано другое", name=file.name)
    return file


def _about_term(days: dict[str, date | None]) -> dict[str, Any]:
    today = clock.today()
    first, last = days["valid_from"], days["valid_to"]
    if first and last and not first <= today <= last:
        return {"valid_to": _("Сертификат не действует на день подписания")}
    return {}


def _about_power(party: AgreementParty, texts: dict[str, str], days: dict[str, date | None]) -> dict[str, Any]:
    """A power is named where the signatory acts by one, or the certificate is somebody else's than the signatory's."""
    signatory, until = party.signatory, days["mchd_valid_to"]
    faults: dict[str, Any] = {}
    if until is not None and until < clock.today():
        faults["mchd_valid_to"] = _("Срок машиночитаемой доверенности истёк")
    why = ""
    if signatory is not None and signatory.basis_kind in BY_POWER:
        why = _("Подписант действует по доверенности (%(basis)s): укажите МЧД", basis=signatory.basis)
    elif signatory is not None and not same_person(texts["owner"], signatory.full_name):
        why = _("Сертификат выдан не подписанту стороны (%(name)s): укажите МЧД", name=signatory.full_name)
    if why and not texts["mchd_number"]:
        faults["mchd_number"] = why
    if (why or texts["mchd_number"]) and until is None:
        faults["mchd_valid_to"] = _("Укажите, по какой день действует МЧД")
    return faults


def same_person(one: str, other: str) -> bool:
    """Whether two names may be of one person: «Кравцов С.С.», «С.С. Кравцов» and «Кравцов Сергей Сергеевич» may."""
    first, second = _parts(one), _parts(other)
    turned = first[2:] + first[:2]
    return any(
        len(parts) == len(second)
        and all(a.startswith(b) or b.startswith(a) for a, b in zip(parts, second, strict=True))
        for parts in (first, turned)
    )


def _parts(name: str) -> list[str]:
    return re.findall(r"[а-яa-z-]+", name.casefold().replace("ё", "е"))


def refuse_without_authority(party: AgreementParty, day: date) -> None:
    """The party's signatory has authority on the day of the act. Raises NotNow with who can lift it."""
    reason = rules.authority(party.signatory, party.organisation.short_name, day)
    if reason is not None:
        raise NotNow(_("Подписать нельзя"), reasons=[reason])
