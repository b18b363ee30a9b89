"""The page of the production calendar, with the administrator's corrections."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from core import clock
from core.accounts.login import me
from core.calendar import queries, russia, service
from core.calendar.forms import DayForm
from core.web.forms import Refused, attempt

bp = Blueprint("calendar", __name__)


@bp.get("/calendar")
def calendar() -> Any:
    """Twelve months of a year."""
    return _page(DayForm(formdata=None))


def _page(form: DayForm, status: int = 200) -> Any:
    text = request.args.get("year", "")
    year = int(text) if text.isdigit() and int(text) in service.YEARS else clock.today().year
    return render_template(
        "calendar/year.html",
        year=year,
        months=queries.year_days(year),
        corrections=queries.corrections(year),
        published=russia.is_published(year),
        first=date(year, 1, 1),
        years=service.YEARS,
        form=form,
    ), status


@bp.post("/calendar/days")
def set_day() -> Any:
    """Correct a day."""
    actor = me()
    form = DayForm()
    done = attempt(form, lambda: service.set_day(actor, form.day.data, form.working.data == "1", form.note.data))
    if isinstance(done, Refused):
        return _page(form, done.status)
    flash(_("День изменён: сроки, которые считаются с этого часа, учтут его"), "success")
    return redirect(url_for("calendar.calendar", year=done.day.year))


@bp.post("/calendar/days/<day>/restore")
def restore_day(day: str) -> Any:
    """Take a correction back."""
    moment = _date(day)
    service.restore_day(me(), moment)
    flash(_("Снова действует производственный календарь"), "success")
    return redirect(url_for("calendar.calendar", year=moment.year))


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise NotFound from fault
