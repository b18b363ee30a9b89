"""What is one's own by API: me, the password, the language, sessions, tokens."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from apiflask.fields import List, Nested

from core.accounts import login, queries, service, signin
from core.accounts.api import schemas
from core.accounts.login import me
from core.accounts.once import answers_secret

bp = APIBlueprint("own_api", __name__, url_prefix="/api/v1", tag="Я")


@bp.get("/me")
@bp.output(schemas.MeOut)
def myself() -> Any:
    """Кто я"""
    actor = me()
    return {
        "id": actor.id,
        "name": actor.name,
        "position": actor.position,
        "organisation_id": actor.organisation_id,
        "organisation": actor.organisation_name,
        "side": actor.side,
        "roles": sorted(actor.roles),
        "locale": actor.locale,
    }


@bp.put("/me/locale")
@bp.input(schemas.LocaleIn)
@bp.output({}, status_code=204)
def set_locale(json_data: dict[str, Any]) -> Any:
    """Выбрать язык"""
    service.set_locale(me(), json_data["locale"])
    return ""


@bp.put("/me/password")
@bp.input(schemas.ChangePasswordIn)
@bp.output({}, status_code=204)
def change_password(json_data: dict[str, Any]) -> Any:
    """Сменить свой пароль; другие сеансы завершатся"""
    signin.change_password(me(), json_data["current"], json_data["password"], login.current_token())
    return ""


@bp.get("/me/sessions")
@bp.output({"items": List(Nested(schemas.SessionOut))}, schema_name="MySessions")
def my_sessions() -> Any:
    """Мои действующие сеансы"""
    return {"items": queries.sessions(me())}


@bp.delete("/me/sessions")
@bp.output({}, status_code=204)
def end_my_sessions() -> Any:
    """Выйти везде"""
    actor = me()
    assert actor.id is not None
    signin.sign_out_everywhere(actor.id, actor)
    return ""


@bp.get("/tokens")
@bp.output({"items": List(Nested(schemas.TokenOut))}, schema_name="MyTokens")
def my_tokens() -> Any:
    """Мои токены"""
    return {"items": queries.tokens(me())}


@bp.post("/tokens")
@bp.input(schemas.TokenIn)
@bp.output(schemas.IssuedOut, status_code=201)
@answers_secret
def issue_token(json_data: dict[str, Any]) -> Any:
    """Выпустить токен"""
    return {"token": signin.issue_token(me(), json_data["name"], json_data["days"])}


@bp.delete("/tokens/<int:token_id>")
@bp.output({}, status_code=204)
def revoke_token(token_id: int) -> Any:
    """Отозвать токен"""
    signin.revoke_token(me(), token_id)
    return ""
