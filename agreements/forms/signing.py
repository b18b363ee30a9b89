"""What is recorded of an electronic signature, and days of acts, read from a form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _

from agreements.forms.entered import a_date
from agreements.service import Certificate
from core.errors import NotValid


def read_certificate(sent: Mapping[str, Any]) -> Certificate:
    """The certificate's data. Raises NotValid in words by input."""
    faults: dict[str, str] = {}
    days: dict[str, Any] = {}
    for name in ("valid_from", "valid_to", "mchd_valid_to"):
        text = str(sent.get(name) or "").strip()
        try:
            days[name] = a_date(text) if text or name != "mchd_valid_to" else None
        except ValueError as fault:
            faults[name] = str(fault)
    texts = {name: str(sent.get(name) or "").strip() for name in ("certificate", "owner", "mchd_number")}
    faults |= {name: _("Заполните поле") for name in ("certificate", "owner") if not texts[name]}
    if faults:
        raise NotValid(_("Проверьте введённое"), fields=faults)
    return Certificate(texts["certificate"], texts["owner"], mchd_number=texts["mchd_number"], **days)


def read_day(text: str, name: str) -> date | None:
    """A day where one was typed. Raises NotValid at the input `name`."""
    try:
        return a_date(text) if text.strip() else None
    except ValueError as fault:
        raise NotValid(str(fault), name) from fault
