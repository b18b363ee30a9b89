"""The table of steps of a regulatory initiative: other bodies' acts are recorded with their requisites."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core import clock
from core.accounts.actor import Actor
from core.db import db
from core.errors import NotValid
from core.workflow import Ask, Effect, Input, State, Step, Workflow
from roadmap.effects.items import day
from roadmap.models import InitiativeEvent
from roadmap.rules import initiatives as rules
from roadmap.rules.people import COORDINATORS, DEPUTIES, LAWYERS, holds, or_system

STATES = (
    State("proposal", _l("Предложение"), "muted"),
    State("substantiation", _l("Подготовка обоснования"), "progress"),
    State("draft_act", _l("Подготовлен проект акта"), "progress"),
    State("internal_approval", _l("Согласование внутри Стороны-инициатора"), "waiting"),
    State("interagency", _l("Межведомственное согласование"), "waiting"),
    State("disagreement", _l("Урегулирование разногласий"), "warning"),
    State("public_discussion", _l("Публичное обсуждение, ОРВ"), "waiting"),
    State("expertise", _l("Правовая и антикоррупционная экспертиза"), "waiting"),
    State("in_government", _l("Внесено в Правительство"), "info"),
    State("in_duma", _l("Внесено в Государственную Думу"), "info"),
    State("adopted", _l("Принят Государственной Думой"), "info"),
    State("approved_fc", _l("Одобрен Советом Федерации"), "info"),
    State("signed", _l("Подписан и опубликован"), "success"),
    State("implementation", _l("Подзаконные акты и внедрение"), "progress"),
    State("effective", _l("Действует"), "success", final=True),
    State("rejected", _l("Отклонена"), "danger", final=True),
    State("withdrawn", _l("Отозвана"), "muted", final=True),
    State("on_hold", _l("Отложена"), "muted"),
)

HELD = ("substantiation", "draft_act", "interagency")
NUMBER = Input("number", _l("Номер"), "text")
DAY = Input("happened_on", _l("Дата"), "date")
LINK = Input("url", _l("Ссылка на публикацию"), "text", required=False)


def record(body: str) -> Effect:
    """What another body did, with its requisites, as an event of the initiative."""

    def effect(row: Any, actor: Actor, ask: Ask) -> None:
        happened = day(ask.data["happened_on"], "happened_on") if ask.has("happened_on") else clock.today()
        if happened > clock.today():
            raise NotValid(_("Эта дата ещё не наступила: шаг записывают, когда он сделан"), "happened_on")
        db.session.add(
            InitiativeEvent(
                initiative_id=row.id,
                happened_on=happened,
                title=str(regulatory_initiative.states[row.state].label),
                body=body,
                number=str(ask.data.get("number") or "").strip(),
                url=str(ask.data.get("url") or "").strip(),
                step=row.state,
                name=actor.name,
                at=clock.now(),
            )
        )

    return effect


def keep_effective_day(row: Any, actor: Actor, ask: Ask) -> None:
    row.effective_on = day(ask.data["effective_on"], "effective_on")


def remember_held(row: Any, actor: Actor, ask: Ask) -> None:
    """Where the initiative was put on hold: the row knew it before the step moved it."""
    history = db.inspect(row).attrs.state.history
    row.held_state = history.deleted[0] if history.deleted else row.held_state


GOVERNMENT, DUMA, COUNCIL = "Правительство Российской Федерации", "Государственная Дума", "Совет Федерации"
EFFECTIVE = Input("effective_on", _l("Дата вступления в силу"), "date")

OWN_STEPS = (
    Step(
        "take",
        ("proposal",),
        "substantiation",
        _l("Взять в проработку"),
        done=_l("Взята в проработку"),
        who=(holds(*DEPUTIES),),
        asks=(Input("ground", _l("Протокол совещания или поручение")),),
    ),
    Step(
        "draft",
        ("substantiation",),
        "draft_act",
        _l("Подготовить проект"),
        done=_l("Подготовлен проект акта"),
        who=(rules.executes,),
        when=(rules.papers_attached,),
    ),
    Step(
        "to_internal",
        ("draft_act",),
        "internal_approval",
        _l("На внутреннее согласование"),
        done=_l("Проект направлен на внутреннее согласование"),
        who=(holds(*COORDINATORS),),
    ),
    Step(
        "internal_return",
        ("internal_approval", "interagency"),
        "draft_act",
        _l("Вернуть на доработку"),
        done=_l("Проект возвращён на доработку"),
        who=(holds(*LAWYERS, *DEPUTIES, *COORDINATORS),),
        comment=True,
        danger=True,
    ),
    Step(
        "to_interagency",
        ("internal_approval",),
        "interagency",
        _l("Направить в ведомства"),
        done=_l("Проект направлен в ведомства"),
        who=(holds("m_coord"),),
        when=(rules.bodies_named,),
        asks=(Input("letters", _l("Сопроводительные письма")),),
    ),
    Step(
        "dis",
        ("interagency",),
        "disagreement",
        _l("Есть разногласия"),
        done=_l("Получены разногласия"),
        who=(holds("m_coord"),),
        comment=True,
        asks=(Input("table", _l("Таблица разногласий")),),
    ),
    Step(
        "dis_done",
        ("disagreement",),
        "interagency",
        _l("Разногласия сняты или вносятся"),
        done=_l("Разногласия рассмотрены"),
        who=(holds("m_deputy"),),
        asks=(Input("protocol", _l("Протокол согласительного совещания")),),
    ),
    Step(
        "public",
        ("interagency",),
        "public_discussion",
        _l("Разместить для обсуждения"),
        done=_l("Проект размещён для публичного обсуждения"),
        who=(holds("m_coord"),),
        entails=(record("regulation.gov.ru"),),
        asks=(Input("number", _l("Идентификатор проекта на regulation.gov.ru"), "text"), LINK),
    ),
    Step(
        "skip_public",
        ("interagency",),
        "expertise",
        _l("Обсуждение не требуется"),
        done=_l("Публичное обсуждение признано ненужным"),
        who=(holds("m_legal"),),
        comment=True,
    ),
    Step(
        "exp",
        ("public_discussion",),
        "expertise",
        _l("На экспертизу"),
        done=_l("Проект направлен на экспертизу"),
        who=(holds("m_legal"),),
        asks=(Input("summary", _l("Сводка предложений")),),
    ),
    Step(
        "rework",
        ("expertise", "public_discussion"),
        "draft_act",
        _l("Вернуть проект на доработку"),
        done=_l("Проект возвращён на доработку"),
        who=(holds(*COORDINATORS, "m_legal"),),
        comment=True,
        danger=True,
    ),
)

EXTERNAL_STEPS = (
    Step(
        "to_gov",
        ("expertise",),
        "in_government",
        _l("Внести в Правительство"),
        done=_l("Внесён в Правительство"),
        who=(holds("m_signer"),),
        entails=(record(GOVERNMENT),),
        asks=(NUMBER, DAY, Input("minjust", _l("Заключение Минюста России"))),
    ),
    Step(
        "gov_return",
        ("in_government",),
        "draft_act",
        _l("Возвращён Правительством"),
        done=_l("Возвращён Правительством"),
        who=(holds("m_coord"),),
        entails=(record(GOVERNMENT),),
        comment=True,
        asks=(NUMBER, DAY),
    ),
    Step(
        "to_duma",
        ("in_government",),
        "in_duma",
        _l("Внесён Правительством в Госдуму"),
        done=_l("Внесён Правительством в Государственную Думу"),
        who=(holds("m_coord"),),
        entails=(record(DUMA),),
        asks=(NUMBER, DAY, LINK),
    ),
    Step(
        "by_deputies",
        ("substantiation",),
        "in_duma",
        _l("Внесён депутатами"),
        done=_l("Внесён депутатами в Государственную Думу"),
        who=(holds(*COORDINATORS),),
        entails=(record(DUMA),),
        asks=(NUMBER, DAY, LINK),
    ),
    Step(
        "adopt",
        ("in_duma",),
        "adopted",
        _l("Принят"),
        done=_l("Принят Государственной Думой"),
        who=(holds("m_coord"),),
        entails=(record(DUMA),),
        asks=(DAY,),
    ),
    Step(
        "duma_return",
        ("adopted", "approved_fc"),
        "in_duma",
        _l("Возвращён в Госдуму"),
        done=_l("Возвращён в Государственную Думу"),
        who=(holds("m_coord"),),
        entails=(record(DUMA),),
        comment=True,
        asks=(DAY,),
    ),
    Step(
        "fc",
        ("adopted",),
        "approved_fc",
        _l("Одобрен Советом Федерации"),
        done=_l("Одобрен Советом Федерации"),
        who=(holds("m_coord"),),
        entails=(record(COUNCIL),),
        asks=(DAY,),
    ),
    Step(
        "sign",
        ("approved_fc",),
        "signed",
        _l("Подписан"),
        done=_l("Подписан и опубликован"),
        who=(holds("m_coord"),),
        entails=(record("Президент Российской Федерации"), keep_effective_day),
        asks=(NUMBER, DAY, LINK, EFFECTIVE),
    ),
    Step(
        "gov_act",
        ("in_government",),
        "signed",
        _l("Издан акт Правительства"),
        done=_l("Издан акт Правительства"),
        who=(holds("m_coord"),),
        entails=(record(GOVERNMENT), keep_effective_day),
        asks=(NUMBER, DAY, LINK, EFFECTIVE),
    ),
    Step(
        "sublaw",
        ("signed",),
        "implementation",
        _l("Подготовка подзаконных актов"),
        done=_l("Начата подготовка подзаконных актов"),
        who=(holds("m_coord"),),
        asks=(Input("plan", _l("План подготовки актов")),),
    ),
    Step(
        "effect",
        ("signed", "implementation"),
        "effective",
        _l("Вступил в силу"),
        done=_l("Вступил в силу"),
        who=(or_system(holds("m_coord")),),
        when=(rules.term_reached,),
    ),
)

ENDINGS = (
    Step(
        "reject",
        ("substantiation", "interagency", "in_government", "in_duma", "adopted", "approved_fc"),
        "rejected",
        _l("Отклонить"),
        done=_l("Инициатива отклонена"),
        who=(holds(*DEPUTIES, "m_coord"),),
        comment=True,
        asks=(Input("ground", _l("Документ об отклонении")),),
        danger=True,
    ),
    Step(
        "hold",
        HELD,
        "on_hold",
        _l("Отложить"),
        done=_l("Инициатива отложена"),
        who=(holds(*DEPUTIES),),
        entails=(remember_held,),
        comment=True,
    ),
    Step(
        "unhold",
        ("on_hold",),
        "substantiation",
        _l("Возобновить"),
        done=_l("Работа возобновлена"),
        who=(holds(*DEPUTIES),),
        choose=lambda row: row.held_state or "substantiation",
        targets=HELD,
    ),
    Step(
        "withdraw",
        ("proposal", "substantiation", "draft_act", "internal_approval"),
        "withdrawn",
        _l("Отозвать"),
        done=_l("Инициатива отозвана"),
        who=(holds(*DEPUTIES),),
        comment=True,
        danger=True,
    ),
)

regulatory_initiative = Workflow(
    "regulatory_initiative", _l("Нормативная инициатива"), STATES, (*OWN_STEPS, *EXTERNAL_STEPS, *ENDINGS)
)
