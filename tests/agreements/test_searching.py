"""Searching the register: words in any form, kept with the agreement, only what the person may see."""

from __future__ import annotations

import pytest
from apiflask import APIFlask

from agreements import queries, searching
from agreements.demo.load import Company
from agreements.models import Agreement, SearchText
from agreements.queries import Filters
from core.accounts.models import Organisation
from core.db import db, transaction
from core.workflow.jobs import drain
from tests.agreements.lives import in_force


def found(company: Company, text: str, login: str = "m.coord", **filters: str) -> list[str]:
    page = queries.register(company.actor(login), Filters(text=text, **filters))
    return sorted(row.title for row in page.items)


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ("колледжей", ["О поддержке колледжа"]),
        ("КОЛЛЕДЖАМИ", ["О поддержке колледжа"]),
        ("колле", ["О поддержке колледжа"]),
        ("поддержки колледжу", ["О поддержке колледжа"]),
        ("учёба", ["Об учебе наставников"]),
        ("наставник учебы", ["Об учебе наставников"]),
        ("2026/17", ["О поддержке колледжа"]),
        ("ростех", ["О поддержке колледжа", "Об учебе наставников"]),
        ("корпорациями", ["О поддержке колледжа", "Об учебе наставников"]),
        ("колледж наставников", []),
        ("«»!()*\"'", []),
        ('AND OR NOT NEAR "x', []),
        ("a:* & b | !c", []),
    ],
)
def test_words_are_found_in_any_form(app: APIFlask, company: Company, asked: str, titles: list[str]) -> None:
    with app.app_context():
        in_force(company, title="О поддержке колледжа", number="С/2026/17")
        in_force(company, title="Об учебе наставников", number="С/2026/170")
        assert found(company, asked) == titles


def test_the_index_follows_the_agreement_in_its_own_transaction(app: APIFlask, company: Company) -> None:
    with app.app_context():
        agreement = in_force(company, title="О заводах")
        with pytest.raises(ZeroDivisionError), transaction():
            agreement.title = "О фабриках"
            db.session.flush()
            assert found(company, "фабрика") == ["О фабриках"]
            raise ZeroDivisionError
        assert (found(company, "завод"), found(company, "фабрика")) == (["О заводах"], [])
        with transaction():
            db.session.get_one(Agreement, agreement.id).title = "О фабриках"
        assert (found(company, "завод"), found(company, "фабрика")) == ([], ["О фабриках"])


def test_search_shows_nothing_to_strangers_and_narrows_with_other_filters(app: APIFlask, company: Company) -> None:
    with app.app_context():
        in_force(company, title="О колледжах")
        in_force(company, title="О колледжах края", state="suspended")
        assert found(company, "колледж", "samara") == []
        assert found(company, "колледж", state="suspended") == ["О колледжах края"]


def test_a_renamed_organisation_is_found_by_its_new_name(app: APIFlask, company: Company) -> None:
    with app.app_context():
        in_force(company, ("corporation", "perm_motors"), title="О моторах")
        drain()
        with transaction():
            db.session.get_one(Organisation, company.organisations["perm_motors"]).short_name = "Прикамский дизель"
        drain()
        assert found(company, "дизелей", "c.coord") == ["О моторах"]


def test_a_lost_index_is_rebuilt(app: APIFlask, company: Company) -> None:
    with app.app_context():
        in_force(company, title="О колледжах")
        with transaction():
            db.session.execute(db.delete(SearchText))
            if db.engine.dialect.name == "sqlite":
                db.session.execute(db.text("DELETE FROM agreement_fts"))
        assert found(company, "колледж") == []
        assert searching.rebuild() == 1
        assert found(company, "колледж") == ["О колледжах"]
