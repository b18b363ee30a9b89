"""A ZIP that is the same bytes for the same members: stored, dateless, in order; so that any other byte is noticed."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import BinaryIO

EPOCH = (1980, 1, 1, 0, 0, 0)
CHUNK = 1 << 20


def write(target: BinaryIO, members: Iterable[tuple[str, bytes]]) -> None:
    """Write the members in their order. Office files and scans are compressed already."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path, content in members:
            info = zipfile.ZipInfo(path, EPOCH)
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, content)


def members(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """The members in their order. Raises BadZipFile where one cannot be read."""
    for info in archive.infolist():
        yield info.filename, archive.read(info)


def rewritten(archive: zipfile.ZipFile) -> str:
    """SHA-256 of the same members written anew."""
    buffer = io.BytesIO()
    write(buffer, members(archive))
    return hashlib.sha256(buffer.getbuffer()).hexdigest()


def digest_of(source: BinaryIO) -> str:
    """SHA-256 of a file, read in portions."""
    source.seek(0)
    found = hashlib.sha256()
    while chunk := source.read(CHUNK):
        found.update(chunk)
    return found.hexdigest()
