"""Route templates: what ships, how bindings are drawn, an administrator's versions, the preview."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from core.db import db, transaction
from core.errors import NotAllowed, NotNow, NotValid
from core.signoffs.models import RouteTemplate
from core.signoffs.plan import Course, Facts, Party, PlannedSlot, draw, missing, template, warnings
from core.signoffs.service.templates import RouteInput, checked, install_routes, preview_route, save_route, versions
from core.signoffs.shipped import SHIPPED
from tests.builders import a_person, an_organisation
from tests.core.signoffs.scene import Scene, a_scene, a_slot, a_stage, a_template

# The route table as the field gives it: side's route → (stage, role, slot kind, working days, conditional)
FIELD = {
    "agreement_ministry": [
        (1, "m_coord", "submission", 1, False),
        (2, "m_profile", "visa", 2, False),
        (3, "m_legal", "visa", 3, False),
        (3, "m_finance", "visa", 3, True),
        (4, "m_deputy", "visa", 2, False),
        (5, "m_signer", "signature", 3, False),
        (6, "m_control", "registration", 1, False),
    ],
    "agreement_corporation": [
        (1, "c_coord", "submission", 1, False),
        (2, "c_hr", "visa", 2, False),
        (3, "c_legal", "visa", 3, False),
        (3, "c_finance", "visa", 3, True),
        (3, "c_security", "visa", 3, False),
        (4, "c_deputy", "visa", 2, False),
        (5, "c_signer", "signature", 3, False),
        (6, "c_control", "registration", 1, False),
    ],
}


@pytest.mark.parametrize("code", sorted(FIELD))
def test_the_two_sides_routes_are_those_of_the_field(code: str) -> None:
    shipped = next(one for one in SHIPPED if one.code == code)
    drawn = [
        (number, slot["roles"][0], slot["kind"], slot["days"], bool(slot["condition"]))
        for number, stage in enumerate(shipped.stages, start=1)
        for slot in stage["slots"]
    ]
    assert drawn == FIELD[code]


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda one: one.code)
def test_every_shipped_route_passes_the_editors_own_checks(told: object, shipped: Any) -> None:
    assert checked(RouteInput(shipped.code, shipped.name, shipped.stages)) == shipped.stages


def test_installing_twice_adds_nothing_the_second_time(told: object) -> None:
    assert install_routes() == len(SHIPPED)
    assert install_routes() == 0
    assert db.session.scalar(select(func.count()).select_from(RouteTemplate)) == len(SHIPPED)


def test_a_new_shipped_version_replaces_a_shipped_one_and_never_a_persons(told: object, monkeypatch: Any) -> None:
    install_routes()
    admin = _admin()
    save_route(RouteInput("agreement_ministry", "Наш", [a_stage(a_slot("m_legal"))]), admin)
    changed = [replace(one, name=f"{one.name} (2)") for one in SHIPPED]
    monkeypatch.setattr("core.signoffs.service.templates.SHIPPED", changed)
    assert install_routes() == len(SHIPPED) - 1
    assert template("agreement_ministry").name == "Наш"
    assert template("agreement_corporation").version == 2


def _admin() -> Any:
    from core.accounts import actors

    return actors.by_id(a_person(an_organisation("operator"), ["admin"]).id)


def test_an_edit_is_a_new_version_and_the_old_one_stays(told: object) -> None:
    install_routes()
    admin = _admin()
    before = template("agreement_party")
    saved = save_route(
        RouteInput("agreement_party", "Иная сторона", [a_stage(a_slot("college"))], note="короче"), admin, version=1
    )
    assert (saved.version, saved.active, saved.created_by) == (2, True, admin.name)
    assert [(row.version, row.active) for row in versions("agreement_party")] == [(2, True), (1, False)]
    assert before.stages != saved.stages


def test_only_an_administrator_edits_routes(scene: Scene) -> None:
    with pytest.raises(NotAllowed):
        save_route(RouteInput("own", "Свой", [a_stage(a_slot("m_legal"))]), scene.actor("m_coord"))


def test_a_form_opened_on_an_older_version_is_refused(told: object) -> None:
    install_routes()
    admin = _admin()
    entered = RouteInput("agreement_party", "Иная сторона", [a_stage(a_slot("college"))])
    save_route(entered, admin, version=1)
    with pytest.raises(NotNow, match="изменена другим"):
        save_route(entered, admin, version=1)


@pytest.mark.parametrize(
    ("stages", "place"),
    [
        ([], "stages"),
        ([a_stage()], "1"),
        ([a_stage(a_slot("nobody"))], "1.1"),
        ([a_stage(a_slot("m_legal", days=0))], "1.1"),
        ([a_stage(a_slot("m_legal", kind="stamp"))], "1.1"),
        ([a_stage(a_slot("m_legal", condition="full_moon"))], "1.1"),
        ([a_stage({**a_slot("m_legal"), "roles": []})], "1.1"),
        ([a_stage(a_slot("m_legal"), rule="at_least", n=0)], "1"),
        ([a_stage(a_slot("m_legal"), rule="most")], "1"),
        ([a_stage(a_slot("m_signer", "signature")), a_stage(a_slot("m_legal"))], "2"),
        ([a_stage(a_slot("m_signer", "signature"), a_slot("m_legal"))], "1"),
        ([a_stage({"bind": "person", "person_id": 404, "kind": "visa", "days": 1, "label": "он"})], "1.1"),
    ],
)
def test_a_faulty_route_is_refused_by_the_place_of_its_fault(told: object, stages: Any, place: str) -> None:
    with pytest.raises(NotValid) as refused:
        checked(RouteInput("route", "Маршрут", stages))
    assert place in refused.value.fields


def drawn(slots: list[PlannedSlot]) -> list[tuple[str, str, str, str, list[str]]]:
    return [(s.side, s.phase, s.kind, s.role, [p.surname for p in s.holders]) for s in slots]


def test_a_cluster_draws_a_place_for_every_party_and_the_initiators_first_is_its_mark(told: object) -> None:
    install_routes()
    college, plant = an_organisation("college"), an_organisation("enterprise")
    authority = an_organisation("authority")
    for organisation, role in ((college, "college"), (plant, "enterprise"), (authority, "roiv")):
        a_person(organisation, [role], surname=role.title())
    parties = [
        Party(college.id, "Колледж", "college", initiator=True),
        Party(plant.id, "Завод", "enterprise"),
        Party(authority.id, "РОИВ", "region"),
    ]
    slots = draw([Course(template("cluster_partnership"))], parties, Facts())
    assert missing(slots, parties) == []
    assert drawn(slots) == [
        ("college", "own", "submission", "college", ["College"]),
        ("enterprise", "counterparty", "visa", "enterprise", ["Enterprise"]),
        ("region", "counterparty", "visa", "roiv", ["Roiv"]),
        *((side, "signing", "signature", role, [role.title()]) for side, role in SIDES),
        *((side, "registration", "registration", role, [role.title()]) for side, role in SIDES),
    ]


SIDES = (("college", "college"), ("enterprise", "enterprise"), ("region", "roiv"))


@pytest.mark.parametrize(
    ("named", "asked"),
    [
        ({"signatory": "Директоров Пётр  Алёшевич"}, ["Директоров"]),
        ({"signatory": "директоров петр алешевич"}, ["Директоров"]),
        ({"signatory": "Посторонний Иван Иванович"}, ["Директоров", "Юристов"]),
        ({}, ["Директоров", "Юристов"]),
    ],
)
def test_where_one_role_does_everything_only_the_signatory_is_asked_to_sign(
    told: object, named: dict[str, str], asked: list[str]
) -> None:
    install_routes()
    college = an_organisation("college")
    for surname, given_name, patronymic in (("Директоров", "Пётр", "Алёшевич"), ("Юристов", "Лев", "Ильич")):
        a_person(college, ["college"], surname=surname, given_name=given_name, patronymic=patronymic)
    parties = [Party(college.id, "Колледж", "college", initiator=True, **named)]
    slots = draw([Course(template("cluster_partnership"))], parties, Facts())
    of = {slot.kind: [person.surname for person in slot.holders] for slot in slots}
    assert of == {
        "submission": ["Директоров", "Юристов"],
        "signature": asked,
        "registration": ["Директоров", "Юристов"],
    }


def test_the_signatorys_own_person_is_asked_whatever_his_name_is_in_the_papers(told: object) -> None:
    install_routes()
    college = an_organisation("college")
    head, lawyer = a_person(college, ["college"]), a_person(college, ["college"])
    parties = [Party(college.id, "Колледж", "college", True, signatory=lawyer.full_name, signatory_id=head.id)]
    slots = draw([Course(template("cluster_partnership"))], parties, Facts())
    assert [slot.holders for slot in slots if slot.kind == "signature"] == [(head,)]


def test_a_role_that_is_the_right_to_sign_keeps_all_its_holders(scene: Scene) -> None:
    install_routes()
    second = a_person(scene.ministry, ["m_signer"])
    party = scene.party(scene.ministry, True)
    named = Party(party.organisation_id, party.name, party.side, True, signatory=second.full_name)
    slots = draw([Course(template("agreement_ministry"), named)], [named], Facts())
    holders = next(slot.holders for slot in slots if slot.kind == "signature")
    assert second in holders
    assert len(holders) == 2


@pytest.mark.parametrize(
    ("responsible", "expected"),
    [
        ("ministry", [(1, "m_coord"), (2, "c_coord")]),
        ("corporation", [(1, "c_coord"), (2, "m_coord")]),
        ("both", [(1, "m_coord"), (1, "c_coord")]),
    ],
)
def test_the_side_that_did_the_work_accepts_and_the_other_confirms(
    scene: Scene, responsible: str, expected: list[tuple[int, str]]
) -> None:
    install_routes()
    parties = [scene.party(scene.ministry, True), scene.party(scene.corporation, True)]
    slots = draw([Course(template("roadmap_item_result"))], parties, Facts(responsible_side=responsible))
    assert [(slot.stage, slot.role) for slot in slots] == expected


def test_any_of_lets_people_of_either_role_decide_one_place(scene: Scene) -> None:
    route = a_template([a_stage(a_slot("m_control", "registration", bind="any_of", roles=["m_control", "registrar"]))])
    (slot,) = draw([Course(route, scene.party(scene.ministry, True))], [scene.party(scene.ministry, True)], Facts())
    assert {person.id for person in slot.holders} == {scene.people["m_control"].id, scene.people["registrar"].id}


def test_a_route_may_invite_an_organisation_that_is_no_party(scene: Scene) -> None:
    operator = an_organisation("operator")
    a_person(operator, ["operator"], surname="Оператор")
    slot = a_slot("operator", bind="organisation", organisation_id=operator.id)
    route = a_template([a_stage(slot)])
    parties = [scene.party(scene.ministry, True), scene.party(scene.corporation, False)]
    courses = [Course(route, party) for party in parties]
    slots = draw(courses, parties, Facts())
    assert drawn(slots) == [("operator", "own", "visa", "operator", ["Оператор"])]  # once, though two parties take it


def test_a_named_person_holds_his_place_alone(scene: Scene) -> None:
    person = scene.people["c_security"]
    slot = {"bind": "person", "person_id": person.id, "roles": [], "kind": "visa", "label": "м_юрист", "days": 1}
    route = a_template([a_stage(slot, a_slot("c_legal", label="м_юрист"))])
    slots = draw([Course(route, scene.party(scene.corporation, True))], [scene.party(scene.corporation, True)], Facts())
    assert [[held.id for held in slot.holders] for slot in slots] == [[person.id], [scene.people["c_legal"].id]]


def test_the_preview_shows_names_and_says_what_is_missing(told: object) -> None:
    scene = a_scene(("m_coord", "m_legal"))
    entered = RouteInput(
        "own", "Свой", [a_stage(a_slot("m_legal", label="Юрист")), a_stage(a_slot("m_deputy", label="Заместитель"))]
    )
    shown = preview_route(entered, [scene.ministry.id])
    assert [[person.id for person in slot.holders] for slot in shown.slots] == [[scene.people["m_legal"].id], []]
    assert ["Заместитель" in str(reason) for reason in shown.missing] == [True]


def test_the_preview_warns_of_one_person_in_two_places_and_of_a_lone_drafter(scene: Scene) -> None:
    from core.accounts.models import RoleHolding

    with transaction():
        db.session.delete(scene.people["m_finance"].roles[0])
        scene.people["m_legal"].roles.append(RoleHolding(role="m_finance"))
    party = scene.party(scene.ministry, True)
    route = a_template([a_stage(a_slot("m_legal"), a_slot("m_finance"))])
    slots = draw([Course(route, party)], [party], Facts())
    assert {reason.code for reason in warnings(slots)} == {"not_decided_here_before"}
    lone = warnings(slots[:1], drafters=[scene.people["m_legal"].id])
    assert {reason.code for reason in lone} == {"not_author"}


def test_a_quorum_of_optional_places_without_people_does_not_start(told: object) -> None:
    scene = a_scene(("m_coord",))
    route = a_template([a_stage(a_slot("m_legal", mandatory=False), rule="any")])
    party = scene.party(scene.ministry, True)
    slots = draw([Course(route, party)], [party], Facts())
    assert len(missing(slots, [party])) == 1
