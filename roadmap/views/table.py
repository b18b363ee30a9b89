"""The page where a draft is edited as a table."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _

from core.accounts.login import me
from roadmap.cells import COLUMNS
from roadmap.periods import RECURRENCES
from roadmap.queries.table import table
from roadmap.views.blueprint import bp
from roadmap.wording import SIDE_NAMES


@bp.get("/roadmaps/<int:roadmap_id>/editions/<int:number>/table")
def edit_table(roadmap_id: int, number: int) -> Any:
    """Every row of a draft in an editable grid; without scripts a plain table that leads to the form of each item."""
    shown = table(me(), roadmap_id, number)
    return render_template(
        "roadmap/plan_table.html",
        t=shown,
        plan=shown.edition.roadmap,
        columns=[column for column in COLUMNS if column.shown],
        settings={
            "columns": [
                {
                    "name": column.name,
                    "label": str(column.label),
                    "kind": "text" if column.kind in ("item", "days", "befores") else column.kind,
                    "shown": column.shown,
                    "choices": [str(word) for word in column.choices.values()],
                    "yes": _("да"),
                    "hint": _("дд.мм.гггг"),
                }
                for column in COLUMNS
            ],
            "fresh": {"recurrence": str(RECURRENCES["once"]), "responsible_side": str(SIDE_NAMES["both"])},
            "save": url_for("plan_table_api.save", roadmap_id=roadmap_id, number=number),
            "terms": url_for("plan_table_api.understand", roadmap_id=roadmap_id, number=number),
            "draft": f"plan-table:{me().id}:{shown.edition.id}",
            "words": words(),
        },
    )


def words() -> dict[str, str]:
    """What the scripts of the page say. `{n}` and the like are filled in by them."""
    return {
        "new": _("новая"),
        "struck": _("вычеркнуто"),
        "saved": _("Несохранённых изменений нет"),
        "unsaved": _("Не сохранено изменений: {n}"),
        "saving": _("Сохраняется…"),
        "done": _("Сохранено строк: {n}"),
        "restored": _("Восстановлены несохранённые изменения: {n}"),
        "refused": _("Не сохранено. Ошибок: {n}"),
        "clash": _("Пока Вы правили, строки изменили другие: {n}"),
        "by": _("{who} изменил(а): «{value}»"),
        "by_nothing": _("{who} очистил(а) ячейку"),
        "struck_by": _("Строку вычеркнул(а) {who}; введённое осталось здесь, его можно скопировать"),
        "mine": _("Оставить моё"),
        "theirs": _("Взять чужое"),
        "offered": _("по словам: {value}"),
        "nothing": _("пусто"),
        "pasted": _("Вставлено строк: {n}"),
        "copied": _("Скопировано ячеек: {n}"),
        "cleared": _("Очищено ячеек: {n}"),
        "undone": _("Отменено: {what}"),
        "redone": _("Возвращено: {what}"),
        "edit": _("правка"),
        "paste": _("вставка"),
        "clear": _("очистка"),
        "insert": _("новая строка"),
        "strike": _("вычёркивание"),
        "accept": _("сроки по словам"),
        "fixed": _("Номер не правится: он даётся один раз"),
        "network": _("Нет связи с сервером. Введённое сохранено в этом браузере: повторите сохранение"),
        "too_wide": _("Правее нет столбцов: лишнее не вставлено"),
        "open_card": _("Изменить"),
        "close_card": _("Готово"),
        "error": _("Ошибка:"),
        "row": _("Строка {code}"),
    }
