"""Routes of the roadmap: which template a plan, a result or a report takes, and the ones that ship."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from core import clock
from core.db import db, transaction
from core.signoffs.models import RouteTemplate
from core.signoffs.plan import Course, Facts, Party, PlannedSlot, draw, template
from core.web.kept import russian
from roadmap.models import Edition, Roadmap

ROUTE_OF_SIDE = {"ministry": "agreement_ministry", "corporation": "agreement_corporation"}
"""A plan is visaed and signed by the same people as an agreement."""
COORDINATORS = ["m_coord", "c_coord"]

RESULT: list[dict[str, Any]] = [
    {
        "rule": "all",
        "slots": [
            {
                "bind": "responsible_side",
                "roles": COORDINATORS,
                "kind": "visa",
                "label": "Принятие результата ответственной Стороной",
                "days": 3,
            }
        ],
    },
    {
        "rule": "all",
        "slots": [
            {
                "bind": "other_side",
                "roles": COORDINATORS,
                "kind": "visa",
                "label": "Подтверждение второй Стороной",
                "days": 3,
            }
        ],
    },
]

JOINT: list[dict[str, Any]] = [
    {
        "rule": "all",
        "slots": [
            {
                "bind": "each_party",
                "roles": COORDINATORS,
                "kind": "visa",
                "label": "Координатор Стороны",
                "days": 3,
            }
        ],
    }
]

SHIPPED: dict[str, tuple[Any, list[dict[str, Any]]]] = {
    "roadmap_item_result": (_l("Результат мероприятия одной Стороны"), RESULT),
    "roadmap_item_joint": (_l("Результат совместного мероприятия"), JOINT),
    "roadmap_report": (_l("Отчёт о ходе реализации"), JOINT),
}


def install() -> int:
    """Enter the shipped routes that are not there yet; returns how many were added."""
    with transaction():
        known = set(db.session.scalars(select(RouteTemplate.code).where(RouteTemplate.active)))
        new = [
            RouteTemplate(code=code, version=1, name=russian(name), stages=stages, created_at=clock.now())
            for code, (name, stages) in SHIPPED.items()
            if code not in known
        ]
        db.session.add_all(new)
    return len(new)


def parties(roadmap: Roadmap, initiator: str = "") -> list[Party]:
    """The parties as the sign-off engine needs them; without an `initiator` side they act beside each other."""
    return [
        Party(
            party.organisation_id,
            party.organisation.short_name,
            party.side,
            initiator=not initiator or party.side == initiator,
        )
        for party in roadmap.parties
    ]


def courses(edition: Edition) -> list[Course]:
    """Each party its own route."""
    return [
        Course(template(ROUTE_OF_SIDE.get(party.side, "agreement_party")), party)
        for party in parties(edition.roadmap, edition.initiator_side)
    ]


PHASES = ("own", "counterparty", "signing")
"""The plan's number is given by the registrar's own step, not in a slot."""


def planned(edition: Edition) -> tuple[list[PlannedSlot], list[Party]]:
    """The route of an edition with real names, before it starts."""
    among = parties(edition.roadmap, edition.initiator_side)
    slots = draw(courses(edition), among, Facts())
    return [slot for slot in slots if slot.phase in PHASES], among
