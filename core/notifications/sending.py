"""Sending letters over SMTP: a job each, at least once, the same letter recognisable by its Message-ID."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from flask import current_app

from core import clock
from core.db import db, locked, transaction
from core.notifications.models import Letter
from core.workflow import handler
from core.workflow.models import Job

SECONDS = 15


@handler("notifications.send")
def send(job: Job) -> None:
    """Send one letter, unless it was sent. A failure leaves it to the job's next attempt."""
    letter = db.session.get(Letter, job.payload["letter_id"])
    if letter is None or letter.sent_at is not None or not current_app.config.get("SMTP_HOST"):
        return
    message = _message(letter)
    db.session.rollback()  # nothing of the database is held while a mail server thinks
    with _server() as server:
        server.send_message(message)
    with transaction():
        sent = locked(Letter, job.payload["letter_id"])
        assert sent is not None
        sent.sent_at = clock.now()


def _message(letter: Letter) -> EmailMessage:
    message = EmailMessage()
    config: Any = current_app.config
    message["From"] = config.get("SMTP_FROM") or config.get("SMTP_USER") or "soglasovano@localhost"
    message["To"] = letter.address
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.created_at)
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body)
    return message


@contextmanager
def _server() -> Iterator[smtplib.SMTP]:
    """A connection as instance/config.py describes it: SMTP_HOST, SMTP_PORT, SMTP_SECURITY ("tls" from the start,
    "starttls", or "" for none), SMTP_USER, SMTP_PASSWORD."""
    config: Any = current_app.config
    host, security = config["SMTP_HOST"], config.get("SMTP_SECURITY", "starttls")
    port = int(config.get("SMTP_PORT") or {"tls": 465, "starttls": 587}.get(security, 25))
    secure = ssl.create_default_context()
    opened: smtplib.SMTP
    if security == "tls":
        opened = smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=secure)
    else:
        opened = smtplib.SMTP(host, port, timeout=SECONDS)
    with opened as server:
        if security == "starttls":
            server.starttls(context=secure)
        if config.get("SMTP_USER"):
            server.login(config["SMTP_USER"], config.get("SMTP_PASSWORD", ""))
        yield server
