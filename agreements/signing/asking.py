"""What a place of signing or registration asks for beside the verdict: the same on the task, the card and the API."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from agreements import rules
from agreements.models import Agreement, AgreementParty, PaperCopy
from core import clock
from core.accounts.models import Signatory
from core.db import db
from core.signoffs.given import Asked
from core.signoffs.models import Slot
from core.workflow import Input

BY_POWER = ("power_of_attorney", "mchd")
"""Grounds on which a person signs by power: an electronic signature then needs a machine-readable one (63-ФЗ, 17.2)."""
NBSP = "\N{NO-BREAK SPACE}"


def asks(slot: Slot, verdict: str) -> Asked:
    """The inputs of a verdict («approved» or «rejected») in a slot of an agreement."""
    agreement = db.session.get_one(Agreement, slot.round.subject_id)
    if slot.kind == "signature":
        return _letter() if verdict == "rejected" else _signature(agreement, party_of_slot(agreement, slot))
    if slot.kind == "registration" and verdict == "approved":
        return Asked((_number(),))
    return Asked()


def party_of_slot(agreement: Agreement, slot: Slot) -> AgreementParty:
    """The party whose place it is."""
    return next(party for party in agreement.parties if party.organisation_id == slot.organisation_id)


def _number() -> Input:
    hint = _("Пусто — следующий по журналу Вашей стороны")
    return Input("number", _("Регистрационный номер"), "text", required=False, hint=hint)


def _letter() -> Asked:
    return Asked(
        (
            Input("letter_number", _("Номер письма об отказе"), "text", required=False),
            Input("letter_date", _("Дата письма"), "date", required=False),
            Input("letter", _("Файл письма"), "file", required=False, hint=_("Вместо номера и даты или вместе с ними")),
        )
    )


def _signature(agreement: Agreement, party: AgreementParty) -> Asked:
    method = agreement.signing_method
    barred = rules.authority(party.signatory, party.organisation.short_name)
    if method == "paper":
        return Asked(_on_paper(agreement, ""), barred=barred)
    text = _(
        "Подпишите файл документа своими средствами и приложите отсоединённую подпись: "
        "она будет связана с отпечатком этого файла."
    )
    heading = _("Сервис сам не подписывает и подпись не проверяет.")
    if method != "mixed":
        return Asked(_electronic(party, ""), heading, text, barred)
    choices = (("electronic", _("электронной подписью")), ("paper", _("на бумаге")))
    how = Input("how", _("Как подписываете"), "choice", choices=choices, value="electronic")
    return Asked((how, *_electronic(party, "electronic"), *_on_paper(agreement, "paper")), heading, text, barred)


def _electronic(party: AgreementParty, only: str) -> tuple[Input, ...]:
    signatory = party.signatory
    power = signatory is not None and signatory.basis_kind in BY_POWER
    owner = signatory.full_name if signatory else ""
    number, until = _mchd(signatory)
    hint = _("Обязательно, если подписывают по доверенности или сертификат выдан не подписанту")
    return (
        Input("certificate", _("Номер сертификата"), "text", only=only),
        Input("owner", _("Владелец сертификата"), "text", value=owner, only=only),
        Input("valid_from", _("Сертификат действует с"), "date", only=only),
        Input("valid_to", _("Сертификат действует по"), "date", only=only),
        Input("mchd_number", _("Номер МЧД"), "text", required=power, hint=hint, value=number, only=only),
        Input("mchd_valid_to", _("МЧД действует по"), "date", required=power, value=until, only=only),
        Input("signature", _("Файл отсоединённой подписи"), "file", hint=_(".sig или .p7s, до 50 МБ"), only=only),
    )


def _mchd(signatory: Signatory | None) -> tuple[str, str]:
    """Number and last day of the power as the card of the organisation has them; the person corrects them."""
    if signatory is None or signatory.basis_kind != "mchd":
        return "", ""
    return signatory.basis_number, signatory.valid_to.isoformat() if signatory.valid_to else ""


def _on_paper(agreement: Agreement, only: str) -> tuple[Input, ...]:
    today = clock.today().isoformat()
    day = Input("signed_on", _("Дата подписи на бумаге"), "date", required=False, value=today, only=only)
    copies = copies_out(agreement)
    if not copies:
        return (day,)
    return (
        day,
        Input(
            "copies",
            _("Подписанные экземпляры"),
            "checks",
            required=False,
            hint=_("Остаются у Вашей стороны, пока делопроизводство не отметит возврат"),
            choices=tuple((str(copy.id), _("Экземпляр № %(n)s", n=copy.number)) for copy in copies),
            value=[str(copy.id) for copy in copies],
            only=only,
        ),
    )


def copies_out(agreement: Agreement) -> list[PaperCopy]:
    """Paper copies of the current revision that have not come back."""
    current = agreement.current
    return list(
        db.session.scalars(
            select(PaperCopy)
            .where(
                PaperCopy.agreement_id == agreement.id,
                PaperCopy.revision_id == (current.id if current else None),
                PaperCopy.returned_on.is_(None),
            )
            .order_by(PaperCopy.number)
        )
    )
