"""Every state × step × role × place among the parties, against the table typed here from the field's specification."""

from __future__ import annotations

import itertools

import pytest

from agreements.models import Agreement, AgreementParty
from agreements.states import agreement_machine
from core.accounts.actor import SYSTEM, Actor
from core.accounts.models import Organisation
from core.accounts.roles import ROLES
from core.errors import NotAllowed, NotFound, NotNow

SYSTEM_ONLY = "system"
PLACES = ("initiator", "counterparty", "stranger")

COORDINATOR = {"m_coord", "c_coord", "roiv", "college", "enterprise", "operator"}
LEGAL = {"m_legal", "c_legal", "roiv", "college", "enterprise", "operator"}
DEPUTY = {"m_deputy", "c_deputy", "roiv", "college", "enterprise", "operator"}
SIGNER = {"m_signer", "c_signer", "roiv", "college", "enterprise", "operator"}
REGISTRAR = {"m_control", "c_control", "registrar", "roiv", "college", "enterprise", "operator"}
ANYBODY = set(ROLES)

BEFORE_SIGNING = ("draft", "own_approval", "counterparty_review", "revision", "disagreement", "agreed", "signing")

EXPECTED: dict[str, tuple[tuple[str, ...], tuple[str, ...], dict[str, set[str]], bool]] = {
    # step: (from, to, place → roles, the service itself too)
    "generate": (("draft",), ("draft",), {"initiator": COORDINATOR}, False),
    "submit": (("draft",), ("own_approval",), {"initiator": COORDINATOR}, False),
    "own_ok": (
        ("own_approval",),
        ("counterparty_review",),
        {"initiator": COORDINATOR, "counterparty": COORDINATOR},
        True,
    ),
    "own_return": (("own_approval",), ("revision",), {"initiator": ANYBODY}, False),
    "cp_remarks": (("counterparty_review",), ("revision",), {"counterparty": COORDINATOR}, True),
    "cp_protocol": (("counterparty_review",), ("disagreement",), {"counterparty": LEGAL}, False),
    "protocol_done": (
        ("disagreement",),
        ("agreed",),
        {"initiator": DEPUTY | LEGAL, "counterparty": DEPUTY | LEGAL},
        False,
    ),
    "protocol_rework": (
        ("disagreement",),
        ("revision",),
        {"initiator": COORDINATOR, "counterparty": COORDINATOR},
        True,
    ),
    "resubmit": (("revision",), ("own_approval",), {"initiator": COORDINATOR}, False),
    "cp_ok": (("counterparty_review",), ("agreed",), {"counterparty": COORDINATOR}, True),
    "to_sign": (
        ("agreed",),
        ("signing",),
        {"initiator": COORDINATOR | REGISTRAR, "counterparty": COORDINATOR | REGISTRAR},
        False,
    ),
    "sign_first": (("signing",), ("partly_signed",), {"initiator": ANYBODY, "counterparty": ANYBODY}, True),
    "sign_next": (("partly_signed",), ("partly_signed",), {"initiator": ANYBODY, "counterparty": ANYBODY}, True),
    "sign_last": (
        ("signing", "partly_signed"),
        ("signed",),
        {"initiator": ANYBODY, "counterparty": ANYBODY},
        True,
    ),
    "refuse_sign": (
        ("signing", "partly_signed"),
        ("revision",),
        {"initiator": ANYBODY, "counterparty": ANYBODY},
        True,
    ),
    "register": (("signed",), ("registered",), {"initiator": REGISTRAR, "counterparty": REGISTRAR}, False),
    "register_next": (("registered",), ("registered",), {"initiator": REGISTRAR, "counterparty": REGISTRAR}, False),
    "reject_registration": (
        ("signed",),
        ("revision",),
        {"initiator": REGISTRAR, "counterparty": REGISTRAR},
        False,
    ),
    "recall": (
        ("own_approval", "counterparty_review", "agreed", "signing", "partly_signed"),
        ("revision",),
        {"initiator": COORDINATOR},
        False,
    ),
    "suspend": (("registered",), ("suspended",), {"initiator": DEPUTY, "counterparty": DEPUTY}, False),
    "resume": (("suspended",), ("registered",), {"initiator": DEPUTY, "counterparty": DEPUTY}, False),
    "amend": (("registered",), ("registered",), {}, True),
    "prolong": (("registered", "suspended"), ("registered", "suspended"), {}, True),
    "refuse_prolongation": (
        ("registered", "suspended"),
        ("registered", "suspended"),
        {"initiator": SIGNER, "counterparty": SIGNER},
        False,
    ),
    "end_with_parent": (
        ("signed", "registered", "suspended"),
        ("performed", "expired", "terminated"),
        {},
        True,
    ),
    "annul_with_parent": ((*BEFORE_SIGNING, "partly_signed"), ("annulled",), {}, True),
    "perform": (
        ("registered",),
        ("performed",),
        {"initiator": COORDINATOR | REGISTRAR, "counterparty": COORDINATOR | REGISTRAR},
        False,
    ),
    "expire": (("registered", "suspended"), ("expired",), {}, True),
    "give_notice": (
        ("registered", "suspended"),
        ("registered", "suspended"),
        {"initiator": SIGNER, "counterparty": SIGNER},
        False,
    ),
    "agree_termination": (
        ("registered", "suspended"),
        ("registered", "suspended"),
        {"initiator": SIGNER, "counterparty": SIGNER},
        False,
    ),
    "refuse_termination": (
        ("registered", "suspended"),
        ("registered", "suspended"),
        {"initiator": SIGNER, "counterparty": SIGNER},
        False,
    ),
    "terminate": (
        ("registered", "suspended"),
        ("terminated",),
        {"initiator": SIGNER, "counterparty": SIGNER},
        False,
    ),
    "terminate_on_notice": (("registered", "suspended"), ("terminated",), {}, True),
    "annul": ((*BEFORE_SIGNING, "partly_signed"), ("annulled",), {"initiator": COORDINATOR}, False),
}
STATES = {
    "draft", "own_approval", "counterparty_review", "revision", "disagreement", "agreed", "signing", "partly_signed",
    "signed", "registered", "suspended", "performed", "expired", "terminated", "annulled",
}  # fmt: skip

SIDE_OF_ROLE_KIND = {
    "ministry": "ministry",
    "corporation": "corporation",
    "region": "authority",
    "college": "college",
    "enterprise": "enterprise",
    "operator": "operator",
}


def an_agreement(initiator: str, other: str, state: str) -> Agreement:
    """An agreement in memory between two organisations of the given kinds."""
    agreement = Agreement(id=1, state=state, initiator_id=1, title="Соглашение", kind="cooperation")
    for number, kind in enumerate((initiator, other), start=1):
        organisation = Organisation(id=number, kind=kind, short_name=kind, full_name=kind)
        agreement.parties.append(
            AgreementParty(id=number, organisation_id=number, organisation=organisation, position=number)
        )
    return agreement


def cases() -> list[tuple[str, str, str]]:
    """(role, side, place): every role on every side it may belong to, in every place."""
    return [
        (role.name, side, place)
        for role in ROLES.values()
        if role.name not in ("system", "admin")
        for side in (SIDE_OF_ROLE_KIND if role.side == "any" else [role.side])
        for place in PLACES
    ]


def allowed(step: str, role: str, place: str) -> bool:
    return role in EXPECTED[step][2].get(place, set())


def test_the_table_has_exactly_the_specified_states_and_steps() -> None:
    assert set(agreement_machine.states) == STATES
    assert set(agreement_machine.steps) == set(EXPECTED)
    for name, (sources, targets, _who, _system) in EXPECTED.items():
        step = agreement_machine.steps[name]
        assert set(step.sources) == set(sources), name
        assert set(step.all_targets) == set(targets), name


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_step_is_offered_to_exactly_the_roles_of_the_table(name: str) -> None:
    step = agreement_machine.steps[name]
    wrong = []
    for role, side, place in cases():
        kind = SIDE_OF_ROLE_KIND[side]
        pair = (kind, "college") if place == "initiator" else ("college", kind)
        organisation_id = {"initiator": 1, "counterparty": 2, "stranger": 3}[place]
        actor = Actor(id=5, name="x", organisation_id=organisation_id, side=side, roles=frozenset({role}))
        for state in step.sources:
            row = an_agreement(*pair, state)
            mine = not any(rule(row, actor) for rule in step.who)
            if mine != allowed(name, role, place):
                wrong.append((role, side, place, state, mine))
    assert not wrong, wrong[:10]
    system = not any(rule(an_agreement("ministry", "corporation", step.sources[0]), SYSTEM) for rule in step.who)
    assert system == EXPECTED[name][3]


@pytest.mark.parametrize(("state", "name"), sorted(itertools.product(STATES, EXPECTED)))
def test_a_step_from_a_state_outside_the_table_is_refused_in_words(state: str, name: str) -> None:
    if state in EXPECTED[name][0]:
        assert state in agreement_machine.steps[name].sources
        return
    row = an_agreement("ministry", "corporation", state)
    with pytest.raises(NotNow, match=r"невозможен в состоянии"):
        agreement_machine.take(row, name, SYSTEM)
    assert row.state == state


def test_an_unknown_step_is_not_found_and_a_stranger_is_not_allowed() -> None:
    row = an_agreement("ministry", "corporation", "draft")
    with pytest.raises(NotFound):
        agreement_machine.take(row, "to_signed", SYSTEM)
    stranger = Actor(id=9, name="x", organisation_id=9, side="college", roles=frozenset({"college"}))
    with pytest.raises(NotAllowed):
        agreement_machine.take(row, "submit", stranger)


def test_every_state_is_reachable_and_only_final_ones_have_no_way_out() -> None:
    reached, frontier = {"draft"}, {"draft"}
    while frontier:
        frontier = {t for s in agreement_machine.steps.values() if frontier & set(s.sources) for t in s.all_targets}
        frontier -= reached
        reached |= frontier
    assert reached == STATES
    for state in agreement_machine.states.values():
        has_exit = any(state.name in step.sources for step in agreement_machine.steps.values())
        assert has_exit != state.final
