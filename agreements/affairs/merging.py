"""Merging the changes of a supplementary agreement with what changed in its parent meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Date, Dict, Integer, List, Nested, String
from apiflask.validators import OneOf
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from agreements import drafting, merging, service
from agreements.affairs.blueprint import api, bp, number
from agreements.dossier import head
from agreements.models import Agreement
from agreements.overtaking import overtaken
from core.accounts.login import me
from core.documents.comparison import seen
from core.errors import NotNow, NotValid, Refusal


@bp.route("/agreements/<int:agreement_id>/merge", methods=["GET", "POST"])
def merge_page(agreement_id: int) -> Any:
    """Three columns for every change: when it was drawn, in the parent now, ours."""
    actor = me()
    agreement = head(agreement_id, actor)
    drafting.refuse_frozen(agreement, actor)
    if request.method == "GET":
        return _page(agreement, {})
    said = _said(request.form)
    try:
        merging.merge(agreement_id, said, actor, edition=number("edition"), version=number("version"))
    except (NotValid, NotNow) as refusal:
        return _page(head(agreement_id, actor), said, refusal), refusal.status
    flash(_("Изменения объединены с новой редакцией основного документа"), "success")
    return redirect(url_for("agreements.changes", agreement_id=agreement_id))


def _page(agreement: Any, said: Mapping[int, Mapping[str, Any]], refusal: Refusal | None = None) -> str:
    errors = refusal.fields if isinstance(refusal, NotValid) else {}
    return render_template(
        "agreements/merge.html",
        it=agreement,
        merge=merging.compared(agreement),
        overtaken=overtaken(agreement, me()),
        said=said,
        refusal=refusal,
        errors=errors,
        segments=seen,
        actions={"restate": _("изложить"), "add": _("дополнить"), "exclude": _("исключить")},
    )


def _said(form: Mapping[str, str]) -> dict[int, dict[str, str]]:
    """What was chosen of every change: fields «take.N», «text.N», «number.N»."""
    said: dict[int, dict[str, str]] = {}
    for key, value in form.items():
        name, _dot, index = key.partition(".")
        if name in ("take", "text", "number") and index.isdecimal() and len(index) < 5:
            said.setdefault(int(index), {})[name] = value
    return {index: values for index, values in said.items() if "take" in values}


class MeetingOut(Schema):
    index = Integer()
    number = String()
    action = String()
    before = String()
    theirs = String()
    mine = String()
    conflict = String(metadata={"description": "Почему решает человек; пусто, где решать нечего"})
    settled = Boolean()


class OvertakingOut(Schema):
    edition = Integer()
    title = String()
    number = String()
    signed_on = Date(allow_none=True)
    author = String(metadata={"description": "Чей проект: организация"})
    clauses = List(String(), metadata={"description": "Номера изменённых пунктов"})


class MergeOut(Schema):
    edition = Integer()
    drawn_against = Integer()
    needed = Boolean()
    overtaken = List(Nested(OvertakingOut), metadata={"description": "Чем основной документ изменён с тех пор"})
    meetings = List(Nested(MeetingOut))


class ResolutionIn(Schema):
    take = String(required=True, validate=OneOf(merging.TAKES))
    text = String(load_default="")
    number = String(load_default="")


class MergeIn(Schema):
    edition = Integer(required=True, metadata={"description": "Редакция основного документа, которую Вы видели"})
    version = Integer(load_default=None, allow_none=True)
    resolutions = Dict(keys=Integer(), values=Nested(ResolutionIn), load_default=dict)


@api.get("/agreements/<int:agreement_id>/merge")
@api.output(MergeOut)
def compared(agreement_id: int) -> Any:
    """Изменения допсоглашения рядом с тем, что изменилось в основном документе"""
    return _out(service.get_for(agreement_id, me()))


def _out(agreement: Agreement) -> dict[str, Any]:
    found = merging.compared(agreement)
    names = ("edition", "drawn_against", "needed", "meetings")
    return {**{name: getattr(found, name) for name in names}, "overtaken": overtaken(agreement, me())}


@api.post("/agreements/<int:agreement_id>/merge")
@api.input(MergeIn)
@api.output(MergeOut)
def merge(agreement_id: int, json_data: dict[str, Any]) -> Any:
    """Объединить изменения с новой редакцией основного документа"""
    agreement = merging.merge(
        agreement_id,
        json_data["resolutions"],
        me(),
        edition=json_data["edition"],
        version=json_data["version"],
    )
    return _out(agreement)
