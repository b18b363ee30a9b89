"""The whole cycle without a browser, through the same services: the supplementary agreement from draft to number."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from agreements.demo import scenes
from agreements.demo.load import Company
from agreements.models import Agreement
from core import clock
from core.db import db
from core.documents.issuing import content
from core.documents.models import IssuedDocument
from core.workflow import Ask
from core.workflow.jobs import drain


def play(company: Company, folder: Path) -> list[Path]:
    """Bring the demo's supplementary agreement to registration and leave every document of it in `folder`."""
    agreement = db.session.scalars(
        select(Agreement).where(Agreement.kind == "supplementary").order_by(Agreement.id).limit(1)
    ).one()
    stage = scenes.Stage(company, clock.today())
    stage.decide_all(agreement)
    stage.step(agreement, "to_sign", "m.coord", Ask(data={"method": "electronic"}))
    stage.decide_all(agreement)
    stage.step(agreement, "register", "m.control")
    stage.step(agreement, "register_next", "c.control")
    from core.signoffs.documents import issue_sheet

    with clock.at(stage.next(0.1)):
        drain()
        issue_sheet("agreement", agreement.id, company.actor("m.coord"))
    return save(folder)


def save(folder: Path) -> list[Path]:
    """Write every issued document under its own name, the newest of a name winning."""
    folder.mkdir(parents=True, exist_ok=True)
    saved = []
    for document in db.session.scalars(select(IssuedDocument).order_by(IssuedDocument.id)):
        path = folder / f"{document.id:03d} {document.file_name}"
        path.write_bytes(content(document))
        saved.append(path)
    return saved
