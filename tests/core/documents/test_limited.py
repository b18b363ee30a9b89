"""Limits: a template that eats time or memory takes only its own process down."""

from __future__ import annotations

import os

import pytest

from core.documents.inspect import inspect
from core.documents.limited import limited
from core.errors import NotValid
from tests.core.documents import papers


def whole_number(count: int) -> int:
    return count + 1


def pid() -> int:
    return os.getpid()


def eat_memory() -> int:
    return len(b"x" * 2**31)


def eat_time() -> None:
    while True:
        pass


def die() -> None:
    os._exit(3)


def refuse() -> None:
    raise NotValid("не так", field="имя")


def test_the_result_comes_back_from_another_process() -> None:
    assert limited(whole_number, 41) == 42
    assert limited(pid) != os.getpid()
    assert limited(inspect, papers.a_paper("{{ a }}"), ("b",), {}).fields[0].path == "a"


def test_refusals_come_back_as_refusals() -> None:
    with pytest.raises(NotValid, match="не так") as caught:
        limited(refuse)
    assert caught.value.fields == {"имя": "не так"}


@pytest.mark.parametrize("work", [eat_memory, eat_time, die])
def test_limits_become_a_refusal(work: object) -> None:
    with pytest.raises(NotValid, match="слишком тяжёл"):
        limited(work, seconds=1, megabytes=200)  # type: ignore[arg-type]
