"""The wording of one sent agreement against its model: counted when a text appears, kept by the hashes of both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from agreements.fanout.bringing import bring
from agreements.fanout.origins import with_origins
from agreements.fanout.texts import Clause, Text, deviations, numbered, relabelled, same, text_hash
from agreements.models import Agreement, Deviations, ModelRevision, Sent
from agreements.preview import template_text
from agreements.terms import EXCLUDED
from core import clock
from core.db import db
from core.documents.models import DocumentTemplate


def sent_of(agreement: Agreement) -> Sent | None:
    """How an agreement was sent; None for one that was drawn by hand. No query for those."""
    if agreement.model_id is None or agreement.parent_id is not None:
        return None
    return db.session.scalars(select(Sent).where(Sent.agreement_id == agreement.id)).one_or_none()


def expected(revision: ModelRevision, own: Text) -> list[Clause]:
    """The model's wording with a counterparty's data: `own` is what the template makes of them.

    Where the model's text was edited by hand, its wording stands; everywhere else the template's with these data.
    """
    ground = relabelled(revision.template_text, own)
    text = bring(revision.template_text, revision.clauses, ground).text
    numbers = {clause["id"]: clause.get("number") for clause in revision.clauses}
    return [{**c, "number": numbers.get(c["id"]) or n["number"]} for c, n in zip(text, numbered(text), strict=True)]


def grounds(agreement: Agreement, revision: ModelRevision) -> tuple[list[Clause], list[Clause]]:
    """The model's wording with the agreement's data, and what the template in force makes of them."""
    own = template_text(agreement)
    before = db.session.get_one(DocumentTemplate, revision.template_id)
    ground = own if before.state == "active" else template_text(agreement, before)
    return expected(revision, ground), own


def written(agreement: Agreement, own: Sequence[Clause]) -> list[Clause]:
    """The agreement's text as it stands: its own wording, or the template's."""
    return list(agreement.clauses or own)


def drawn(agreement: Agreement) -> list[Clause]:
    """The text a draft began with: its model's with its data, or the template's where it was drawn by hand."""
    sent = sent_of(agreement)
    if sent is None:
        return template_text(agreement)
    return grounds(agreement, db.session.get_one(ModelRevision, sent.revision_id))[0]


def restore(agreement: Agreement) -> None:
    """Give a draft back the text it began with."""
    agreement.clauses = []
    if sent_of(agreement) is not None:
        put_text(agreement, drawn(agreement), template_text(agreement))


def put_text(agreement: Agreement, text: Text, own: Text) -> None:
    """Give the agreement a text; where the template says the same, nothing is kept beside it."""
    wanted = [{"id": c["id"], "level": c["level"], "text": c["text"]} for c in text]
    agreement.clauses = [] if same(wanted, own) else wanted


def settle(agreement: Agreement, text: Sequence[Clause] | None = None) -> None:
    """The text of a sent agreement has changed: count its deviations anew, inside the caller's transaction.

    `text`: the text of a revision that was just frozen; without it the working text is read. Agreements drawn by hand
    cost nothing here.
    """
    sent = sent_of(agreement)
    if sent is None:
        return
    base, own = grounds(agreement, db.session.get_one(ModelRevision, sent.revision_id))
    record(sent, agreement, base, text or written(agreement, own), frozen=text is not None)


def follow_data(agreement: Agreement) -> None:
    """The data of a sent draft were edited: its text follows them where it keeps to the model, and is counted anew."""
    sent = sent_of(agreement)
    if sent is None:
        return
    base, own = grounds(agreement, db.session.get_one(ModelRevision, sent.revision_id))
    if agreement.clauses:
        put_text(agreement, bring(sent.base, agreement.clauses, base).text, own)
    record(sent, agreement, base, written(agreement, own), frozen=False)


def record(sent: Sent, agreement: Agreement, base: Text, text: Text, frozen: bool) -> Deviations:
    """Keep how `text` departs from `base`, once a pair of texts, with where each deviation came from."""
    if any(not clause.get("number") for clause in text):
        text = numbered(text)
    sent.base = [dict(clause) for clause in base]
    sent.base_hash, sent.text_hash = text_hash(base), text_hash(text)
    db.session.flush()
    hashes = {"base_hash": sent.base_hash, "text_hash": sent.text_hash}
    kept = db.session.scalars(select(Deviations).filter_by(sent_id=sent.id, **hashes)).one_or_none()
    number = kept.revision if kept else agreement.revision_number + (0 if frozen else 1)
    found = deviations(base, text)
    told = _anchored(with_origins(agreement, found, number), base)
    if kept is None:
        kept = Deviations(sent_id=sent.id, **hashes, revision=number)
        db.session.add(kept)
    kept.found, kept.count, kept.at = told, len(found), clock.now()
    db.session.flush()
    return kept


def _anchored(found: list[dict[str, Any]], base: Text) -> list[dict[str, Any]]:
    """Added clauses with `anchor`: the clause of the model they come after, whatever else was put in between."""
    known = {str(clause["id"]) for clause in base}
    gone = {each["id"] for each in found if each["kind"] == "removed"}
    anchors: dict[str, str] = {}
    for each in found:
        if each["kind"] == "added":
            own = each["place"] in known and each["place"] not in gone
            each["anchor"] = anchors[each["id"]] = each["place"] if own else anchors.get(each["place"], "")
    return found


def amended(agreement: Agreement, source: Agreement, clauses: Sequence[dict[str, Any]]) -> None:
    """A supplementary agreement of a sent one was registered: its consolidated terms are its text from now on."""
    sent = sent_of(agreement)
    if sent is None:
        return
    if sent.amendment_id == source.id and sent.offered_id is not None:
        sent.revision_id = sent.offered_id
    base, _own = grounds(agreement, db.session.get_one(ModelRevision, sent.revision_id))
    record(sent, agreement, base, [c for c in clauses if c["text"] != EXCLUDED], frozen=True)
