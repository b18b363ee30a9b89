"""What follows a step, after the commit: documents of an approved edition."""

from __future__ import annotations

from core.db import db
from core.documents.issuing import issue
from core.workflow import handler
from core.workflow.models import Job
from roadmap.documents.plan import consolidated, order
from roadmap.models import Edition


@handler("roadmap.issue_registered")
def issue_registered(job: Job) -> None:
    """The registered rendition with number and date, and the whole plan as it rules now. Each under its own key."""
    edition = db.session.get(Edition, int(job.payload["id"]))
    if edition is None:
        return
    issue(order(edition, "registered", key=f"roadmap:{edition.id}:registered", status_label="утверждён"))
    if edition.number > 1:
        issue(consolidated(edition, key=f"roadmap:{edition.id}:consolidated", status_label="действует"))
