"""A program's POST is done once: repeated under the same Idempotency-Key it is answered as it was the first time.

A connection that breaks after the service has done its work leaves a program in doubt; with a key it may simply ask
again. Answers are kept for a day. A refused call is not kept: it may be mended and sent under the same key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from core import clock
from core.accounts.login import me
from core.accounts.models import ApiOnce
from core.db import db, transaction
from core.errors import NotNow, NotValid
from core.web.refusals import for_program

HEADER = "Idempotency-Key"
LONGEST_KEY = 200
LARGEST_ANSWER = 2**20
KEPT = timedelta(days=1)

View = TypeVar("View", bound=Callable[..., Any])


def answers_secret(view: View) -> View:
    """Declare that a view answers something shown once: it is not kept, a repeated call is told so."""
    view.answers_secret = True  # type: ignore[attr-defined]
    return view


def init_app(app: Flask) -> None:
    """After the guard: the key belongs to the person behind the token."""
    app.before_request(recall)
    app.after_request(remember)


def recall() -> Response | None:
    """The answer of the first call under this key; None where this is the first.

    Raises NotValid (another request under the same key), NotNow (the first is still running, or was cut off).
    """
    key = request.headers.get(HEADER, "").strip()
    if not key or request.method != "POST" or not for_program() or not current_user.is_authenticated:
        return None
    if len(key) > LONGEST_KEY:
        raise NotValid(_("Ключ длиннее %(n)s знаков", n=LONGEST_KEY), HEADER)
    asked = fingerprint()
    taken, kept = _begin(me().id or 0, key, asked)
    if taken:
        g.once = (me().id, key)
        return None
    if kept is not None and kept.fingerprint != asked:
        raise NotValid(_("Этот ключ уже использован для другого запроса"), HEADER)
    if kept is None or kept.status is None:
        raise NotNow(_("Запрос с этим ключом ещё выполняется или был прерван: проверьте, чем он закончился"))
    if kept.secret:
        raise NotNow(_("Запрос с этим ключом выполнен; его ответ показывают один раз"))
    answer = Response(kept.body, kept.status, mimetype=kept.media_type)
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def fingerprint() -> str:
    """SHA-256 of what is asked: the address and the body, but for the line between the parts of a form with a file:
    a program draws that anew every time it sends the same."""
    found = hashlib.sha256(request.full_path.encode())
    boundary = request.mimetype_params.get("boundary", "").encode()
    body = request.get_data(cache=True)
    found.update(body.replace(boundary, b"") if boundary else body)
    return found.hexdigest()


def _begin(person_id: int, key: str, asked: str) -> tuple[bool, ApiOnce | None]:
    """Whether the key was free and is taken now; if it was not, what is kept under it: None where the first call was
    refused this very moment. Two calls at once meet on the primary key: one of them is the first."""
    insert = pg_insert if db.engine.dialect.name == "postgresql" else sqlite_insert
    with transaction():
        outdated = (ApiOnce.person_id == person_id, ApiOnce.at < clock.now() - KEPT)
        db.session.execute(delete(ApiOnce).where(*outdated))
        row = {"person_id": person_id, "key": key, "fingerprint": asked, "at": clock.now()}
        taken = db.session.execute(
            insert(ApiOnce).values(**row).on_conflict_do_nothing().returning(ApiOnce.key)
        ).scalar_one_or_none()
        return taken is not None, None if taken is not None else _kept(person_id, key)


def _kept(person_id: int, key: str) -> ApiOnce | None:
    return db.session.get(ApiOnce, (person_id, key))


def forget() -> None:
    """What is past its day, of programs that came and went too: the table does not grow. Joins the caller's
    transaction."""
    db.session.execute(delete(ApiOnce).where(ApiOnce.at < clock.now() - KEPT))


def remember(answer: Response) -> Response:
    """Keep what the first call was answered; what was refused frees its key."""
    person_id, key = g.pop("once", (None, ""))
    if person_id is None:
        return answer
    mine = (ApiOnce.person_id == person_id, ApiOnce.key == key)
    done = 200 <= answer.status_code < 300
    view = current_app.view_functions.get(request.endpoint or "")
    secret = bool(getattr(view, "answers_secret", False)) or answer.is_streamed
    content = b"" if secret or not done else answer.get_data()
    secret = secret or len(content) > LARGEST_ANSWER
    kept = {"status": answer.status_code, "secret": secret, "media_type": answer.mimetype or ""}
    with transaction():
        if done:
            db.session.execute(update(ApiOnce).where(*mine).values(**kept, body=b"" if secret else content))
        else:
            db.session.execute(delete(ApiOnce).where(*mine))
    return answer
