"""The sandbox: what a template may not say is refused before it is run, wherever in the file it stands."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from docx.document import Document as Paper

from core.documents.render import render
from core.documents.template import compile_template
from core.errors import NotValid
from tests.core.documents import papers

ATTACKS = [
    "{{ ''.__class__.__mro__ }}",
    "{{ x['__class__'] }}",
    "{{ x|attr('__class__') }}",
    "{{ x|map(attribute='__class__')|list }}",
    "{{ x|map(attribute='a.__class__')|list }}",
    "{{ x|sort(attribute='_a') }}",
    "{{ _self }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ lipsum() }}",
    "{{ os.popen('id') }}",
    "{{ x.format(1) }}",
    "{{ self }}{{ self._TemplateReference__context }}",
    "{{ 9**9**9 }}",
    "{{ 'я' * 999999999 }}",
    "{{ '%0999999999d' % 1 }}",
    "{{ 'a' + 'b' }}",
    "{{ x|center(999999999) }}",
    "{{ x|replace('a', 'aa') }}",
    "{{ x|safe }}",
    "{{ x|batch(99999999)|list }}",
    "{% for i in range(1000000) %}x{% endfor %}",
    "{% for i in range(n) %}x{% endfor %}",
    "{% for i in range(999) %}{% for j in range(999) %}x{% endfor %}{% endfor %}",
    "{% for i in a recursive %}x{% endfor %}",
    "{% for a in x %}{% for b in x %}{% for c in x %}{% for d in x %}{% for e in x %}x" + "{% endfor %}" * 5,
    "{% for y in [x ~ x, x ~ x] %}{{ y }}{% endfor %}",
    "{% set a = x ~ x %}{% set b = a ~ a %}{{ b }}",
    "{% set a = [x, x] %}{% set b = [a, a] %}{{ b }}",
    "{% set a, b = x %}",
    "{% set ns.a = 1 %}",
    "{% set loop = 1 %}",
    "{% set a %}x{% endset %}",
    "{% macro m() %}x{% endmacro %}",
    "{% call m() %}x{% endcall %}",
    "{% include 'x' %}",
    "{% import 'x' as y %}",
    "{% from 'x' import y %}",
    "{% extends 'x' %}",
    "{% block b %}x{% endblock %}",
    "{% filter upper %}x{% endfilter %}",
    "{% autoescape false %}{{ x }}{% endautoescape %}",
    "{% with a = 1 %}{% endwith %}",
    "{{ x is callable }}",
    "{{ x|upper(*a) }}",
    "{{ x|nofilter }}",
    "{{ 99999999999999999999 }}",
    "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "{{ none }}",
    "{{ x",
    "{% if x %}",
    "{% endfor %}",
]


def in_header(attack: str) -> Callable[[Paper], None]:
    def build(paper: Paper) -> None:
        paper.sections[0].header.paragraphs[0].text = attack

    return build


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_the_language_does_not_have_is_refused(attack: str) -> None:
    with pytest.raises(NotValid):
        render(papers.a_template("начало", attack), {"x": "abc", "a": {}, "n": 10**9})


@pytest.mark.parametrize("attack", ["{{ ''.__class__.__mro__ }}", "{{ 9**9**9 }}"])
def test_the_refusal_names_the_expression_and_the_place(attack: str) -> None:
    with pytest.raises(NotValid) as caught:
        papers.a_template("начало", f"Второй абзац {attack}")
    told = str(caught.value)
    assert attack.strip("{ }") in told
    assert "текст документа, абзац 2" in told
    assert "Второй абзац" in told


def test_headers_footers_footnotes_and_properties_are_watched_too() -> None:
    attack = "{{ ''.__class__.__mro__ }}"

    def in_footer(paper: Paper) -> None:
        paper.sections[0].footer.paragraphs[0].text = attack

    def in_title(paper: Paper) -> None:
        paper.core_properties.title = attack

    hidden = {
        "верхний колонтитул": papers.a_paper("т", build=in_header(attack)),
        "нижний колонтитул": papers.a_paper("т", build=in_footer),
        "Название": papers.a_paper("т", build=in_title),
        "сноски": papers.with_footnotes(papers.a_paper("т"), attack.replace("'", "&apos;")),
    }
    for place, source in hidden.items():
        with pytest.raises(NotValid, match=place):
            compile_template(source, {})


def test_methods_of_values_cannot_be_reached() -> None:
    class Secret:
        def steal(self) -> str:
            return "украдено"

        __html__ = steal

    with pytest.raises(NotValid):
        render(papers.a_template("{{ x.steal }}"), {"x": Secret()})


def test_what_authors_need_is_allowed() -> None:
    template = papers.a_template(
        "{% set total = rows|sum(attribute='n') %}{{ total }} {{ rows|map(attribute='s')|join(', ') }}",
        "{{ a.n * 2 + 1 }} {{ 'да' if a.flag and not a.off else 'нет' }} {% for i in range(3) %}{{ i }}{% endfor %}",
        "{{ rows[0].s }} {{ rows|length }} {{ a['n'] }} {{ loop|default('—') }} {{ a.s ~ '!' }} {{ a.n > 1 }}",
        "{% for r in rows if r.n > 1 %}{{ loop.index }}{{ r.s }}{% else %}пусто{% endfor %}",
    )
    data = {"rows": [{"n": 1, "s": "а"}, {"n": 2, "s": "б"}], "a": {"n": 3, "flag": True, "off": False, "s": "в"}}
    assert papers.text_of(render(template, data).data) == ["3 а, б", "7 да 012", "а 2 3 — в! True", "1б"]
