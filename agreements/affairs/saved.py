"""Saved views of the register: own ones on a page, any by its link."""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from apiflask.fields import Dict, Integer, List, Nested, String
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from agreements.affairs.blueprint import api, bp
from agreements.searching import saved
from core.accounts.login import me
from core.errors import NotNow, NotValid


@bp.route("/agreements/views", methods=["GET", "POST"])
def views() -> Any:
    """My views; the filters of the query string can be kept under a name."""
    actor, refusal = me(), None
    if request.method == "POST":
        try:
            row = saved.save(actor, request.form.get("name", ""), request.form)
        except (NotValid, NotNow) as refused:
            refusal = refused
        else:
            flash(_("Отбор «%(name)s» сохранён", name=row.name), "success")
            return redirect(url_for("affairs.views"))
    source = request.form if refusal else request.args
    kept = {name: source[name] for name in saved.KEPT if source.get(name)}
    page = render_template("agreements/views.html", rows=saved.views(actor), kept=kept, refusal=refusal)
    return page, refusal.status if refusal else 200


@bp.get("/agreements/views/<code>")
def view(code: str) -> Any:
    """The register through a view: each sees what he may see himself."""
    me()
    return redirect(url_for("agreements.register", **saved.by_code(code).filters))


@bp.post("/agreements/views/<int:view_id>/forget")
def forget_view(view_id: int) -> Any:
    """Delete my view."""
    saved.forget(view_id, me())
    flash(_("Отбор удалён"), "success")
    return redirect(url_for("affairs.views"))


class ViewIn(Schema):
    name = String(required=True)
    filters = Dict(keys=String(), values=String(), required=True)


class ViewOut(Schema):
    id = Integer()
    name = String()
    filters = Dict(keys=String(), values=String())
    code = String(metadata={"description": "Ссылка на отбор: /agreements/views/<code>"})


class ViewsOut(Schema):
    views = List(Nested(ViewOut))


@api.get("/agreements/views")
@api.output(ViewsOut)
def listed_views() -> Any:
    """Сохранённые отборы реестра"""
    return {"views": saved.views(me())}


@api.post("/agreements/views")
@api.input(ViewIn)
@api.output(ViewOut, status_code=201)
def save_view(json_data: dict[str, Any]) -> Any:
    """Сохранить отбор под именем"""
    return saved.save(me(), json_data["name"], json_data["filters"])


@api.delete("/agreements/views/<int:view_id>")
@api.output({}, status_code=204)
def forget_by_api(view_id: int) -> Any:
    """Удалить свой отбор"""
    saved.forget(view_id, me())
    return ""
