"""The sign-off task's table of steps (approval_task): one slot of one round."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from core.signoffs import rules
from core.workflow import Input, State, Step, Workflow

STATES = (
    State("queued", _l("Ожидает очереди"), "neutral"),
    State("assigned", _l("На рассмотрении"), "waiting"),
    State("approved", _l("Согласовано"), "success", final=True),
    State("approved_with_remarks", _l("Согласовано с замечаниями"), "success", final=True),
    State("rejected", _l("Не согласовано"), "danger", final=True),
    State("recalled", _l("Отозвано"), "muted", final=True),
    State("lapsed", _l("Утратило силу"), "muted", final=True),
)

STEPS = (
    Step(
        "assign",
        ("queued",),
        "assigned",
        _l("Поставить в работу"),
        done=_l("Поставлено в работу"),
        who=(rules.is_system,),
        when=(rules.turn_has_come,),
        hidden=True,
    ),
    Step(
        "approve",
        ("assigned",),
        "approved",
        _l("Согласовать"),
        done=_l("Согласовано"),
        who=(rules.holds_slot,),
        when=(
            rules.round_is_open,
            rules.round_moves,
            rules.not_author,
            rules.not_decided_here_before,
            rules.no_paper_act_waits,
        ),
    ),
    Step(
        "approve_remarks",
        ("assigned",),
        "approved_with_remarks",
        _l("Согласовать с замечаниями"),
        done=_l("Согласовано с замечаниями"),
        who=(rules.holds_slot,),
        when=(
            rules.is_visa,
            rules.round_is_open,
            rules.round_moves,
            rules.not_author,
            rules.not_decided_here_before,
            rules.no_paper_act_waits,
        ),
        comment=True,
    ),
    Step(
        "reject",
        ("assigned",),
        "rejected",
        _l("Не согласовать"),
        done=_l("Не согласовано"),
        who=(rules.holds_slot,),
        when=(rules.may_be_rejected, rules.round_is_open, rules.round_moves, rules.no_paper_act_waits),
        comment=True,
        danger=True,
    ),
    Step(
        "delegate",
        ("assigned",),
        "assigned",
        _l("Передать замещающему"),
        done=_l("Передано замещающему"),
        who=(rules.holds_slot_himself,),
        when=(rules.round_is_open,),
        comment=True,
        asks=(
            Input("basis_number", _l("Номер приказа или МЧД"), "text"),
            Input("basis_date", _l("Дата приказа или МЧД"), "date"),
        ),
        hidden=True,
    ),
    Step(
        "recall",
        ("queued", "assigned"),
        "recalled",
        _l("Отозвать"),
        done=_l("Отозвано"),
        who=(rules.coordinates_or_system,),
        comment=True,
        hidden=True,
    ),
    Step(
        "lapse",
        ("approved", "approved_with_remarks"),
        "lapsed",
        _l("Признать утратившей силу"),
        done=_l("Решение утратило силу"),
        who=(rules.is_system,),
        comment=True,
        hidden=True,
    ),
)

approval_task = Workflow("approval_task", _l("Задание на согласование"), STATES, STEPS)

STANDS = State("assigned", _l("Ждёт урегулирования разногласий"), "muted")
"""An open place of a round that stands: nobody's decision is waited for now."""

VERDICTS = {
    "submitted": _l("Представил на согласование"),
    "approved": _l("Согласовано"),
    "approved_with_remarks": _l("Согласовано с замечаниями"),
    "rejected": _l("Не согласовано"),
    "signed": _l("Подписано"),
    "registered": _l("Зарегистрировано"),
    "acknowledged": _l("Ознакомлен"),
}

ACTS: dict[str, Any] = {
    "paper_recorded": _l("Внесено решение на бумаге"),
    "paper_confirmed": _l("Подтверждено решение на бумаге"),
    "paper_refused": _l("Отклонена запись с бумаги"),
    "keep_visa": _l("Сохранена виза прежней редакции"),
    "remark": _l("Записано замечание"),
    "remark_accepted": _l("Замечание принято"),
    "remark_declined": _l("Замечание отклонено"),
    "protocol_row": _l("В протокол разногласий внесён пункт"),
    "protocol_wording": _l("В протоколе разногласий записана редакция стороны"),
    "protocol_proposal": _l("В протоколе разногласий предложена согласованная редакция"),
    "protocol_consent": _l("Дано согласие с предложенной редакцией"),
    "protocol_withdrawn": _l("Снято разногласие"),
    "protocol_closed": _l("Закрыт протокол разногласий"),
    **{f"route_{what}": _l("Изменён маршрут согласования") for what in ("reassigned", "added", "dropped", "delegated")},
}
"""What is done on the way of a document beside the steps, as its history tells it."""

_VERDICTS_OF = {
    ("signature", "rejected"): _l("Отказано в подписании"),
    ("registration", "rejected"): _l("Отказано в регистрации"),
}
_STATES_OF = {
    ("signature", "assigned"): State("assigned", _l("На подписи"), "waiting"),
    ("signature", "approved"): State("approved", _l("Подписано"), "success", final=True),
    ("signature", "rejected"): State("rejected", _l("Отказано в подписании"), "danger", final=True),
    ("registration", "assigned"): State("assigned", _l("На регистрации"), "waiting"),
    ("registration", "approved"): State("approved", _l("Зарегистрировано"), "success", final=True),
    ("registration", "rejected"): State("rejected", _l("Отказано в регистрации"), "danger", final=True),
    ("acknowledgement", "assigned"): State("assigned", _l("На ознакомлении"), "waiting"),
    ("acknowledgement", "approved"): State("approved", _l("Ознакомление отмечено"), "success", final=True),
}


def said(verdict: str, kind: str) -> str:
    """A verdict as it is called in a slot of this kind: one does not «не согласовать» a signature."""
    return str(_VERDICTS_OF.get((kind, verdict), VERDICTS.get(verdict, verdict)))


def state_of(kind: str, state: str, stands: bool = False) -> State:
    """A state as it is called in a slot of this kind. `stands`: the parties argue, and the round with them."""
    if stands and state == "assigned":
        return STANDS
    return _STATES_OF.get((kind, state)) or approval_task.states[state]


PHASE_LABELS = {
    "own": _l("Согласование у инициатора"),
    "counterparty": _l("Рассмотрение контрагентом"),
    "signing": _l("Подписание"),
    "registration": _l("Регистрация"),
}

SLOT_KINDS = {
    "submission": _l("Представление"),
    "visa": _l("Виза"),
    "signature": _l("Подпись"),
    "registration": _l("Регистрация"),
    "acknowledgement": _l("Ознакомление"),
}


def wanted(kind: str, label: str) -> str:
    """What is to be decided in a place: «Виза: Правовой департамент»; «Регистрация участником» says it by itself."""
    what = str(SLOT_KINDS[kind])
    return label if label.casefold()[:SAME_WORD] == what.casefold()[:SAME_WORD] else f"{what}: {label}"


SAME_WORD = 6
"""So many first letters in common make «Подпись» and «Подписание» one word said twice."""
