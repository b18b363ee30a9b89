"""An empty sheet to fill in and bring: the headings the import knows, and how each column is written."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext as _

from agreements.importing.meanings import MEANINGS
from agreements.importing.reading import LISTED, LONGEST
from core.reports.sheets import Column, Sheet, workbook
from core.web.kept import in_russian

WIDTHS = {"title": 60, "party": 36, "kind": 30, "number": 18, "city": 20}
SIDES = 2
"""Columns of parties; more of them are added by hand."""


@in_russian
def blank() -> bytes:
    """The sheet as XLSX. Its headings are Russian whoever asks: those are what the import knows."""
    columns = [Column(heading, lambda row: row, WIDTHS.get(name, 16)) for name, heading in headings()]
    guide = [
        Column(_("Столбец"), lambda line: line[0], 30),
        Column(_("Что писать"), lambda line: line[1], 90),
    ]
    return workbook([Sheet(_("Соглашения"), columns, []), Sheet(_("Как заполнять"), guide, _lines())])


def headings() -> Iterator[tuple[str, str]]:
    """(meaning, heading) of every column; «Стороны через «;»» is the other way to name the parties and not offered."""
    for meaning in MEANINGS:
        if meaning.name == "party":
            yield from ((meaning.name, _("Сторона %(n)s", n=number)) for number in range(1, SIDES + 1))
        elif meaning.name != "parties":
            yield meaning.name, str(meaning.label)


def _lines() -> list[tuple[str, str]]:
    day = _("дата, например 16.01.2023")
    told = {
        "title": _("обязательно, до %(n)s знаков", n=LONGEST["title"]),
        "kind": _("одно из: %(all)s", all="; ".join(LISTED["kind"])),
        "number": _("номер в журнале Вашей стороны; дважды в одном году не повторяется"),
        "signed_on": day,
        "effective_from": _("%(day)s; пусто – с даты подписания", day=day),
        "valid_until": _("%(day)s; пусто – бессрочно", day=day),
        "prolong_years": _("целое число лет; пусто – не продлевается"),
        "city": _("до %(n)s знаков", n=LONGEST["city"]),
        "state": _("одно из: %(all)s; пусто – действует", all="; ".join(LISTED["state"])),
        "party": _(
            "ИНН или наименование из справочника. Свою сторону можно не называть. Если сторон больше, добавьте столбцы "
            "«Сторона 3», «Сторона 4» и так далее, до 15"
        ),
    }
    lines = [(heading, told[name]) for name, heading in headings()]
    whole = _("Файл проверяется весь; пока есть хоть одна ошибка, не загружается ничего.")
    return [*lines, ("", ""), (_("Загрузка"), whole)]
