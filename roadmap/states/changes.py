"""The change request's table of steps (change_request)."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.accounts.actor import Actor
from core.errors import NotValid
from core.workflow import Ask, Input, State, Step, Workflow
from roadmap.rules import changes as rules

STATES = (
    State("draft", _l("Проект"), "muted"),
    State("submitted", _l("Подан"), "waiting"),
    State("review_other", _l("Рассмотрение второй Стороной"), "waiting"),
    State("approved", _l("Одобрен"), "success"),
    State("declined", _l("Отклонён"), "danger", final=True),
    State("applied", _l("Внесён в план"), "success", final=True),
    State("withdrawn", _l("Отозван"), "muted", final=True),
)

KINDS: dict[str, Any] = {
    "term": _l("срок"),
    "executor": _l("исполнитель"),
    "result": _l("результат"),
    "indicator": _l("показатель"),
    "plan_value": _l("плановое значение показателя"),
    "exclusion": _l("исключение"),
    "new_item": _l("новое мероприятие"),
    "suspension": _l("приостановка"),
}


def keep_reason(row: Any, actor: Actor, ask: Ask) -> None:
    """The reason typed with the draft stands, unless another is given now; without any it is not submitted."""
    row.reason = ask.comment.strip() or row.reason
    if not row.reason:
        raise NotValid(_("Напишите причину: без неё шаг не сделать"), "comment")


def keep_answer(row: Any, actor: Actor, ask: Ask) -> None:
    row.answered_side, row.answered_name = actor.side, actor.name


STEPS = (
    Step(
        "submit",
        ("draft",),
        "submitted",
        _l("Подать"),
        done=_l("Запрос подан"),
        who=(rules.asks_for_change,),
        entails=(keep_reason,),
    ),
    Step(
        "to_other",
        ("submitted",),
        "review_other",
        _l("Направить второй Стороне"),
        done=_l("Направлен второй Стороне"),
        who=(rules.coordinates_asking_side,),
    ),
    Step(
        "approve",
        ("review_other",),
        "approved",
        _l("Одобрить"),
        done=_l("Запрос одобрен"),
        who=(rules.answers,),
        entails=(keep_answer,),
        asks=(Input("ground", _l("Протокол или письмо"), required=False),),
    ),
    Step(
        "decline",
        ("submitted", "review_other"),
        "declined",
        _l("Отклонить"),
        done=_l("Запрос отклонён"),
        who=(rules.may_decline,),
        entails=(keep_answer,),
        comment=True,
        danger=True,
    ),
    Step(
        "apply",
        ("approved",),
        "applied",
        _l("Внести изменения"),
        done=_l("Изменения внесены в план"),
        who=(rules.registers,),
        when=(rules.edition_in_force,),
        hidden=True,
    ),
    Step(
        "withdraw",
        ("draft", "submitted", "review_other", "approved"),
        "withdrawn",
        _l("Отозвать"),
        done=_l("Запрос отозван"),
        who=(rules.asks_for_change,),
        when=(rules.not_in_an_edition,),
        danger=True,
    ),
)

change_request = Workflow("change_request", _l("Запрос на изменение"), STATES, STEPS)
