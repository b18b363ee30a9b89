"""Pages of the door: sign-in, sign-out, the language."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, session, url_for

from core.accounts import login, queries, service, signin
from core.accounts.forms import SignInForm
from core.accounts.views.blueprint import bp
from core.errors import NotAllowed
from core.web.language import LOCALES
from core.web.page import safe_next
from core.web.security import public


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Any:
    """Ask for the password; a right one opens a fresh session and leads where the person was going."""
    form = SignInForm()
    target = safe_next(request.args.get("next", "/"))
    if request.method == "GET" and login.known_actor():
        return redirect(target)
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            if token := _token(form):
                return _welcome(token, target)
            status = 403
    return render_template("accounts/sign_in.html", form=form), status


def _token(form: SignInForm) -> str:
    agent = request.headers.get("User-Agent", "")
    try:
        return signin.sign_in(form.email.data, form.password.data, request.remote_addr or "", agent)
    except NotAllowed as refusal:
        flash(str(refusal), "error")
        return ""


def _welcome(token: str, target: str) -> Any:
    actor = login.begin(token)
    assert actor.id is not None
    if queries.must_change_password(actor.id):
        session[login.MUST_CHANGE] = True
        return redirect(url_for("accounts.profile"))
    return redirect(target)


@bp.post("/sign-out")
@public
def sign_out() -> Any:
    """End this session here and in the database."""
    login.end()
    return redirect(url_for("accounts.sign_in"))


@bp.post("/language")
@public
def set_language() -> Any:
    """Keep the language in the cookie and, for those signed in, with the person."""
    locale = request.form.get("locale", "ru")
    if locale in LOCALES:
        session["locale"] = locale
        if actor := login.known_actor():
            service.set_locale(actor, locale)
    return redirect(safe_next(request.form.get("next", "/")))
