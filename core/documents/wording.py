"""Documents room: states in words and tones, for pages, the API and the journal."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

TEMPLATE_STATES: dict[str, tuple[Any, str]] = {
    "draft": (_l("Ждёт второго человека"), "waiting"),
    "scheduled": (_l("Вступит в действие"), "info"),
    "active": (_l("Действует"), "success"),
    "retired": (_l("Выведен из действия"), "muted"),
}
TEMPLATE_STEPS: dict[str, Any] = {
    "upload": _l("загрузка версии"),
    "activate": _l("ввод в действие"),
    "take_over": _l("вступление в действие"),
    "retire": _l("вывод из действия"),
    "set_dates": _l("изменение сроков"),
}
RUN_STATES: dict[str, tuple[Any, str]] = {
    "checked": (_l("Проверен, не начат"), "neutral"),
    "running": (_l("Идёт"), "progress"),
    "cancelled": (_l("Остановлен"), "warning"),
    "done": (_l("Закончен"), "success"),
}
RUN_STEPS: dict[str, Any] = {
    "create": _l("приём реестра"),
    "start": _l("начало выпуска"),
    "cancel": _l("остановка выпуска"),
    "finish": _l("окончание выпуска"),
}
DOCUMENT_STEPS: dict[str, Any] = {
    "issue": _l("выпуск документа"),
    "erase": _l("уничтожение персональных данных"),
}
