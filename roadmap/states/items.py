"""The item's table of steps (roadmap_item): one occurrence of one item."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from core.workflow import Input, State, Step, Workflow
from roadmap.effects import items as effects
from roadmap.rules import items as rules
from roadmap.rules.people import (
    COORDINATORS,
    DEPUTIES,
    any_of,
    coordinates_other,
    coordinates_responsible,
    executes,
    holds,
    is_system,
    not_author,
    operates,
    or_system,
)

STATES = (
    State("draft", _l("В проекте плана"), "muted"),
    State("planned", _l("Запланировано"), "neutral"),
    State("in_progress", _l("Выполняется"), "progress"),
    State("on_review", _l("На проверке"), "waiting"),
    State("on_confirmation", _l("На подтверждении второй Стороны"), "waiting"),
    State("returned", _l("Не принято, на доработке"), "warning"),
    State("suspended", _l("Приостановлено"), "muted"),
    State("done", _l("Исполнено"), "success", final=True),
    State("not_done", _l("Не исполнено"), "danger", final=True),
    State("excluded", _l("Исключено из плана"), "muted", final=True),
)

FINISHED = ("done", "not_done", "excluded")
WAITING = ("on_review", "on_confirmation")
OPEN = ("planned", "in_progress", "returned", "suspended", *WAITING)

RISKS = (("none", _l("нет")), ("medium", _l("средний")), ("high", _l("высокий")))
AGREED = (
    ("fail", _l("закрыть как неисполненное")),
    ("resume", _l("возобновить")),
    ("reopen", _l("возобновить контроль")),
)
AGREEABLE = ("planned", "in_progress", "returned", "suspended", "done")

STEPS = (
    Step(
        "activate",
        ("draft",),
        "planned",
        _l("Ввести в действие"),
        who=(is_system,),
        entails=(effects.spread_over_periods,),
        hidden=True,
    ),
    Step(
        "start",
        ("planned",),
        "in_progress",
        _l("Начать исполнение"),
        who=(any_of(executes, coordinates_responsible),),
        when=(rules.nothing_blocks,),
        entails=(effects.mark_started,),
    ),
    Step(
        "progress",
        ("in_progress",),
        "in_progress",
        _l("Обновить ход исполнения"),
        who=(executes,),
        entails=(effects.note_progress,),
        comment=True,
        asks=(
            Input("percent", _l("Готовность, %"), "int", required=False),
            Input("forecast_on", _l("Прогнозная дата"), "date", required=False),
            Input("risk", _l("Риск срыва срока"), "choice", required=False, choices=RISKS),
        ),
    ),
    Step(
        "submit",
        ("in_progress",),
        "on_review",
        _l("Представить результат"),
        who=(executes,),
        when=(rules.evidence_attached, rules.facts_entered),
        entails=(effects.present_result,),
        asks=(Input("fact_on", _l("Фактическая дата"), "date", required=False, hint=_l("пусто — сегодня")),),
    ),
    Step(
        "recall",
        ("on_review",),
        "in_progress",
        _l("Отозвать с проверки"),
        who=(executes,),
        entails=(effects.stop_round, effects.forget_result),
        comment=True,
    ),
    Step(
        "return",
        ("on_review",),
        "returned",
        _l("Не принять"),
        who=(any_of(coordinates_responsible, operates),),
        when=(not_author,),
        entails=(effects.stop_round, effects.count_return),
        comment=True,
        danger=True,
    ),
    Step(
        "rework",
        ("returned",),
        "in_progress",
        _l("Доработать"),
        who=(executes,),
        entails=(effects.forget_result,),
    ),
    Step(
        "accept",
        ("on_review",),
        "on_confirmation",
        _l("Принять результат"),
        who=(coordinates_responsible,),
        when=(not_author,),
        entails=(effects.record_acceptance,),
    ),
    Step(
        "confirm",
        ("on_confirmation",),
        "done",
        _l("Подтвердить исполнение"),
        who=(coordinates_other,),
        when=(not_author, rules.agreements_registered),
        entails=(effects.record_confirmation, effects.date_dependents, effects.point_to_next),
    ),
    Step(
        "refuse_confirm",
        ("on_confirmation",),
        "returned",
        _l("Не подтвердить"),
        who=(coordinates_other,),
        when=(not_author,),
        entails=(effects.stop_round, effects.count_return),
        comment=True,
        danger=True,
    ),
    Step(
        "suspend",
        ("planned", "in_progress"),
        "suspended",
        _l("Приостановить"),
        who=(holds(*COORDINATORS),),
        when=(rules.change_approved("suspension"),),
        comment=True,
        danger=True,
    ),
    Step(
        "resume",
        ("suspended",),
        "in_progress",
        _l("Возобновить"),
        who=(holds(*COORDINATORS),),
        when=(rules.other_side_agrees("resume"),),
        entails=(effects.use_consent, effects.end_suspension, effects.mark_started),
        comment=True,
    ),
    Step(
        "exclude",
        ("planned", "in_progress", "suspended"),
        "excluded",
        _l("Исключить"),
        who=(or_system(holds(*DEPUTIES)),),
        when=(rules.leaves_the_plan,),
        entails=(effects.point_to_next,),
        comment=True,
        danger=True,
    ),
    Step(
        "restore",
        ("excluded",),
        "planned",
        _l("Вернуть в план"),
        who=(is_system,),
        entails=(effects.begin_anew,),
        hidden=True,
    ),
    Step(
        "fail",
        ("planned", "in_progress", "returned", "suspended"),
        "not_done",
        _l("Закрыть как неисполненное"),
        who=(holds(*DEPUTIES),),
        when=(rules.other_side_agrees("fail"),),
        entails=(effects.use_consent, effects.point_to_next),
        comment=True,
        asks=(Input("reasons", _l("Справка о причинах")),),
        danger=True,
    ),
    Step(
        "reopen",
        ("done",),
        "in_progress",
        _l("Возобновить контроль"),
        who=(holds(*DEPUTIES),),
        when=(rules.other_side_agrees("reopen"),),
        entails=(effects.use_consent, effects.forget_result, effects.point_to_next),
        comment=True,
        asks=(Input("audit", _l("Заключение по мониторинговому выезду")),),
        danger=True,
    ),
    Step(
        "agree",
        AGREEABLE,
        "planned",
        _l("Согласиться закрыть или возобновить"),
        who=(holds(*DEPUTIES, *COORDINATORS),),
        entails=(effects.record_consent,),
        comment=True,
        asks=(Input("to", _l("На что"), "choice", choices=AGREED),),
        choose=lambda row: row.state,
        targets=AGREEABLE,
    ),
)

roadmap_item = Workflow("roadmap_item", _l("Мероприятие плана"), STATES, STEPS)
