"""A cluster agreement of seven parties: who they are and who does what for them, for the stories told whole."""

from __future__ import annotations

from datetime import date
from typing import Any

from agreements.demo import scenes
from agreements.demo.cast import ORGANISATIONS, PEOPLE
from agreements.demo.load import Company
from core import clock
from core.accounts.models import Organisation
from core.db import db
from tests.roadmap import builders as plans

PARTIES = (
    ("perm_authority", "authority"),
    ("perm_aviation", "base_college"),
    ("perm_polytech", "network_college"),
    ("samara_college", "network_college"),
    ("perm_motors", "anchor_employer"),
    ("perm_instruments", "employer"),
    ("corporation", "initiator"),
)
"""Organisation of the demo and its role in the cluster; the Corporation draws the text up."""
LAWYERS = ("perm.aviation.law", "perm.polytech.law", "samara", "perm.motors.law", "perm.instruments.law")
OWN_LAWYERS = ("c.hr", "c.legal", "c.security", "c.deputy")
"""The Corporation's own visas: a cluster agreement needs none of them, its amendment all."""
AUTHORITY = "perm.lawyer"
SIGNERS = {
    "perm_authority": "perm.authority",
    "perm_aviation": "perm.aviation",
    "perm_polytech": "perm.polytech",
    "samara_college": "samara",
    "perm_motors": "perm.motors",
    "perm_instruments": "perm.instruments",
    "corporation": "c.signer",
}
SIGNING_NOTHING = ("perm.motors.law", "perm.lawyer")
"""Lawyers of parties where one role does everything: a signature is not asked of them."""
REGISTRARS = {**SIGNERS, "corporation": "c.control"}
TITLE = "Соглашение о партнёрстве: кластер двигателестроения"
DISPUTED = ("4.3", "8.3")
"""Clauses brought into dispute: one gets a new wording, over the other the dispute is given up."""
AGREED = "Решения управляющего совета принимаются единогласно, а при разногласиях — двумя третями голосов его членов."


def body(company: Company) -> dict[str, Any]:
    """The draft as a program sends it."""
    return {
        "kind": "partnership",
        "title": TITLE,
        "city": "г. Пермь",
        "parties": [{"organisation_id": company.organisations[key], "role": role} for key, role in PARTIES],
        "data": plain(scenes.cluster_data()),
        "public_info": True,
        "term_type": "open",
    }


def plain(value: Any) -> Any:
    """Dates as they go over the wire."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def certificate(owner: str) -> dict[str, str]:
    """What is written down of an external signature."""
    year = clock.today().year
    return {
        "certificate": f"образец {abs(hash(owner)) % 10**8:08d}",
        "owner": owner,
        "valid_from": f"{year - 1}-01-01",
        "valid_to": f"{year + 1}-12-31",
    }


def a_plan_at_work(company: Company) -> int:
    """A plan of the two principals in force; the id of its one item, which is the Corporation's."""
    people = {
        (next(one.kind for one in ORGANISATIONS if one.key == who.org), role): company.actor(who.login)
        for who in PEOPLE
        if who.org in ("ministry", "corporation")
        for role in who.roles
    }
    sides = ("ministry", "corporation")
    organisations = {side: db.session.get_one(Organisation, company.organisations[side]) for side in sides}
    both = plans.Cast(organisations, people)
    plan = plans.a_plan(both)
    item = plans.an_item(both, plan, responsible_side="corporation")
    plans.in_force(both, plan)
    return item.id
