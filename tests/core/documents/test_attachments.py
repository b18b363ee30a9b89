"""Files people bring: proven by their bytes; nothing that could run or be shown as a page is kept."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest
from apiflask import APIFlask

from core.documents import attachments
from core.documents.attachments import Upload, check, clean_name
from core.documents.downloads import given
from core.errors import NotValid

TYPES = "[Content_Types].xml"


def a_zip(parts: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return buffer.getvalue()


WORD = {TYPES: "<Types/>", "word/document.xml": "<w:document/>"}
SHEET = {TYPES: "<Types/>", "xl/workbook.xml": "<workbook/>"}

GOOD = {
    "приказ.pdf": b"%PDF-1.7\n%%EOF",
    "ПРИКАЗ.DOCX": a_zip(WORD),
    "план.xlsx": a_zip(SHEET),
    "папка.zip": a_zip({"письмо.pdf": b"%PDF-1.4"}),
    "скан.png": b"\x89PNG\r\n\x1a\n0000",
    "скан.jpg": b"\xff\xd8\xff\xe0",
    "письмо.txt": "Срок < 5 дней, объём > 3".encode(),
    "письмо 1251.txt": "Срок исполнения".encode("cp1251"),
    "список.csv": "№;Мероприятие\n1;Дни <открытых> дверей".encode("utf-8-sig"),
    "список 16.csv": "№;Мероприятие".encode("utf-16"),
    "данные.xml": '<?xml version="1.0"?><plan><title>План</title></plan>'.encode(),
    "подпись.sig": b"\x30\x82\x01\x00",
    "подпись.p7s": b"-----BEGIN PKCS7-----\nMII",
}
BAD = {
    "программа под видом текста.txt": b"MZ\x90\x00\x03",
    "сценарий.txt": b"#!/bin/sh\nrm -rf /",
    "программа.csv": b"\x7fELF\x02",
    "страница.txt": b"<!DOCTYPE html><html><script>alert(1)</script>",
    "страница не сначала.csv": b"a;b\n<script >alert(1)</script>",
    "рисунок.xml": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "страница.xml": b'<x:html xmlns:x="http://www.w3.org/1999/xhtml"/>',
    "бомба.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    "преобразование.xml": b'<a xmlns:t="http://www.w3.org/1999/XSL/Transform"/>',
    "страница 16.txt": "<html>".encode("utf-16"),
    "двоичное.txt": b"abc\x00def",
    "не архив.zip": b"PK\x03\x04 not a package",
    "не Word.docx": a_zip(SHEET),
    "не Excel.xlsx": a_zip({"письмо.pdf": b"%PDF-1.4"}),
    "макросы.docx": a_zip({**WORD, "word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}),
    "макросы 4.xlsx": a_zip({**SHEET, "xl/macrosheets/sheet1.xml": "<x/>"}),
    "переименован.docx": a_zip({**WORD, TYPES: "application/vnd.ms-word.document.macroEnabled.main+xml"}),
    "элементы.docx": a_zip({**WORD, "word/activeX/activeX1.xml": "<x/>"}),
    "папка.zip": a_zip({"вложение/Setup.EXE": b"MZ"}),
    "папка с точкой.zip": a_zip({"Setup.exe. ": b"MZ"}),
    "папка с потоком.zip": a_zip({"письмо.txt.exe::$DATA": b"MZ"}),
    "папка с двойным именем.zip": a_zip({"письмо.pdf.PIF": b"MZ"}),
    "папка со страницей.zip": a_zip({"index.html": "<html>"}),
    "папка с документом.zip": a_zip({"план.docm": b""}),
    "подпись.sig": b"PK\x03\x04",
    "подпись.p7s": b"<html>",
    "чужое.pdf": b"<html>",
    "скан.png": b"GIF89a",
    "страница.html": b"<html>",
    "рисунок.svg": b"<svg/>",
    "документ.docm": a_zip(WORD),
    "программа.exe": b"MZ",
    "без расширения": b"text",
    "пустой.txt": b"",
}


@pytest.mark.parametrize("name", GOOD)
def test_a_harmless_file_is_taken(app: APIFlask, name: str) -> None:
    with app.test_request_context():
        assert check(Upload(name, GOOD[name]))


@pytest.mark.parametrize("name", BAD)
def test_what_could_run_or_be_shown_as_a_page_is_refused_in_words(app: APIFlask, name: str) -> None:
    with app.test_request_context(), pytest.raises(NotValid) as refused:
        check(Upload(name, BAD[name]))
    assert list(refused.value.fields) == ["file"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("приказ\u202efdp.exe", "приказfdp.exe"),
        ("..\\..\\папка\\приказ.pdf", "приказ.pdf"),
        ("/etc/приказ\x00.pdf", "приказ.pdf"),
        ("при\nказ.pdf", "приказ.pdf"),
        ("длинное " * 60 + ".pdf", ("длинное " * 60)[:196] + ".pdf"),
    ],
)
def test_a_name_shows_what_it_is_and_leads_nowhere(name: str, kept: str) -> None:
    """Letters that turn the line round hide an ending; folders and control characters are taken out."""
    assert clean_name(name) == kept


def test_a_file_over_the_limit_is_refused_in_words(app: APIFlask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MOST_BYTES", 20)
    with app.test_request_context():
        check(Upload("приказ.pdf", b"%PDF-" + b"0" * 15))
        with pytest.raises(NotValid, match="больше 50 МБ"):
            check(Upload("приказ.pdf", b"%PDF-" + b"0" * 16))


def test_a_file_is_handed_over_and_never_shown(app: APIFlask) -> None:
    with app.test_request_context():
        answer = given(b"<svg/>", "схема «план».xml", "application/xml")
    headers = answer.headers
    assert headers["Content-Disposition"].startswith("attachment; ")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
