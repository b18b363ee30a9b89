"""Pages of plans: the list, the table of one plan, a new plan."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from core.accounts.login import me
from core.web.forms import Refused, attempt
from core.web.paging import PAGE
from roadmap import flags, queries, service
from roadmap.forms import PlanForm
from roadmap.models import OPEN_EDITION
from roadmap.periods import label
from roadmap.queries.plans import ItemSearch
from roadmap.rules.people import COORDINATORS
from roadmap.service import NewPlan
from roadmap.states import roadmap_item
from roadmap.views.blueprint import bp
from roadmap.wording import SIDE_NAMES

SIDES = ("ministry", "corporation", "both")


@bp.get("/roadmaps")
def plans() -> Any:
    """Plans I may see; a single one opens at once."""
    page = queries.plan_list(me(), request.args.get("after", ""), request.args.get("before", ""))
    if len(page.items) == 1 and not page.previous and "all" not in request.args:
        return redirect(url_for("roadmap.plan", roadmap_id=page.items[0].id))
    return render_template("roadmap/plans.html", page=page, may_draw=me().has(*COORDINATORS))


@bp.get("/roadmaps/<int:roadmap_id>")
def plan(roadmap_id: int) -> Any:
    """The table of a plan by sections."""
    head = queries.plan_head(me(), roadmap_id)
    search = search_asked()
    page = queries.item_list(me(), head, search)
    at = flags.days(head.corrected)
    return render_template(
        "roadmap/plan.html",
        head=head,
        page=page,
        search=search,
        flags_of={row.id: flags.of(row, at) for row in page.items},
        late_of=lambda row: flags.item_late(row, at.today),
        **words(),
    )


def words() -> dict[str, Any]:
    """Labels the tables of items share."""
    return {
        "states": roadmap_item.states,
        "flags": flags.FLAGS,
        "flag_words": flags.words,
        "sides": {side: SIDE_NAMES[side] for side in SIDES},
        "period_label": label,
        "open_edition": OPEN_EDITION,
    }


def search_asked(size: int = PAGE) -> ItemSearch:
    """The filter in the query string: it survives a reload and can be sent to a colleague."""
    return ItemSearch.of(request.args, size)


@bp.route("/roadmaps/new", methods=["GET", "POST"])
def new_plan() -> Any:
    """Draw a plan."""
    form = PlanForm()
    form.offer()
    if form.is_submitted():
        done = attempt(form, lambda: service.create_plan(_entered(form), me()))
        if not isinstance(done, Refused):
            return redirect(url_for("roadmap.edition", roadmap_id=done.id, number=1))
        return render_template("roadmap/plan_form.html", form=form, title=_("Новый план мероприятий")), done.status
    return render_template("roadmap/plan_form.html", form=form, title=_("Новый план мероприятий"))


def _entered(form: PlanForm) -> NewPlan:
    return NewPlan(
        form.title.data or "",
        form.period_start.data,
        form.period_end.data,
        [form.first.data, form.second.data],
    )
