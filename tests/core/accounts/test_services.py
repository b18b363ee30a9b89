"""What the services of accounts promise beside their pages: forms of names, terms, the journal, visibility."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy.orm import scoped_session

from core import clock
from core.accounts import access, actors, queries, service
from core.accounts.actor import SYSTEM
from core.accounts.models import Organisation, Person, Reader
from core.audit import AuditRecord, verify
from core.db import db, transaction
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from tests.builders import a_person, an_actor, an_organisation

Session = scoped_session[Any]

PERSON = {
    "surname": "Ткач",
    "given_name": "Анна",
    "patronymic": "Ивановна",
    "gender": "f",
    "email": "tkach@example.org",
}
SIGNATORY = {
    "full_name": "Кравцов Сергей Сергеевич",
    "gender": "m",
    "position": "Министр просвещения Российской Федерации",
    "basis_kind": "statute",
    "basis": "Положение о Министерстве",
}


def last_record() -> AuditRecord:
    return db.session.scalars(db.select(AuditRecord).order_by(AuditRecord.id.desc()).limit(1)).one()


def test_the_cases_of_a_signatory_are_suggested_until_somebody_reviews_them(db_session: Session) -> None:
    organisation = an_organisation()
    row = service.add_signatory(SYSTEM, organisation.id, SIGNATORY)
    assert row.full_name_gen == "Кравцова Сергея Сергеевича"
    assert row.position_gen == "Министра просвещения Российской Федерации"
    assert row.basis_gen == "Положения о Министерстве"
    assert not row.reviewed
    service.update_signatory(SYSTEM, row.id, {"basis_gen": "Положения о Министерстве (№ 884)", "reviewed": True})
    service.update_signatory(SYSTEM, row.id, {"valid_to": date(2030, 1, 1)})
    assert row.basis_gen == "Положения о Министерстве (№ 884)"
    assert row.reviewed


def test_a_review_ends_when_the_name_changes(db_session: Session) -> None:
    row = service.add_signatory(SYSTEM, an_organisation().id, {**SIGNATORY, "reviewed": True, "basis_gen": "Положения"})
    assert row.reviewed
    service.update_signatory(
        SYSTEM, row.id, {"full_name": "Орлова Татьяна Викторовна", "gender": "f", "reviewed": True}
    )
    assert row.full_name_gen == "Орловой Татьяны Викторовны"
    assert not row.reviewed


def test_the_same_holds_for_the_names_of_organisations_and_people(db_session: Session) -> None:
    college = an_organisation("college")
    service.update_organisation(SYSTEM, college.id, {"full_name_gen": "Колледжа особого", "reviewed": True})
    service.update_organisation(SYSTEM, college.id, {"phone": "+7"})
    assert college.forms["full_name_gen"] == "Колледжа особого"
    service.update_organisation(SYSTEM, college.id, {"full_name": "Техникум связи"})
    assert college.forms["full_name_gen"] == "Техникума связи"
    assert not college.forms["reviewed"]
    person = service.create_person(SYSTEM, {**PERSON, "organisation_id": college.id, "position": "директор"})
    assert person.forms["full_name_gen"] == "Ткач Анны Ивановны"
    assert person.forms["position_dat"] == "директору"


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"basis_kind": "mchd"}, "basis_number"),
        ({"basis_kind": "воля"}, "basis_kind"),
        ({"basis": " "}, "basis"),
        ({"valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 1)}, "valid_to"),
    ],
)
def test_a_signatory_without_a_sound_authority_is_refused(
    db_session: Session, fields: dict[str, Any], fault: str
) -> None:
    organisation = an_organisation()
    with pytest.raises(NotValid) as refusal:
        service.add_signatory(SYSTEM, organisation.id, {**SIGNATORY, **fields})
    assert fault in refusal.value.fields


def test_a_signatory_is_no_employee_of_another_organisation(db_session: Session) -> None:
    stranger = a_person(an_organisation("college"))
    with pytest.raises(NotValid) as refusal:
        service.add_signatory(SYSTEM, an_organisation().id, {**SIGNATORY, "person_id": stranger.id})
    assert "person_id" in refusal.value.fields


def test_an_organisation_has_one_primary_signatory(db_session: Session) -> None:
    organisation = an_organisation()
    first = organisation.signatories[0]
    second = service.add_signatory(SYSTEM, organisation.id, SIGNATORY)
    db_session.expire_all()
    assert (first.primary, second.primary) == (False, True)


def test_an_organisation_cannot_stand_above_itself(db_session: Session) -> None:
    holding = an_organisation("enterprise")
    plant = an_organisation("enterprise", parent=holding)
    with pytest.raises(NotValid) as refusal:
        service.update_organisation(SYSTEM, holding.id, {"parent_id": plant.id})
    assert "parent_id" in refusal.value.fields


def test_the_tree_is_read_from_the_root_down(db_session: Session) -> None:
    root = an_organisation("corporation")
    holding = an_organisation("enterprise", parent=root, short_name="Холдинг")
    plant = an_organisation("enterprise", parent=holding)
    above, below = queries.branch(holding.id)
    assert [row.id for row in above] == [root.id]
    assert [row.id for row in below] == [plant.id]
    assert [row.id for row in queries.branch(plant.id)[0]] == [root.id, holding.id]


def test_only_an_administrator_keeps_the_directories(db_session: Session) -> None:
    actor = an_actor("m_coord", "m_control")
    organisation = an_organisation("college")
    person = a_person(organisation)
    calls = [
        lambda: service.create_organisation(actor, {}),
        lambda: service.update_organisation(actor, organisation.id, {"phone": "1"}),
        lambda: service.set_organisation_active(actor, organisation.id, False),
        lambda: service.add_signatory(actor, organisation.id, SIGNATORY),
        lambda: service.update_signatory(actor, organisation.signatories[0].id, {}),
        lambda: service.create_person(actor, PERSON),
        lambda: service.update_person(actor, person.id, {}),
        lambda: service.grant_role(actor, person.id, "college"),
        lambda: service.revoke_role(actor, person.id, "college"),
        lambda: service.set_person_active(actor, person.id, False),
    ]
    for call in calls:
        with pytest.raises(NotAllowed):
            call()


def test_every_change_is_in_the_journal_without_personal_data(db_session: Session) -> None:
    admin = an_actor("admin", organisation=an_organisation("operator"))
    college = an_organisation("college")
    person = service.create_person(admin, {**PERSON, "organisation_id": college.id}, "Временный-пароль-1", ("college",))
    service.update_person(admin, person.id, {"phone": "+7 900 000-00-00"})
    record = last_record()
    assert (record.subject_kind, record.subject_id, record.step) == ("person", person.id, "update")
    assert record.data == {"fields": ["phone"]}
    assert record.actor_id == admin.id
    records = db_session.scalars(db.select(AuditRecord).where(AuditRecord.subject_id == person.id)).all()
    assert not any("900" in str(row.data) or "Временный" in str(row.data) for row in records)
    service.update_organisation(admin, college.id, {"phone": "+7 343"})
    assert last_record().data["changed"]["phone"] == ["", "+7 343"]
    assert verify() is None


def test_a_change_that_changes_nothing_is_not_recorded(db_session: Session) -> None:
    college = an_organisation("college")
    service.update_organisation(SYSTEM, college.id, {"reviewed": False})
    before = last_record().id
    service.update_organisation(SYSTEM, college.id, {"phone": college.phone})
    assert last_record().id == before


def test_a_role_holds_from_its_first_to_its_last_day(db_session: Session) -> None:
    person = a_person(an_organisation())
    today = clock.today()
    service.grant_role(SYSTEM, person.id, "m_coord", today, today + timedelta(days=1))
    assert actors.by_id(person.id).has("m_coord")
    service.grant_role(SYSTEM, person.id, "m_coord", today + timedelta(days=1), None)
    assert not actors.by_id(person.id).has("m_coord")
    service.revoke_role(SYSTEM, person.id, "m_coord")
    with pytest.raises(NotFound):
        service.revoke_role(SYSTEM, person.id, "m_coord")


def test_a_person_moved_to_the_other_side_leaves_the_roles_behind(db_session: Session) -> None:
    person = a_person(an_organisation("ministry"), ("m_coord", "executor"))
    service.update_person(SYSTEM, person.id, {"organisation_id": an_organisation("corporation").id})
    assert {held.role for held in person.roles} == {"executor"}


def test_a_stale_version_is_refused(db_session: Session) -> None:
    college = an_organisation("college")
    service.update_organisation(SYSTEM, college.id, {"phone": "1"}, version=1)
    with pytest.raises(NotNow):
        service.update_organisation(SYSTEM, college.id, {"phone": "2"}, version=1)


def test_of_two_people_added_at_once_under_one_address_one_stays(app: APIFlask) -> None:
    with app.app_context():
        college = an_organisation("college")
    outcomes: list[str] = []
    gate = threading.Barrier(2)

    def add() -> None:
        with app.app_context():
            gate.wait()
            try:
                service.create_person(SYSTEM, {**PERSON, "organisation_id": college.id})
                outcomes.append("added")
            except NotValid as refusal:
                outcomes.append(next(iter(refusal.fields)))

    threads = [threading.Thread(target=add) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["added", "email"]
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(Person)) == 1


def readers(subject: int) -> dict[int, str]:
    rows = db.session.execute(db.select(Reader.organisation_id, Reader.why).where(Reader.subject_id == subject))
    return dict(rows.tuples().all())


def test_a_subject_is_seen_by_its_parties_those_above_and_the_regions_authority(db_session: Session) -> None:
    root = an_organisation("corporation")
    plant = an_organisation("enterprise", parent=root)
    authority = an_organisation("authority", region_code="59")
    college = an_organisation("college", region_code="59")
    an_organisation("authority", region_code="66")
    with transaction():
        access.set_readers("agreement", 1, [plant.id, college.id])
    assert readers(1) == {plant.id: "party", college.id: "party", root.id: "ancestor", authority.id: "region"}


def test_moving_an_organisation_in_the_tree_moves_what_those_above_see(db_session: Session) -> None:
    old, new = an_organisation("corporation"), an_organisation("corporation")
    holding = an_organisation("enterprise", parent=old)
    plant = an_organisation("enterprise", parent=holding)
    granted = an_organisation("operator")
    with transaction():
        access.set_readers("agreement", 1, [plant.id], [granted.id])
    service.update_organisation(SYSTEM, holding.id, {"parent_id": new.id})
    assert readers(1) == {plant.id: "party", holding.id: "ancestor", new.id: "ancestor", granted.id: "grant"}


def test_a_college_that_changes_its_region_is_seen_by_the_new_authority(db_session: Session) -> None:
    old, new = (an_organisation("authority", region_code=region) for region in ("59", "66"))
    college = an_organisation("college", region_code="59")
    with transaction():
        access.set_readers("agreement", 1, [college.id])
    assert readers(1) == {college.id: "party", old.id: "region"}
    service.update_organisation(SYSTEM, college.id, {"region_code": "66"})
    assert readers(1) == {college.id: "party", new.id: "region"}


def test_a_new_authority_sees_what_its_colleges_have(db_session: Session) -> None:
    college = an_organisation("college", region_code="59")
    with transaction():
        access.set_readers("agreement", 1, [college.id])
    names = {"full_name": "Министерство образования края", "short_name": "Минобр края"}
    authority = service.create_organisation(SYSTEM, {"kind": "authority", "region_code": "59", **names})
    assert readers(1) == {college.id: "party", authority.id: "region"}


def test_requisites_are_open_to_those_who_share_a_subject(db_session: Session) -> None:
    college, partner, stranger = (an_organisation(kind) for kind in ("college", "enterprise", "enterprise"))
    with transaction():
        access.set_readers("agreement", 1, [college.id, partner.id])
        access.set_readers("roadmap", 1, [stranger.id])  # the same id of another kind shares nothing
    actor = an_actor("college", organisation=college)
    assert queries.organisation(actor, partner.id).id == partner.id
    with pytest.raises(NotFound):
        queries.organisation(actor, stranger.id)


def test_an_organisation_is_kept_whole_or_not_at_all(db_session: Session) -> None:
    with pytest.raises(NotValid) as refusal:
        service.create_organisation(SYSTEM, {"kind": "college", "full_name": "", "inn": "1", "gender": "x"})
    assert {"full_name", "short_name", "inn", "gender", "region_code"} <= set(refusal.value.fields)
    assert db_session.scalar(db.select(db.func.count()).select_from(Organisation)) == 0
