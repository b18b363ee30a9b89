"""Words beside a number take the form the number asks for, in either language."""

from __future__ import annotations

import pytest
from apiflask import APIFlask
from flask_babel import force_locale

from core.web.language import counted

MOVED = ("срок перенесён", "срока перенесено", "сроков перенесено")
FORMS = [(0, 2), (1, 0), (2, 1), (4, 1), (5, 2), (11, 2), (12, 2), (21, 0), (22, 1), (111, 2), (121, 0)]


@pytest.mark.parametrize(("n", "form"), FORMS)
def test_russian_has_three_forms(app: APIFlask, n: int, form: int) -> None:
    with app.app_context():
        assert counted(*MOVED, n) == MOVED[form]
        assert app.jinja_env.from_string("{{ _n('%(n)s день', '%(n)s дня', '%(n)s дней', n) }}").render(n=n) == (
            f"{n} {('день', 'дня', 'дней')[form]}"
        )


def test_a_language_without_the_words_keeps_one_and_many(app: APIFlask) -> None:
    with app.app_context(), force_locale("en"):
        assert counted("%(n)s новый", "%(n)s новых!", "%(n)s новых", 1) == "1 новый"
        assert counted("%(n)s новый", "%(n)s новых!", "%(n)s новых", 2) == "2 новых"
