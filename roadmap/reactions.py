"""What follows a step, after the commit: documents of an approved edition and of signed minutes; letters."""

from __future__ import annotations

from core.db import db
from core.documents.issuing import issue
from core.workflow import handler
from core.workflow.models import Job
from roadmap.documents import minutes
from roadmap.documents.plan import consolidated, order
from roadmap.models import Edition, Meeting


@handler("roadmap.issue_registered")
def issue_registered(job: Job) -> None:
    """The registered rendition with number and date, and the whole plan as it rules now. Each under its own key."""
    edition = db.session.get(Edition, int(job.payload["id"]))
    if edition is None:
        return
    issue(order(edition, "registered", key=f"roadmap:{edition.id}:registered", status_label="утверждён"))
    if edition.number > 1:
        issue(consolidated(edition, key=f"roadmap:{edition.id}:consolidated", status_label="действует"))


@handler("roadmap.issue_signed")
def issue_signed(job: Job) -> None:
    """The signed minutes: the same text, naming the hash the chair's signature was given on. Issued once."""
    row = db.session.get(Meeting, int(job.payload["id"]))
    if row is None or row.signed_on is None or row.minutes_hash is None:
        return
    label = f"подписан {row.signed_on:%d.%m.%Y}; подпись дана на текст {row.minutes_hash[:12]}"
    issue(minutes.order(row, "signed", key=f"roadmap_meeting:{row.id}:signed", label=label))
