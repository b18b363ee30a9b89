"""The 24 roles of the field and the sides they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True)
class Role:
    """A role of a side. `side` "any" fits every organisation, "system" only the operator of the service."""

    name: str
    side: str
    label: Any


ROLES: dict[str, Role] = {
    role.name: role
    for role in (
        Role("m_coord", "ministry", _l("Координатор Минпросвещения России")),
        Role("m_profile", "ministry", _l("Директор профильного департамента (СПО)")),
        Role("m_legal", "ministry", _l("Правовой департамент Министерства")),
        Role("m_finance", "ministry", _l("Финансово-экономический департамент Министерства")),
        Role("m_deputy", "ministry", _l("Заместитель Министра, курирующий направление")),
        Role("m_signer", "ministry", _l("Министр или уполномоченное лицо")),
        Role("m_control", "ministry", _l("Контроль исполнения и делопроизводство Министерства")),
        Role("c_coord", "corporation", _l("Координатор Корпорации")),
        Role("c_hr", "corporation", _l("Департамент по работе с персоналом")),
        Role("c_legal", "corporation", _l("Правовой департамент Корпорации")),
        Role("c_finance", "corporation", _l("Финансовый департамент Корпорации")),
        Role("c_security", "corporation", _l("Департамент безопасности")),
        Role("c_deputy", "corporation", _l("Заместитель генерального директора")),
        Role("c_signer", "corporation", _l("Генеральный директор или лицо по доверенности (МЧД)")),
        Role("c_control", "corporation", _l("Делопроизводство Корпорации")),
        Role("executor", "any", _l("Ответственный исполнитель мероприятия или поручения")),
        Role("roiv", "region", _l("Региональный орган исполнительной власти")),
        Role("college", "college", _l("Образовательная организация")),
        Role("enterprise", "enterprise", _l("Организация Корпорации")),
        Role("operator", "operator", _l("Федеральный оператор (ИРПО)")),
        Role("registrar", "any", _l("Регистратор")),
        Role("secretary", "any", _l("Секретарь рабочей группы")),
        Role("admin", "system", _l("Администратор системы")),
        Role("system", "system", _l("Система (по расписанию)")),
    )
}

SIGNERS = ("m_signer", "c_signer")
"""Roles that are themselves the right to sign. On a side where one role does everything, its holders are many people,
of whom only the signatory signs."""

SIDES: dict[str, Any] = {
    "ministry": _l("Министерство"),
    "corporation": _l("Корпорация"),
    "region": _l("Регион"),
    "college": _l("Колледж"),
    "enterprise": _l("Предприятие"),
    "operator": _l("Федеральный оператор"),
    "system": _l("Система"),
}

ORGANISATION_KINDS: dict[str, Any] = {
    "ministry": _l("Министерство"),
    "corporation": _l("Государственная корпорация"),
    "operator": _l("Федеральный оператор"),
    "authority": _l("Региональный орган исполнительной власти"),
    "college": _l("Образовательная организация"),
    "enterprise": _l("Предприятие"),
}

SIDE_OF_KIND = {
    "ministry": "ministry",
    "corporation": "corporation",
    "operator": "operator",
    "authority": "region",
    "college": "college",
    "enterprise": "enterprise",
}


def roles_for(kind: str) -> list[Role]:
    """Roles that a person of an organisation of this kind may hold (the administrator's role fits all)."""
    side = SIDE_OF_KIND[kind]
    return [role for role in ROLES.values() if role.side in (side, "any") or role.name == "admin"]
