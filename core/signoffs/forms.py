"""Forms of sign-offs: the verdict, an act on paper, an absence, a route. What is right, the services decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from core.signoffs.service.decide import NewRemark
from core.signoffs.texts import Clause
from core.web.forms import options

NEEDED = DataRequired(_l("Заполните это поле"))
CHOSEN = InputRequired(_l("Выберите"))
ROWS = 6
"""Rows for remarks in the form of a verdict."""


def number_or_none(value: Any) -> int | None:
    """The id chosen in a list; the empty choice is None."""
    return int(value) if str(value or "").isdigit() else None


class VerdictForm(FlaskForm):
    comment = TextAreaField(
        _l("Комментарий"), description=_l("Обязателен при отказе и при согласовании с замечаниями, если нет замечаний")
    )


def typed_remarks(form: Any) -> list[dict[str, Any]]:
    """The rows of remarks as they were typed, padded to the rows of the form."""
    columns = zip(form.getlist("remark_clause"), form.getlist("remark_text"), strict=False)
    editorial = set(form.getlist("remark_editorial"))
    typed = [
        {"clause": clause.strip(), "text": text, "editorial": str(number) in editorial}
        for number, (clause, text) in enumerate(columns, start=1)
    ]
    return (typed + [{"clause": "", "text": "", "editorial": False}] * ROWS)[: max(ROWS, len(typed))]


def new_remarks(typed: Sequence[dict[str, Any]], text: Sequence[Clause]) -> list[NewRemark]:
    """What was typed, each bound to the clause whose number was given; a number the text has not is kept as typed."""
    ids = {clause["number"]: clause["id"] for clause in text if clause["number"]}
    found = []
    for row in typed:
        number = row["clause"].rstrip(".")[:64]
        if row["text"].strip():
            found.append(NewRemark(row["text"].strip(), ids.get(number, ""), number, row["editorial"]))
    return found


class PaperForm(FlaskForm):
    signer_id = SelectField(_l("Кто решил"), coerce=number_or_none, validators=[CHOSEN])
    paper_verdict = RadioField(_l("Что решил"), validators=[CHOSEN])
    signed_on = DateField(_l("Дата на бумаге"), [NEEDED])
    scan = FileField(
        _l("Скан"),
        [FileRequired(_l("Приложите скан"))],
        description=_l("PDF, JPEG, PNG или TIFF до 50 МБ"),
        render_kw={"accept": ".pdf,.jpg,.jpeg,.png,.tif,.tiff"},
    )
    paper_comment = TextAreaField(_l("Причина или замечания с бумаги"))


class SelectMultipleCheckboxField(SelectMultipleField):
    """Several choices as a list of check boxes; the macros of forms know it by this name."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class AbsenceForm(FlaskForm):
    principal_id = SelectField(_l("Кого замещают"), coerce=number_or_none, validators=[CHOSEN])
    starts_on = DateField(_l("Меня нет с"), [NEEDED])
    ends_on = DateField(_l("по (включительно)"), [NEEDED])
    substitute_id = SelectField(_l("Замещает"), coerce=number_or_none, validators=[CHOSEN])
    mark = RadioField(
        _l("Отметка в листе"),
        choices=options([("за", _l("«за» и фамилия отсутствующего")), ("и.о.", _l("«и.о.», исполняющий обязанности"))]),
        default="за",
    )
    basis_kind = RadioField(
        _l("Вид"),
        choices=options([("order", _l("приказ")), ("mchd", _l("МЧД (машиночитаемая доверенность)"))]),
        default="order",
    )
    basis_number = StringField(_l("Номер"), [NEEDED])
    basis_date = DateField(_l("Дата"), [NEEDED])
    basis_expires_on = DateField(_l("Действует по"), [Optional()], description=_l("Если срок основания ограничен"))
    powers = TextAreaField(_l("Полномочия"), description=_l("Как в приказе или доверенности"))
    scope = SelectMultipleCheckboxField(
        _l("В чём замещает"), description=_l("Ничего не отмечено: во всём, что позволяет основание")
    )


class RouteForm(FlaskForm):
    code = StringField(_l("Код"), description=_l("Латиницей, без пробелов: по нему маршрут выбирает программа"))
    name = StringField(_l("Название"), [NEEDED])
    same_person = BooleanField(_l("Одно лицо может решать в нескольких местах этого маршрута"))
    note = TextAreaField(_l("Что изменено"), description=_l("Останется в списке версий"))
