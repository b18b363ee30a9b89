"""What a column of a sheet of values may mean: the very columns that are exported."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from roadmap.rows import Meaning, headings_of, same

MEANINGS = (
    Meaning("code", _l("Код"), ("код показателя", "показатель", "№ показателя"), _l("код показателя плана"), 10),
    Meaning(
        "period", _l("Период"), ("отчетный период",),
        _l("год, квартал, полугодие или месяц: «2026», «III квартал 2026 г.», «2026-Q3», «2026-03»"), 20,
    ),
    Meaning(
        "kind", _l("Вид значения"), ("вид",),
        _l("загрузкой только заявляют: строки «план» и «подтверждено» остаются как есть"), 16,
    ),
    Meaning(
        "value", _l("Значение"), ("факт", "фактическое значение", "заявлено"), _l("число; ноль – это значение"), 16
    ),
    Meaning(
        "not_provided", _l("Сведения не предоставлены"), ("не предоставлены", "нет сведений"),
        _l("«да», если сведения запрошены и не получены: это не ноль, значение тогда не пишут"), 16,
    ),
    Meaning(
        "organisation", _l("Организация"), ("наименование организации", "инн"),
        _l("организация из справочника: ИНН или наименование; пусто – значение в целом"), 30,
    ),
    Meaning("region", _l("Код региона"), ("регион", "субъект"), _l("две цифры: «59»; пусто – значение в целом"), 12),
    Meaning(
        "speciality", _l("Код профессии, специальности"), ("специальность", "профессия", "код специальности"),
        _l("например «15.02.16»; пусто – значение в целом"), 16,
    ),
    Meaning(
        "as_of", _l("По состоянию на"), ("дата", "дата значения", "на дату"),
        _l("дата, на которую дано значение; пусто – день загрузки"), 14,
    ),
    Meaning("source", _l("Источник"), ("источник сведений",), _l("откуда значение; пусто – имя файла"), 40),
)  # fmt: skip
BY_NAME = {meaning.name: meaning for meaning in MEANINGS}
NEEDED = ("code", "period", "value")


def known(heading: str) -> str:
    """The meaning a heading is known by, or ""."""
    return _headings().get(same(heading), "")


@cache
def _headings() -> Mapping[str, str]:
    return headings_of(MEANINGS)


def mapping_faults(mapping: Mapping[str, str]) -> list[str]:
    """What keeps a mapping from being used, in words."""
    given = list(mapping.values())
    wrong = [_("Нет такого значения столбца: %(name)s", name=name) for name in sorted(set(given) - set(BY_NAME))]
    wrong += [
        _("Два столбца означают одно: %(name)s", name=BY_NAME[name].label)
        for name in sorted(set(given) & set(BY_NAME))
        if given.count(name) > 1
    ]
    return wrong + [
        _("Ни один столбец не означает: %(name)s", name=BY_NAME[name].label) for name in NEEDED if name not in given
    ]
