"""Where a webhook may go: to the open internet by HTTPS, never into a private network, never along a redirect."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from flask import current_app
from flask_babel import gettext as _

from core.errors import NotValid

SECONDS = 10
"""Of one wait for the other side."""
MOST_SECONDS = 20
"""Of the whole conversation, however slowly it is answered: far less than the lease of a job."""
WRAPPED = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))
"""Networks whose addresses carry an IPv4 address in their last 32 bits."""
LONGEST = 2000


class Unreachable(Exception):
    """The message did not get through; the text says why."""


@dataclass(frozen=True)
class Place:
    """A checked address, and the very host address it was checked with: it cannot change before the connection."""

    parts: SplitResult
    host: str
    port: int
    ip: str


def private_allowed() -> bool:
    """Whether the configuration lets webhooks into private networks (WEBHOOKS_PRIVATE), where programs stand beside."""
    return bool(current_app.config.get("WEBHOOKS_PRIVATE"))


def shape(url: str) -> SplitResult:
    """The parts of an address that may be kept. Raises NotValid in words."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as fault:
        raise NotValid(_("Адрес не распознан"), "url") from fault
    schemes = ("https", "http") if private_allowed() else ("https",)
    if parts.scheme not in schemes or not parts.hostname or len(url) > LONGEST or port == 0:
        raise NotValid(_("Нужен полный адрес, начинающийся с https://"), "url")
    if parts.username or parts.password or parts.fragment:
        raise NotValid(_("Имя, пароль и «#» в адресе не допускаются"), "url")
    return parts


def resolve(url: str) -> Place:
    """Where the address leads now. Raises NotValid (its shape, a private network), Unreachable (no such host)."""
    parts = shape(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:
        raise Unreachable(f"{host}: имя не найдено") from fault
    addresses = [str(row[4][0]) for row in found]
    if not private_allowed() and not all(is_open(address) for address in addresses):
        raise NotValid(_("Адрес ведёт во внутреннюю сеть: это не допускается"), "url")
    return Place(parts, host, port, addresses[0])


def is_open(address: str) -> bool:
    """Whether an IP address is of the open internet, whatever it is wrapped in."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    inside = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    if inside is None and any(ip in network for network in WRAPPED):
        inside = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if inside is not None:
        return is_open(str(inside))
    return ip.is_global and not ip.is_multicast


def post(place: Place, body: bytes, headers: Mapping[str, str]) -> int:
    """Send the bytes; answers the HTTP status and reads nothing more. Raises Unreachable."""
    connection = _connection(place)
    target = place.parts.path or "/"
    if place.parts.query:
        target += f"?{place.parts.query}"
    watch = threading.Timer(MOST_SECONDS, _cut, (connection,))
    watch.start()
    try:
        connection.request("POST", target, body, dict(headers))
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as fault:
        raise Unreachable(f"{type(fault).__name__}: {fault}") from fault
    finally:
        watch.cancel()
        connection.close()


def _cut(connection: http.client.HTTPConnection) -> None:
    """End a conversation that takes too long: the thread that waits in it learns so at once."""
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


def _connection(place: Place) -> http.client.HTTPConnection:
    if place.parts.scheme == "https":
        return _Secure(place)
    return _Plain(place)


class _Plain(http.client.HTTPConnection):
    """Goes to the address that was checked, under the name that was asked."""

    def __init__(self, place: Place) -> None:
        super().__init__(place.host, place.port, timeout=SECONDS)
        self._place = place

    def connect(self) -> None:
        self.sock = socket.create_connection((self._place.ip, self._place.port), SECONDS)


class _Secure(http.client.HTTPSConnection):
    """The same by TLS; the certificate must be for the name."""

    def __init__(self, place: Place) -> None:
        self._trust = ssl.create_default_context()
        super().__init__(place.host, place.port, timeout=SECONDS, context=self._trust)
        self._place = place

    def connect(self) -> None:
        plain = socket.create_connection((self._place.ip, self._place.port), SECONDS)
        self.sock = self._trust.wrap_socket(plain, server_hostname=self._place.host)
