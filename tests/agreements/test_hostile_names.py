"""Names with markup letters, quotes and 300 letters come out of the Word file as they were typed."""

from __future__ import annotations

import io

import pytest
from apiflask import APIFlask
from docx import Document

from agreements import service
from agreements.demo import scenes
from agreements.demo.load import Company
from core.accounts.models import Organisation
from core.db import db, transaction
from core.documents.template import compile_template
from core.errors import NotValid

LONG = "Акционерное общество «Опытное производство " + "точных приборов и " * 14 + "механизмов»"
NAMES = (
    "ООО «Рога & копыта»",
    "АО <Завод> «Прогресс»",
    "ПАО «Имя с апострофом 'и' кавычками»",
    LONG[:300],
)


@pytest.mark.parametrize("name", NAMES)
def test_a_party_is_printed_under_the_name_it_has(app: APIFlask, company: Company, name: str) -> None:
    with app.app_context():
        with transaction():
            corporation = db.session.get_one(Organisation, company.organisations["corporation"])
            corporation.full_name = name
        agreement = service.create(scenes.cooperation(company, "Соглашение"), company.actor("m.coord"))
        opened = Document(io.BytesIO(service.live_view(agreement.id, company.actor("m.coord"))))
        text = "\n".join(paragraph.text for paragraph in opened.paragraphs).replace("\u00a0", " ")
        cells = "\n".join(c.text for t in opened.tables for r in t.rows for c in r.cells).replace("\u00a0", " ")
        assert f"{name}, именуемая в дальнейшем «Корпорация»" in text
        assert name in cells
        assert "Заключительные положения" in text


def test_a_template_that_reaches_outside_the_sandbox_is_refused_in_words() -> None:
    document = Document()
    document.add_paragraph("Стороны: {{ ''.__class__.__mro__ }}")
    file = io.BytesIO()
    document.save(file)
    with pytest.raises(NotValid, match="__class__"):
        compile_template(file.getvalue())
