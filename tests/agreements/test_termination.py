"""Termination by agreement of the parties: no party ends alone what both have signed."""

from __future__ import annotations

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from agreements import service
from agreements.demo.load import Company
from agreements.models import Agreement, Notice
from core import audit
from core.accounts.models import Person
from core.db import db, transaction
from core.documents.attachments import Upload
from core.errors import NotAllowed, NotNow, NotValid
from core.notifications.models import Notification
from core.workflow import Ask
from core.workflow.jobs import drain
from tests.agreements.lives import in_force
from tests.roadmap.builders import PDF

AGREED = Ask("по соглашению", {"basis": "соглашение о расторжении от 02.03.2026 № 1"})
OBJECTION = Ask("обязательства не исполнены")


def refused(agreement: Agreement, step: str, company: Company, login: str) -> list[str]:
    """The codes of the reasons why not."""
    with pytest.raises(NotNow) as refusal:
        service.take_step(agreement.id, step, company.actor(login), AGREED)
    assert all(reason.text for reason in refusal.value.reasons)
    return [reason.code for reason in refusal.value.reasons]


@pytest.mark.parametrize(("first", "second"), [("m.signer", "c.signer"), ("c.signer", "m.signer")])
def test_one_side_asks_and_the_other_ends_it(app: APIFlask, company: Company, first: str, second: str) -> None:
    with app.app_context():
        agreement = in_force(company)
        for login in (first, second):
            assert refused(agreement, "terminate", company, login) == ["termination_basis"]
        service.take_step(agreement.id, "agree_termination", company.actor(first), AGREED)
        assert agreement.state == "registered"
        assert refused(agreement, "terminate", company, first) == ["termination_basis"]
        assert refused(agreement, "agree_termination", company, first) == ["has_not_agreed_to_end"]
        drain()
        told = db.session.scalars(select(Notification).where(Notification.kind == "agreements/step")).all()
        assert {row.person_id for row in told} == {company.people["m.coord"], company.people["c.coord"]}
        assert "согласие на расторжение" in told[0].title
        service.take_step(agreement.id, "terminate", company.actor(second), AGREED)
        assert (agreement.state, agreement.ended_on is not None) == ("terminated", True)
        assert audit.verify() is None


def test_who_lacks_is_named(app: APIFlask, company: Company) -> None:
    with app.app_context():
        agreement = in_force(company, ("ministry", "corporation", "perm_motors"))
        service.take_step(agreement.id, "agree_termination", company.actor("perm.motors"), AGREED)
        with pytest.raises(NotNow) as refusal:
            service.take_step(agreement.id, "terminate", company.actor("m.signer"), AGREED)
        (reason,) = refusal.value.reasons
        names = {party.organisation.short_name for party in agreement.parties[1:2]}
        assert str(reason.who) == f"подписант: {names.pop()}"
        service.take_step(agreement.id, "agree_termination", company.actor("c.signer"), AGREED)
        service.take_step(agreement.id, "terminate", company.actor("m.signer"), AGREED)
        assert agreement.state == "terminated"


@pytest.mark.parametrize("objector", ["m.signer", "c.signer"])
def test_until_it_takes_effect_any_party_may_object(app: APIFlask, company: Company, objector: str) -> None:
    with app.app_context():
        agreement = in_force(company, state="suspended")
        assert refused(agreement, "refuse_termination", company, objector) == ["end_is_asked_for"]
        service.take_step(agreement.id, "agree_termination", company.actor("m.signer"), AGREED)
        with pytest.raises(NotAllowed):
            service.take_step(agreement.id, "refuse_termination", company.actor("c.coord"), OBJECTION)
        with pytest.raises(NotValid):
            service.take_step(agreement.id, "refuse_termination", company.actor(objector), Ask())
        service.take_step(agreement.id, "refuse_termination", company.actor(objector), OBJECTION)
        assert refused(agreement, "terminate", company, "c.signer") == ["termination_basis"]
        assert agreement.state == "suspended"
        kinds = db.session.scalars(select(Notice.kind).where(Notice.agreement_id == agreement.id).order_by(Notice.id))
        assert kinds.all() == ["termination_consent", "termination_refusal"]


def test_a_party_without_a_signatory_here_has_agreed_on_paper(app: APIFlask, company: Company) -> None:
    """Nobody waits for a person who is not there; the signed paper itself is brought instead of its requisites."""
    with app.app_context():
        agreement = in_force(company)
        with transaction():
            db.session.get_one(Person, company.people["c.signer"]).active = False
        with pytest.raises(NotValid) as refusal:
            service.take_step(agreement.id, "terminate", company.actor("m.signer"), AGREED)
        assert list(refusal.value.fields) == ["basis"]
        assert agreement.state == "registered"
        paper = {"basis": Upload("соглашение о расторжении.pdf", PDF)}
        service.take_step(agreement.id, "terminate", company.actor("m.signer"), Ask("по соглашению"), uploads=paper)
        assert agreement.state == "terminated"
