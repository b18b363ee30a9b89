"""Said of every page that does something: a program can do it too, through the same function of a service."""

from __future__ import annotations

import pytest

from tests.shape.graph import Door, Name, acts, doors

KEPT_FOR_PEOPLE = {
    "core.web.page.set_theme": "the colours of one browser's pages",
    "core.accounts.views.door.sign_in": "a program carries a token and signs in to nothing",
    "core.accounts.views.door.sign_out": "the same: its token is revoked",
    "core.accounts.views.profile.end_sessions": "beside all sessions it ends the cookie's own",
    "core.documents.views.verify.verify": "open to everybody: guesses are counted by address",
    "core.signoffs.views.inbox.documents_of_many": "changes nothing: an operation of its own answers the same ZIP",
    "agreements.views.drafts.live": "the page beside a form that is being filled in: changes nothing",
    "roadmap.views.meetings.preview_meeting": "the same of the minutes",
}
"""Pages whose transactions no operation of the API comes to, or that have none, each with its reason."""


def pages() -> list[Door]:
    return [door for door in doors() if door.writes and not door.api]


def reached_by_programs() -> set[Name]:
    return {act for door in doors() if door.api for act in acts(door.at)}


def lacking(door: Door, reached: set[Name]) -> list[str]:
    """What the page does and no program can; a page that seems to do nothing is not understood, and is named too."""
    found = acts(door.at)
    return sorted(str(act) for act in found - reached) or ([] if found else ["nothing found"])


def test_what_a_page_does_an_operation_of_the_api_does_through_the_same_function() -> None:
    reached = reached_by_programs()
    faults = {str(door.at): lacking(door, reached) for door in pages()}
    assert {at: what for at, what in faults.items() if what and at not in KEPT_FOR_PEOPLE} == {}


def test_no_exception_outlives_its_reason() -> None:
    reached = reached_by_programs()
    lack = {str(door.at) for door in pages() if lacking(door, reached)}
    assert set(KEPT_FOR_PEOPLE) == lack


def test_the_graph_sees_the_acts_behind_the_doors() -> None:
    assert len(pages()) > 120
    assert sum(1 for door in doors() if door.api) > 200
    taken = {str(door.at): {str(act) for act in acts(door.at)} for door in pages()}
    assert "agreements.service.take_step" in taken["agreements.views.steps.take"]
    assert "roadmap.service.table.save_table" not in taken["agreements.views.steps.take"]


@pytest.mark.parametrize(
    ("page", "operation", "act"),
    [
        (
            "core.signoffs.views.handing.drop",
            "core.signoffs.api.tasks.drop",
            "core.signoffs.service.reassign.drop_slot",
        ),
        ("roadmap.views.items.assign", "roadmap.api.items.assign", "roadmap.service.items.assign_executor"),
        ("agreements.affairs.plans.rest_item", "agreements.affairs.plans.rest_by_api", "agreements.resting.rest"),
    ],
)
def test_a_page_and_its_operation_meet_in_one_function(page: str, operation: str, act: str) -> None:
    found = {str(door.at): {str(one) for one in acts(door.at)} for door in doors()}
    assert act in found[page] & found[operation]
