"""Said of every page: what a person reads on it goes through gettext, so that it can be said in English too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PAGES = Path(__file__).resolve().parents[2] / "templates" / "pages"
SHOWCASE = "gallery.html"
"""Made-up data for looking at the components; no person meets it."""
NAMES = ("Согласовано", "Русский")
"""The name of the service and a language's name of itself: the same in every language."""
MARKS = ("за", "и", "о")
"""«за» and «и.о.», the marks of a substitution: words of a Russian paper, kept and shown as they are."""

COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->", re.S)
TRANSLATED_BLOCK = re.compile(r"\{%[-+]?\s*trans\b.*?\{%[-+]?\s*endtrans\s*[-+]?%\}", re.S)
TAG_OF_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.S)
GETTEXT = re.compile(r"""\b(?:_|n?p?gettext)\(\s*(?:"[^"]*"|'[^']*')|\b_n\((?:\s*"[^"]*",){3}""")
RUSSIAN = re.compile(r"[А-Яа-яЁё]+")


def bare_words(source: str) -> Iterator[tuple[int, str]]:
    """(line, word) of every Russian word that the template prints as it stands, text and attributes alike."""

    def blank(found: re.Match[str]) -> str:
        return "\n" * found[0].count("\n")

    for pattern in (COMMENT, TRANSLATED_BLOCK, TAG_OF_TEMPLATE):
        source = pattern.sub(blank, source)
    for number, line in enumerate(source.splitlines(), start=1):
        for word in RUSSIAN.findall(line):
            if word not in NAMES:
                yield number, word


def bare_strings(source: str) -> Iterator[str]:
    """Every Russian word in an expression of the template that no gettext takes."""
    source = TRANSLATED_BLOCK.sub("", COMMENT.sub("", source))
    for tag in TAG_OF_TEMPLATE.findall(source):
        for word in RUSSIAN.findall(GETTEXT.sub("", tag)):
            if word not in NAMES + MARKS:
                yield word


def pages() -> list[str]:
    return sorted(str(path.relative_to(PAGES)) for path in PAGES.rglob("*.html") if path.name != SHOWCASE)


@pytest.mark.parametrize("page", pages())
def test_a_page_says_nothing_past_translation(page: str) -> None:
    found = [f"line {number}: {word}" for number, word in bare_words((PAGES / page).read_text("utf-8"))]
    assert not found


@pytest.mark.parametrize("page", pages())
def test_an_expression_of_a_page_says_nothing_past_translation(page: str) -> None:
    assert not list(bare_strings((PAGES / page).read_text("utf-8")))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>Слово</p>", ["Слово"]),
        ('<p title="Слово">{{ _("Другое") }}</p>', ["Слово"]),
        ("{# Слово #}<!-- Слово -->{% trans %}Слово{% endtrans %}{{ _('Слово') }}", []),
        ("<a>Согласовано</a>", []),
        ("{{ _('Есть') }}\n{%- if x -%}\n нет{% endif %}", ["нет"]),
    ],
)
def test_bare_words_are_told_from_translated_ones(source: str, words: list[str]) -> None:
    assert [word for _line, word in bare_words(source)] == words


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ ui.flag('Слово', \"warning\") }}", ["Слово"]),
        ("{{ ui.flag(_('Слово')) }}{{ pgettext('Слово') }}", []),
        ('{% set mark = "за" %}{# Слово #}', []),
        ('{{ _("Слово %(n)s", n="Другое") }}', ["Другое"]),
    ],
)
def test_bare_strings_are_told_from_translated_ones(source: str, words: list[str]) -> None:
    assert list(bare_strings(source)) == words


def test_there_are_pages_to_look_at() -> None:
    assert len(pages()) > 30
