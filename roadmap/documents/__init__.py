"""The document kinds of the roadmap, and the context each one gives its template."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from core.documents import kinds

KINDS = (
    kinds.Kind("plan", "roadmap", _l("План мероприятий («дорожная карта»)")),
    kinds.Kind("plan_changes", "roadmap", _l("Изменения, которые вносятся в план мероприятий")),
    kinds.Kind("progress_report", "roadmap", _l("Отчёт о ходе реализации плана мероприятий")),
    kinds.Kind("minutes", "roadmap", _l("Протокол совещания")),
)


def register_kinds() -> None:
    for kind in KINDS:
        kinds.register(kind)
