"""Which item waits for which: kept beside the plan by the coordinator of the side the waiting item lies with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from core import audit
from core.accounts.actor import Actor
from core.db import db, locked, transaction
from core.errors import NotFound, NotValid
from roadmap.graph import circle_with
from roadmap.models import Dependency, Item, Roadmap
from roadmap.rows import Before
from roadmap.service.items import drafted, refuse_other_side, visible_item

LONGEST_LAG = 1000
WHOSE = _l("Чего ждёт мероприятие, указывает координатор ответственной Стороны")


def add_dependency(
    item_id: int, after_id: int, actor: Actor, *, blocking: bool = True, lag_days: Any = 0, lag_working: bool = False
) -> Dependency:
    """`item` begins after `after` is done and `lag_days` more (working) days have passed; `blocking` forbids to start.

    The same pair again changes its lag and kind. Raises NotValid when the two are of different plans or close a circle
    («2.1 → 2.4 → 2.1»), NotAllowed, NotFound.
    """
    lag = _lag(lag_days)
    with transaction():
        item, before = visible_item(item_id, actor), visible_item(after_id, actor)
        refuse_other_side(item, actor, str(WHOSE))
        locked(Roadmap, item.roadmap_id)
        _no_circle(item, before)
        row = db.session.scalars(
            select(Dependency).where(Dependency.item_id == item.id, Dependency.after_id == before.id)
        ).one_or_none()
        if row is None:
            row = Dependency(roadmap_id=item.roadmap_id, item_id=item.id, after_id=before.id)
            db.session.add(row)
        row.blocking, row.lag_days, row.lag_working = blocking, lag, lag_working
        _told(item, Before(before.code, lag, blocking, lag_working), actor)
        if drafted(item):
            _restate(item, actor)
        db.session.flush()
        return row


def _lag(value: Any) -> int:
    try:
        lag = int(str(value if value not in (None, "") else 0))
    except ValueError as error:
        raise NotValid(_("Нужно целое число"), "lag_days") from error
    if not 0 <= lag <= LONGEST_LAG:
        raise NotValid(_("Не меньше 0 и не больше %(n)s дней", n=LONGEST_LAG), "lag_days")
    return lag


def _no_circle(item: Item, before: Item) -> None:
    """Under the plan's lock: two links added at once must not close a circle together."""
    if item.roadmap_id != before.roadmap_id or item.id == before.id:
        raise NotValid(_("Нужно другое мероприятие того же плана"), "after")
    circle = circle_with(item.roadmap_id, item.id, before.id)
    if circle:
        raise NotValid(_("Получится круг: %(circle)s", circle=" → ".join(circle)), "after")


def wait_for(item: Item, befores: Sequence[Before], actor: Actor, *, fresh: bool = False) -> None:
    """The item waits for these and for nothing else. Inside the caller's transaction; a draft is both sides' to write.

    `fresh`: the item is entered by the same act, nobody has read it before.

    Raises NotValid on `depends`: a number that is not in the plan, the item itself, a circle («2.1 → 2.4 → 2.1»).
    """
    locked(Roadmap, item.roadmap_id)
    ids = _ids(item.roadmap_id, befores)
    kept = {row.after_id: row for row in db.session.scalars(select(Dependency).where(Dependency.item_id == item.id))}
    gone = kept.keys() - ids.values()
    for after_id in gone:
        _remove(kept.pop(after_id), item, actor)
    db.session.flush()
    said = [_wait(item, ids[before.code], before, kept, actor) for before in befores]
    if (gone or any(said)) and not fresh:
        _restate(item, actor)
    db.session.flush()


def _terms(before: Before) -> tuple[bool, int, bool]:
    return before.blocking, before.lag_days, before.lag_working


def _restate(item: Item, actor: Actor) -> None:
    """A draft's row says what the item waits for: whoever read it before this is told that it was changed."""
    assert item.terms is not None
    flag_modified(item.terms, "title")
    data = {"fields": ["depends"], "version": item.terms.version + 1}
    audit.append(actor.who(), audit.Act("roadmap_item", item.id, "edit", data=data))


def _wait(item: Item, after_id: int, before: Before, kept: Mapping[int, Dependency], actor: Actor) -> bool:
    """Whether the tie is new or other than it was."""
    row = kept.get(after_id)
    if row is None:
        circle = circle_with(item.roadmap_id, item.id, after_id)
        if circle:
            raise NotValid(_("Получится круг: %(circle)s", circle=" → ".join(circle)), "depends")
        row = Dependency(roadmap_id=item.roadmap_id, item_id=item.id, after_id=after_id)
        db.session.add(row)
    elif (row.blocking, row.lag_days, row.lag_working) == _terms(before):
        return False
    row.blocking, row.lag_days, row.lag_working = _terms(before)
    _told(item, before, actor)
    return True


def _ids(roadmap_id: int, befores: Sequence[Before]) -> dict[str, int]:
    asked = [before.code for before in befores]
    rows = db.session.execute(
        select(Item.code, Item.id).where(Item.roadmap_id == roadmap_id, Item.code.in_(asked), ~Item.dropped)
    )
    found = dict(rows.tuples().all())
    missing = [code for code in asked if code not in found]
    if missing:
        raise NotValid(_("мероприятия %(code)s нет в плане", code=", ".join(missing)), "depends")
    return found


def _told(item: Item, before: Before, actor: Actor) -> None:
    data = {"after": before.code, "blocking": before.blocking, "lag": before.lag_days, "working": before.lag_working}
    audit.append(actor.who(), audit.Act("roadmap_item", item.id, "add_dependency", data=data))


def _remove(row: Dependency, item: Item, actor: Actor) -> None:
    before = db.session.get_one(Item, row.after_id)
    data = {"after": before.code}
    audit.append(actor.who(), audit.Act("roadmap_item", item.id, "remove_dependency", data=data))
    db.session.delete(row)


def remove_dependency(dependency_id: int, actor: Actor) -> None:
    """Raises NotFound, NotAllowed."""
    with transaction():
        row = db.session.get(Dependency, dependency_id)
        if row is None:
            raise NotFound(_("Связь не найдена"))
        item = visible_item(row.item_id, actor)
        refuse_other_side(item, actor, str(WHOSE))
        _remove(row, item, actor)
        if drafted(item):
            _restate(item, actor)
