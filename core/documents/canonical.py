"""Documents room: whether two packages say the same: their files compared as canonical XML."""

from __future__ import annotations

from lxml import etree

from core.documents.package import members

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


def canonical(xml: bytes) -> bytes:
    """Exclusive canonical XML (W3C exc-c14n 1.0) of a file. Raises etree.XMLSyntaxError."""
    return etree.tostring(etree.fromstring(xml, _PARSER), method="c14n", exclusive=True, with_comments=False)


def differences(one: bytes, other: bytes) -> list[str]:
    """Names of the files in which two packages differ; a file that only one of them has differs. Empty: equal."""
    left, right = dict(members(one)), dict(members(other))
    names = sorted(left.keys() | right.keys())
    return [name for name in names if not _same(name, left.get(name), right.get(name))]


def _same(name: str, left: bytes | None, right: bytes | None) -> bool:
    if left is None or right is None or left == right:
        return left == right
    return name.endswith((".xml", ".rels")) and canonical(left) == canonical(right)
