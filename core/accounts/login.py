"""Who is at the other end: the cookie or the bearer token to an actor, and the guard before every page."""

from __future__ import annotations

from typing import Any

from apiflask import APIFlask
from flask import Response, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response as AnyResponse

from core.accounts import actors, signin
from core.accounts.actor import Actor
from core.db import db
from core.web import page
from core.web.refusals import for_program, on_http, typed_words
from core.web.security import bearer_token, is_public, public

__all__ = ["begin", "current_token", "end", "init_app", "me", "public"]

manager = LoginManager()
MUST_CHANGE = "must_change"


class SignedIn(UserMixin):
    """What flask-login carries: the actor, under the secret token of his session."""

    def __init__(self, actor: Actor, token: str = "") -> None:
        self.actor, self.token = actor, token

    def get_id(self) -> str:
        return self.token


def init_app(app: APIFlask) -> None:
    manager.session_protection = None  # a session lives in the database and is ended there
    manager.init_app(app)
    app.before_request(guard)
    app.register_error_handler(401, on_unauthorized)
    page.init_app(app, known_actor)


@manager.user_loader
def by_cookie(token: str) -> SignedIn | None:
    if bearer_token():
        return None
    actor = actors.by_session(token, request.remote_addr or "")
    return SignedIn(actor, token) if actor else None


@manager.request_loader
def by_header(_request: Any) -> SignedIn | None:
    token = bearer_token()
    actor = actors.by_token(token, request.remote_addr or "") if token else None
    return SignedIn(actor) if actor else None


def me() -> Actor:
    """The actor of this request. Raises Unauthorized: a page sends to the sign-in, the API answers 401."""
    if not current_user.is_authenticated:
        raise Unauthorized
    actor: Actor = current_user.actor
    return actor


def known_actor() -> Actor | None:
    """The actor the guard has found; asks the database nothing, for the page may be about its failure."""
    found = g.get("_login_user")
    return found.actor if isinstance(found, SignedIn) else None


def guard() -> AnyResponse | None:
    """Nobody passes without an actor, but to what is declared public."""
    endpoint = request.endpoint
    if endpoint == "static":
        return None
    signed_in = current_user.is_authenticated
    if endpoint is None or is_public(endpoint):
        return None
    if not signed_in:
        raise Unauthorized
    if session.get(MUST_CHANGE) and not endpoint.startswith("accounts.") and not for_program():
        return redirect(url_for("accounts.profile"))
    return None


def on_unauthorized(error: Unauthorized) -> Any:
    """A program is told so; a person is sent to the sign-in and then back."""
    if for_program():
        body, status = on_http(error)
        return body, status, {"WWW-Authenticate": "Bearer"}
    if typed_words():
        return on_http(error)  # a session that has run out must not cost what was written
    target = request.full_path.rstrip("?") if request.method == "GET" else ""
    address = url_for("accounts.sign_in", next=target if target not in ("", "/") else None)
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": address})
    return redirect(address)


def begin(token: str) -> Actor:
    """Put a fresh session's token into a fresh cookie: nothing of the cookie before survives a sign-in."""
    actor = actors.by_session(token, request.remote_addr or "")
    assert actor is not None
    session.clear()
    session["locale"] = actor.locale
    login_user(SignedIn(actor, token))
    return actor


def current_token() -> str:
    """The secret token of this cookie's session, or ""."""
    return str(session.get("_user_id", ""))


def end() -> None:
    """End this cookie's session and forget the cookie; the language stays."""
    locale = session.get("locale")
    if token := current_token():
        signin.sign_out(token)
    session.clear()
    g.pop("_login_user", None)
    db.session.rollback()
    if locale:
        session["locale"] = locale
