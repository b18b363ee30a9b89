"""What every page of a moving row shows: its state, the person's own steps with reasons, its history, its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from core.accounts.actor import name_shown
from core.accounts.journal import step_name
from core.accounts.login import me
from core.accounts.roles import SIDES
from core.documents.models import Attachment
from core.errors import NotNow
from core.signoffs.words import minute
from core.web.page import safe_next
from core.workflow import Workflow
from roadmap.models import Roadmap
from roadmap.queries import proceedings as reads
from roadmap.rules.people import plan_of


def moving(machine: Workflow, row: Any, acts: Mapping[str, Any], step: str = "", faults: Any = None) -> dict[str, Any]:
    """`acts` names what is done beside the steps; a refused `step` stays open with what was typed."""
    return {
        "state": machine.states[row.state],
        "offers": [offer for offer in machine.offers(row, me()) if offer.mine and not offer.step.hidden],
        "history": history(machine.kind, row, machine, acts),
        "faults": faults or {},
        "typed": {"form": step, "sent": request.form, "errors": faults or {}} if step else None,
    }


def refused(step: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """What a page shows of a refused step: the faults, each leading to its input, and the step open with what was
    typed into it."""
    return {
        "faults": {f"{step}-{name}": fault for name, fault in fields.items()},
        "moved": {"form": step, "sent": request.form, "errors": fields},
    }


def history(kind: str, row: Any, machine: Workflow | None, acts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The journal of a row as a timeline."""
    plan = plan_of(row)
    return [told(record, machine, acts, plan) for record in reads.history(kind, row.id)]


def told(record: Any, machine: Workflow | None, acts: Mapping[str, Any], plan: Roadmap) -> dict[str, Any]:
    """An act in the past tense: what was done, who did it, for which side of the plan, when."""
    state = machine.states.get(record.to_state or "") if machine else None
    return {
        "at": minute(record.at),
        "iso": record.at.isoformat(),
        "what": _done(record, machine, acts),
        "text": record.comment,
        "tone": state.tone if state else "neutral",
        "hash": record.document_hash,
        **by_whom(record.actor_name, record.organisation_name, plan),
    }


def by_whom(name: str, organisation: str, plan: Roadmap) -> dict[str, Any]:
    """Who did it, and the side his organisation is in the plan; of others the organisation itself is named."""
    side = next((party.side for party in plan.parties if party.organisation.short_name == organisation), "")
    who = name_shown(name)
    return {
        "who": who if side or not organisation else f"{who}, {organisation}",
        "side": side,
        "side_label": str(SIDES[side]) if side else "",
    }


def _done(record: Any, machine: Workflow | None, acts: Mapping[str, Any]) -> Any:
    """A verdict in the row's own chain bears the name of a task's step, not of the row's."""
    if "of" in (record.data or {}):
        return step_name(record)
    step = machine.steps.get(record.step) if machine else None
    if step is not None:
        return step.done
    known = step_name(record)
    return acts.get(record.step) or (known if known != record.step else _("Внесены сведения"))


def reminded(remind: Callable[[], int], back: str) -> Any:
    """Remind, say how many were told or why nobody was, and return to where the button was pressed."""
    try:
        told = remind()
    except NotNow as refusal:
        flash(str(refusal), "error")
    else:
        flash(ngettext("Напоминание отправлено: %(num)d", "Напоминаний отправлено: %(num)d", told), "success")
    return redirect(safe_next(request.form.get("next", ""), back))


def papers(rows: list[Attachment], purposes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Attached files for `ui.doc_list`."""
    return [
        {
            "title": row.name,
            "kind": row.name.rsplit(".", 1)[-1][:4],
            "download_url": url_for("documents.attachment", attachment_id=row.id),
            "date": minute(row.at),
            "sha": row.sha256,
            "revision": row.version if row.version > 1 else None,
            "note": " · ".join(str(part) for part in (purposes.get(row.purpose), row.author_name) if part),
        }
        for row in rows
    ]
