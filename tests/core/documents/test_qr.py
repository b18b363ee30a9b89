"""The QR code: readable, in the marked place, the same bytes always, never off the compiled way."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import docx
import pytest
import segno

from core.documents import kinds, qr
from core.documents.examination import sample
from core.documents.issuing import content, issue
from core.documents.package import DEFLATERS, ISAL, ZLIB, assemble, member, members
from core.documents.producing import with_place
from core.documents.render import render
from core.documents.template import compile_template
from tests.core.documents.conftest import KINDS, an_order

URL = "https://soglasovano.example.org/verify?code=K7QX-4MPD-2HRT"
EVERY = sorted(kinds.FOLDER.rglob("*.docx"))
SHIPPED = KINDS[0].template_path.read_bytes()


@pytest.fixture(autouse=True)
def known_kinds() -> None:
    """The kinds, as the joined rooms register them."""
    for kind in KINDS:
        kinds.register(kind)


def modules(png: bytes) -> list[list[int]]:
    """The modules of a code, read off the dots of its picture without the quiet zone."""
    width, height = struct.unpack(">2L", png[16:24])
    length = struct.unpack(">L", png[33:37])[0]
    raw = zlib.decompress(png[41 : 41 + length])
    line = (width + 7) // 8 + 1
    dots = [
        bin(int.from_bytes(raw[y * line + 1 : (y + 1) * line], "big"))[2:].zfill(8 * (line - 1)) for y in range(height)
    ]
    middle = range(4 * 6 + 3, height - 4 * 6, 6)
    return [[1 - int(dots[y][x]) for x in middle] for y in middle]


def test_the_picture_is_the_code_of_its_text() -> None:
    code = segno.make(URL, error="m", micro=False, boost_error=False, mask=3)
    assert modules(qr.png(URL)) == [list(row) for row in code.matrix]


def test_the_picture_has_its_quiet_zone() -> None:
    png = qr.png(URL)
    width = struct.unpack(">L", png[16:20])[0]
    length = struct.unpack(">L", png[33:37])[0]
    raw = zlib.decompress(png[41 : 41 + length])
    line = (width + 7) // 8 + 1
    assert all(set(raw[y * line + 1 : (y + 1) * line]) == {255} for y in range(4 * 6))


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.stem)
def test_every_shipped_template_takes_the_code_on_the_compiled_way(path: Path) -> None:
    placed = with_place(path.read_bytes(), "gost-2025")
    plain = render(compile_template(path.read_bytes()), kinds.Kind(path.stem, path.parent.name, "").sample())
    rendered = render(compile_template(placed), kinds.Kind(path.stem, path.parent.name, "").sample())
    assert rendered.tier == plain.tier
    stamped = qr.stamp(rendered.data, URL, ZLIB)
    assert dict(members(stamped))[qr.MEDIA] == qr.png(URL)
    assert docx.Document(io.BytesIO(stamped)).sections


def test_the_picture_stands_in_the_footer_of_the_first_sheet() -> None:
    document = docx.Document(io.BytesIO(qr.placed(SHIPPED)))
    footer = document.sections[0].first_page_footer
    blips = footer._element.xpath(".//a:blip/@r:embed")
    assert [footer.part.related_parts[name].blob[:4] for name in blips] == [b"\x89PNG"]
    extent = footer._element.xpath(".//wp:extent/@cx")
    assert [int(value) for value in extent] == [qr.MILLIMETRES * 36_000]


@pytest.mark.parametrize("deflater", DEFLATERS.values(), ids=lambda deflater: deflater.name)
def test_stamping_changes_the_picture_and_nothing_else(deflater: Any) -> None:
    rendered = sample(SHIPPED, "cooperation", "gost-2025")
    stamped = qr.stamp(rendered, URL, deflater)
    assert qr.stamp(rendered, URL, deflater) == stamped
    with zipfile.ZipFile(io.BytesIO(stamped)) as archive:
        assert archive.testzip() is None
    before, after = dict(members(rendered)), dict(members(stamped))
    assert list(before) == list(after)
    assert [name for name in before if before[name] != after[name]] == [qr.MEDIA]


def test_a_profile_without_the_code_gets_none() -> None:
    assert with_place(SHIPPED, "gost-2016") == SHIPPED
    rendered = sample(SHIPPED, "cooperation", "gost-2016")
    assert qr.stamp(rendered, URL, ISAL) == rendered


def test_a_template_without_a_place_stays_as_it_is() -> None:
    paper = docx.Document()
    paper.add_paragraph("Текст")
    out = io.BytesIO()
    paper.save(out)
    assert not qr.has_place(out.getvalue())
    assert qr.placed(out.getvalue()) == out.getvalue()


def test_a_bookmark_that_word_set_before_its_paragraph_is_a_place_too() -> None:
    name = "word/footer2.xml"
    files = dict(members(SHIPPED))
    mark = '<w:bookmarkStart w:id="1" w:name="qr_code"/>'
    text = files[name].decode()
    assert mark in text
    head, tail = text.replace(mark, "").rsplit("<w:p>", 1)
    files[name] = f"{head}{mark}<w:p>{tail}".encode()
    moved = assemble([member(each, data, ZLIB.compress) for each, data in files.items()])
    assert qr.MEDIA in dict(members(qr.placed(moved)))


@pytest.mark.usefixtures("shipped")
def test_an_issued_document_carries_the_address_of_its_own_verification(db_session: Any, app: Any) -> None:
    app.config["PUBLIC_URL"] = "https://soglasovano.example.org/"
    for kind in ("cooperation", "target"):
        document = issue(an_order(kind))
        picture = dict(members(content(document)))[qr.MEDIA]
        assert picture == qr.png(f"https://soglasovano.example.org/verify?code={document.code}")
