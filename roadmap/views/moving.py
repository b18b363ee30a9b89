"""What every page of a moving row shows: its state, the person's own steps with reasons, its history, its files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from core.accounts.actor import name_shown
from core.accounts.login import me
from core.documents.models import Attachment
from core.signoffs.words import minute
from core.workflow import Workflow
from roadmap.queries import proceedings as reads


def moving(machine: Workflow, row: Any, acts: Mapping[str, Any], step: str = "", faults: Any = None) -> dict[str, Any]:
    """`acts` names what is done beside the steps; a refused `step` stays open with what was typed."""
    return {
        "state": machine.states[row.state],
        "offers": [offer for offer in machine.offers(row, me()) if offer.mine and not offer.step.hidden],
        "history": history(machine.kind, row.id, machine, acts),
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


def history(kind: str, subject_id: int, machine: Workflow | None, acts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The journal of a subject as a timeline."""
    return [_act(machine, acts, record) for record in reads.history(kind, subject_id)]


def _act(machine: Workflow | None, acts: Mapping[str, Any], record: Any) -> dict[str, Any]:
    step = machine.steps.get(record.step) if machine else None
    state = machine.states.get(record.to_state or "") if machine else None
    return {
        "at": minute(record.at),
        "who": name_shown(record.actor_name),
        "what": step.label if step else acts.get(record.step, _("Внесены сведения")),
        "text": record.comment,
        "tone": state.tone if state else "neutral",
        "hash": record.document_hash,
    }


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
