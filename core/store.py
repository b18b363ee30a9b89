"""Files under the SHA-256 of their bytes: create-only, one narrow door (a folder now, an object store later)."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import BinaryIO

from flask import current_app
from flask_babel import lazy_gettext as _l

from core.errors import NotFound


def digest(content: bytes) -> str:
    """SHA-256 of `content`, 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


class Store:
    """Content-addressed files in a folder that no web server serves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _path(self, sha256: str) -> Path:
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise NotFound(_l("Файл не найден"))
        return self.folder / sha256[:2] / sha256

    def put(self, content: bytes) -> str:
        """Keep `content`; returns its SHA-256. Putting the same bytes again changes nothing."""
        sha256 = digest(content)
        path = self._path(sha256)
        if path.exists():
            return sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes kept under `sha256`. Raises NotFound when absent or when the bytes were altered on disk."""
        path = self._path(sha256)
        if not path.exists():
            raise NotFound(_l("Файл не найден"))
        content = path.read_bytes()
        if digest(content) != sha256:
            raise NotFound(_l("Файл повреждён: контрольная сумма не совпадает"))
        return content

    def open(self, sha256: str) -> BinaryIO:
        """A reader over the bytes, for streaming. Raises NotFound when absent."""
        path = self._path(sha256)
        if not path.exists():
            raise NotFound(_l("Файл не найден"))
        return path.open("rb")

    def has(self, sha256: str) -> bool:
        return self._path(sha256).exists()


def files() -> Store:
    """The store of the running application."""
    store: Store = current_app.extensions["soglasovano.store"]
    return store
