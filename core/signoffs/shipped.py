"""The routes that ship: what the service starts with, before an administrator makes them his own.

`bind` says who is meant: `role` the first side that has it; `any_of` people of any of the sides; `each_party` one slot
for every party that has a fitting role; `responsible_side` and `other_side` by who answers for the item.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Slot = dict[str, Any]
Stage = dict[str, Any]

PARTY_ROLES = ["roiv", "college", "enterprise", "operator"]
"""Roles of the sides where one role does everything."""
COORDINATORS = ["m_coord", "c_coord", *PARTY_ROLES]
LAWYERS = ["m_legal", "c_legal", *PARTY_ROLES]
DEPUTIES = ["m_deputy", "c_deputy", *PARTY_ROLES]
SIGNERS = ["m_signer", "c_signer", *PARTY_ROLES]
REGISTRARS = ["m_control", "c_control", *PARTY_ROLES, "registrar"]


def _(text: str) -> str:
    """Marks a word for the translators. What is kept is Russian; `words.named` says it as the page speaks."""
    return text


@dataclass(frozen=True)
class Shipped:
    """A route as it ships."""

    code: str
    name: str
    stages: list[Stage]
    same_person: bool = False


def stage(*slots: Slot, rule: str = "all", n: int = 1) -> Stage:
    return {"rule": rule, "n": n, "slots": list(slots)}


def slot(bind: str, roles: list[str], kind: str, days: int, label: str, condition: str = "") -> Slot:
    return {
        "bind": bind,
        "roles": roles,
        "kind": kind,
        "days": days,
        "label": label,
        "mandatory": True,
        "condition": condition,
    }


def one(role: str, kind: str, days: int, label: str, condition: str = "") -> Slot:
    return slot("role", [role], kind, days, label, condition)


MINISTRY = [
    stage(one("m_coord", "submission", 1, _("Ответственный исполнитель"))),
    stage(one("m_profile", "visa", 2, _("Директор профильного департамента (СПО)"))),
    stage(
        one("m_legal", "visa", 3, _("Правовой департамент")),
        one("m_finance", "visa", 3, _("Финансово-экономический департамент"), "financial_terms"),
    ),
    stage(one("m_deputy", "visa", 2, _("Заместитель Министра"))),
    stage(one("m_signer", "signature", 3, _("Министр"))),
]
CORPORATION = [
    stage(one("c_coord", "submission", 1, _("Координатор Корпорации"))),
    stage(one("c_hr", "visa", 2, _("Департамент по работе с персоналом"))),
    stage(
        one("c_legal", "visa", 3, _("Правовой департамент")),
        one("c_finance", "visa", 3, _("Финансовый департамент"), "financial_terms"),
        one("c_security", "visa", 3, _("Департамент безопасности: открытость сведений")),
    ),
    stage(one("c_deputy", "visa", 2, _("Заместитель генерального директора"))),
    stage(one("c_signer", "signature", 3, _("Генеральный директор или лицо по доверенности"))),
]


def registration(*roles: str) -> Stage:
    """Either the side's own registry or whoever is its registrar."""
    return stage(slot("any_of", [*roles, "registrar"], "registration", 1, _("Регистрация")))


def each(roles: list[str], kind: str, days: int, label: str) -> Stage:
    return stage(slot("each_party", roles, kind, days, label))


SHIPPED = (
    Shipped("agreement_ministry", _("Соглашение: Министерство"), [*MINISTRY, registration("m_control")]),
    Shipped("agreement_corporation", _("Соглашение: Корпорация"), [*CORPORATION, registration("c_control")]),
    Shipped(
        "agreement_party",
        _("Соглашение: иная сторона"),
        [
            stage(slot("role", PARTY_ROLES, "submission", 5, _("Ответственный сотрудник стороны"))),
            stage(slot("role", PARTY_ROLES, "signature", 10, _("Подписание стороной"))),
            stage(slot("any_of", [*PARTY_ROLES, "registrar"], "registration", 3, _("Регистрация"))),
        ],
        same_person=True,
    ),
    Shipped(
        "cluster_partnership",
        _("Соглашение о партнёрстве участников кластера"),
        [
            each(["college", "enterprise"], "submission", 5, _("Юрист участника")),
            each(["roiv", "c_coord", "m_coord", "operator"], "submission", 5, _("Согласование РОИВ и Корпорации")),
            each(SIGNERS, "signature", 10, _("Подписание участником")),
            each(REGISTRARS, "registration", 3, _("Регистрация участником")),
        ],
        same_person=True,
    ),
    Shipped("roadmap_ministry", _("План мероприятий: Министерство"), MINISTRY),
    Shipped("roadmap_corporation", _("План мероприятий: Корпорация"), CORPORATION),
    Shipped(
        "roadmap_item_result",
        _("Результат мероприятия одной Стороны"),
        [
            stage(slot("responsible_side", COORDINATORS, "visa", 3, _("Принятие результата ответственной Стороной"))),
            stage(slot("other_side", COORDINATORS, "visa", 3, _("Подтверждение второй Стороной"))),
        ],
    ),
    Shipped(
        "roadmap_item_joint",
        _("Результат совместного мероприятия"),
        [each(COORDINATORS, "visa", 3, _("Координатор Стороны"))],
    ),
    Shipped("roadmap_report", _("Отчёт о ходе реализации"), [each(COORDINATORS, "visa", 3, _("Координатор Стороны"))]),
    Shipped(
        "roadmap_change",
        _("Запрос на изменение плана"),
        [
            each(COORDINATORS, "submission", 3, _("Координатор Стороны")),
            each(DEPUTIES, "visa", 5, _("Заместитель руководителя Стороны")),
        ],
    ),
    Shipped(
        "meeting_minutes",
        _("Протокол заседания рабочей группы"),
        [
            each(COORDINATORS, "submission", 2, _("Координатор Стороны")),
            each(DEPUTIES, "signature", 3, _("Председательствующий от Стороны")),
        ],
    ),
    Shipped(
        "regulatory_initiative",
        _("Нормативная инициатива"),
        [
            each(COORDINATORS, "submission", 3, _("Координатор Стороны")),
            each(LAWYERS, "visa", 5, _("Правовой департамент Стороны")),
            each(DEPUTIES, "visa", 3, _("Заместитель руководителя Стороны")),
        ],
    ),
)
