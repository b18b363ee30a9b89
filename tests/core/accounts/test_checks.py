"""Checksums of requisites, on codes that are published and on the same codes with one digit wrong."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from core.accounts import checks

# ИНН and ОГРН of Минпросвещения России and of Государственная корпорация «Ростех», as published.
INN = ("7707418081", "7704274402")
OGRN = ("1187746728840", "1077799030847")


@pytest.mark.parametrize("value", [*INN, "500100732259"])
def test_a_right_inn_passes(value: str) -> None:
    assert checks.inn(value) is None


@pytest.mark.parametrize("value", OGRN)
def test_a_right_ogrn_passes(value: str) -> None:
    assert checks.ogrn(value) is None


@pytest.mark.parametrize("value", [*INN, "500100732259"])
def test_any_single_wrong_digit_of_an_inn_is_found(value: str) -> None:
    for place in range(len(value)):
        wrong = value[:place] + str((int(value[place]) + 1) % 10) + value[place + 1 :]
        assert checks.inn(wrong) is not None, wrong


@pytest.mark.parametrize("value", ["", "77074180811", "770741808", "770741808a", "７７０７４１８０８１"])
def test_a_misshapen_inn_is_refused(value: str) -> None:
    assert checks.inn(value) is not None


@pytest.mark.parametrize(("value", "good"), [("770701001", True), ("7707AB001", True), ("77070100", False)])
def test_kpp_has_nine_signs(value: str, good: bool) -> None:
    assert (checks.kpp(value) is None) == good


def test_a_settlement_account_fits_its_bank() -> None:
    # The key of an account is computed with the last three digits of БИК (Банк России, 08.09.1997 № 515).
    bank, account = "044525225", _with_key("40702810{k}38000000001", "225")
    assert checks.account(account, bank) is None
    assert checks.account(account, "044525974") is not None


def _with_key(pattern: str, prefix: str) -> str:
    """The account whose weighted sum of digits ends with zero."""
    for key in range(10):
        candidate = pattern.format(k=key)
        total = sum(int(d) * (7, 1, 3)[place % 3] for place, d in enumerate(prefix + candidate))
        if total % 10 == 0:
            return candidate
    raise AssertionError


def requisites(**fields: str) -> SimpleNamespace:
    empty = dict.fromkeys(("inn", "kpp", "ogrn", "bik", "account", "corr_account"), "")
    return SimpleNamespace(**{**empty, **fields})


def test_an_account_without_its_bank_cannot_be_checked() -> None:
    assert set(checks.faults(requisites(account="40702810138000000001"))) == {"bik"}


def test_treasury_accounts_are_checked_for_their_shape_only() -> None:
    treasury = requisites(bik="004525988", account="03100643000000017300", corr_account="40102810545370000003")
    assert checks.faults(treasury) == {}
    assert set(checks.faults(requisites(bik="004525988", account="0310064300000001730"))) == {"account"}


def test_empty_requisites_have_no_faults() -> None:
    assert checks.faults(requisites()) == {}
