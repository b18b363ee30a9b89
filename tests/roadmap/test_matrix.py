"""The machines of the roadmap against the field's specification, typed here."""

from __future__ import annotations

from core.accounts.roles import ROLES
from roadmap.models import ChangeRequest, Edition, Initiative, Item, ItemTerms, Meeting, MeetingDecision, Occurrence
from roadmap.states import change_request, meeting_decision, regulatory_initiative, roadmap, roadmap_item
from tests.roadmap.matrix import Expected, a_bare_plan, both, check

COORDINATORS = ("m_coord", "c_coord")
DEPUTIES = ("m_deputy", "c_deputy")
REVIEWERS = ("m_profile", "m_legal", "m_finance", "c_hr", "c_legal", "c_finance", "c_security", *DEPUTIES)
EXECUTORS = frozenset({"executor", "college", "enterprise", "roiv", "operator"})
OPERATOR = {place: frozenset({"operator"}) for place in ("ministry", "corporation", "college")}
NOBODY: dict[str, frozenset[str]] = {}

IN_FORCE_BEFORE = ("draft", "revision", "internal_approval", "cross_approval", "disagreement", "awaiting_signature")

PLAN = {
    "submit_internal": Expected(("draft",), ("internal_approval",), both(*COORDINATORS)),
    "internal_done": Expected(("internal_approval",), ("cross_approval",), NOBODY, system=True),
    "internal_return": Expected(
        ("internal_approval", "cross_approval"), ("revision",), both(*COORDINATORS, *REVIEWERS)
    ),
    "resubmit": Expected(("revision",), ("internal_approval",), both(*COORDINATORS)),
    "open_disagreement": Expected(("cross_approval",), ("disagreement",), both(*COORDINATORS)),
    "close_disagreement": Expected(("disagreement",), ("cross_approval",), both(*DEPUTIES)),
    "revise": Expected(("disagreement",), ("revision",), both(*COORDINATORS)),
    "to_signature": Expected(("cross_approval",), ("awaiting_signature",), both(*COORDINATORS)),
    "sign": Expected(("awaiting_signature",), ("awaiting_signature",), both("m_signer", "c_signer")),
    "sign_return": Expected(("awaiting_signature",), ("revision",), both("m_signer", "c_signer")),
    "approve": Expected(("awaiting_signature",), ("in_force",), both("registrar", "m_control", "c_control")),
    "start_amendment": Expected(("in_force",), ("in_force",), both(*COORDINATORS)),
    "supersede": Expected(("in_force",), ("superseded",), both("registrar", "m_control", "c_control"), system=True),
    "to_final": Expected(("in_force",), ("final_report",), both(*COORDINATORS), system=True),
    "close": Expected(("final_report",), ("closed",), both(*DEPUTIES)),
    "withdraw": Expected(IN_FORCE_BEFORE, ("cancelled",), both(*DEPUTIES)),
}


def an_edition(state: str) -> Edition:
    return Edition(id=1, number=1, state=state, roadmap=a_bare_plan(), initiator_side="ministry")


def test_the_plan_moves_only_as_specified() -> None:
    looked = check(roadmap, PLAN, an_edition)
    assert looked == len(PLAN) * len(roadmap.states) * len(ROLES) * 3


def an_occurrence(state: str, side: str = "ministry") -> Occurrence:
    item = Item(id=1, code="1.1", roadmap=a_bare_plan(), executor_id=None, executor_name="")
    item.__dict__["terms"] = ItemTerms(
        responsible_side=side, unit="отдел", organisation_id=None, document_kind="приказ"
    )
    accepted = "ministry" if state == "on_confirmation" else ""
    return Occurrence(id=1, item=item, state=state, accepted_side=accepted, submitted_by=99)


def item_table(executors: dict[str, frozenset[str]], owners: tuple[str, ...]) -> dict[str, Expected]:
    """The item's table where `owners` are the responsible sides."""
    coordinators = {side: frozenset(COORDINATORS) for side in owners}
    starts = {side: coordinators.get(side, frozenset()) | executors.get(side, frozenset()) for side in executors}
    judges = {place: coordinators.get(place, frozenset()) | OPERATOR[place] for place in OPERATOR}
    other = {"corporation": frozenset(COORDINATORS)}
    agreeable = ("planned", "in_progress", "returned", "suspended", "done")
    return {
        "activate": Expected(("draft",), ("planned",), NOBODY, system=True),
        "start": Expected(("planned",), ("in_progress",), starts),
        "progress": Expected(("in_progress",), ("in_progress",), executors),
        "submit": Expected(("in_progress",), ("on_review",), executors),
        "recall": Expected(("on_review",), ("in_progress",), executors),
        "return": Expected(("on_review",), ("returned",), judges),
        "rework": Expected(("returned",), ("in_progress",), executors),
        "accept": Expected(("on_review",), ("on_confirmation",), coordinators),
        "confirm": Expected(("on_confirmation",), ("done",), other),
        "refuse_confirm": Expected(("on_confirmation",), ("returned",), other),
        "suspend": Expected(("planned", "in_progress"), ("suspended",), both(*COORDINATORS)),
        "resume": Expected(("suspended",), ("in_progress",), both(*COORDINATORS)),
        "exclude": Expected(("planned", "in_progress", "suspended"), ("excluded",), both(*DEPUTIES), system=True),
        "restore": Expected(("excluded",), ("planned",), NOBODY, system=True),
        "fail": Expected(("planned", "in_progress", "returned", "suspended"), ("not_done",), both(*DEPUTIES)),
        "reopen": Expected(("done",), ("in_progress",), both(*DEPUTIES)),
        "agree": Expected(agreeable, agreeable, both(*COORDINATORS, *DEPUTIES)),
    }


def test_an_item_of_the_ministry_moves_only_as_specified() -> None:
    check(roadmap_item, item_table({"ministry": EXECUTORS}, ("ministry",)), an_occurrence)


def test_a_joint_item_moves_only_as_specified() -> None:
    table = item_table({"ministry": EXECUTORS, "corporation": EXECUTORS}, ("ministry", "corporation"))
    check(roadmap_item, table, lambda state: an_occurrence(state, "both"))


CHANGE = {
    "submit": Expected(("draft",), ("submitted",), {"ministry": frozenset(COORDINATORS)}),
    "to_other": Expected(("submitted",), ("review_other",), {"ministry": frozenset(COORDINATORS)}),
    "approve": Expected(("review_other",), ("approved",), {"corporation": frozenset({*COORDINATORS, *DEPUTIES})}),
    "decline": Expected(
        ("submitted", "review_other"),
        ("declined",),
        NOBODY,
        in_state={
            "submitted": {"ministry": frozenset({*COORDINATORS, *DEPUTIES})},
            "review_other": {"corporation": frozenset({*COORDINATORS, *DEPUTIES})},
        },
    ),
    "apply": Expected(("approved",), ("applied",), both("registrar", "m_control", "c_control"), system=True),
    "withdraw": Expected(
        ("draft", "submitted", "review_other", "approved"), ("withdrawn",), {"ministry": frozenset(COORDINATORS)}
    ),
}


def a_request(state: str) -> ChangeRequest:
    return ChangeRequest(id=1, state=state, roadmap=a_bare_plan(), side="ministry", author_id=99, author_name="Автор")


def test_a_change_request_moves_only_as_specified() -> None:
    check(change_request, CHANGE, a_request)


CHAIR = (*DEPUTIES, "secretary")
CONTROL = ("secretary", "m_control", "c_control")
NAMED = {"ministry": frozenset({"executor"})}
"""Nobody is named: somebody who executes at the executor's organisation."""

DECISION = {
    "issue": Expected(("draft",), ("issued",), both(*CONTROL)),
    "ack": Expected(("issued",), ("accepted",), NAMED),
    "reassign": Expected(("issued", "accepted", "in_progress"), ("issued",), both(*CHAIR)),
    "start": Expected(("accepted",), ("in_progress",), NAMED),
    "ask_ext": Expected(("accepted", "in_progress"), ("extension_requested",), NAMED),
    "grant_ext": Expected(("extension_requested",), ("in_progress",), both(*CHAIR)),
    "deny_ext": Expected(("extension_requested",), ("in_progress",), both(*CHAIR)),
    "report": Expected(("in_progress",), ("reported",), NAMED),
    "return": Expected(("reported",), ("returned",), both(*CONTROL, *COORDINATORS)),
    "rework": Expected(("returned",), ("in_progress",), NAMED),
    "close": Expected(("reported",), ("closed",), both(*CHAIR)),
    "fail": Expected(("issued", "accepted", "in_progress", "returned"), ("not_executed",), both(*DEPUTIES)),
    "cancel": Expected(("issued", "accepted", "in_progress", "extension_requested"), ("cancelled",), both(*DEPUTIES)),
}


def a_decision(state: str) -> MeetingDecision:
    meeting = Meeting(id=1, number=1, roadmap=a_bare_plan(), chair="Председатель")
    return MeetingDecision(id=1, state=state, meeting=meeting, organisation_id=1, executor_name="")


def test_a_decision_of_a_meeting_moves_only_as_specified() -> None:
    check(meeting_decision, DECISION, a_decision)


HELD = ("substantiation", "draft_act", "interagency")
INITIATIVE = {
    "take": Expected(("proposal",), ("substantiation",), both(*DEPUTIES)),
    "draft": Expected(("substantiation",), ("draft_act",), both("executor", "m_legal", "c_legal")),
    "to_internal": Expected(("draft_act",), ("internal_approval",), both(*COORDINATORS)),
    "internal_return": Expected(
        ("internal_approval", "interagency"), ("draft_act",), both("m_legal", "c_legal", *DEPUTIES, *COORDINATORS)
    ),
    "to_interagency": Expected(("internal_approval",), ("interagency",), both("m_coord")),
    "dis": Expected(("interagency",), ("disagreement",), both("m_coord")),
    "dis_done": Expected(("disagreement",), ("interagency",), both("m_deputy")),
    "public": Expected(("interagency",), ("public_discussion",), both("m_coord")),
    "skip_public": Expected(("interagency",), ("expertise",), both("m_legal")),
    "exp": Expected(("public_discussion",), ("expertise",), both("m_legal")),
    "rework": Expected(("expertise", "public_discussion"), ("draft_act",), both(*COORDINATORS, "m_legal")),
    "to_gov": Expected(("expertise",), ("in_government",), both("m_signer")),
    "gov_return": Expected(("in_government",), ("draft_act",), both("m_coord")),
    "to_duma": Expected(("in_government",), ("in_duma",), both("m_coord")),
    "by_deputies": Expected(("substantiation",), ("in_duma",), both(*COORDINATORS)),
    "adopt": Expected(("in_duma",), ("adopted",), both("m_coord")),
    "duma_return": Expected(("adopted", "approved_fc"), ("in_duma",), both("m_coord")),
    "fc": Expected(("adopted",), ("approved_fc",), both("m_coord")),
    "sign": Expected(("approved_fc",), ("signed",), both("m_coord")),
    "gov_act": Expected(("in_government",), ("signed",), both("m_coord")),
    "sublaw": Expected(("signed",), ("implementation",), both("m_coord")),
    "effect": Expected(("signed", "implementation"), ("effective",), both("m_coord"), system=True),
    "reject": Expected(
        ("substantiation", "interagency", "in_government", "in_duma", "adopted", "approved_fc"),
        ("rejected",),
        both(*DEPUTIES, "m_coord"),
    ),
    "hold": Expected(HELD, ("on_hold",), both(*DEPUTIES)),
    "unhold": Expected(("on_hold",), HELD, both(*DEPUTIES)),
    "withdraw": Expected(
        ("proposal", "substantiation", "draft_act", "internal_approval"), ("withdrawn",), both(*DEPUTIES)
    ),
}


def an_initiative(state: str) -> Initiative:
    return Initiative(id=1, state=state, roadmap=a_bare_plan(), title="отсрочка", initiator_side="corporation")


def test_an_initiative_moves_only_as_specified() -> None:
    assert len(regulatory_initiative.states) == 18
    check(regulatory_initiative, INITIATIVE, an_initiative)
