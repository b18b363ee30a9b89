"""Names and sizes of files, as pages say them."""

from __future__ import annotations

from flask_babel import gettext as _

from core.accounts.models import Person
from core.db import db


def file_name(title: str, ending: str = ".docx") -> str:
    """A title without what file systems do not bear, at most 120 letters."""
    safe = "".join(" " if letter in '\\/:*?"<>|\r\n\t' else letter for letter in title)
    return " ".join(safe.split())[:120] + ending


def size_in_words(size: int) -> str:
    """«48 КБ», or "" for nothing."""
    if not size:
        return ""
    kilobytes = max(round(size / 1024), 1)
    return str(_("%(n)s КБ", n=kilobytes) if kilobytes < 1024 else _("%(n).1f МБ", n=size / 1024 / 1024))


def person_name(person_id: int) -> str:
    """The name of a person who stands in no slot here: a substitute who signed on paper."""
    person = db.session.get(Person, person_id)
    return person.short_name if person else ""
