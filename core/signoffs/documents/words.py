"""Words of the sign-off papers: names surname first, moments, who stood in for whom and on what ground."""

from __future__ import annotations

from datetime import datetime

from core import clock
from core.language.initials import initials_last
from core.signoffs.models import Decision, Remark, Slot, Substitution
from core.signoffs.states import said

NBSP = "\N{NO-BREAK SPACE}"
MEANS = {"paper": "собственноручно", "token": "учётная запись (программа)", "system": "автоматически"}
WAITING = {"queued": "ожидает очереди", "assigned": "ожидает рассмотрения", "recalled": "отозвано"}


def surname_first(short_name: str) -> str:
    """«С.С. Кравцов» → «Кравцов С.С.», as a list of visas writes it."""
    letters, dot, surname = short_name.rpartition(NBSP)
    return f"{surname}{NBSP}{letters}" if dot and letters.endswith(".") else short_name


def moment(value: datetime | None) -> str | None:
    """«12.01.2026 09:30» in Moscow, or nothing."""
    return f"{clock.in_moscow(value):%d.%m.%Y %H:%M}" if value else None


def printed_now() -> str:
    return f"{clock.in_moscow(clock.now()):%d.%m.%Y %H:%M} (МСК)"


def basis(row: Substitution) -> str:
    """«приказ от 29.12.2025 № 512-к»"""
    word = "МЧД" if row.basis_kind == "mchd" else "приказ"
    return f"{word} от {row.basis_date:%d.%m.%Y} №{NBSP}{row.basis_number}"


def stood_in(decision: Decision, row: Substitution | None) -> str | None:
    """«за Рубцову М.К. (приказ …)» or «и.о., приказ …»; nothing for the holder himself."""
    if not decision.mark:
        return None
    ground = basis(row) if row else ""
    if decision.mark != "за":
        return f"{decision.mark}, {ground}".rstrip(", ")
    name = surname_first(decision.principal_name)
    if row is not None:
        name = initials_last(row.principal.full_name, "acc", row.principal.gender)
    return f"за {name} ({ground})" if ground else f"за {name}"


def verdict(slot: Slot) -> str:
    """«согласовано с замечаниями», or what the place waits for."""
    if slot.decision is not None:
        return said(slot.decision.verdict, slot.kind).lower()
    note = f" ({slot.note})" if slot.state == "recalled" and slot.note else ""
    return WAITING.get(slot.state, "") + note


def means(decision: Decision) -> str:
    """How the person proved who he is."""
    return MEANS.get(decision.method, "учётная запись")


def clause(remark: Remark) -> str:
    return f"пункт {remark.clause_number}" if remark.clause_number else "к тексту в целом"


ANSWERS = {"accepted": "Принято", "declined": "Отклонено"}
