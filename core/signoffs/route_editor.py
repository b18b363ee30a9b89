"""The editor of a route: what stands in the form, moved and changed a button at a time, and turned into stages.

It works without scripts: every button sends the whole form, and gets it back changed; only «Сохранить» stores it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

Draft = list[dict[str, Any]]
"""[{"key", "rule", "n", "slots": [{"key", "label", "kind", "bind", "roles", …}]}]: the stages with keys of the form."""


def from_stages(stages: Sequence[Mapping[str, Any]]) -> Draft:
    """Stored stages as the form shows them."""
    draft: Draft = []
    for i, stage in enumerate(stages):
        slots = [{**_new_slot(f"p{i}-{j}"), **slot} for j, slot in enumerate(stage["slots"])]
        draft.append({"key": f"s{i}", "rule": stage.get("rule", "all"), "n": stage.get("n", 1), "slots": slots})
    return draft


def blank() -> Draft:
    """A new route: the drafter's mark, and one visa."""
    first, second = _new_slot("p0-0"), _new_slot("p1-0")
    first |= {"kind": "submission", "days": 1}
    return [
        {"key": "s0", "rule": "all", "n": 1, "slots": [first]},
        {"key": "s1", "rule": "all", "n": 1, "slots": [second]},
    ]


def _new_slot(key: str) -> dict[str, Any]:
    return {
        "key": key, "label": "", "kind": "visa", "bind": "role", "roles": [], "organisation_id": None,
        "person_id": None, "typed": {}, "mandatory": True, "condition": "", "days": 3,
    }  # fmt: skip


def read(form: MultiDict[str, str]) -> Draft:
    """The draft as it was sent; `order` says what stands after what, wherever it was dragged."""
    draft: Draft = []
    for entry in form.getlist("order"):
        what, _colon, key = entry.partition(":")
        if what == "stage":
            draft.append(
                {"key": key, "rule": form.get(f"rule-{key}", "all"), "n": _number(form.get(f"n-{key}"), 1), "slots": []}
            )
        elif what == "slot" and draft:
            draft[-1]["slots"].append(_read_slot(form, key))
    return draft


def _read_slot(form: MultiDict[str, str], key: str) -> dict[str, Any]:
    return {
        "key": key,
        "label": (form.get(f"label-{key}", "") or "").strip(),
        "kind": form.get(f"kind-{key}", "visa"),
        "bind": form.get(f"bind-{key}", "role"),
        "roles": form.getlist(f"roles-{key}"),
        "organisation_id": _number(form.get(f"organisation-{key}")),
        "person_id": _number(form.get(f"person-{key}")),
        "typed": {name: form.get(f"{name}-{key}", "") for name in ("organisation", "person")},
        "mandatory": form.get(f"mandatory-{key}") == "1",
        "condition": form.get(f"condition-{key}", ""),
        "days": _number(form.get(f"days-{key}"), 0),
    }


def _number(text: str | None, default: int | None = None) -> int | None:
    """The number at the beginning: «12 · Завод точной механики» is 12."""
    digits = (text or "").strip().split(" ")[0]
    return int(digits) if digits.isdigit() else default


def change(draft: Draft, action: str) -> Draft:
    """The draft after a button: add, drop, up, down of a stage or a place. An unknown button changes nothing."""
    verb, _dash, rest = action.partition("-")
    what, _colon, key = rest.partition(":")
    if what == "stage":
        return _change_stage(draft, verb, key)
    for stage in draft:
        if verb == "add" and stage["key"] == key:
            stage["slots"].append(_new_slot(_free(draft)))
        stage["slots"] = _moved(stage["slots"], verb, key)
    return draft


def _change_stage(draft: Draft, verb: str, key: str) -> Draft:
    if verb == "add":
        fresh = _free(draft)
        return [*draft, {"key": fresh, "rule": "all", "n": 1, "slots": [_new_slot(f"{fresh}-0")]}]
    return _moved(draft, verb, key)


def _moved(items: list[dict[str, Any]], verb: str, key: str) -> list[dict[str, Any]]:
    at = next((i for i, item in enumerate(items) if item["key"] == key), None)
    if at is None or verb not in ("drop", "up", "down"):
        return items
    rest = items[:at] + items[at + 1 :]
    if verb == "drop":
        return rest
    to = max(at - 1, 0) if verb == "up" else min(at + 1, len(rest))
    return [*rest[:to], items[at], *rest[to:]]


def _free(draft: Draft) -> str:
    """A key no stage and no place has."""
    taken = {stage["key"] for stage in draft} | {slot["key"] for stage in draft for slot in stage["slots"]}
    number = len(taken)
    while f"k{number}" in taken:
        number += 1
    return f"k{number}"


def stages(draft: Draft) -> list[dict[str, Any]]:
    """What is stored: only what the binding of a place needs."""
    return [
        {"rule": stage["rule"], "n": stage["n"], "slots": [_stored(slot) for slot in stage["slots"]]} for stage in draft
    ]


def _stored(slot: Mapping[str, Any]) -> dict[str, Any]:
    names = ["label", "kind", "bind", "roles", "mandatory", "condition", "days"]
    if slot["bind"] in ("organisation", "person"):
        names.append("organisation_id")
    if slot["bind"] == "person":
        names.append("person_id")
    return {name: slot[name] for name in names}
