"""Documents room: the QR code of a document: a picture of a fixed size placed in the template once, its bytes put into
each rendered file, so that the template itself stays on the compiled way."""

from __future__ import annotations

import struct
import zlib
from collections import OrderedDict
from threading import Lock

import segno
from lxml import etree

from core.documents.package import Deflater, Member, assemble, best, member, members, sha256
from core.documents.paragraphs import PARSER, Element, W

BOOKMARK = "qr_code"
"""The Word bookmark that marks the place."""
MEDIA = "word/media/qr_code.png"
MILLIMETRES = 20
_EMU = 36_000
_DOTS = 6
_QUIET = 4
_RELATION = "rIdQrCode"
_IMAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_DRAWING = (
    '<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<w:rPr><w:noProof/></w:rPr><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
    '<wp:extent cx="{size}" cy="{size}"/><wp:docPr id="900" name="QR" descr="QR-код для проверки документа"/>'
    '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
    '<pic:nvPicPr><pic:cNvPr id="900" name="QR"/><pic:cNvPicPr/></pic:nvPicPr>'
    '<pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
    '<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{size}" cy="{size}"/></a:xfrm>'
    '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
    "</wp:inline></w:drawing></w:r>"
)

_kept: OrderedDict[str, bytes] = OrderedDict()
_lock = Lock()
MOST_KEPT = 64


def png(text: str) -> bytes:
    """The QR code of `text`, level M, with its quiet zone: the same text gives the same bytes whatever compresses.

    The mask is fixed: choosing one costs five times the rest, and every reader reads them all.
    """
    code = segno.make(text, error="m", micro=False, boost_error=False, mask=3)
    side = (len(code.matrix) + 2 * _QUIET) * _DOTS
    white = _line("1" * side)
    lines = [white * _DOTS * _QUIET, *(_line(_dots(row)) * _DOTS for row in code.matrix), white * _DOTS * _QUIET]
    return _picture(lines, side)


def _picture(lines: list[bytes], side: int) -> bytes:
    """A square black-and-white PNG of these lines."""
    header = struct.pack(">2L5B", side, side, 1, 0, 0, 0, 0)
    image = _stored(b"".join(lines))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", image) + _chunk(b"IEND", b"")


def _dots(row: bytearray) -> str:
    """A row of modules as dots, black is 0."""
    quiet = "1" * _QUIET * _DOTS
    return quiet + "".join("0" * _DOTS if dark else "1" * _DOTS for dark in row) + quiet


def _line(dots: str) -> bytes:
    """A line of the picture: no filter, eight dots a byte."""
    bits = dots + "1" * (-len(dots) % 8)
    return b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")


def _stored(data: bytes) -> bytes:
    """A zlib stream that compresses nothing: its bytes depend on no library."""
    blocks = [data[at : at + 65_535] for at in range(0, len(data), 65_535)]
    packed = b"".join(
        bytes([number == len(blocks) - 1]) + struct.pack("<2H", len(block), len(block) ^ 0xFFFF) + block
        for number, block in enumerate(blocks)
    )
    return b"\x78\x01" + packed + struct.pack(">L", zlib.adler32(data))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + name + data + struct.pack(">L", zlib.crc32(name + data))


def has_place(template: bytes) -> bool:
    """Whether the author of the template has marked a place for the code."""
    return any(f'"{BOOKMARK}"'.encode() in data for name, data in members(template) if _is_text(name))


def placed(template: bytes) -> bytes:
    """The template with a picture in the marked place; as it was where there is none. Kept by its SHA-256."""
    key = sha256(template)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    made = _placed(template)
    with _lock:
        _kept[key] = made
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return made


def _is_text(name: str) -> bool:
    return name.startswith("word/") and name.endswith(".xml")


def _placed(template: bytes) -> bytes:
    files = dict(members(template))
    marked = [name for name, data in files.items() if _is_text(name) and f'"{BOOKMARK}"'.encode() in data]
    changed = {name: root for name in marked if (root := _with_picture(files[name])) is not None}
    if not changed:
        return template
    for name, xml in changed.items():
        files[name] = xml
        relations = _relations_of(name)
        files[relations] = _with_relation(files.get(relations))
    files["[Content_Types].xml"] = _with_png(files["[Content_Types].xml"])
    files[MEDIA] = _picture([_line("1")], 1)
    return assemble([member(name, data, best) for name, data in files.items()])


def _with_picture(xml: bytes) -> bytes | None:
    root = etree.fromstring(xml, PARSER)
    start: Element = next((mark for mark in root.iter(f"{W}bookmarkStart") if mark.get(f"{W}name") == BOOKMARK), None)
    if start is None:
        return None
    run = etree.fromstring(_DRAWING.format(size=MILLIMETRES * _EMU, relation=_RELATION))
    if start.getparent().tag == f"{W}p":
        start.addnext(run)
    else:  # Word puts a bookmark of a whole paragraph before it
        paragraph = next((after for after in start.itersiblings(f"{W}p")), None)
        if paragraph is None:
            return None
        paragraph.append(run)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _relations_of(name: str) -> str:
    folder, _, file = name.rpartition("/")
    return f"{folder}/_rels/{file}.rels"


def _with_relation(xml: bytes | None) -> bytes:
    root = etree.fromstring(xml, PARSER) if xml else etree.Element(f"{{{_RELATIONS}}}Relationships")
    etree.SubElement(root, f"{{{_RELATIONS}}}Relationship", Id=_RELATION, Type=_IMAGE, Target=f"/{MEDIA}")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _with_png(xml: bytes) -> bytes:
    root = etree.fromstring(xml, PARSER)
    if not any(kind.get("Extension", "").lower() == "png" for kind in root.iter(f"{{{_TYPES}}}Default")):
        root.insert(0, etree.Element(f"{{{_TYPES}}}Default", Extension="png", ContentType="image/png"))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def stamp(package: bytes, url: str, deflater: Deflater) -> bytes:
    """The document with the code of `url` in its picture; as it is where its template has no place for one."""
    found = _blocks(package)
    if all(each.name != MEDIA for each in found):
        return package
    code = member(MEDIA, png(url), deflater.compress)
    return assemble([code if each.name == MEDIA else each for each in found])


def _blocks(package: bytes) -> list[Member]:
    """The members of a package that `assemble` wrote, still compressed."""
    count, _size, at = struct.unpack("<H2L", package[-12:-2])
    found: list[Member] = []
    for _index in range(count):
        packed, name, extra, comment = struct.unpack("<L4x3H", package[at + 20 : at + 34])
        offset = int.from_bytes(package[at + 42 : at + 46], "little")
        end = at + 46 + name + extra + comment
        inner = struct.unpack("<2H", package[offset + 26 : offset + 30])
        data = offset + 30 + sum(inner)
        label = package[at + 46 : at + 46 + name].decode()
        found.append(Member(label, package[offset:data], package[data : data + packed], package[at:end]))
        at = end
    return found
