"""Words that are kept and printed are Russian, words on a page are in the language of the page."""

from __future__ import annotations

import io

from apiflask import APIFlask
from flask_babel import force_locale, gettext, lazy_gettext

from core.documents.labels import extract
from core.signoffs import shipped
from core.signoffs.words import named
from core.web.kept import in_russian, russian


@in_russian
def _printed() -> str:
    return str(gettext("Лист согласования"))


def test_a_note_that_is_kept_is_russian_on_an_english_page(app: APIFlask) -> None:
    note = lazy_gettext("не согласовано: %(name)s", name="М.С. Координаторова")
    with app.app_context(), force_locale("en"):
        assert str(note) == "rejected: М.С. Координаторова"
        assert russian(note) == "не согласовано: М.С. Координаторова"
        assert str(note) == "rejected: М.С. Координаторова"


def test_a_paper_is_made_in_russian_on_an_english_page(app: APIFlask) -> None:
    with app.app_context(), force_locale("en"):
        assert gettext("Лист согласования") == "Approval sheet"
        assert _printed() == "Лист согласования"


def test_a_shipped_place_is_named_as_the_page_speaks_and_ones_own_as_it_is_written(app: APIFlask) -> None:
    with app.app_context():
        assert named("Министр") == "Министр"
        with force_locale("en"):
            assert named("Министр") == "Minister"
            assert named("Главный бухгалтер, 100 %") == "Главный бухгалтер, 100 %"
            assert named("") == ""


def test_every_shipped_route_and_place_has_its_english(app: APIFlask) -> None:
    places = {slot["label"] for route in shipped.SHIPPED for stage in route.stages for slot in stage["slots"]}
    names = {route.name for route in shipped.SHIPPED}
    with app.app_context(), force_locale("en"):
        assert not [word for word in places | names if named(word) == word]


def test_the_words_of_a_field_catalogue_are_given_to_the_translators_once() -> None:
    source = """{
 "description": "О чём",
 "fields": [
  {"name": "a", "label": "Название", "hint": "как в уставе", "choices": [{"value": "x", "label": "первое"}]},
  {"name": "b", "label": "Таблица", "hint": "", "columns": [{"name": "c", "label": "Название"}]}
 ]
}"""
    found = list(extract(io.BytesIO(source.encode()), (), (), {}))
    assert [(line, text) for line, _function, text, _notes in found] == [
        (2, "О чём"),
        (4, "Название"),
        (4, "как в уставе"),
        (4, "первое"),
        (5, "Таблица"),
    ]
