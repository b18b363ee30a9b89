"""Every page of the application over the demo: for each GET route an address that opens, and who may see it.

Generated from the routes: a new page is looked at without anybody thinking of it. What gives a file, a fragment or
JSON is left out by what it answers, not by a list.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from agreements.demo.load import address
from core.accounts.models import Person
from core.db import Model, db
from core.signoffs.models import Desk
from tests.builders import sign_in

PEOPLE = ("m.coord", "admin", "c.coord", "m.control", "m.legal", "perm.aviation", "m.signer", "c.signer", "m.deputy")
"""Who tries to open a page, the likely ones first."""
SKIPPED = ("/api/", "/static", "/sign-out")
MOST = 60
"""Addresses tried for one route."""

MODELS = {
    "attachment_id": ("Attachment",),
    "change_id": ("ChangeRequest",),
    "decision_id": ("MeetingDecision",),
    "document_id": ("IssuedDocument",),
    "template_id": ("DocumentTemplate",),
    "act_id": ("BoardAct", "PaperAct"),
    "model_id": ("ModelForm",),
    "row_id": ("ProtocolRow",),
    "copy_id": ("PaperCopy",),
    "run_id": ("ImportRun", "BulkRun", "PlanImport", "ValueImport"),
    "subject_id": ("Agreement", "Edition"),
    "view_id": ("SavedView",),
    "entry_id": ("RegistrationEntry",),
}
"""Arguments whose table is not named after them."""
OLDEST_FIRST = ("roadmap_id",)
"""The demo's plan says more than the draft beside it."""
WORDS: dict[str, tuple[Any, ...]] = {
    "number": (1, 2, 3),
    "first": (1,),
    "second": (2,),
    "kind": ("agreement", "roadmap", "partnership", "cooperation", "plan", "yearly", "term"),
    "code": (),
    "step": ("terminate",),
    "ending": ("xlsx",),
    "name": ("terminate",),
    "year": (2026,),
    "period": ("2026-Q3",),
    "section": (1,),
    "clause": ("1.1", "c4"),
}
"""Values of the arguments that are words."""


def tables() -> dict[str, Any]:
    return {mapper.class_.__name__: mapper.class_ for mapper in Model.registry.mappers}


def values_of(name: str) -> list[Any]:
    """What an argument may be, from the rows there are. Raises LookupError where nobody said what it means."""
    if name in WORDS:
        codes = db.session.scalars(select(tables()["RouteTemplate"].code).limit(3)) if name == "code" else ()
        return [*WORDS[name], *codes]
    if not name.endswith("_id"):
        return ["x"]
    known = tables()
    named = MODELS.get(name, ("".join(part.capitalize() for part in name.removesuffix("_id").split("_")),))
    found = [known[one] for one in named if one in known]
    if not found:
        raise LookupError(f"no table is known for the argument {name}: name it in MODELS or WORDS")
    ids: list[Any] = []
    for model in found:
        newest = db.session.scalars(select(model.id).order_by(model.id.desc()).limit(40)).all()
        oldest = db.session.scalars(select(model.id).order_by(model.id).limit(5)).all()
        ids += [*oldest, *newest] if name in OLDEST_FIRST else [*newest, *oldest]
    return list(dict.fromkeys(ids))


def rules(app: APIFlask) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or set()) and not rule.rule.startswith(SKIPPED):
            yield rule


def combinations(rule: Rule) -> list[dict[str, Any]]:
    names = sorted(rule.arguments)
    among = [values_of(name) for name in names]
    found = [dict(zip(names, values, strict=True)) for values in itertools.product(*among)]
    # Two arguments belong together (an organisation and its signatory): far apart, the pairs meet sooner than in a row.
    if len(names) > 1:
        random.Random(1).shuffle(found)
    return found


def holders(app: APIFlask) -> tuple[str, ...]:
    """The usual people, and whoever has something on his desk."""
    with app.app_context():
        busy = db.session.scalars(select(Person.email).join(Desk, Desk.person_id == Person.id).distinct())
        logins = tuple(email.partition("@")[0] for email in busy)
    return tuple(dict.fromkeys((*PEOPLE, *logins)))


def signed_in(app: APIFlask) -> Callable[[str], FlaskClient]:
    """A client for each person, signed in once."""
    known: dict[str, FlaskClient] = {}

    def client(login: str) -> FlaskClient:
        if login not in known:
            known[login] = app.test_client()
            with app.app_context():
                person = db.session.scalars(select(Person).where(Person.email == address(login))).one()
                db.session.expunge(person)
            sign_in(known[login], person)
        return known[login]

    return client


def is_page(answer: Any) -> bool:
    """A whole page for a person, not a fragment or a file."""
    return answer.status_code == 200 and answer.mimetype == "text/html" and b"<html" in answer.data[:200]


def opened(app: APIFlask, rule: Rule, client: Callable[[str], FlaskClient], people: tuple[str, ...]) -> Any:
    """(who, path) of a page of the route; "file" or "redirect" where what opens is none; None where nothing opened."""
    with app.app_context():
        tried = combinations(rule)
    answered = None
    for values in tried[:MOST]:
        with app.test_request_context():
            path = app.url_for(rule.endpoint, **values)
        for login in people if len(tried) < 20 else people[:6]:
            with client(login).get(path) as answer:
                if is_page(answer):
                    return login, path
                if answer.status_code == 200:
                    return "file"
                if answer.status_code in (302, 303):
                    answered = "redirect"
    return answered


@cache
def every_page(app: APIFlask) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """({name: (who, path)}, routes that nothing in the demo opens)."""
    client, people = signed_in(app), holders(app)
    found: dict[str, tuple[str, str]] = {}
    closed: list[str] = []
    for rule in rules(app):
        page = opened(app, rule, client, people)
        if page is None:
            closed.append(rule.rule)
        elif isinstance(page, tuple):
            found[rule.endpoint.replace(".", "-")] = page
    return found, closed
