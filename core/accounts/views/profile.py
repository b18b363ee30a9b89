"""The own profile: password, sessions, API tokens."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, session, url_for
from flask_babel import gettext as _

from core.accounts import login, queries, signin
from core.accounts.forms import ChangePasswordForm, TokenForm
from core.accounts.login import me
from core.accounts.roles import ROLES
from core.accounts.signin import token_hash
from core.accounts.views.blueprint import bp
from core.web.forms import Refused, attempt


@bp.get("/profile")
def profile() -> Any:
    """Who I am here: roles, password, sessions, tokens."""
    return _page(ChangePasswordForm(formdata=None), TokenForm(formdata=None))


def _page(password: ChangePasswordForm, token: TokenForm, status: int = 200, issued: str = "") -> Any:
    actor = me()
    return render_template(
        "accounts/profile.html",
        roles=[ROLES[name].label for name in ROLES if name in actor.roles],
        password=password,
        token=token,
        issued=issued,
        sessions=queries.sessions(actor),
        tokens=queries.tokens(actor),
        this_session=token_hash(login.current_token()),
        must_change=session.get(login.MUST_CHANGE, False),
    ), status


@bp.post("/profile/password")
def change_password() -> Any:
    """Change my password; my other sessions end."""
    form = ChangePasswordForm()
    done = attempt(
        form,
        lambda: signin.change_password(me(), form.current.data, form.password.data, login.current_token()),
    )
    if isinstance(done, Refused):
        return _page(form, TokenForm(formdata=None), done.status)
    session.pop(login.MUST_CHANGE, None)
    flash(_("Пароль изменён. Другие Ваши сеансы завершены."), "success")
    return redirect(url_for("accounts.profile"))


@bp.post("/profile/sessions/end")
def end_sessions() -> Any:
    """Sign out everywhere, here too."""
    actor = me()
    assert actor.id is not None
    signin.sign_out_everywhere(actor.id, actor)
    login.end()
    flash(_("Все Ваши сеансы завершены"), "success")
    return redirect(url_for("accounts.sign_in"))


@bp.post("/profile/tokens")
def issue_token() -> Any:
    """Issue a bearer token; it is shown on this answer and never again."""
    form = TokenForm()
    issued = attempt(form, lambda: signin.issue_token(me(), form.name.data, form.days.data))
    if isinstance(issued, Refused):
        return _page(ChangePasswordForm(formdata=None), form, issued.status)
    return _page(ChangePasswordForm(formdata=None), TokenForm(formdata=None), issued=issued)


@bp.post("/profile/tokens/<int:token_id>/revoke")
def revoke_token(token_id: int) -> Any:
    """Revoke a token of mine."""
    signin.revoke_token(me(), token_id)
    flash(_("Токен отозван"), "success")
    return redirect(url_for("accounts.profile"))
