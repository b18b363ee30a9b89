"""Forms of the roadmap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    FileField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from core.accounts.queries import choices
from core.errors import NotValid
from core.web.forms import options
from roadmap.cells import value_of
from roadmap.periods import RECURRENCES
from roadmap.queries.items import numbers_of
from roadmap.rows import BY_NAME as MEANINGS
from roadmap.rows import Before, Known
from roadmap.rows.cells import Wrong, befores_of
from roadmap.wording import SIDE_NAMES


class PlanForm(FlaskForm):
    """A new plan: subject, period, two parties."""

    title = TextAreaField(
        _l("Предмет плана"),
        [DataRequired(_l("Назовите предмет плана")), Length(max=1000)],
        description=_l("продолжает слова «План мероприятий („дорожная карта“) …»"),
    )
    period_start = DateField(_l("Начало периода"), [InputRequired(_l("Укажите дату"))])
    period_end = DateField(_l("Конец периода"), [InputRequired(_l("Укажите дату"))])
    first = SelectField(_l("Первая Сторона"), coerce=int)
    second = SelectField(_l("Вторая Сторона"), coerce=int)

    def offer(self) -> None:
        """Who may be a party: ministries and corporations."""
        among = [(row.id, row.short_name) for kind in ("ministry", "corporation") for row in choices(kind)]
        self.first.choices = self.second.choices = options(among)
        if not self.is_submitted() and len(among) > 1:
            self.first.data, self.second.data = among[0][0], among[-1][0]


class ImportForm(PlanForm):
    """A new plan whose items come in a file."""

    file = FileField(_l("Файл плана"), [DataRequired(_l("Выберите файл"))], description=_l(".xlsx или .docx, до 20 МБ"))


class SectionForm(FlaskForm):
    """A section: its number and title."""

    number = IntegerField(_l("Номер раздела"), [InputRequired(_l("Укажите номер"))])
    title = StringField(_l("Название раздела"), [DataRequired(_l("Назовите раздел")), Length(max=500)])


WAITING = ("after_code", "days_after", "depends")
"""What an item comes after: typed as in the table of the plan."""


def _optional_text(label: Any, **more: Any) -> TextAreaField:
    return TextAreaField(label, [Optional(), Length(max=4000)], **more)


class TermsForm(FlaskForm):
    """What an item says."""

    version = HiddenField()
    section = SelectField(_l("Раздел"), coerce=int)
    title = TextAreaField(_l("Мероприятие"), [DataRequired(_l("Напишите, что за мероприятие")), Length(max=4000)])
    term_text = StringField(_l("Срок словами"), description=_l("например: «ежегодно, до 15 декабря»"))
    starts_on = DateField(_l("Начало"), [Optional()])
    due_on = DateField(_l("Срок"), [Optional()], description=_l("срок первого периода"))
    until_on = DateField(_l("Последний срок"), [Optional()])
    recurrence = SelectField(_l("Повторяемость"), choices=options(RECURRENCES.items()))
    for_previous = BooleanField(_l("Срок наступает после отчётного периода"))
    after_code = StringField(_l("После мероприятия"), description=MEANINGS["after_code"].hint)
    days_after = StringField(_l("Дней после"), description=_l("«30» или «30 рабочих»"))
    depends = StringField(_l("Зависит от"), description=MEANINGS["depends"].hint)
    responsible_side = SelectField(
        _l("Ответственная Сторона"),
        choices=options((side, SIDE_NAMES[side]) for side in ("ministry", "corporation", "both")),
    )
    unit = StringField(_l("Ответственный исполнитель"), [Optional(), Length(max=500)])
    organisation_id = SelectField(_l("Организация исполнителя"), coerce=lambda value: int(value) if value else None)
    co_executors = _optional_text(_l("Соисполнители"))
    result = _optional_text(_l("Ожидаемый результат"))
    document_kind = StringField(_l("Вид документа"), [Optional(), Length(max=500)])
    points = _optional_text(
        _l("Контрольные точки"), description=_l("по одной в строке: название – срок (дд.мм.гггг или словами)")
    )
    legal_basis = _optional_text(_l("Правовое основание"))

    def offer(self, sections: list[tuple[int, str]]) -> None:
        self.section.choices = options((number, f"{number}. {title}") for number, title in sections)
        self.organisation_id.choices = options([("", "—"), *((row.id, row.short_name) for row in choices())])

    places = {"control_points": "points", "after_item_id": "after_code", "after_days": "days_after"}
    """Fields of the terms that are typed in fields of another name: faults are shown there."""

    def terms(self) -> dict[str, Any]:
        """The entered terms as the service takes them, but for what the item comes after."""
        from roadmap.wording import points_of

        skip = ("csrf_token", "version", "section", "points", *WAITING)
        values = {name: value for name, value in self.data.items() if name not in skip}
        return values | {"control_points": points_of(self.points.data or "")}

    def after(self, roadmap_id: int) -> dict[str, Any]:
        """«В течение N дней после»: the terms that say it. Raises NotValid at the field."""
        known = Known(date.min, date.max, {}, {}, (), items=numbers_of(roadmap_id))
        item_id = self._said("after_code", lambda text: value_of("after_item_id", text, known))
        days, working = self._said("days_after", lambda text: value_of("after_days", text, known)) or (None, False)
        return {"after_item_id": item_id, "after_days": days, "after_working": working}

    def befores(self) -> list[Before]:
        """What the item waits for. Raises NotValid at the field."""
        found: list[Before] = self._said("depends", befores_of)
        return found

    def _said(self, name: str, read: Callable[[str], Any]) -> Any:
        try:
            return read(self[name].data or "")
        except Wrong as wrong:
            raise NotValid(str(wrong), name) from wrong


class NewItemForm(TermsForm):
    """A request to add an item: all it would say, and why. It is tied to other items once it is there."""

    after_code = days_after = depends = None
    reason = TextAreaField(_l("Почему"), [DataRequired(_l("Напишите, почему нужно изменение")), Length(max=4000)])

    def terms(self) -> dict[str, Any]:
        return {name: value for name, value in super().terms().items() if name != "reason"}


class PlanValueForm(FlaskForm):
    """A request to change one plan value of an indicator: of the whole, or of a part of it."""

    indicator_id = SelectField(_l("Показатель"), coerce=int)
    period = SelectField(_l("Период"))
    value = StringField(_l("Новое плановое значение"), [DataRequired(_l("Введите новое плановое значение"))])
    organisation_id = SelectField(
        _l("Организация"),
        coerce=lambda value: int(value) if value else None,
        description=_l("если значение запланировано не на весь показатель, а на его часть"),
    )
    region_code = StringField(_l("Код региона"), [Optional(), Length(max=2)])
    speciality = StringField(_l("Код профессии, специальности"), [Optional(), Length(max=8)])
    reason = TextAreaField(_l("Почему"), [DataRequired(_l("Напишите, почему нужно изменение")), Length(max=4000)])

    def offer(self, indicators: list[tuple[int, str]], periods: list[tuple[str, str]]) -> None:
        self.indicator_id.choices = options(indicators)
        self.period.choices = options(periods)
        self.organisation_id.choices = options([("", "—"), *((row.id, row.short_name) for row in choices())])

    def values(self) -> dict[str, Any]:
        """What the request says, as the service takes it."""
        return {name: value for name, value in self.data.items() if name not in ("reason", "csrf_token")}


class ChangeForm(FlaskForm):
    """A request to change one item: only the fields its kind may change stand in the form."""

    kind = HiddenField()
    term_text = StringField(_l("Срок словами"))
    starts_on = DateField(_l("Начало"), [Optional()])
    due_on = DateField(_l("Срок"), [Optional()])
    until_on = DateField(_l("Последний срок"), [Optional()])
    responsible_side = SelectField(
        _l("Ответственная Сторона"),
        choices=options((side, SIDE_NAMES[side]) for side in ("ministry", "corporation", "both")),
    )
    period_key = SelectField(_l("Период, срок которого переносится"), [Optional()])
    period_due = DateField(_l("Новый срок этого периода"), [Optional()])
    unit = StringField(_l("Ответственный исполнитель"), [Optional(), Length(max=500)])
    organisation_id = SelectField(_l("Организация исполнителя"), coerce=lambda value: int(value) if value else None)
    co_executors = _optional_text(_l("Соисполнители"))
    title = _optional_text(_l("Мероприятие"))
    result = _optional_text(_l("Ожидаемый результат"))
    document_kind = StringField(_l("Вид документа"), [Optional(), Length(max=500)])
    points = _optional_text(_l("Контрольные точки"), description=_l("по одной в строке: название – срок"))
    legal_basis = _optional_text(_l("Правовое основание"))
    target = StringField(_l("Целевое значение"))
    target_unit = StringField(_l("Единица измерения"))
    reason = TextAreaField(_l("Почему"), [DataRequired(_l("Напишите, почему нужно изменение")), Length(max=4000)])

    def keep(self, kind: str) -> None:
        """Take out what this kind does not change."""
        from roadmap.service.changes import FIELDS_OF_KIND

        wanted = {"points" if name == "control_points" else name for name in FIELDS_OF_KIND.get(kind, ())}
        if "period_dates" in wanted:
            wanted |= {"period_key", "period_due"}
        for name in list(self._fields):
            if name not in (*wanted, "kind", "reason", "csrf_token"):
                del self[name]
        self.kind.data = kind

    def offer(self, periods: list[tuple[str, str]], looked_at: str = "") -> None:
        """The organisations and, for a recurring item, its periods; the one `looked_at` stands chosen at first."""
        if "organisation_id" in self._fields:
            self.organisation_id.choices = options([("", "—"), *((row.id, row.short_name) for row in choices())])
        if "period_key" in self._fields:
            self.period_key.choices = options([("", "—"), *periods])
            if not self.is_submitted() and looked_at in dict(periods):
                self.period_key.data = looked_at
            if not periods:
                del self.period_key, self.period_due

    def values(self, period_dates: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The entered terms as the service takes them; a moved period joins those moved before."""
        from roadmap.wording import points_of

        taken = {name: value for name, value in self.data.items() if name not in ("kind", "reason", "csrf_token")}
        if "points" in taken:
            taken["control_points"] = points_of(taken.pop("points") or "")
        key, moved = taken.pop("period_key", ""), taken.pop("period_due", None)
        if key and moved:
            taken["period_dates"] = {**(period_dates or {}), key: moved.isoformat()}
        return taken
