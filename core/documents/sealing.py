"""Documents room: personal data sealed under a key of their own: erase the key, and they are gone everywhere.

AES-SIV (RFC 5297): the same key and bytes always give the same ciphertext, so that a document made twice, before and
after a kill, is one file in the store; there is no nonce to repeat by mistake.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from flask_babel import lazy_gettext as _l

from core.errors import NotFound

BITS = 512
MARK = b"SGL1"
FIELD = "$sealed"


def new_key() -> bytes:
    """A fresh key of one record: 64 random bytes."""
    return AESSIV.generate_key(BITS)


def seal(key: bytes, data: bytes, about: str) -> bytes:
    """`data` under `key`, bound to what it is `about`: it opens in no other place."""
    return MARK + AESSIV(key).encrypt(data, [about.encode()])


def unseal(key: bytes, sealed: bytes, about: str) -> bytes:
    """The bytes that were sealed. Raises NotFound where they were altered or belong elsewhere."""
    try:
        return AESSIV(key).decrypt(sealed.removeprefix(MARK), [about.encode()])
    except InvalidTag as error:
        raise NotFound(_l("Сведения повреждены: ключ к ним не подходит")) from error


def seal_json(key: bytes, value: Any, about: str) -> dict[str, Any]:
    """JSON as one sealed field, to be kept in a JSON column."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return {FIELD: base64.b64encode(seal(key, text.encode(), about)).decode()}


def unseal_json(key: bytes, sealed: Mapping[str, Any], about: str) -> Any:
    """What `seal_json` was given. Raises NotFound."""
    return json.loads(unseal(key, base64.b64decode(sealed[FIELD]), about))


def keyed(key: bytes, digest: str) -> str:
    """A hash that says nothing to who has no key, 64 hexadecimal digits."""
    return hmac.new(key, digest.encode(), "sha256").hexdigest()
