"""The one filter of a plan's views: carried from view to view in the address, kept under a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core.accounts.login import me
from core.errors import NotNow, NotValid
from roadmap import flags, queries, service
from roadmap.queries.plans import FILTERS, ItemSearch
from roadmap.queries.views import view_by_code, views
from roadmap.service.views import OPENS
from roadmap.states import roadmap_item
from roadmap.views.blueprint import bp
from roadmap.views.plans import SIDES, search_asked
from roadmap.wording import SIDE_NAMES

ENDPOINTS = {"plan": "plan", "dashboard": "dashboard", "board": "board", "gantt": "chart", "calendar": "calendar"}


@dataclass(frozen=True)
class Filter:
    """What the filter bar of a view shows."""

    search: ItemSearch
    views = OPENS

    @property
    def asked(self) -> dict[str, Any]:
        return self.search.asked()

    @property
    def beside(self) -> dict[str, str]:
        """What else stands in the address (a month, a scale) and stays when the filter changes."""
        return {name: value for name, value in request.args.items() if name not in (*FILTERS, "after", "before")}

    @property
    def more(self) -> bool:
        """Whether the rarer questions are shown: asked for, or answered already."""
        rare = (self.search.unit, self.search.due_from, self.search.due_to, self.search.mine)
        return "more" in request.args or any(rare)

    @property
    def sides(self) -> list[tuple[str, Any]]:
        return [("", _("Все")), *((side, SIDE_NAMES[side]) for side in SIDES)]

    @property
    def states(self) -> list[tuple[str, Any]]:
        return [("", _("Все")), *((name, state.label) for name, state in roadmap_item.states.items())]

    @property
    def flags(self) -> list[tuple[str, Any]]:
        return [("", _("Все")), *((name, flag[0]) for name, flag in flags.FLAGS.items())]

    @property
    def chips(self) -> list[tuple[str, Any, Any]]:
        """(field, label, value in words) of everything asked."""
        return [(name, *worded(name, value)) for name, value in self.asked.items()]


def worded(name: str, value: Any) -> tuple[Any, Any]:
    """A field of the filter and its value as a person reads them."""
    if name in ("due_from", "due_to"):
        day = ItemSearch.of({name: value})
        at = day.due_from or day.due_to
        return (_("Срок с") if name == "due_from" else _("Срок по")), f"{at:%d.%m.%Y}" if at else value
    known: dict[str, tuple[Any, dict[str, Any]]] = {
        "side": (_("Сторона"), SIDE_NAMES),
        "state": (_("Состояние"), {key: state.label for key, state in roadmap_item.states.items()}),
        "flag": (_("Признак"), {key: flag[0] for key, flag in flags.FLAGS.items()}),
        "mine": ("", {"1": _("мои мероприятия")}),
    }
    plain = {"q": _("Поиск"), "section": _("Раздел"), "unit": _("Исполнитель"), "organisation": _("Организация №")}
    if name in known:
        label, words = known[name]
        return label, words.get(str(value), value)
    return plain[name], value


@bp.app_template_global()
def plan_filter() -> Filter:
    """The filter of this request."""
    return Filter(search_asked())


@bp.route("/roadmaps/<int:roadmap_id>/views", methods=["GET", "POST"])
def plan_views(roadmap_id: int) -> Any:
    """Kept filters of a plan; the one in the address can be kept under a name."""
    head, actor, refusal = queries.plan_head(me(), roadmap_id), me(), None
    if request.method == "POST":
        form = request.form
        try:
            row = service.save_view(
                roadmap_id,
                form.get("name", ""),
                form,
                actor,
                shared=bool(form.get("shared")),
                opens=form.get("opens", ""),
            )
        except (NotValid, NotNow) as refused:
            refusal = refused
        else:
            flash(_("Отбор «%(name)s» сохранён", name=row.name), "success")
            return redirect(url_for("roadmap.plan_views", roadmap_id=roadmap_id))
    source = request.form if refusal else request.args
    page = render_template(
        "roadmap/views.html",
        head=head,
        rows=views(actor, roadmap_id),
        kept=ItemSearch.of(source).asked(),
        entered=source,
        refusal=refusal,
        opens=opens(),
        address=address,
        worded=worded,
    )
    return page, refusal.status if refusal else 200


def opens() -> dict[str, Any]:
    return {
        "plan": _("Таблица"),
        "dashboard": _("Сводка"),
        "board": _("Доска"),
        "gantt": _("Диаграмма"),
        "calendar": _("Календарь"),
    }


def address(row: Any) -> str:
    """Where a kept filter leads."""
    return url_for(f"roadmap.{ENDPOINTS[row.opens]}", roadmap_id=row.roadmap_id, **row.filters)


@bp.get("/roadmaps/views/<code>")
def plan_view(code: str) -> Response:
    """A view through a kept filter: each sees what he may see himself."""
    return redirect(address(view_by_code(me(), code)))


@bp.post("/roadmaps/<int:roadmap_id>/views/<int:plan_view_id>/forget")
def forget_plan_view(roadmap_id: int, plan_view_id: int) -> Response:
    """Delete my filter."""
    service.forget_view(plan_view_id, me())
    flash(_("Отбор удалён"), "success")
    return redirect(url_for("roadmap.plan_views", roadmap_id=roadmap_id))
