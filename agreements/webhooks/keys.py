"""Keys of signatures at rest: sealed under the service's SECRET_KEY; the database alone opens none of them."""

from __future__ import annotations

import base64
import secrets

from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

from core.documents import sealing
from core.errors import NotFound

SEALED = "sealed:"
BYTES = 64


def fresh() -> str:
    """A new key, as it is shown to the person once."""
    return secrets.token_urlsafe(32)


def kept(secret: str, organisation_id: int) -> str:
    """How a key stands in the database: it opens for its organisation's webhooks only."""
    sealed = sealing.seal(_key(current_app.config["SECRET_KEY"]), secret.encode(), _about(organisation_id))
    return SEALED + base64.b64encode(sealed).decode()


def opened(stored: str, organisation_id: int) -> str:
    """The key itself. Raises NotFound where SECRET_KEY (and SECRET_KEY_FALLBACKS) is another one."""
    sealed = base64.b64decode(stored.removeprefix(SEALED))
    tried = [current_app.config["SECRET_KEY"], *(current_app.config.get("SECRET_KEY_FALLBACKS") or ())]
    for secret_key in tried[:-1]:
        try:
            return sealing.unseal(_key(secret_key), sealed, _about(organisation_id)).decode()
        except NotFound:
            continue
    return sealing.unseal(_key(tried[-1]), sealed, _about(organisation_id)).decode()


def _about(organisation_id: int) -> str:
    return f"agreement_webhook:{organisation_id}"


def _key(secret_key: str | bytes) -> bytes:
    material = secret_key if isinstance(secret_key, bytes) else secret_key.encode()
    return HKDF(SHA512(), BYTES, None, b"soglasovano webhook keys").derive(material)
