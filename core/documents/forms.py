"""Forms of the template library and of bulk runs. What is right, the services decide."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from core.documents import kinds
from core.documents.profiles import PROFILES
from core.web.forms import options

NEEDED = DataRequired(_l("Заполните это поле"))
NO_FILE = FileRequired(_l("Выберите файл"))


def kind_choices() -> list[tuple[str, str]]:
    """Every kind of document by its label."""
    return sorted(((kind.name, str(kind.label)) for kind in kinds.all_kinds()), key=lambda pair: pair[1])


class UploadForm(FlaskForm):
    """A new version of a template."""

    kind = SelectField(_l("Вид документа"))
    file = FileField(_l("Файл Word (.docx)"), validators=[NO_FILE], description=_l("до 20 МБ, без макросов"))
    profile = SelectField(_l("Профиль оформления"))
    note = TextAreaField(_l("Что изменилось"), validators=[Optional(), Length(max=2000)])
    valid_from = DateField(_l("Действует с"), validators=[Optional()])
    valid_to = DateField(_l("Действует по"), validators=[Optional()])

    def offer(self) -> UploadForm:
        """With the kinds and profiles there are now."""
        self.kind.choices = options(kind_choices())
        self.profile.choices = options([(profile.code, profile.label) for profile in PROFILES.values()])
        return self


class RetireForm(FlaskForm):
    """Taking a version out of use."""

    reason = StringField(_l("Причина"), validators=[NEEDED, Length(max=500)])


class DatesForm(FlaskForm):
    """The dates of a version."""

    valid_from = DateField(_l("Действует с"), validators=[Optional()])
    valid_to = DateField(_l("Действует по"), validators=[Optional()])


class RegisterForm(FlaskForm):
    """A register for a bulk run."""

    kind = SelectField(_l("Вид документа"))
    title = StringField(_l("Название выпуска"), validators=[Optional(), Length(max=200)])
    file = FileField(_l("Реестр (.xlsx)"), validators=[NO_FILE], description=_l("до 20 МБ и 20 000 строк"))

    def offer(self) -> RegisterForm:
        """With the kinds there are now."""
        self.kind.choices = options(kind_choices())
        return self
