"""Route templates: the shipped ones, an administrator's new versions, and the preview with real names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from core import audit, clock
from core.accounts.actor import SYSTEM, Actor
from core.accounts.models import Organisation, Person
from core.accounts.roles import ROLES
from core.db import changed_by_another, db, transaction
from core.errors import NotAllowed, NotFound, NotValid, Reason
from core.signoffs.models import RouteTemplate
from core.signoffs.plan import Course, Facts, Party, PlannedSlot, draw, missing, warnings
from core.signoffs.shipped import SHIPPED, Shipped

BINDS: dict[str, Any] = {
    "role": _l("Роль стороны"),
    "any_of": _l("Любая из ролей"),
    "each_party": _l("Каждая сторона"),
    "responsible_side": _l("Ответственная сторона"),
    "other_side": _l("Другая сторона"),
    "organisation": _l("Организация"),
    "person": _l("Сотрудник"),
}
ACROSS = ("each_party", "responsible_side", "other_side")
"""Bindings that look over all the parties; without them a route is one side's own."""
RULES: dict[str, Any] = {"all": _l("Все"), "any": _l("Любой"), "at_least": _l("Не менее N")}
KINDS: dict[str, Any] = {
    "submission": _l("Представление"),
    "visa": _l("Виза"),
    "acknowledgement": _l("Ознакомление"),
    "signature": _l("Подпись"),
    "registration": _l("Регистрация"),
}
CONDITIONS: dict[str, Any] = {"": _l("Всегда"), "financial_terms": _l("Если есть финансовые условия")}
ORDER = {"submission": 0, "visa": 0, "acknowledgement": 0, "signature": 1, "registration": 2}
"""Visas come before signatures and signatures before registration, whatever the template."""
MOST_DAYS = 60
MOST_STAGES = 20


def install_routes() -> int:
    """Enter the routes that ship; returns how many were added. A version made by a person is never replaced."""
    with transaction():
        active = {row.code: row for row in db.session.scalars(select(RouteTemplate).where(RouteTemplate.active))}
        wanted = [one for one in SHIPPED if _wanted(one, active.get(one.code))]
        known = set(db.session.scalars(select(RouteTemplate.code)))
        _enter_first([one for one in wanted if one.code not in known])
        for one in wanted:
            if one.code in known:
                _enter(one.code, one.name, one.stages, one.same_person, SYSTEM, "")
        return len(wanted)


def _enter_first(shipped: Sequence[Shipped]) -> None:
    """The first versions of routes that have none, all at once: an empty system starts in a moment."""
    now = clock.now()
    fresh = [
        RouteTemplate(
            code=one.code,
            version=1,
            name=one.name,
            stages=one.stages,
            same_person=one.same_person,
            created_at=now,
            created_by=SYSTEM.name,
        )
        for one in shipped
    ]
    db.session.add_all(fresh)
    db.session.flush()
    audit.begin(SYSTEM.who(), [_entered(row) for row in fresh])


def _entered(row: RouteTemplate) -> audit.Act:
    data = {"code": row.code, "version": row.version, "stages": row.stages, "same_person": row.same_person}
    return audit.Act("route_template", row.id, "new_version", comment=row.note, data=data)


def _wanted(shipped: Shipped, active: RouteTemplate | None) -> bool:
    if active is None:
        return True
    same = (active.name, active.stages, active.same_person) == (shipped.name, shipped.stages, shipped.same_person)
    return active.created_by == SYSTEM.name and not same


def _enter(
    code: str, name: str, stages: list[dict[str, Any]], same_person: bool, actor: Actor, note: str
) -> RouteTemplate:
    """The next version becomes the active one; running rounds keep theirs."""
    rows = list(db.session.scalars(select(RouteTemplate).where(RouteTemplate.code == code, RouteTemplate.active)))
    for row in rows:
        row.active = False
    db.session.flush()
    last = db.session.scalar(select(func.max(RouteTemplate.version)).where(RouteTemplate.code == code))
    fresh = RouteTemplate(
        code=code,
        version=(last or 0) + 1,
        name=name,
        stages=stages,
        same_person=same_person,
        created_at=clock.now(),
        created_by=actor.name,
        note=note,
    )
    db.session.add(fresh)
    db.session.flush()
    audit.append(actor.who(), _entered(fresh))
    return fresh


@dataclass(frozen=True)
class RouteInput:
    """A route as an administrator edits it. `stages` in the form that `RouteTemplate` describes."""

    code: str
    name: str
    stages: Sequence[Mapping[str, Any]]
    same_person: bool = False
    note: str = ""


def save_route(entered: RouteInput, actor: Actor, version: int | None = None) -> RouteTemplate:
    """Make a new version of a route (or its first). `version` is the one the form was opened on.

    Raises NotAllowed (not an administrator), NotNow (a newer version was made meanwhile), NotValid with the faults.
    """
    if not (actor.is_admin or actor.is_system):
        raise NotAllowed(_("Маршруты ведёт администратор"))
    stages = checked(entered)
    with transaction():
        rows = select(RouteTemplate).where(RouteTemplate.code == entered.code, RouteTemplate.active)
        current = db.session.scalars(rows.with_for_update()).one_or_none()
        if version is not None and (current is None or current.version != version):
            raise changed_by_another()
        return _enter(
            entered.code.strip(), entered.name.strip(), stages, entered.same_person, actor, entered.note.strip()
        )


def checked(entered: RouteInput) -> list[dict[str, Any]]:
    """The stages in their full form. Raises NotValid naming every fault by its place («2.1»)."""
    faults: dict[str, Any] = {}
    if not entered.code.strip() or not entered.code.replace("_", "").isalnum() or len(entered.code) > 64:
        faults["code"] = _("Код — латинские буквы, цифры и подчёркивания")
    if not entered.name.strip():
        faults["name"] = _("Назовите маршрут")
    if not 1 <= len(entered.stages) <= MOST_STAGES:
        faults["stages"] = _("В маршруте от 1 до %(n)s этапов", n=MOST_STAGES)
    stages = [_stage(number, stage, faults) for number, stage in enumerate(entered.stages, start=1)]
    reached = 0
    for number, stage in enumerate(stages, start=1):
        orders = {ORDER.get(slot["kind"], 0) for slot in stage["slots"]}
        if len(orders) > 1 or (orders and min(orders) < reached):
            faults.setdefault(f"{number}", _("Порядок: визы, затем подписи, затем регистрация — на разных этапах"))
        reached = max(orders | {reached})
    if faults:
        raise NotValid(_("Маршрут заполнен с ошибками"), fields=faults)
    return stages


def _stage(number: int, stage: Mapping[str, Any], faults: dict[str, Any]) -> dict[str, Any]:
    slots = [_slot(f"{number}.{index}", slot, faults) for index, slot in enumerate(stage.get("slots", []), start=1)]
    rule, n = stage.get("rule", "all"), _whole(stage.get("n", 1))
    if not slots:
        faults[f"{number}"] = _("На этапе никого нет")
    elif rule not in RULES:
        faults[f"{number}"] = _("Нет такого правила этапа")
    elif rule == "at_least" and not 1 <= n <= 15:
        faults[f"{number}"] = _("«Не менее N»: N — от 1 до 15")
    return {"rule": rule, "n": n, "slots": slots}


def _slot(place: str, slot: Mapping[str, Any], faults: dict[str, Any]) -> dict[str, Any]:
    full: dict[str, Any] = {
        "bind": slot.get("bind", "role"),
        "roles": [str(role) for role in slot.get("roles", [])],
        "kind": slot.get("kind", "visa"),
        "days": _whole(slot.get("days", 3)),
        "label": str(slot.get("label", "")).strip(),
        "mandatory": bool(slot.get("mandatory", True)),
        "condition": str(slot.get("condition", "") or ""),
    }
    for name in ("organisation_id", "person_id"):
        if slot.get(name) not in (None, ""):
            full[name] = _whole(slot[name])
    if fault := _fault(full):
        faults[place] = fault
    return full


def _whole(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def _fault(slot: Mapping[str, Any]) -> Any:
    """What is wrong with one slot, or None."""
    if slot["bind"] not in BINDS or slot["kind"] not in KINDS or slot["condition"] not in CONDITIONS:
        return _("Неизвестная привязка, вид или условие")
    if not 1 <= slot["days"] <= MOST_DAYS:
        return _("Срок — от 1 до %(n)s рабочих дней", n=MOST_DAYS)
    if unknown := [role for role in slot["roles"] if role not in ROLES or role in ("admin", "system")]:
        return _("Нет таких ролей: %(roles)s", roles=", ".join(unknown))
    if slot["bind"] != "person" and not slot["roles"]:
        return _("Укажите роль")
    if slot["bind"] == "person" and db.session.get(Person, slot.get("person_id") or 0) is None:
        return _("Укажите сотрудника")
    if slot["bind"] == "organisation" and db.session.get(Organisation, slot.get("organisation_id") or 0) is None:
        return _("Укажите организацию")
    return None


@dataclass(frozen=True)
class Preview:
    """A route before it starts: its slots with real names, what keeps it from starting, what may stop it later."""

    slots: Sequence[PlannedSlot]
    missing: Sequence[Reason]
    warnings: Sequence[Reason]


def preview(courses: Sequence[Course], parties: Sequence[Party], facts: Facts, drafters: Sequence[int] = ()) -> Preview:
    """Draw the courses for these parties today."""
    slots = draw(courses, parties, facts)
    return Preview(slots, missing(slots, parties), warnings(slots, drafters))


def preview_route(entered: RouteInput, organisation_ids: Sequence[int], financial_terms: bool = True) -> Preview:
    """An unsaved route for chosen organisations, the first of them the initiator: for the administrator's screen."""
    rows = db.session.scalars(select(Organisation).where(Organisation.id.in_(organisation_ids)))
    by_id = {row.id: row for row in rows}
    if not by_id:
        raise NotValid(_("Выберите организации для просмотра"), "organisations")
    parties = [
        Party(by_id[each].id, by_id[each].short_name, by_id[each].side, initiator=index == 0)
        for index, each in enumerate(organisation_ids)
        if each in by_id
    ]
    template = RouteTemplate(
        code=entered.code, version=0, name=entered.name, stages=checked(entered), same_person=entered.same_person
    )
    across = any(slot["bind"] in ACROSS for stage in template.stages for slot in stage["slots"])
    courses = [Course(template)] if across else [Course(template, party) for party in parties]
    slots = draw(courses, parties, Facts({"financial_terms": financial_terms}, responsible_side=parties[0].side))
    return Preview(slots, missing(slots), warnings(slots))


def versions(code: str) -> list[RouteTemplate]:
    """Every version of a route, newest first. Raises NotFound."""
    rows = list(
        db.session.scalars(
            select(RouteTemplate).where(RouteTemplate.code == code).order_by(RouteTemplate.version.desc())
        )
    )
    if not rows:
        raise NotFound(_("Нет такого маршрута"))
    return rows


def routes() -> list[RouteTemplate]:
    """The active version of every route, by name."""
    return list(db.session.scalars(select(RouteTemplate).where(RouteTemplate.active).order_by(RouteTemplate.name)))
