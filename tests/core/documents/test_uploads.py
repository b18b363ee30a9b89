"""Uploads: every way of smuggling something in a DOCX is refused with its reason, in bounded memory."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from docx import Document

from core.documents import uploads
from core.documents.package import members
from core.errors import NotValid
from tests.core.documents import papers

ROOT = Path(__file__).parents[3]
PLAIN = papers.a_paper("Обычный документ {{ number }}")
XML = papers.part(PLAIN).decode()
RELS = papers.part(PLAIN, "word/_rels/document.xml.rels").decode()
TYPES = papers.part(PLAIN, "[Content_Types].xml").decode()
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def refused(data: bytes, name: str = "шаблон.docx") -> str:
    with pytest.raises(NotValid) as caught:
        uploads.check(data, name)
    assert "file" in caught.value.fields
    return str(caught.value)


def with_file(name: str, content: bytes = b"x") -> bytes:
    return papers.zipped({**dict(members(PLAIN)), name: content})


def with_relation(kind: str, target: str, mode: str = "External", office: str = OFFICE) -> bytes:
    relation = (
        f'<Relationship Id="rId900" Type="{office}/{kind}" Target="{target}" TargetMode="{mode}"/></Relationships>'
    )
    return with_file("word/_rels/document.xml.rels", RELS.replace("</Relationships>", relation).encode())


def with_xml(inside: str, start: str = "") -> bytes:
    return with_file("word/document.xml", (start + XML.replace("<w:body>", f"<w:body>{inside}", 1)).encode())


def a_field(*pieces: str, begin: str = "") -> str:
    runs = "".join(f'<w:r><w:instrText xml:space="preserve">{piece}</w:instrText></w:r>' for piece in pieces)
    start, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    return f"<w:p>{start}{begin}{runs}{end}</w:p>"


def test_ordinary_documents_pass() -> None:
    uploads.check(PLAIN, "Соглашение.DOCX")
    uploads.check(with_relation("hyperlink", "https://example.org/реестр"), "a.docx")
    uploads.check(with_relation("hyperlink", "mailto:a@example.org"), "a.docx")
    uploads.check(with_xml(a_field(" PA", "GE ") + a_field(' HYPERLINK "https://example.org" ')), "a.docx")
    big = Document()
    for number in range(3000):
        big.add_paragraph(f"Пункт {number}")
    uploads.check(papers.saved(big), "большой.docx")


def test_templates_that_ship_pass() -> None:
    shipped = list((ROOT / "templates" / "documents").glob("*/*.docx"))
    assert shipped
    for path in shipped:
        uploads.check(path.read_bytes(), path.name)


@pytest.mark.parametrize("name", ["a.docm", "a.doc", "a.dotx", "a.exe", "a.docx.exe"])
def test_other_kinds_of_files_are_refused_by_name(name: str) -> None:
    assert ".docx" in refused(PLAIN, name)


def test_macros_are_refused() -> None:
    assert "макрос" in refused(with_file("word/vbaProject.bin"))
    enabled = TYPES.replace(
        "openxmlformats-officedocument.wordprocessingml.document.main+xml", "ms-word.document.macroEnabled.main+xml"
    )
    assert "макрос" in refused(with_file("[Content_Types].xml", enabled.encode()))
    assert "макрос" in refused(
        with_relation("vbaProject", "x", "Internal", "http://schemas.microsoft.com/office/2006/relationships")
    )


@pytest.mark.parametrize(
    ("kind", "target", "reason"),
    [
        ("attachedTemplate", "https://evil.example/t.dotm", "присоединённый шаблон"),
        ("image", "https://evil.example/pixel.png", "внешняя связь"),
        ("image", "file:////evil/share/x.png", "внешняя связь"),
        ("oleObject", "https://evil.example/x", "OLE"),
        ("frame", "https://evil.example/x", "рамка"),
        ("subDocument", "file:///etc/passwd", "вложенный"),
        ("hyperlink", "file:///etc/passwd", "недопустимым адресом"),
        ("hyperlink", "javascript:alert(1)", "недопустимым адресом"),
        ("settings", "https://evil.example/x", "внешняя связь"),
    ],
)  # fmt: skip
def test_external_relationships_are_refused(kind: str, target: str, reason: str) -> None:
    assert reason in refused(with_relation(kind, target))


@pytest.mark.parametrize("kind", ["oleObject", "aFChunk", "package", "control"])
def test_embedded_things_are_refused_by_their_relationship(kind: str) -> None:
    assert refused(with_relation(kind, "x.docx", "Internal"))


@pytest.mark.parametrize("target", ["../../../../etc/passwd", "file:///etc/passwd", "//evil/x"])
def test_internal_relationships_stay_inside(target: str) -> None:
    assert "наружу" in refused(with_relation("image", target, "Internal"))


@pytest.mark.parametrize(
    "tag", ["<w:altChunk/>", "<w:p><w:r><w:object/></w:r></w:p>", "<w:subDoc/>", "<w:p><w:r><w:control/></w:r></w:p>"]
)
def test_chunks_and_objects_are_refused(tag: str) -> None:
    assert refused(with_xml(tag))


@pytest.mark.parametrize(
    "field",
    [
        a_field('INCLUDETEXT "C:\\\\secret.txt"'), a_field(" INCLUDE", 'PICTURE "https://evil.example/x.png" '),
        a_field("DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe"), a_field("dde cmd"), a_field("LINK Excel.Sheet"),
        '<w:p><w:fldSimple w:instr=" IMPORT x "/></w:p>',
        a_field("DE", begin='<w:r><w:fldChar w:fldCharType="begin"/></w:r>'),
    ],
)  # fmt: skip
def test_fields_that_reach_outside_are_refused(field: str) -> None:
    assert "пол" in refused(with_xml(field))


@pytest.mark.parametrize(
    "start",
    ['<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', '<!DOCTYPE x SYSTEM "https://evil.example/x.dtd">'],
)
@pytest.mark.parametrize(
    "name",
    [
        "word/document.xml",
        "docProps/core.xml",
        "word/_rels/document.xml.rels",
        "[Content_Types].xml",
        "customXml/item1.xml",
    ],
)
def test_dtd_and_entities_are_refused_everywhere(start: str, name: str) -> None:
    xml = dict(members(PLAIN)).get(name, b"<a/>").decode()
    declaration, found, rest = xml.partition("?>")
    content = f"{declaration}{found}{start}{rest}" if found else start + xml
    assert "DTD" in refused(with_file(name, content.encode()))


def test_other_encodings_cannot_hide_entities() -> None:
    hidden = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'
    assert "кодировка" in refused(with_file("word/settings.xml", hidden.encode("utf-16")))
    odd = '<?xml version="1.0" encoding="windows-1251"?><a>я</a>'
    assert "кодировка" in refused(with_file("word/settings.xml", odd.encode("cp1251")))


@pytest.mark.parametrize(
    "name", ["../evil.xml", "/etc/passwd", "word/../../x.xml", "..\\evil.xml", "C:\\x.xml", "word\\x.xml"]
)
def test_names_that_lead_out_of_the_archive_are_refused(name: str) -> None:
    assert "за его пределы" in refused(with_file(name))


def test_programs_and_embedded_files_are_refused() -> None:
    for name in ("word/embeddings/book.xlsx", "word/x.exe", "word/activeX/activeX1.xml", "word/a.bin"):
        assert refused(with_file(name))


def test_two_files_with_one_name_are_refused() -> None:
    target = io.BytesIO(PLAIN)
    with zipfile.ZipFile(target, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("word/document.xml", "<a/>")
    assert "одним именем" in refused(target.getvalue())
    assert "одним именем" in refused(with_file("WORD/Document.xml"))


def test_encrypted_and_old_files_are_refused() -> None:
    assert "парол" in refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512)
    locked = bytearray(papers.zipped(dict(members(PLAIN))))
    at = locked.find(b"PK\1\2")
    locked[at + 8] |= 1
    assert "зашифрован" in refused(bytes(locked))


@pytest.mark.parametrize("data", [b"", b"PK", b"text", papers.zipped({"a.txt": b"x"}), PLAIN[:-30], PLAIN[:2000]])
def test_what_is_no_document_is_refused(data: bytes) -> None:
    assert refused(data)


def test_damaged_content_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members(PLAIN):
            archive.writestr(name, content)
    damaged = target.getvalue().replace("Обычный".encode(), "Обычныи".encode())
    assert "повреждён" in refused(damaged)


def test_xml_under_another_name_is_refused() -> None:
    types = TYPES.replace("/word/settings.xml", "/word/settings.txt")
    assert "чужим именем" in refused(with_file("[Content_Types].xml", types.encode()))


def test_bombs_are_refused() -> None:
    assert "бомб" in refused(with_file("word/media/a.png", bytes(60 * 2**20)))
    assert "МБ" in refused(papers.zipped({f"word/media/{n}.png": bytes(2**20) for n in range(101)}))
    assert "файлов" in refused(papers.zipped({f"word/{n}.xml": b"<a/>" for n in range(1001)}))
    assert "МБ" in refused(bytes(uploads.LARGEST_FILE + 1))


def test_sizes_that_the_archive_lies_about_do_not_help() -> None:
    bomb = bytearray(with_file("word/media/a.png", bytes(60 * 2**20)))
    for signature, place in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        at = bomb.rfind(b"word/media/a.png", 0, None if signature == b"PK\1\2" else bomb.find(b"PK\1\2"))
        head = bomb.rfind(signature, 0, at)
        bomb[head + place : head + place + 4] = (1000).to_bytes(4, "little")
    assert refused(bytes(bomb))


def test_overlapping_files_are_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.xml", "<a/>")
        archive.writestr("b.xml", "<b/>")
        archive.filelist[1].header_offset = archive.filelist[0].header_offset
    assert "накладываются" in refused(target.getvalue())


MEASURE = """
import resource, sys
from core.documents import uploads
from core.errors import NotValid
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
data = open(sys.argv[1], "rb").read()
try:
    uploads.check(data)
except NotValid:
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize("kind", ["zeros", "elements", "text"])
def test_memory_stays_bounded_whatever_is_unpacked(kind: str, tmp_path: Path) -> None:
    contents = {
        "zeros": ("word/media/a.png", bytes(600 * 2**20)),
        "elements": ("word/a.xml", b"<a>" + b"<b/>" * 7_000_000 + b"<!-- --></c>"),
        "text": ("word/a.xml", b"<a>" + b"x" * (200 * 2**20) + b"</a>"),
    }
    path = tmp_path / "bomb.docx"
    path.write_bytes(with_file(*contents[kind]))
    command = [sys.executable, "-c", MEASURE, str(path)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert int(answer) < 150
