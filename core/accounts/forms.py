"""Forms of sign-in, the own profile, organisations, signatories and people. What is right, the services decide."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    Field,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Optional

from core.accounts.roles import ORGANISATION_KINDS
from core.accounts.service.signatories import BASES
from core.web.forms import options

CASE_LABELS = {
    "gen": _l("родительный (кого, чего)"),
    "dat": _l("дательный (кому, чему)"),
    "acc": _l("винительный (кого, что)"),
    "ins": _l("творительный (кем, чем)"),
    "pre": _l("предложный (о ком, о чём)"),
}
REVIEWED = _l("Падежи проверены")
REVIEWED_HINT = _l("Проверенные падежи программа больше не меняет")
NEEDED = DataRequired(_l("Заполните это поле"))


def number_or_none(value: Any) -> int | None:
    """The id chosen in a list; the empty choice is None."""
    return int(value) if str(value or "").isdigit() else None


class VersionedForm(FlaskForm):
    """A form over a row that others may change meanwhile."""

    version = HiddenField()

    def expected(self) -> int | None:
        return number_or_none(self.version.data)


class SignInForm(FlaskForm):
    email = EmailField(_l("Электронная почта"), [NEEDED], render_kw={"autocomplete": "username", "autofocus": True})
    password = PasswordField(_l("Пароль"), [NEEDED], render_kw={"autocomplete": "current-password"})


class ChangePasswordForm(FlaskForm):
    current = PasswordField(_l("Текущий пароль"), [NEEDED], render_kw={"autocomplete": "current-password"})
    password = PasswordField(
        _l("Новый пароль"),
        [NEEDED],
        description=_l("Не короче 10 знаков, не менее пяти разных"),
        render_kw={"autocomplete": "new-password"},
    )


class SetPasswordForm(FlaskForm):
    password = PasswordField(
        _l("Временный пароль"),
        [NEEDED],
        description=_l("Сотрудник сменит его при первом входе; его сеансы завершатся"),
        render_kw={"autocomplete": "new-password"},
    )


class TokenForm(FlaskForm):
    name = StringField(_l("Для чего токен"), [NEEDED])
    days = IntegerField(_l("Срок, дней"), [InputRequired(_l("Заполните это поле"))], default=90)


class OrganisationForm(VersionedForm):
    kind = SelectField(_l("Вид"), choices=options(ORGANISATION_KINDS.items()))
    parent_id = SelectField(_l("Вышестоящая организация"), coerce=number_or_none)
    region_code = StringField(_l("Код региона"), description=_l("Две цифры"), render_kw={"maxlength": 2})
    full_name = TextAreaField(_l("Полное наименование"), [NEEDED])
    short_name = StringField(_l("Краткое наименование"), [NEEDED])
    alias = StringField(_l("Имя в договорах"), description=_l("«Министерство», «Корпорация», «Колледж»"))
    gender = RadioField(
        _l("Род наименования"),
        choices=options(
            [("n", _l("средний: именуемое")), ("f", _l("женский: именуемая")), ("m", _l("мужской: именуемый"))]
        ),
        default="n",
    )
    full_name_gen = TextAreaField(CASE_LABELS["gen"])
    full_name_dat = TextAreaField(CASE_LABELS["dat"])
    full_name_acc = TextAreaField(CASE_LABELS["acc"])
    full_name_ins = TextAreaField(CASE_LABELS["ins"])
    full_name_pre = TextAreaField(CASE_LABELS["pre"])
    reviewed = BooleanField(REVIEWED, description=REVIEWED_HINT)
    inn = StringField(_l("ИНН"), render_kw={"inputmode": "numeric"})
    kpp = StringField(_l("КПП"))
    ogrn = StringField(_l("ОГРН"), render_kw={"inputmode": "numeric"})
    address = TextAreaField(_l("Место нахождения"))
    postal_address = TextAreaField(_l("Почтовый адрес"), description=_l("Если отличается от места нахождения"))
    bank_name = StringField(_l("Банк или орган казначейства"))
    bik = StringField(_l("БИК"), render_kw={"inputmode": "numeric"})
    account = StringField(_l("Расчётный (казначейский) счёт"), render_kw={"inputmode": "numeric"})
    corr_account = StringField(_l("Корреспондентский (единый казначейский) счёт"), render_kw={"inputmode": "numeric"})
    personal_account = StringField(_l("Лицевой счёт"))
    phone = StringField(_l("Телефон"))
    email = EmailField(_l("Электронная почта"))

    def names(self) -> list[Field]:
        return [self.kind, self.parent_id, self.region_code, self.full_name, self.short_name, self.alias, self.gender]

    def cases(self) -> list[Field]:
        return [self[f"full_name_{case}"] for case in CASE_LABELS] + [self.reviewed]

    def codes(self) -> list[Field]:
        return [self.inn, self.kpp, self.ogrn, self.address, self.postal_address, self.phone, self.email]

    def bank(self) -> list[Field]:
        return [self.bank_name, self.bik, self.account, self.corr_account, self.personal_account]


class SignatoryForm(VersionedForm):
    person_id = SelectField(_l("Сотрудник в системе"), coerce=number_or_none)
    full_name = StringField(_l("Фамилия, имя, отчество"), [NEEDED])
    gender = RadioField(_l("Пол"), choices=options([("m", _l("мужской")), ("f", _l("женский"))]), default="m")
    position = StringField(_l("Должность"), [NEEDED])
    basis_kind = SelectField(_l("Вид основания"), choices=options(BASES.items()), default="charter")
    basis = TextAreaField(_l("Основание полномочий"), [NEEDED], description=_l("Как в договоре: «Устав»"))
    basis_number = StringField(_l("Номер доверенности"))
    basis_date = DateField(_l("Дата доверенности"), [Optional()])
    valid_from = DateField(_l("Полномочия с"), [Optional()])
    valid_to = DateField(_l("Полномочия по"), [Optional()])
    full_name_gen = StringField(_l("Фамилия, имя, отчество в родительном падеже"))
    position_gen = StringField(_l("Должность в родительном падеже"))
    basis_gen = TextAreaField(_l("Основание в родительном падеже"))
    reviewed = BooleanField(REVIEWED, description=REVIEWED_HINT)
    primary = BooleanField(_l("Предлагать в новых документах"), default=True)


class PersonForm(VersionedForm):
    organisation_id = SelectField(_l("Организация"), coerce=number_or_none)
    surname = StringField(_l("Фамилия"), [NEEDED])
    given_name = StringField(_l("Имя"), [NEEDED])
    patronymic = StringField(_l("Отчество"))
    gender = RadioField(_l("Пол"), choices=options([("m", _l("мужской")), ("f", _l("женский"))]), default="m")
    position = StringField(_l("Должность"))
    unit = StringField(_l("Подразделение"))
    email = EmailField(_l("Электронная почта"), [NEEDED])
    phone = StringField(_l("Телефон"))
    full_name_gen = StringField(_l("Имя в родительном падеже"))
    full_name_dat = StringField(_l("Имя в дательном падеже"))
    position_gen = StringField(_l("Должность в родительном падеже"))
    position_dat = StringField(_l("Должность в дательном падеже"))
    reviewed = BooleanField(REVIEWED, description=REVIEWED_HINT)

    def who(self) -> list[Field]:
        return [self.surname, self.given_name, self.patronymic, self.gender]

    def work(self) -> list[Field]:
        return [self.organisation_id, self.position, self.unit, self.email, self.phone]

    def cases(self) -> list[Field]:
        return [self.full_name_gen, self.full_name_dat, self.position_gen, self.position_dat, self.reviewed]


class NewPersonForm(PersonForm):
    password = PasswordField(
        _l("Временный пароль"),
        description=_l("Сотрудник сменит его при первом входе. Пустой — войти пока нельзя"),
        render_kw={"autocomplete": "new-password"},
    )


class RoleForm(FlaskForm):
    role = SelectField(_l("Роль"))
    valid_from = DateField(_l("С"), [Optional()])
    valid_to = DateField(_l("По"), [Optional()])
