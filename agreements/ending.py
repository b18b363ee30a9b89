"""What an agreement's end brings with it: shown before it is confirmed, done in the same transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from agreements.models import Agreement
from core import clock
from core.accounts.access import visible_to
from core.accounts.actor import SYSTEM, Actor
from core.audit.chain import canonical
from core.db import db
from core.errors import NotNow
from core.web.kept import in_russian
from core.workflow import Ask
from roadmap import links

ENDED = ("performed", "expired", "terminated", "annulled")
BEFORE_SIGNATURE = (
    "draft", "own_approval", "counterparty_review", "revision", "disagreement", "agreed", "signing", "partly_signed",
)  # fmt: skip
IN_FORCE = ("signed", "registered", "suspended")


@dataclass(frozen=True)
class Consequence:
    """One thing that rests on an agreement. `ends`: it ends with it; otherwise its people are only told."""

    kind: str
    """supplementary, descends, roadmap_item, roadmap_plan, or what another room registers."""
    id: int
    title: str
    outcome: str
    """What will become of it, in words."""
    ends: bool = False
    url: str = ""


Asked = Callable[[Agreement, Actor], Iterable[Consequence]]
Done = Callable[[Agreement, str], None]

_asked: list[Asked] = []
_done: list[Done] = []


def rests_on_agreements(asked: Asked, done: Done) -> None:
    """Declare what else rests on agreements: `asked` lists it for a person, `done(agreement, outcome)` carries it out.

    Both run inside the transaction of the step; `outcome` is the state the agreement has come to.
    """
    _asked.append(asked)
    _done.append(done)


def cascade(agreement: Agreement, actor: Actor = SYSTEM) -> list[Consequence]:
    """Everything that the end of `agreement` touches, as `actor` may know it, in a fixed order."""
    return [consequence for asked in _asked for consequence in asked(agreement, actor)]


def seen(consequences: Iterable[Consequence]) -> str:
    """A short mark of a list that was shown, so that a confirmation of an older list is refused."""
    rows = [[one.kind, one.id, one.outcome] for one in consequences]
    return hashlib.sha256(canonical(rows)).hexdigest()[:16]


def with_consequences(agreement: Agreement, actor: Actor, ask: Ask) -> None:
    """The effect of a step that ends an agreement. Raises NotNow where another list had been shown."""
    shown = str(ask.data.get("cascade") or "")
    if shown and shown != seen(cascade(agreement, actor)):
        raise NotNow(_("Пока Вы читали, состав последствий изменился: посмотрите его ещё раз"))
    for done in _done:
        done(agreement, agreement.state)


def on_its_day(agreement: Agreement, actor: Actor, ask: Ask) -> None:
    """The end is dated by the term or the notice, whenever the clock gets to it."""
    day = agreement.terminates_on if agreement.state == "terminated" else agreement.valid_until
    agreement.ended_on = day or clock.today()


def _children(agreement: Agreement) -> list[Agreement]:
    return list(
        db.session.scalars(
            select(Agreement)
            .where(Agreement.parent_id == agreement.id, Agreement.state.not_in(ENDED))
            .order_by(Agreement.seq)
        )
    )


def _supplementary(agreement: Agreement, actor: Actor) -> Iterable[Consequence]:
    rows = _children(agreement)
    visible = set(
        db.session.scalars(
            select(Agreement.id).where(
                Agreement.id.in_([row.id for row in rows]), visible_to(actor, "agreement", Agreement.id)
            )
        )
    )
    for row in rows:
        known = row.id in visible
        if row.kind == "supplementary":
            title = row.title if known else str(_("Дополнительное соглашение № %(n)s", n=row.seq))
            outcome = _("прекратится вместе с ним") if row.state in IN_FORCE else _("будет аннулировано")
            yield Consequence("supplementary", row.id, title, outcome, True, _url(row.id) if known else "")
        elif known:
            stays = _("останется в силе: решить его судьбу должны его стороны")
            yield Consequence("descends", row.id, row.title, stays, False, _url(row.id))


def _url(agreement_id: int) -> str:
    return f"/agreements/{agreement_id}"


def _end_children(agreement: Agreement, outcome: str) -> None:
    """Supplementary agreements end as their parent did; those on their way are annulled."""
    from agreements.states import agreement_machine

    for row in _children(agreement):
        if row.kind == "supplementary":
            step = "end_with_parent" if row.state in IN_FORCE else "annul_with_parent"
            agreement_machine.take(row, step, SYSTEM, Ask(comment=_ended(agreement)))


@in_russian
def _ended(agreement: Agreement) -> str:
    from agreements.states import agreement_machine

    label = str(agreement_machine.states[agreement.state].label)
    return str(_("Основной документ «%(title)s»: %(state)s", title=agreement.title, state=label.lower()))


def _roadmap(agreement: Agreement, actor: Actor) -> Iterable[Consequence]:
    for row in links.resting_on("agreement", agreement.id, actor):
        if row.kind == "roadmap_plan":
            outcome = _("план лишится основания: он приложение к этому документу")
        elif row.closed:
            outcome = _("исполнено, не изменится")
        else:
            outcome = _("не закроется, пока координаторы не укажут другой документ")
        yield Consequence(row.kind, row.id, row.title, str(outcome), False, row.url)


def _unsettle(agreement: Agreement, outcome: str) -> None:
    """An agreement that ran its course stays the proof of what was done under it; a terminated one does not."""
    if outcome == "terminated":
        links.unsettle("agreement", agreement.id, _ended(agreement))


rests_on_agreements(_supplementary, _end_children)
rests_on_agreements(_roadmap, _unsettle)


def consequence_row(one: Consequence) -> dict[str, Any]:
    """A consequence as the API answers it."""
    return {"kind": one.kind, "id": one.id, "title": one.title, "outcome": str(one.outcome), "ends": one.ends}
