"""Documents room: the bytes of a document from its template and data: the same way when issued, shown and proven."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.documents import qr
from core.documents.cache import compiled
from core.documents.clauses import put_clauses
from core.documents.models import DocumentTemplate
from core.documents.package import ZLIB, Deflater
from core.documents.profiles import DEFAULT, PROFILES
from core.documents.render import render
from core.documents.snapshots import from_json
from core.store import files


def produce(
    template: DocumentTemplate, snapshot: Mapping[str, Any], clauses: Sequence[Mapping[str, Any]] | None,
    deflater: Deflater = ZLIB,
) -> tuple[bytes, str]:  # fmt: skip
    """The bytes of a document from its template and data: always the same for the same engine."""
    source = files().get(template.sha256)
    rendered = render(compiled(with_place(source, template.profile)), from_json(snapshot), deflater)
    return finished(rendered.data, snapshot, clauses, deflater), rendered.engine


def with_place(source: bytes, profile: str) -> bytes:
    """The template as it is rendered: with the picture of the QR code where its profile wants one."""
    wanted = PROFILES.get(profile, DEFAULT).qr_place != "none"
    return qr.placed(source) if wanted else source


def finished(
    rendered: bytes, snapshot: Mapping[str, Any], clauses: Sequence[Mapping[str, Any]] | None, deflater: Deflater
) -> bytes:
    """What follows the rendering: the text that was agreed, the QR code."""
    made = rendered if clauses is None else put_clauses(rendered, list(clauses))
    url = (snapshot.get("doc") or {}).get("verify_url")
    return qr.stamp(made, str(url), deflater) if url else made
