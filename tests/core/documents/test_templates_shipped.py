"""Every template that ships: built from its source, filled with its sample, refused without a required field."""

from __future__ import annotations

import copy
import datetime as dt
import io
import json
import re
from collections import deque
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import docx
import pytest
from docxtpl import DocxTemplate
from jinja2 import UndefinedError, meta

from core.documents.authoring.build import build_file, sources, template_of
from core.documents.authoring.package import members
from core.documents.clauses import document_text, read_clauses
from core.documents.linter import lint
from core.documents.profiles import PROFILES
from core.documents.render import render
from core.documents.sandbox import sandbox
from core.documents.template import Template, compile_template
from core.errors import NotValid

ROOT = Path(__file__).resolve().parents[3] / "templates" / "documents"
KINDS = {
    "agreements": ("cooperation", "mentoring_order", "network", "partnership", "practice", "supplementary", "target"),
    "roadmap": ("minutes", "plan", "plan_changes", "progress_report"),
    "signoffs": ("approval_sheet", "disagreement", "remarks_table"),
}
EVERY = [f"{room}/{kind}" for room, kinds in KINDS.items() for kind in kinds]
TYPES = {
    "text", "date", "int", "money", "enum", "bool", "list", "table", "party", "parties", "requisites", "person",
    "ref", "period",
}  # fmt: skip
LEFTOVERS = re.compile(r"«\s*»|\bNone\b|Undefined|\{\{|\}\}|\{%|%\}")
EP = {
    "certificate": "1a111aaa000000000011", "owner": "Кравцов Сергей Сергеевич",
    "valid_from": "2025-12-01", "valid_to": "2027-03-01",
}  # fmt: skip


@cache
def template(kind: str) -> Template:
    return compile_template((ROOT / f"{kind}.docx").read_bytes())


@cache
def catalogue(kind: str) -> dict[str, Any]:
    return dict(json.loads((ROOT / f"{kind}.fields.json").read_text(encoding="utf-8")))


@cache
def _sample(kind: str) -> dict[str, Any]:
    return dict(json.loads((ROOT / f"{kind}.sample.json").read_text(encoding="utf-8")))


def sample(kind: str) -> dict[str, Any]:
    return copy.deepcopy(_sample(kind))


def filled(kind: str, data: dict[str, Any]) -> str:
    return everything(render(template(kind), data).data)


def fill_parts(kind: str, data: dict[str, Any]) -> None:
    """The bare Jinja render of every part, without the engine's own look at the data."""
    for part in template(kind).parts:
        deque(part.code.root_render_func(part.code.new_context(data)), maxlen=0)


def everything(package: bytes) -> str:
    """The text of every part that a person sees, a line each paragraph."""
    parts = [xml.decode() for name, xml in members(package).items() if re.match(r"word/(document|header|footer)", name)]
    paragraphs = re.split(r"</w:p>", "".join(parts))
    return "\n".join(re.sub(r"<[^>]+>", "", paragraph.replace("<w:br/>", "\n")) for paragraph in paragraphs)


def paths(fields: list[dict[str, Any]], required: bool, under: str = "") -> Iterator[str]:
    """Dotted paths of the catalogue's fields; `[]` goes into the rows of a table. Nothing below what is optional."""
    optional = tuple(f"{under}{field['name']}." for field in fields if not field["required"])
    for field in fields:
        path = f"{under}{field['name']}"
        if field["required"] is required and not path.startswith(optional):
            yield path
        if field["required"]:
            yield from paths(field.get("columns", []), required, f"{path}[].")


def without(data: Any, path: str, value: Any = ...) -> bool:
    """Removes the field at `path`, in every row on the way, or sets it; says whether it was there."""
    head, _, rest = path.partition(".")
    name = head.removesuffix("[]")
    if not isinstance(data, dict) or name not in data:
        return False
    if not rest:
        if value is ...:
            del data[name]
        else:
            data[name] = value
        return True
    inner = data[name] if head.endswith("[]") else [data[name]]
    removed = [without(each, rest, value) for each in inner]
    return any(removed)


def test_these_kinds_ship() -> None:
    assert sorted(str(p.relative_to(ROOT)) for p in ROOT.rglob("*.docx")) == [f"{kind}.docx" for kind in sorted(EVERY)]


@pytest.mark.parametrize("source", sources(ROOT), ids=lambda p: p.name)
def test_the_shipped_file_is_the_build_of_its_source(source: Path) -> None:
    built = build_file(source)
    assert members(template_of(source).read_bytes()) == members(built)
    assert build_file(source) == built


@pytest.mark.parametrize("kind", EVERY)
def test_plain_docxtpl_fills_it_with_the_sample(kind: str) -> None:
    plain = DocxTemplate(ROOT / f"{kind}.docx")
    plain.render(sample(kind), sandbox(), autoescape=True)
    saved = io.BytesIO()
    plain.save(saved)
    text = everything(saved.getvalue())
    assert not LEFTOVERS.search(text)
    assert text == filled(kind, sample(kind))


@pytest.mark.parametrize("kind", EVERY)
def test_it_is_refused_without_any_one_of_its_required_fields(kind: str) -> None:
    asked = list(paths(catalogue(kind)["fields"], required=True))
    assert len(asked) > 4
    for path in asked:
        data = sample(kind)
        assert without(data, path), f"в образце нет поля {path}"
        with pytest.raises(UndefinedError):
            fill_parts(kind, data)
            pytest.fail(f"поле {path} не требуется шаблоном")


@pytest.mark.parametrize("kind", EVERY)
def test_an_absent_or_empty_required_field_is_named(kind: str) -> None:
    data = sample(kind)
    path = next(p for p in paths(catalogue(kind)["fields"], required=True) if "[" not in p and "." not in p)
    for value in (None, ...):
        without(data, path, value)
        with pytest.raises(NotValid, match=path):
            render(template(kind), data)


def every_field(fields: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for field in fields:
        yield field
        yield from every_field(field.get("columns", []))


@pytest.mark.parametrize("value", [..., None], ids=["absent", "none"])
@pytest.mark.parametrize("kind", EVERY)
def test_it_does_without_all_its_optional_fields(kind: str, value: Any) -> None:
    data = sample(kind)
    conditional = {field["name"] for field in every_field(catalogue(kind)["fields"]) if "when" in field}
    for path in paths(catalogue(kind)["fields"], required=False):
        if path.rpartition(".")[2] not in conditional:
            without(data, path, value)
    text = filled(kind, data)
    assert not LEFTOVERS.search(text)
    assert "код проверки" not in text


@pytest.mark.parametrize("kind", EVERY)
def test_the_linter_finds_nothing_in_its_own_profile(kind: str) -> None:
    made = render(template(kind), sample(kind)).data
    assert [str(finding) for finding in lint(made, PROFILES[catalogue(kind)["profile"]])] == []


@pytest.mark.parametrize("kind", EVERY)
def test_it_is_compiled_without_the_slow_path(kind: str) -> None:
    assert render(template(kind), sample(kind)).tier == "compiled"


@pytest.mark.parametrize("kind", EVERY)
def test_every_field_it_uses_is_offered_by_the_catalogue(kind: str) -> None:
    offered = {re.split(r"[.\[]", field["name"])[0] for field in catalogue(kind)["fields"]}
    env = template(kind).env
    used = set().union(*(meta.find_undeclared_variables(env.parse(part.source)) for part in template(kind).parts))
    assert used - {"range"} <= offered


@pytest.mark.parametrize("kind", EVERY)
def test_the_catalogue_says_what_each_field_is(kind: str) -> None:
    told = catalogue(kind)
    assert told["kind"] == kind.split("/")[1]
    assert told["description"].endswith(".")
    names = [field["name"] for field in told["fields"]]
    assert len(names) == len(set(names))
    for field in every_field(told["fields"]):
        assert field["label"]
        assert field["type"] in TYPES
        assert field["type"] != "enum" or all(choice["value"] and choice["label"] for choice in field["choices"])
        assert field["type"] not in ("table", "parties", "requisites") or field["columns"]


@pytest.mark.parametrize("kind", EVERY)
def test_legal_bases_carry_their_dates(kind: str) -> None:
    assert catalogue(kind)["legal_basis"]
    for basis in catalogue(kind)["legal_basis"]:
        start = dt.date.fromisoformat(basis["valid_from"])
        assert basis["title"]
        assert basis["valid_to"] is None or dt.date.fromisoformat(basis["valid_to"]) > start


@pytest.mark.parametrize(
    ("kind", "warning"),
    [("target", "№ 555"), ("practice", "сверить"), ("network", "получен не был"), ("partnership", "сверить")],
)
def test_a_standard_form_that_could_not_be_had_is_admitted(kind: str, warning: str) -> None:
    assert warning in catalogue(f"agreements/{kind}")["description"]


@pytest.mark.parametrize("kind", EVERY)
def test_the_template_itself_holds_no_sample_text(kind: str) -> None:
    assert "образец" not in everything((ROOT / f"{kind}.docx").read_bytes()).lower()


def test_the_preamble_of_the_cooperation_agreement() -> None:
    text = " ".join(filled("agreements/cooperation", sample("agreements/cooperation")).replace("\xa0", " ").split())
    assert (
        "Министерство просвещения Российской Федерации, именуемое в дальнейшем «Министерство», в лице Министра "
        "просвещения Российской Федерации Кравцова Сергея Сергеевича, действующего на основании Положения о "
        "Министерстве просвещения Российской Федерации"
    ) in text
    assert "«Ростех», именуемая в дальнейшем «Корпорация», в лице Генерального директора Чемезова Сергея" in text
    assert "составлено в 2 (двух) экземплярах" in text


def test_the_cooperation_agreement_has_its_sections_and_clauses() -> None:
    kind = "agreements/cooperation"
    clauses = read_clauses(render(template(kind), sample(kind)).data)
    sections = [clause["text"] for clause in clauses if clause["level"] == 1]
    assert ["Преамбула", *sections] == catalogue(kind)["sections"]
    assert 35 <= sum(clause["level"] == 2 for clause in clauses) <= 50


@pytest.mark.parametrize("kind", ["partnership", "target", "practice", "network"])
def test_contracts_have_the_sections_of_their_catalogue(kind: str) -> None:
    made = render(template(f"agreements/{kind}"), sample(f"agreements/{kind}")).data
    sections = [clause["text"] for clause in read_clauses(made) if clause["level"] == 1]
    assert ["Преамбула", *sections] == catalogue(f"agreements/{kind}")["sections"]


def test_before_registration_number_and_date_are_blank_lines() -> None:
    data = sample("agreements/cooperation")
    del data["number"], data["date"]
    text = filled("agreements/cooperation", data).replace("\xa0", " ")
    assert "СОГЛАШЕНИЕ № ____________" in text
    assert "«___» ______________ 20___ г." in text


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ({"term_type": "years", "term_years": 5}, "действует в течение 5 (пяти) лет"),
        ({"term_type": "until", "term_until": "2031-04-15"}, "действует по 15 апреля 2031 г. включительно"),
        ({"term_type": "indefinite"}, "действует бессрочно"),
    ],
)
def test_the_term_follows_the_choice(term: dict[str, Any], words: str) -> None:
    data = {key: value for key, value in sample("agreements/cooperation").items() if not key.startswith("term_")}
    assert words in filled("agreements/cooperation", data | term).replace("\xa0", " ")


@pytest.mark.parametrize("term", ["until", "years"])
def test_a_field_needed_by_a_choice_is_required_with_it(term: str) -> None:
    data = {key: value for key, value in sample("agreements/cooperation").items() if not key.startswith("term_")}
    with pytest.raises(NotValid):
        render(template("agreements/cooperation"), data | {"term_type": term})


def test_an_external_signature_takes_the_place_of_the_line() -> None:
    data = sample("agreements/cooperation")
    data["a"]["ep"] = EP
    text = filled("agreements/cooperation", data)
    assert "ДОКУМЕНТ ПОДПИСАН ЭЛЕКТРОННОЙ ПОДПИСЬЮ" in text
    assert "Сертификат 1a111aaa000000000011" in text
    assert "Действителен с 01.12.2025 по 01.03.2027" in text
    assert "____________________ С.С." not in text.replace("\xa0", " ")
    assert "____________________ С.В. Чемезов" in text.replace("\xa0", " ")


def test_names_with_special_signs_and_of_any_length_come_out_as_they_are() -> None:
    data = sample("agreements/cooperation")
    name = "АО «Рога & копыта» <2> 'и' компаньоны " + "очень длинное наименование " * 10
    data["b"]["full_name"] = name
    assert name in document_text(render(template("agreements/cooperation"), data).data)


@pytest.mark.parametrize("count", [2, 3, 15])
def test_a_partnership_takes_from_two_to_fifteen_parties(count: int) -> None:
    data = sample("agreements/partnership")
    data["parties"] = [data["parties"][n % 5] | {"alias": f"Участник-{n}"} for n in range(count)]
    text = filled("agreements/partnership", data)
    assert all(text.count(f"Участник-{n}") >= 2 for n in range(count))
    assert lint(render(template("agreements/partnership"), data).data) == []


def test_a_supplementary_agreement_takes_a_third_party() -> None:
    data = sample("agreements/supplementary")
    data["others"] = [sample("agreements/partnership")["parties"][2]]
    text = filled("agreements/supplementary", data)
    assert "с первой стороны" in text
    assert "с одной стороны" not in text
    assert text.count("Людиновский индустриальный техникум") == 2


def test_a_disagreement_of_more_than_two_names_whose_wording_is_whose() -> None:
    data = sample("signoffs/disagreement")
    parties = sample("agreements/partnership")["parties"]
    data["others"] = [parties[n] | {"alias": f"Участник-{n}", "ordinal_ins": f"с {n}-й стороны"} for n in range(2, 5)]
    for row in data["rows"]:
        row |= {"project": "Как в проекте.", "sides": ["«Участник-3»: иначе.", "«Корпорация»: совсем иначе."]}
    text = filled("signoffs/disagreement", data)
    assert "Редакция проекта" in text
    assert "Редакция Стороны" in text
    assert "с первой стороны" in text
    assert "«Участник-3»: иначе." in text
    assert all(text.count(f"Участник-{n}") >= 2 for n in (2, 3, 4))
    assert lint(render(template("signoffs/disagreement"), data).data) == []


def test_a_supplementary_agreement_words_each_kind_of_change() -> None:
    text = filled("agreements/supplementary", sample("agreements/supplementary")).replace("\xa0", " ")
    assert "Пункт 2.1 изложить в следующей редакции: «2.1. Целью" in text
    assert "Дополнить Соглашение пунктом 4.5 следующего содержания: «4.5." in text
    assert "Пункт 3.6 исключить." in text


def test_an_excluded_item_keeps_its_number_in_the_plan() -> None:
    data = sample("roadmap/plan")
    data["sections"][0]["rows"][1] = {"number": "1.2", "excluded": True}
    paper = docx.Document(io.BytesIO(render(template("roadmap/plan"), data).data))
    rows = [[cell.text for cell in row.cells] for row in paper.tables[1].rows]
    assert ["1.2", *["Исключён"] * 7] in rows


def test_a_voided_visa_says_so_on_the_approval_sheet() -> None:
    data = sample("signoffs/approval_sheet")
    voided = sum(bool(row.get("voided")) for r in data["rounds"] for side in r["sides"] for row in side["rows"])
    paper = docx.Document(io.BytesIO(render(template("signoffs/approval_sheet"), data).data))
    cells = [row.cells[6].text for table in paper.tables[1:3] for row in table.rows]
    assert voided == sum("утратила силу" in cell for cell in cells) > 0


def test_page_numbers_begin_on_the_second_page_and_the_qr_code_has_its_place() -> None:
    for kind in EVERY:
        section = docx.Document(ROOT / f"{kind}.docx").sections[0]
        assert section.different_first_page_header_footer
        assert "PAGE" in section.header._element.xml
        assert "PAGE" not in section.first_page_header._element.xml
        assert 'w:name="qr_code"' in section.first_page_footer._element.xml
