"""The sections of «Мои задачи» that the roadmap fills: what the person executes, what waits for his word, and what
is his to chase, the late first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core import clock
from core.accounts.actor import Actor
from core.accounts.roles import SIDE_OF_KIND
from core.calendar import late_by, late_words, left_words, working_days_between
from core.signoffs.inbox_sections import FEW, Line, Section
from roadmap import plan_values, rounds
from roadmap.control import OPEN, SOON_DAYS
from roadmap.periods import label
from roadmap.queries import changes, chasing
from roadmap.queries import decisions as reads
from roadmap.states import roadmap_item
from roadmap.states.changes import KINDS, change_request
from roadmap.states.meetings import meeting_decision
from roadmap.wording import side_name, wording

ITEMS: dict[str, tuple[str, Any, Any]] = {
    chasing.MINE: ("items", _l("Мои мероприятия: срок прошёл или подходит"), ""),
    chasing.OWN_LATE: (
        "late_items",
        _l("Просрочено Вашей Стороной"),
        _l("Результат представляет исполнитель; срок переносят только запросом на изменение."),
    ),
    chasing.OTHER_LATE: (
        "late_items_of_others",
        _l("Просрочено другой Стороной"),
        _l("Перенести или принять их может только она; Вы можете напомнить."),
    ),
    chasing.OWN_SOON: ("items_soon", _l("Скоро срок у Вашей Стороны"), ""),
}
"""Group of items → name, heading and hint of its section, in the order they are shown."""


def terms(day: Any, owed: bool = True) -> dict[str, str]:
    """The day of a line, how late or how soon in working days, and its mark. What is not owed any more is not late."""
    today = clock.today()
    if not owed:
        return {"due": f"{day:%d.%m.%Y}"}
    if day < today:
        return {"due": f"{day:%d.%m.%Y}", "term": late_words(late_by(day, today)), "tone": "late"}
    left = working_days_between(today, day)
    return {"due": f"{day:%d.%m.%Y}", "term": left_words(left), "tone": "soon" if left <= SOON_DAYS else ""}


def waiting(actor: Actor) -> Section | None:
    """The person's own decisions, in one query; None where he has none to execute."""
    rows = reads.mine(actor, "open", FEW)
    if not rows:
        return None
    lines = [_own_decision(row) for row in rows]
    return Section(_l("Мои поручения"), lines, rows[0].total, "/decisions/mine", "decisions")


def _own_decision(row: Any) -> Line:
    state = meeting_decision.states[row.state]
    return Line(
        title=row.text,
        url=f"/decisions/{row.id}",
        note=_protocol(row),
        state=str(state.label),
        state_tone=state.tone,
        **terms(row.due_on, row.state in OPEN),
    )


def _protocol(row: Any) -> str:
    day, code = f"{row.held_on:%d.%m.%Y}", row.code or row.number
    return str(_("протокол № %(n)s от %(day)s, пункт %(code)s", n=row.meeting, day=day, code=code))


def asked(actor: Actor) -> Section | None:
    """Change requests the actor answers or sends over, in one query; None where there is none."""
    rows = changes.awaiting(actor, FEW)
    if not rows:
        return None
    lines = [_request(row) for row in rows]
    return Section(_l("Запросы на изменение ждут решения"), lines, rows[0].total, name="change_requests")


def _request(row: Any) -> Line:
    state = change_request.states[row.state]
    about = (
        f"{_('Пункт')} {row.code}" if row.code else "",
        str(KINDS[row.kind]),
        wording(plan_values.KIND, row.changes[plan_values.KIND][1]) if row.kind == plan_values.KIND else "",
        row.reason,
    )
    return Line(
        title=_("Запрос на изменение № %(n)s", n=row.number),
        url=f"/changes/{row.id}",
        note=" · ".join(part for part in about if part),
        state=str(state.label),
        state_tone=state.tone,
    )


def items(actor: Actor) -> Sequence[Section]:
    """What the person executes, and what a coordinator or a deputy chases. One query."""
    rows = chasing.items(actor, FEW)
    several = len({row.roadmap_id for row in rows}) > 1
    found = []
    for group, (name, title, hint) in ITEMS.items():
        of_group = [row for row in rows if row.group_of == group]
        if of_group:
            lines = [_item(row, group, row.plan if several else "") for row in of_group]
            found.append(Section(title, lines, of_group[0].total, _all_items(group, of_group[0]), name, hint))
    return found


def _all_items(group: str, row: Any) -> str:
    """The table of the plan of the most urgent one, with nothing of its group left out: one's own items are late and
    soon due, a side's are its own and the joint ones, which no filter of the table names together."""
    if group == chasing.MINE:
        return f"/roadmaps/{row.roadmap_id}?mine=1"
    flag = "soon" if group == chasing.OWN_SOON else "overdue"
    side = f"&side={row.responsible_side}" if group == chasing.OTHER_LATE else ""
    return f"/roadmaps/{row.roadmap_id}?flag={flag}{side}"


def _item(row: Any, group: str, plan: str) -> Line:
    state = roadmap_item.states[row.state]
    mine = group == chasing.MINE
    chased = group in (chasing.OWN_LATE, chasing.OTHER_LATE)
    whose = (side_name(row.responsible_side), row.executor_name or row.unit)
    return Line(
        title=f"{row.code}. {row.title}" + (f" ({label(row.period)})" if row.period else ""),
        url=f"/items/{row.id}" + (f"?period={row.period}" if row.period else ""),
        note=plan,
        state=str(state.label),
        state_tone=state.tone,
        court="" if mine else " · ".join(filter(None, whose)),
        side="" if mine else row.responsible_side,
        remind=f"/items/{row.id}/reminders?period={row.period}" if chased else "",
        **terms(row.due_on),
    )


def decisions(actor: Actor) -> Sequence[Section]:
    """Decisions of meetings that wait for the actor's word, and those of others past their day. One query."""
    rows = chasing.decisions(actor, FEW)
    headings: dict[str, tuple[str, Any, Callable[[Any], Line]]] = {
        chasing.DECIDE: ("decisions_to_decide", _l("Поручения ждут Вашего решения"), _reported),
        chasing.LATE: ("late_decisions", _l("Просроченные поручения"), _late_decision),
    }
    found = []
    for group, (name, title, line) in headings.items():
        of_group = [row for row in rows if row.group_of == group]
        if of_group:
            result = "overdue" if group == chasing.LATE else "reported"
            url = f"/roadmaps/{of_group[0].roadmap_id}/decisions?result={result}"
            found.append(Section(title, [line(row) for row in of_group], of_group[0].total, url, name))
    return found


def _reported(row: Any) -> Line:
    return _decision(row, terms(row.due_on, row.state in OPEN))


def _late_decision(row: Any) -> Line:
    return _decision(row, terms(row.due_on), remind=f"/decisions/{row.id}/reminders")


def _decision(row: Any, term: dict[str, str], remind: str = "") -> Line:
    state = meeting_decision.states[row.state]
    whose = ", ".join(dict.fromkeys(part for part in (row.executor_name, row.organisation) if part))
    return Line(
        title=row.text,
        url=f"/decisions/{row.id}",
        note=_protocol(row),
        state=str(state.label),
        state_tone=state.tone,
        court=whose,
        side=SIDE_OF_KIND.get(row.kind or "", ""),
        remind=remind,
        **term,
    )


def answers(actor: Actor) -> Section | None:
    """Rounds that the executors of a coordinator's side have not finished answering. One query."""
    rows = chasing.answers(actor)
    lines = [_round(row) for row in rows[:FEW]]
    return Section(_l("Исполнители не ответили для отчёта"), lines, len(rows), name="answers") if rows else None


def _round(row: Any) -> Line:
    return Line(
        title=_("Отчёт за %(period)s", period=rounds.named(row.period)),
        url=f"/reports/{row.id}?answered=no",
        note=row.plan,
        state=_("отвечено %(done)s из %(total)s", done=row.answered, total=row.total),
        state_tone="waiting",
        court=_("исполнители: %(side)s", side=side_name(row.side)),
        side=row.side,
        remind=f"/reports/{row.id}/reminders",
        **terms(row.due_on),
    )
