"""An address that cannot be served is told in words."""

from __future__ import annotations

import socket

import pytest

from core.web.serving import refuse_taken


def test_a_taken_port_is_told_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SystemExit, match=f"127.0.0.1:{port} не открыть: порт занят.*PORT="):
            refuse_taken("127.0.0.1", str(port))


@pytest.mark.parametrize("port", ["восемь", "70000", ""])
def test_what_is_no_port_is_told(port: str) -> None:
    with pytest.raises(SystemExit, match="не открыть"):
        refuse_taken("127.0.0.1", port)


def test_a_free_port_is_left_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    refuse_taken("127.0.0.1", str(port))
    socket.create_server(("127.0.0.1", port)).close()
