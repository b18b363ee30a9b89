"""What a column may mean, and by which headings it is known."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True)
class Meaning:
    """A field of an agreement that a column may fill."""

    name: str
    label: Any
    headings: tuple[str, ...]
    required: bool = False
    many: bool = False
    """Several columns may mean it: a party each."""


MEANINGS = (
    Meaning(
        "title",
        _l("Наименование"),
        ("название", "предмет", "наименование документа", "предмет договора", "предмет соглашения", "документ"),
        required=True,
    ),
    Meaning("kind", _l("Вид документа"), ("вид", "тип", "тип документа", "вид договора")),
    Meaning(
        "number",
        _l("Номер"),
        (
            "№", "№ документа", "рег. номер", "регистрационный номер", "номер договора", "номер соглашения", "рег. №",
            "№ договора", "№ соглашения",
        ),
    ),
    Meaning(
        "signed_on",
        _l("Дата подписания"),
        ("дата", "дата заключения", "подписан", "подписано", "дата договора", "дата соглашения", "заключен"),
    ),
    Meaning(
        "party",
        _l("Сторона (ИНН или наименование)"),
        ("контрагент", "инн", "инн контрагента", "организация", "партнер", "заказчик", "исполнитель"),
        required=True,
        many=True,
    ),
    Meaning(
        "parties", _l("Стороны через «;»"), ("стороны", "участники", "стороны договора", "стороны соглашения")
    ),
    Meaning("effective_from", _l("Действует с"), ("начало", "начало действия", "дата начала", "вступает в силу")),
    Meaning(
        "valid_until",
        _l("Действует до"),
        ("срок действия", "окончание", "дата окончания", "срок", "действителен до", "окончание действия"),
    ),
    Meaning("prolong_years", _l("Продлевается на, лет"), ("продление", "пролонгация", "продление, лет")),
    Meaning("city", _l("Место составления"), ("место", "город", "место заключения")),
    Meaning("state", _l("Состояние"), ("статус", "действует", "статус договора")),
)  # fmt: skip
BY_NAME = {meaning.name: meaning for meaning in MEANINGS}

STATES = {
    "": "registered",
    "действует": "registered",
    "действующий": "registered",
    "действующее": "registered",
    "зарегистрирован": "registered",
    "да": "registered",
    "приостановлен": "suspended",
    "приостановлено": "suspended",
    "исполнен": "performed",
    "исполнено": "performed",
    "истек": "expired",
    "истекло": "expired",
    "срок истек": "expired",
    "расторгнут": "terminated",
    "расторгнуто": "terminated",
}
"""How people write the state of an agreement in their tables."""

KINDS = {
    "": "cooperation",
    "соглашение": "cooperation",
    "соглашение о сотрудничестве": "cooperation",
    "соглашение о сотрудничестве и партнерстве": "cooperation",
    "сотрудничество": "cooperation",
    "кластер": "partnership",
    "соглашение о партнерстве": "partnership",
    "соглашение о партнерстве участников кластера": "partnership",
    "целевое обучение": "target",
    "договор о целевом обучении": "target",
    "практика": "practice",
    "договор о практической подготовке": "practice",
    "сетевая форма": "network",
    "сетевой договор": "network",
    "договор о сетевой форме": "network",
    "договор о сетевой форме реализации программы": "network",
}


def same(text: Any) -> str:
    """A heading or a word of a cell as it is compared: lower case, ё as е, single spaces."""
    return " ".join(str(text).replace("\u00a0", " ").casefold().replace("ё", "е").split())


def guess(headers: Sequence[str]) -> dict[str, str]:
    """Number of a column → its meaning, where a heading is known; a meaning is given once, but a party to several."""
    mapping: dict[str, str] = {}
    for place, header in enumerate(headers):
        name = _known(re.sub(r"[*:]+$", "", same(header)).strip())
        if name and (BY_NAME[name].many or name not in mapping.values()):
            mapping[str(place)] = name
    return mapping


def _known(heading: str) -> str:
    for meaning in MEANINGS:
        if heading in {same(each) for each in meaning.headings} | {same(meaning.label)}:
            return meaning.name
    return "party" if re.fullmatch(r"(инн )?сторон[аы] ?\d{1,2}( ?\(?инн\)?)?", heading) else ""


def faults(mapping: Mapping[str, str]) -> list[str]:
    """What keeps a mapping from being used, in words."""
    given = list(mapping.values())
    wrong = (
        [str(_l("Ни один столбец не означает: %(name)s", name=BY_NAME["title"].label))] if "title" not in given else []
    )
    if "parties" not in given and given.count("party") < 1:
        wrong.append(str(_l("Укажите столбец со сторонами или столбцы сторон по одной")))
    for name in set(given):
        if name not in BY_NAME:
            wrong.append(str(_l("Нет такого значения столбца: %(name)s", name=name)))
        elif given.count(name) > 1 and not BY_NAME[name].many:
            wrong.append(str(_l("Два столбца означают одно: %(name)s", name=BY_NAME[name].label)))
    return wrong
