"""Headers on every answer, CSRF on every POST, and the secret key kept in the instance folder."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request
from flask_wtf.csrf import CSRFProtect

csrf = CSRFProtect()

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "manifest-src 'self'",
    )
)


View = TypeVar("View", bound=Callable[..., Any])
OPEN_ENDPOINTS = {"static", "openapi.spec"}


def init_app(app: Flask) -> None:
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    csrf.init_app(app)
    app.before_request(_protect)
    app.after_request(_headers)


def public(view: View) -> View:
    """Declare a view that answers people who are not signed in."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def is_public(endpoint: str) -> bool:
    """Whether the endpoint answers everybody."""
    view = current_app.view_functions.get(endpoint)
    return endpoint in OPEN_ENDPOINTS or bool(getattr(view, "is_public", False))


def bearer_token() -> str:
    """The token of a program's request to /api/, or "". A page of another site cannot make a browser send one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and request.path.startswith("/api/") else ""


def _protect() -> None:
    """CSRF on every change, but for programs with a bearer token: the browser adds no such header by itself."""
    if current_app.config["WTF_CSRF_ENABLED"] and not bearer_token():
        csrf.protect(apply_exemptions=True)


def _headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CSP)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if not request.path.startswith("/static/"):
        headers.setdefault("Cache-Control", "no-store")
    return response


def secret_key(instance: Path) -> str:
    """The key of cookies and CSRF: made once, mode 600. Two processes starting at once agree on one file."""
    path = instance / "secret_key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    key = secrets.token_hex(32)
    with os.fdopen(handle, "w") as file:
        file.write(key)
    return key


def is_local(host: str) -> bool:
    """Whether the address is this machine, where a cookie cannot be Secure."""
    return host.split(":")[0] in ("127.0.0.1", "localhost", "[", "::1")
