"""An act on paper with its scan: the file is checked and kept with the subject in the transaction of the entry."""

from __future__ import annotations

from datetime import date

from core.accounts.actor import Actor
from core.db import transaction
from core.documents.attachments import Upload, keep
from core.signoffs.models import PaperAct
from core.signoffs.service.decide import lock_slot
from core.signoffs.service.paper import OnPaper, record_paper


def record_with_scan(
    slot_id: int, signer_id: int, verdict: str, signed_on: date, scan: Upload, comment: str, actor: Actor
) -> PaperAct:
    """Keep the scan and write down the act. Raises what `record_paper` and `attachments.keep` raise."""
    with transaction():
        slot = lock_slot(slot_id, actor)
        kept = keep(scan, *slot.round.subject, "paper", actor)
        entry = OnPaper(signer_id, verdict, signed_on, kept.sha256, kept.name, comment)
        return record_paper(slot_id, entry, actor)
