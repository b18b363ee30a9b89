"""The register and one agreement."""

from __future__ import annotations

from typing import Any

from agreements import catalogue, queries
from agreements.api import schemas
from agreements.api.blueprint import bp
from agreements.dossier import Dossier, dossier
from agreements.models import Agreement
from agreements.queries import Filters
from core.accounts.login import me
from core.web.api import as_page, page_of


@bp.get("")
@bp.input(schemas.RegisterQuery, location="query")
@bp.output(page_of(schemas.RegisterRow, "Agreements"))
def agreements(query_data: dict[str, Any]) -> Any:
    """Реестр соглашений"""
    paging = {name: query_data.pop(name) for name in ("after", "before", "size")}
    asked = Filters(query_data.pop("q"), organisation_id=query_data.pop("organisation"), **query_data)
    return as_page(queries.register(me(), asked, **paging), _row)


def _row(row: Any) -> dict[str, Any]:
    held = queries.court(row)
    return {
        **row._mapping,
        "expires_soon": queries.expires_soon(row.valid_until, row.state),
        "court_days": held.days if row.court else None,
        "court_due": held.due,
    }


@bp.get("/counts")
@bp.output(schemas.CountsOut)
def counts() -> Any:
    """Сколько соглашений в каждом состоянии"""
    found = queries.counts(me())
    return {"counts": found, "capped": sum(found.values()) >= queries.MOST_COUNTED}


@bp.get("/<int:agreement_id>")
@bp.output(schemas.AgreementFull)
def agreement(agreement_id: int) -> Any:
    """Соглашение: стороны, редакции, подписи, экземпляры, история"""
    return full(dossier(agreement_id, me()))


def full(found: Dossier) -> dict[str, Any]:
    """The agreement and its lists as the API answers them."""
    lacking = catalogue.lacking(found.agreement) if found.agreement.state in ("draft", "revision") else {}
    return {
        **_columns(found.agreement),
        **found.lists,
        "lacking": [{"name": name, "label": label} for name, label in lacking.items()],
    }


def _columns(row: Agreement) -> dict[str, Any]:
    names = [name for name in schemas.AgreementOut().fields if name != "parties"]
    return {**{name: getattr(row, name) for name in names}, "parties": row.parties}
