"""What an edition's steps entail: freezing, rounds, registration, bringing into force, drawing the next."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from core import clock
from core.accounts.actor import SYSTEM, Actor
from core.db import db
from core.documents.issuing import issue
from core.errors import NotValid
from core.signoffs import service as signoffs
from core.signoffs.models import Protocol
from core.signoffs.plan import Facts
from core.signoffs.service.rounds import last_round, open_round
from core.web.kept import russian
from core.workflow import Ask
from roadmap import readers, routes
from roadmap.documents import plan as documents
from roadmap.effects import amending, periods
from roadmap.effects.items import day
from roadmap.models import TERMS, ChangeRequest, Edition, Item, ItemTerms

KIND = "roadmap"


def freeze(row: Edition, actor: Actor, ask: Ask) -> None:
    """Nobody edits the terms from now on; the document is rendered, kept, and its hash is what gets visaed."""
    row.submissions += 1
    row.drafters = sorted({*row.drafters, *([actor.id] if actor.id else [])})
    db.session.flush()
    db.session.execute(update(ItemTerms).where(ItemTerms.edition_id == row.id).values(frozen=True))
    key = f"roadmap:{row.id}:{row.submissions}"
    document = issue(documents.order(row, "submitted", key=key, status_label="на согласовании"), actor)
    row.document_id, row.content_hash = document.id, document.sha256


def unfreeze(row: Edition, actor: Actor, ask: Ask) -> None:
    """An edition that was never approved is edited again; its visas lapse with the round."""
    row.content_hash = None
    db.session.flush()
    db.session.execute(update(ItemTerms).where(ItemTerms.edition_id == row.id).values(frozen=False))
    db.session.expire_all()


def start_round(row: Edition, actor: Actor, ask: Ask) -> None:
    assert row.content_hash is not None
    order = signoffs.Start(
        kind=KIND,
        subject_id=row.id,
        title=title_of(row),
        revision=row.submissions,
        document_hash=row.content_hash,
        courses=routes.courses(row),
        parties=routes.parties(row.roadmap, row.initiator_side),
        facts=Facts(),
        drafters=row.drafters,
        phases=routes.PHASES,
    )
    signoffs.start(order, actor)


def title_of(row: Edition) -> str:
    return russian(_l("План мероприятий, редакция %(number)s", number=row.number))


def open_counterparty(row: Edition, actor: Actor, ask: Ask) -> None:
    """One side has agreed within itself: the text lies on the other's desks."""
    current = open_round(KIND, row.id)
    if current is not None:
        signoffs.open_phase(current, "counterparty")


def open_signing(row: Edition, actor: Actor, ask: Ask) -> None:
    current = open_round(KIND, row.id)
    if current is not None:
        signoffs.open_phase(current, "signing")


def drop_round(row: Edition, actor: Actor, ask: Ask) -> None:
    """The round is closed with the reason; given visas and signatures lapse."""
    note = ask.comment.strip() or russian(_l("план возвращён на доработку"))
    signoffs.supersede(KIND, row.id, note)


def open_protocol(row: Edition, actor: Actor, ask: Ask) -> None:
    last = db.session.scalar(
        select(func.max(Protocol.number)).where(Protocol.subject_kind == KIND, Protocol.subject_id == row.id)
    )
    db.session.add(
        Protocol(
            subject_kind=KIND,
            subject_id=row.id,
            number=(last or 0) + 1,
            document_hash=row.content_hash,
            opened_at=clock.now(),
            opened_by=actor.id,
        )
    )


def register(row: Edition, actor: Actor, ask: Ask) -> None:
    """Give number and date; the number is unique within the year."""
    row.register_number = str(ask.data["number"]).strip()
    row.approved_on = day(ask.data["approved_on"], "approved_on") if ask.has("approved_on") else clock.today()
    row.register_year = row.approved_on.year
    if row.approved_on > clock.today():
        raise NotValid(_("Дата утверждения ещё не наступила"), "approved_on")
    taken = db.session.scalar(
        select(Edition.id).where(
            Edition.register_year == row.register_year,
            Edition.register_number == row.register_number,
            Edition.id != row.id,
        )
    )
    if taken is not None:
        raise NotValid(_("Номер «%(number)s» в этом году уже занят", number=row.register_number), "number")
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError as taken_meanwhile:
        raise NotValid(_("Номер только что заняли: укажите другой"), "number") from taken_meanwhile
    current = last_round(KIND, row.id)
    if current is not None and current.state == "open":
        current.state, current.closed_at = "passed", clock.now()


def bring_into_force(row: Edition, actor: Actor, ask: Ask) -> None:
    """The edition rules from now on: items start, the edition before is superseded, its changes are applied."""
    from roadmap.states import roadmap

    previous = db.session.scalars(
        select(Edition).where(Edition.roadmap_id == row.roadmap_id, Edition.state == "in_force", Edition.id != row.id)
    ).all()
    for earlier in previous:
        roadmap.take(earlier, "supersede", SYSTEM)
    _point_items(row)
    amending.apply_requests(row, actor)
    periods.activate(row)
    periods.follow_terms(row)
    readers.of_plan(row.roadmap)


def _point_items(row: Edition) -> None:
    """Every item of the edition now means these terms. One statement."""
    db.session.flush()
    here = ItemTerms.edition_id == row.id
    chosen = select(ItemTerms.id).where(here, ItemTerms.item_id == Item.id).scalar_subquery()
    db.session.execute(
        update(Item)
        .where(Item.id.in_(select(ItemTerms.item_id).where(here)))
        .values(terms_id=chosen)
        .execution_options(synchronize_session=False)
    )
    db.session.expire_all()


def draw_next_edition(row: Edition, actor: Actor, ask: Ask) -> None:
    """Edition N+1: a copy of the terms in force with every approved change put in. It runs the full routes."""
    last = db.session.scalar(select(func.max(Edition.number)).where(Edition.roadmap_id == row.roadmap_id)) or row.number
    nxt = Edition(
        roadmap_id=row.roadmap_id,
        number=last + 1,
        initiator_side=actor.side,
        drafters=[actor.id] if actor.id else [],
        state="draft",
        created_at=clock.now(),
    )
    db.session.add(nxt)
    db.session.flush()
    copy_terms(row.id, nxt.id)
    amending.put_in(nxt, actor)
    readers.of_edition(nxt)


def copy_terms(source: int, target: int) -> None:
    """One statement, however many items."""
    columns: list[Any] = [getattr(ItemTerms, name) for name in TERMS]
    db.session.execute(
        insert(ItemTerms).from_select(
            ["edition_id", "item_id", "frozen", "version", "words", *TERMS],
            select(literal(target), ItemTerms.item_id, literal(False), literal(1), ItemTerms.words, *columns).where(
                ItemTerms.edition_id == source
            ),
        )
    )


def release_changes(row: Edition, actor: Actor, ask: Ask) -> None:
    """A withdrawn edition gives its change requests back: they wait for the next one."""
    db.session.flush()
    db.session.execute(
        update(ChangeRequest)
        .where(ChangeRequest.edition_id == row.id, ChangeRequest.state == "approved")
        .values(edition_id=None)
        .execution_options(synchronize_session=False)
    )
    db.session.expire_all()
