"""The form of a corrected day."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, StringField
from wtforms.validators import DataRequired

from core.web.forms import options


class DayForm(FlaskForm):
    day = DateField(_l("День"), [DataRequired(_l("Заполните это поле"))])
    working = RadioField(
        _l("Считать днём"), choices=options([("0", _l("нерабочим")), ("1", _l("рабочим"))]), default="0"
    )
    note = StringField(_l("Акт"), [DataRequired(_l("Заполните это поле"))], description=_l("Чем день изменён"))
