"""Checksums and shapes of requisites: ИНН, КПП, ОГРН, БИК, accounts. Answers None or the fault in words."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

_INN10 = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN12_11 = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN12_12 = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)


def _control(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 11 % 10


def _shape(value: str, lengths: tuple[int, ...]) -> bool:
    return value.isascii() and value.isdigit() and len(value) in lengths


def inn(value: str) -> Any:
    """ИНН: 10 digits of an organisation or 12 of a person; control digits by the tax service's order."""
    if not _shape(value, (10, 12)):
        return _l("ИНН состоит из 10 цифр (у организации) или 12 цифр (у гражданина)")
    if len(value) == 10:
        good = _control(value, _INN10) == int(value[9])
    else:
        good = _control(value, _INN12_11) == int(value[10]) and _control(value, _INN12_12) == int(value[11])
    return None if good else _l("Контрольная цифра ИНН не сходится: проверьте, нет ли опечатки")


def kpp(value: str) -> Any:
    """КПП: four digits, two letters or digits, three digits."""
    shaped = len(value) == 9 and value[:4].isdigit() and value[6:].isdigit() and value[4:6].isalnum()
    return None if shaped and value.isascii() else _l("КПП состоит из 9 знаков, например 770701001")


def ogrn(value: str) -> Any:
    """ОГРН: 13 digits, or 15 of a sole proprietor; the last is the remainder of the rest."""
    if not _shape(value, (13, 15)):
        return _l("ОГРН состоит из 13 цифр (15 у предпринимателя)")
    good = int(value[:-1]) % (11 if len(value) == 13 else 13) % 10 == int(value[-1])
    return None if good else _l("Контрольная цифра ОГРН не сходится: проверьте, нет ли опечатки")


def bik(value: str) -> Any:
    """БИК: nine digits, beginning with 0 (or 1 and 2 for foreign and non-resident participants)."""
    return None if _shape(value, (9,)) and value[0] in "012" else _l("БИК состоит из 9 цифр и начинается с 0")


def account(value: str, bank: str) -> Any:
    """A settlement account: 20 digits, its key fits the last three digits of the bank's БИК."""
    return _account(value, bank[-3:], _l("Ключ расчётного счёта не подходит к БИК"))


def corr_account(value: str, bank: str) -> Any:
    """A correspondent account: 20 digits, its key fits "0" and digits 5–6 of the БИК."""
    return _account(value, "0" + bank[4:6], _l("Ключ корреспондентского счёта не подходит к БИК"))


def _account(value: str, prefix: str, fault: Any) -> Any:
    if not _shape(value, (20,)):
        return _l("Счёт состоит из 20 цифр")
    digits = prefix + value
    total = sum(int(digit) * (7, 1, 3)[index % 3] for index, digit in enumerate(digits))
    return None if total % 10 == 0 else fault


def treasury_account(value: str, bank: str) -> Any:
    """A treasury account (03…) or the single treasury account (40102…): 20 digits; keys are the Treasury's own."""
    return None if _shape(value, (20,)) else _l("Счёт состоит из 20 цифр")


def faults(requisites: Any) -> dict[str, Any]:
    """Every fault in the requisites of an organisation: field → message. Empty fields are not faults here."""
    found: dict[str, Any] = {}
    for name, check in (("inn", inn), ("kpp", kpp), ("ogrn", ogrn), ("bik", bik)):
        value = getattr(requisites, name)
        if value and (fault := check(value)):
            found[name] = fault
    if requisites.account or requisites.corr_account:
        found.update(_account_faults(requisites))
    return found


def _account_faults(requisites: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if not requisites.bik:
        return {"bik": _l("Укажите БИК: без него счёт не проверить")}
    treasury = requisites.account.startswith("03") or requisites.corr_account.startswith("40102")
    for name, check in (("account", account), ("corr_account", corr_account)):
        value = getattr(requisites, name)
        if value and (fault := (treasury_account if treasury else check)(value, requisites.bik)):
            found[name] = fault
    return found


REQUIRED = ("full_name", "short_name", "inn", "ogrn", "address", "alias")


def missing(requisites: Any) -> list[str]:
    """Names of the requisites an agreement cannot do without that are empty."""
    return [name for name in REQUIRED if not getattr(requisites, name)]
