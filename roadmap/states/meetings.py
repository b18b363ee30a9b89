"""The table of steps of a meeting's decision («поручение», meeting_decision)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from core.workflow import Input, State, Step, Workflow
from roadmap.effects import decisions as effects
from roadmap.rules import meetings as rules
from roadmap.rules.people import COORDINATORS, DEPUTIES, holds

TELL = ("roadmap.decision_moved",)
CONTROL = ("m_control", "c_control")
CHAIR = (*DEPUTIES, "secretary")

STATES = (
    State("draft", _l("Проект протокола"), "muted"),
    State("issued", _l("На контроле"), "waiting"),
    State("accepted", _l("Принято к исполнению"), "info"),
    State("in_progress", _l("Исполняется"), "progress"),
    State("reported", _l("Доложено, на проверке"), "waiting"),
    State("returned", _l("Возвращено исполнителю"), "warning"),
    State("extension_requested", _l("Запрошено продление"), "waiting"),
    State("closed", _l("Снято с контроля"), "success", final=True),
    State("not_executed", _l("Не исполнено"), "danger", final=True),
    State("cancelled", _l("Утратило актуальность"), "muted", final=True),
)


STEPS = (
    Step(
        "issue",
        ("draft",),
        "issued",
        _l("Поставить на контроль"),
        done=_l("Поставлено на контроль"),
        who=(holds("secretary", *CONTROL),),
        when=(rules.minutes_signed,),
        entails=(effects.show_to_executors,),
        follows=TELL,
        hidden=True,
    ),
    Step(
        "ack",
        ("issued",),
        "accepted",
        _l("Принять к исполнению"),
        done=_l("Принято к исполнению"),
        who=(rules.executes_decision,),
    ),
    Step(
        "reassign",
        ("issued", "accepted", "in_progress"),
        "issued",
        _l("Переадресовать"),
        done=_l("Переадресовано другому исполнителю"),
        who=(holds(*CHAIR),),
        entails=(effects.reassign, effects.show_to_executors),
        follows=TELL,
        comment=True,
        asks=(Input("executor_id", _l("Новый исполнитель"), "int"), Input("ground", _l("Письмо или резолюция"))),
    ),
    Step(
        "start",
        ("accepted",),
        "in_progress",
        _l("Начать исполнение"),
        done=_l("Начато исполнение"),
        who=(rules.executes_decision,),
    ),
    Step(
        "ask_ext",
        ("accepted", "in_progress"),
        "extension_requested",
        _l("Запросить продление срока"),
        done=_l("Запрошено продление срока"),
        who=(rules.executes_decision,),
        when=(rules.before_due,),
        entails=(effects.ask_extension,),
        follows=TELL,
        comment=True,
        asks=(Input("due_on", _l("Новый срок"), "date"),),
    ),
    Step(
        "grant_ext",
        ("extension_requested",),
        "in_progress",
        _l("Продлить срок"),
        done=_l("Срок продлён"),
        who=(holds(*CHAIR),),
        entails=(effects.grant_extension,),
        follows=TELL,
        asks=(Input("ground", _l("Резолюция")),),
    ),
    Step(
        "deny_ext",
        ("extension_requested",),
        "in_progress",
        _l("Отказать в продлении"),
        done=_l("В продлении срока отказано"),
        who=(holds(*CHAIR),),
        entails=(effects.forget_extension,),
        follows=TELL,
        comment=True,
        danger=True,
    ),
    Step(
        "report",
        ("in_progress",),
        "reported",
        _l("Доложить об исполнении"),
        done=_l("Доложено об исполнении"),
        who=(rules.executes_decision,),
        when=(rules.report_attached,),
        entails=(effects.keep_report,),
        follows=TELL,
        comment=True,
    ),
    Step(
        "return",
        ("reported",),
        "returned",
        _l("Вернуть"),
        done=_l("Возвращено исполнителю"),
        who=(holds("secretary", *CONTROL, *COORDINATORS),),
        entails=(effects.count_return,),
        follows=TELL,
        comment=True,
        danger=True,
    ),
    Step(
        "rework",
        ("returned",),
        "in_progress",
        _l("Доработать"),
        done=_l("Начата доработка"),
        who=(rules.executes_decision,),
    ),
    Step(
        "close",
        ("reported",),
        "closed",
        _l("Снять с контроля"),
        done=_l("Снято с контроля"),
        who=(holds(*CHAIR),),
        when=(rules.not_reporter,),
        follows=TELL,
        asks=(Input("ground", _l("Резолюция «снять с контроля»")),),
    ),
    Step(
        "fail",
        ("issued", "accepted", "in_progress", "returned"),
        "not_executed",
        _l("Признать неисполненным"),
        done=_l("Признано неисполненным"),
        who=(holds(*DEPUTIES),),
        follows=TELL,
        comment=True,
        asks=(Input("reasons", _l("Справка")),),
        danger=True,
    ),
    Step(
        "cancel",
        ("issued", "accepted", "in_progress", "extension_requested"),
        "cancelled",
        _l("Снять как утратившее актуальность"),
        done=_l("Снято как утратившее актуальность"),
        who=(holds(*DEPUTIES),),
        follows=TELL,
        comment=True,
        asks=(Input("ground", _l("Решение председательствующего")),),
        danger=True,
    ),
)

meeting_decision = Workflow("meeting_decision", _l("Поручение"), STATES, STEPS)
