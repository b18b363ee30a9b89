"""Terms of an item in words: names of the fields and their values as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.accounts.roles import SIDES
from roadmap import plan_values
from roadmap.periods import RECURRENCES, label

FIELDS: dict[str, Any] = {
    "title": _l("Мероприятие"),
    "term_text": _l("Срок словами"),
    "starts_on": _l("Начало"),
    "due_on": _l("Срок"),
    "until_on": _l("Последний срок"),
    "recurrence": _l("Повторяемость"),
    "for_previous": _l("За предыдущий период"),
    "period_dates": _l("Перенесённые сроки"),
    "after_item_id": _l("После мероприятия"),
    "after_days": _l("Дней после"),
    "after_working": _l("Дни рабочие"),
    "responsible_side": _l("Ответственная Сторона"),
    "unit": _l("Ответственный исполнитель"),
    "organisation_id": _l("Организация исполнителя"),
    "co_executors": _l("Соисполнители"),
    "co_organisations": _l("Организации соисполнителей"),
    "result": _l("Ожидаемый результат"),
    "document_kind": _l("Вид документа"),
    "document_template": _l("Шаблон документа"),
    "control_points": _l("Контрольные точки"),
    "legal_basis": _l("Правовое основание"),
    "target": _l("Целевое значение"),
    "plan_value": _l("Плановое значение"),
    "target_unit": _l("Единица измерения"),
    "excluded": _l("Исключено"),
    "depends": _l("Зависит от"),
}

SIDE_NAMES: dict[str, Any] = {**SIDES, "both": _l("Совместно")}


def wording(field: str, value: Any) -> str:
    """A value of a field of the terms as a person reads it; "" for nothing."""
    if value in (None, "", [], {}, False):
        return ""
    if field in ("starts_on", "due_on", "until_on"):
        moment = value if isinstance(value, date) else date.fromisoformat(str(value))
        return moment.strftime("%d.%m.%Y")
    if field == "responsible_side":
        return str(SIDE_NAMES.get(value, value))
    if field == "recurrence":
        return str(RECURRENCES.get(value, value))
    if field == plan_values.KIND:
        return plan_values.said(value)
    if field == "control_points":
        return "; ".join(" – ".join(filter(None, (point["title"], point.get("term")))) for point in value)
    if field == "period_dates":
        return "; ".join(f"{label(key)} – {wording('due_on', moved)}" for key, moved in value.items())
    return _("да") if value is True else str(value)


ITEM_ACTS: dict[str, Any] = {
    "add": _l("Добавлено в проект"),
    "edit": _l("Изменено в проекте"),
    "drop": _l("Вычеркнуто из проекта"),
    "attach": _l("Приложен файл"),
    "verify": _l("Файл подтверждён"),
    "assign": _l("Назначен исполнитель"),
    "remind": _l("Напомнили о просроченном"),
    "enter_fact": _l("Введено значение показателя"),
    "add_dependency": _l("Добавлена зависимость"),
    "remove_dependency": _l("Убрана зависимость"),
    "link": _l("Связано с документом"),
    "unlink": _l("Связь с документом убрана"),
    "tie_indicator": _l("Связано с показателем"),
    "untie_indicator": _l("Связь с показателем убрана"),
    "link_unsettled": _l("Документ, на котором основано, прекращён"),
}
"""What is done with an item beside its steps."""

EDITION_ACTS: dict[str, Any] = {
    "create": _l("Составлен проект плана"),
    "add_section": _l("Добавлен раздел"),
    "append": _l("План стал приложением к документу"),
    "detach": _l("План больше не приложение"),
}
"""What is done with an edition beside its steps."""

MEETING_ACTS: dict[str, Any] = {
    "create": _l("Совещание заведено"),
    "edit": _l("Протокол изменён"),
    "attendance": _l("Отмечено присутствие"),
    "invite": _l("Участники приглашены"),
    "issue_minutes": _l("Протокол сформирован"),
    "sign_minutes": _l("Протокол подписан"),
}
"""What is done with a meeting: it has no machine of its own."""

DECISION_ACTS: dict[str, Any] = {
    "draft": _l("Записано в проект протокола"),
    "edit": _l("Изменено в проекте протокола"),
    "drop": _l("Вычеркнуто из проекта протокола"),
    "attach": _l("Приложен документ"),
    "turn": _l("Обращено в мероприятие"),
    "remind": _l("Напомнили исполнителю"),
}
CHANGE_ACTS: dict[str, Any] = {"draft": _l("Запрос подготовлен")}
INITIATIVE_ACTS: dict[str, Any] = {
    "propose": _l("Предложена"),
    "edit": _l("Изменены сведения"),
    "record_event": _l("Записано событие"),
    "settle_event": _l("Событие наступило"),
    "attach": _l("Приложен документ"),
}
"""What is done with decisions, requests and initiatives beside their steps."""

PAPERS: dict[str, Any] = {
    "note": _l("пояснительная записка"),
    "assessment": _l("финансово-экономическое обоснование"),
    "list": _l("перечень изменяемых актов"),
    "disagreements": _l("таблица разногласий"),
    "text": _l("проект акта"),
    "other": _l("прочее"),
}
"""Papers of a draft act."""

URGENCIES: dict[str, Any] = {
    "": _l("обычное, месяц"),
    "prompt": _l("оперативно, 10 дней"),
    "urgent": _l("срочно, 3 дня"),
}

REPORT_ACTS: dict[str, Any] = {
    "open": _l("Открыт сбор сведений"),
    "answer": _l("Даны сведения"),
    "remind": _l("Напомнили исполнителям"),
}
"""What is done with a report beside its steps."""

PURPOSES: dict[str, Any] = {
    "result": _l("результат"),
    "interim": _l("промежуточный отчёт"),
    "reasons": _l("справка о причинах"),
    "audit": _l("заключение по выезду"),
    "other": _l("прочее"),
}


def side_name(side: str) -> str:
    """«Министерство», «Корпорация», «Совместно»."""
    return str(SIDE_NAMES.get(side, side))


def points_of(text: str) -> list[dict[str, Any]]:
    """Control points typed one a line: «название – срок». A term written as дд.мм.гггг becomes a day too."""
    points = []
    for line in text.splitlines():
        title, dash, term = line.strip().rpartition(" – ")
        if not dash:
            title, term = line.strip(), ""
        if title:
            points.append({"title": title, "term": term.strip(), "due": _as_day(term.strip())})
    return points


def _as_day(text: str) -> str | None:
    parts = text.split(".")
    try:
        return date(int(parts[2]), int(parts[1]), int(parts[0])).isoformat() if len(parts) == 3 else None
    except ValueError:
        return None


def points_text(points: list[dict[str, Any]]) -> str:
    """The reverse of `points_of`, for the form."""
    return "\n".join(" – ".join(filter(None, (point["title"], point.get("term")))) for point in points)


def slip(changes: Mapping[str, Any]) -> int | None:
    """By how many days a request moves the term: later is positive; None where it moves no day."""
    was, now = changes.get("due_on") or (None, None)
    return (date.fromisoformat(now) - date.fromisoformat(was)).days if was and now else None
