"""Documents room: DOCX packages as bytes: written the same way every time, hashed by bytes and by content."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import isal
from isal import isal_zlib

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_DATE = (1 << 5) | 1  # 1 January 1980, the first day a ZIP knows: the clock leaves no trace
_UTF8_NAME = 0x800


@dataclass(frozen=True)
class Deflater:
    """A way to compress: its build's name is part of what makes stored bytes reproducible."""

    name: str
    build: str
    compress: Callable[[bytes], bytes]


def _zlib_6(data: bytes) -> bytes:
    return zlib.compress(data, 6, wbits=-15)


def _isal_2(data: bytes) -> bytes:
    return isal_zlib.compress(data, 2, wbits=-15)


ZLIB = Deflater("zlib", f"zlib-{zlib.ZLIB_RUNTIME_VERSION}-6", _zlib_6)
ISAL = Deflater("isal", f"isal-{isal.ISAL_VERSION}-2+zlib-{zlib.ZLIB_RUNTIME_VERSION}", _isal_2)
DEFLATERS = {deflater.name: deflater for deflater in (ZLIB, ISAL)}


@dataclass(frozen=True)
class Member:
    """One file of a package, already compressed, with the two headers that name it (offset left at 0)."""

    name: str
    local: bytes
    packed: bytes
    central: bytes

    @cached_property
    def block(self) -> bytes:
        """Local header and packed data as they stand in the file."""
        return self.local + self.packed


def member(name: str, data: bytes, compress: Callable[[bytes], bytes]) -> Member:
    """A file under `name` with `data` compressed by `compress` (raw deflate)."""
    packed = compress(data)
    label = name.encode()
    common = (
        20, 0 if name.isascii() else _UTF8_NAME, 8, 0, _DATE,
        isal_zlib.crc32(data), len(packed), len(data), len(label), 0,
    )  # fmt: skip
    local = _LOCAL.pack(b"PK\3\4", *common) + label
    central = _CENTRAL.pack(b"PK\1\2", 20, *common, 0, 0, 0, 0, 0) + label
    return Member(name, local, packed, central)


def assemble(members: Sequence[Member]) -> bytes:
    """The ZIP of `members` in their order."""
    blocks: list[bytes] = []
    index: list[bytes] = []
    at = 0
    for each in members:
        block = each.block
        index.append(each.central[:42] + at.to_bytes(4, "little") + each.central[46:])
        blocks.append(block)
        at += len(block)
    directory = b"".join(index)
    end = _END.pack(b"PK\5\6", 0, 0, len(index), len(index), len(directory), at, 0)
    return b"".join((*blocks, directory, end))


def best(data: bytes) -> bytes:
    """Raw deflate at the highest level: for what is compressed once and used often."""
    return zlib.compress(data, 9, wbits=-15)


def members(package: bytes) -> list[tuple[str, bytes]]:
    """Names and uncompressed bytes of a package's files, in their order. Raises zipfile.BadZipFile."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist() if not info.is_dir()]


def sha256(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def content_sha256(package: bytes) -> str:
    """SHA-256 of the content, whatever compressed it.

    Taken of the lines «<sha256 of the uncompressed file>  <name>» sorted by name, each ended by a newline: what
    `sha256sum` prints for the unpacked files, so that anybody can check it without this service.
    """
    lines = sorted((name, sha256(data)) for name, data in members(package))
    return sha256("".join(f"{digest}  {name}\n" for name, digest in lines).encode())
