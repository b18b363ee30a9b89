"""The plan's table of steps (roadmap): one edition of one plan."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from core.workflow import Input, State, Step, Workflow
from roadmap.effects import editions as effects
from roadmap.rules import editions as rules
from roadmap.rules.people import COORDINATORS, DEPUTIES, RECORDS, REVIEWERS, SIGNERS, holds, is_system, or_system

STATES = (
    State("draft", _l("Проект"), "muted"),
    State("internal_approval", _l("Внутреннее согласование Сторон"), "waiting"),
    State("cross_approval", _l("Согласование между Сторонами"), "waiting"),
    State("revision", _l("На доработке"), "warning"),
    State("disagreement", _l("Урегулирование разногласий"), "warning"),
    State("awaiting_signature", _l("На утверждении"), "waiting"),
    State("in_force", _l("Утверждён, действует"), "success"),
    State("final_report", _l("Итоговая отчётность"), "progress"),
    State("closed", _l("Закрыт"), "muted", final=True),
    State("superseded", _l("Заменён новой редакцией"), "muted", final=True),
    State("cancelled", _l("Снят с рассмотрения"), "muted", final=True),
)

AMENDING = State("amending", _l("Вносятся изменения"), "progress")
"""Shown, never stored: an edition is in force while a newer one is on its way."""

STEPS = (
    Step(
        "submit_internal",
        ("draft",),
        "internal_approval",
        _l("Направить на внутреннее согласование"),
        done=_l("Направлен на внутреннее согласование"),
        who=(holds(*COORDINATORS),),
        when=(rules.items_complete, rules.dates_inside_period, rules.routes_defined),
        entails=(effects.freeze, effects.start_round),
    ),
    Step(
        "internal_done",
        ("internal_approval",),
        "cross_approval",
        _l("Внутреннее согласование завершено"),
        done=_l("Внутреннее согласование завершено"),
        who=(is_system,),
        entails=(effects.open_counterparty,),
        hidden=True,
    ),
    Step(
        "internal_return",
        ("internal_approval", "cross_approval"),
        "revision",
        _l("Вернуть на доработку"),
        done=_l("Возвращён на доработку"),
        who=(holds(*COORDINATORS, *REVIEWERS),),
        entails=(effects.drop_round, effects.unfreeze),
        comment=True,
        danger=True,
    ),
    Step(
        "resubmit",
        ("revision",),
        "internal_approval",
        _l("Направить повторно"),
        done=_l("Направлен на согласование повторно"),
        who=(holds(*COORDINATORS),),
        when=(
            rules.items_complete,
            rules.dates_inside_period,
            rules.routes_defined,
            rules.remarks_answered,
        ),
        entails=(effects.freeze, effects.start_round),
    ),
    Step(
        "open_disagreement",
        ("cross_approval",),
        "disagreement",
        _l("Открыть протокол разногласий"),
        done=_l("Открыт протокол разногласий"),
        who=(holds(*COORDINATORS),),
        entails=(effects.open_protocol,),
        comment=True,
    ),
    Step(
        "close_disagreement",
        ("disagreement",),
        "cross_approval",
        _l("Разногласия сняты, текст прежний"),
        done=_l("Разногласия сняты, текст прежний"),
        who=(holds(*DEPUTIES),),
        when=(rules.protocol_closed,),
        asks=(Input("protocol", _l("Подписанный протокол согласования разногласий")),),
    ),
    Step(
        "revise",
        ("disagreement",),
        "revision",
        _l("Изменить текст по протоколу"),
        done=_l("Возвращён на доработку по протоколу разногласий"),
        who=(holds(*COORDINATORS),),
        entails=(effects.drop_round, effects.unfreeze),
        comment=True,
    ),
    Step(
        "to_signature",
        ("cross_approval",),
        "awaiting_signature",
        _l("Передать на утверждение"),
        done=_l("Передан на утверждение"),
        who=(holds(*COORDINATORS),),
        when=(rules.visas_given, rules.remarks_answered, rules.document_frozen),
        entails=(effects.open_signing,),
    ),
    Step(
        "sign",
        ("awaiting_signature",),
        "awaiting_signature",
        _l("Подписать"),
        done=_l("Подписан"),
        who=(holds(*SIGNERS),),
        when=(rules.authority_valid,),
        hidden=True,
    ),
    Step(
        "sign_return",
        ("awaiting_signature",),
        "revision",
        _l("Вернуть без подписи"),
        done=_l("Возвращён без подписи"),
        who=(holds(*SIGNERS),),
        entails=(effects.drop_round, effects.unfreeze),
        comment=True,
        danger=True,
    ),
    Step(
        "approve",
        ("awaiting_signature",),
        "in_force",
        _l("Зарегистрировать утверждение"),
        done=_l("Утверждение зарегистрировано, план действует"),
        who=(holds(*RECORDS),),
        when=(rules.all_signed, rules.authority_valid),
        entails=(effects.register, effects.bring_into_force),
        asks=(
            Input("number", _l("Номер"), "text"),
            Input("approved_on", _l("Дата утверждения"), "date", required=False, hint=_l("пусто — сегодня")),
            Input("signed_plan", _l("Подписанный план (скан или УКЭП)")),
        ),
        follows=("roadmap.issue_registered",),
    ),
    Step(
        "start_amendment",
        ("in_force",),
        "in_force",
        _l("Начать внесение изменений"),
        done=_l("Начато внесение изменений"),
        who=(holds(*COORDINATORS),),
        when=(rules.change_waits, rules.nothing_amended),
        entails=(effects.draw_next_edition,),
    ),
    Step(
        "supersede",
        ("in_force",),
        "superseded",
        _l("Заменить новой редакцией"),
        done=_l("Заменён новой редакцией"),
        who=(or_system(holds(*RECORDS)),),
        hidden=True,
    ),
    Step(
        "to_final",
        ("in_force",),
        "final_report",
        _l("Перейти к итоговой отчётности"),
        done=_l("Начата итоговая отчётность"),
        who=(or_system(holds(*COORDINATORS)),),
        when=(rules.term_reached,),
    ),
    Step(
        "close",
        ("final_report",),
        "closed",
        _l("Закрыть план"),
        done=_l("План закрыт"),
        who=(holds(*DEPUTIES),),
        when=(rules.items_closed, rules.final_report_approved),
    ),
    Step(
        "withdraw",
        ("draft", "revision", "internal_approval", "cross_approval", "disagreement", "awaiting_signature"),
        "cancelled",
        _l("Снять с рассмотрения"),
        done=_l("Снят с рассмотрения"),
        who=(holds(*DEPUTIES),),
        entails=(effects.drop_round, effects.release_changes),
        comment=True,
        danger=True,
    ),
)

roadmap = Workflow("roadmap", _l("План мероприятий («дорожная карта»)"), STATES, STEPS)


def shown_state(state: str, newer_on_its_way: bool) -> State:
    """The state as people see it: «Вносятся изменения» is computed."""
    return AMENDING if state == "in_force" and newer_on_its_way else roadmap.states[state]
