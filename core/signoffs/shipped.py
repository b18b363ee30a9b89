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
    stage(one("m_coord", "submission", 1, "Ответственный исполнитель")),
    stage(one("m_profile", "visa", 2, "Директор профильного департамента (СПО)")),
    stage(
        one("m_legal", "visa", 3, "Правовой департамент"),
        one("m_finance", "visa", 3, "Финансово-экономический департамент", "financial_terms"),
    ),
    stage(one("m_deputy", "visa", 2, "Заместитель Министра")),
    stage(one("m_signer", "signature", 3, "Министр")),
]
CORPORATION = [
    stage(one("c_coord", "submission", 1, "Координатор Корпорации")),
    stage(one("c_hr", "visa", 2, "Департамент по работе с персоналом")),
    stage(
        one("c_legal", "visa", 3, "Правовой департамент"),
        one("c_finance", "visa", 3, "Финансовый департамент", "financial_terms"),
        one("c_security", "visa", 3, "Департамент безопасности: открытость сведений"),
    ),
    stage(one("c_deputy", "visa", 2, "Заместитель генерального директора")),
    stage(one("c_signer", "signature", 3, "Генеральный директор или лицо по доверенности")),
]


def registration(*roles: str) -> Stage:
    """Either the side's own registry or whoever is its registrar."""
    return stage(slot("any_of", [*roles, "registrar"], "registration", 1, "Регистрация"))


def each(roles: list[str], kind: str, days: int, label: str) -> Stage:
    return stage(slot("each_party", roles, kind, days, label))


SHIPPED = (
    Shipped("agreement_ministry", "Соглашение: Министерство", [*MINISTRY, registration("m_control")]),
    Shipped("agreement_corporation", "Соглашение: Корпорация", [*CORPORATION, registration("c_control")]),
    Shipped(
        "agreement_party",
        "Соглашение: иная сторона",
        [
            stage(slot("role", PARTY_ROLES, "submission", 5, "Ответственный сотрудник стороны")),
            stage(slot("role", PARTY_ROLES, "signature", 10, "Подписание стороной")),
            stage(slot("any_of", [*PARTY_ROLES, "registrar"], "registration", 3, "Регистрация")),
        ],
        same_person=True,
    ),
    Shipped(
        "cluster_partnership",
        "Соглашение о партнёрстве участников кластера",
        [
            each(["college", "enterprise"], "submission", 5, "Юрист участника"),
            each(["roiv", "c_coord", "m_coord", "operator"], "submission", 5, "Согласование РОИВ и Корпорации"),
            each(SIGNERS, "signature", 10, "Подписание участником"),
            each(REGISTRARS, "registration", 3, "Регистрация участником"),
        ],
        same_person=True,
    ),
    Shipped("roadmap_ministry", "План мероприятий: Министерство", MINISTRY),
    Shipped("roadmap_corporation", "План мероприятий: Корпорация", CORPORATION),
    Shipped(
        "roadmap_item_result",
        "Результат мероприятия одной Стороны",
        [
            stage(slot("responsible_side", COORDINATORS, "visa", 3, "Принятие результата ответственной Стороной")),
            stage(slot("other_side", COORDINATORS, "visa", 3, "Подтверждение второй Стороной")),
        ],
    ),
    Shipped(
        "roadmap_item_joint",
        "Результат совместного мероприятия",
        [each(COORDINATORS, "visa", 3, "Координатор Стороны")],
    ),
    Shipped("roadmap_report", "Отчёт о ходе реализации", [each(COORDINATORS, "visa", 3, "Координатор Стороны")]),
    Shipped(
        "roadmap_change",
        "Запрос на изменение плана",
        [
            each(COORDINATORS, "submission", 3, "Координатор Стороны"),
            each(DEPUTIES, "visa", 5, "Заместитель руководителя Стороны"),
        ],
    ),
    Shipped(
        "meeting_minutes",
        "Протокол заседания рабочей группы",
        [
            each(COORDINATORS, "submission", 2, "Координатор Стороны"),
            each(DEPUTIES, "signature", 3, "Председательствующий от Стороны"),
        ],
    ),
    Shipped(
        "regulatory_initiative",
        "Нормативная инициатива",
        [
            each(COORDINATORS, "submission", 3, "Координатор Стороны"),
            each(LAWYERS, "visa", 5, "Правовой департамент Стороны"),
            each(DEPUTIES, "visa", 3, "Заместитель руководителя Стороны"),
        ],
    ),
)
