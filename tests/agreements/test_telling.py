"""What follows a step: notices to coordinators, webhooks signed, retried, logged, and only to those who may see."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select, update

from agreements import amending, service
from agreements.demo.load import Company
from agreements.models import Delivery
from agreements.webhooks import addresses, keys, sending
from agreements.webhooks import service as webhooks
from core import clock
from core.accounts.models import Reader
from core.db import database_now, db, transaction
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.notifications.models import Notification
from core.workflow import Ask
from core.workflow.jobs import ATTEMPTS, drain
from core.workflow.models import Job
from tests.agreements.lives import an_amendment, in_force
from tests.agreements.test_merging import registered, restated


class Listening:
    """A program on this machine that keeps what it is sent and answers with `statuses`, then with 200."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        outer = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((dict(self.headers), body))
                self.send_response(outer.statuses.pop(0) if outer.statuses else 200)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Answer)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook?from=s"

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def listening() -> Iterator[Listening]:
    started = Listening()
    yield started
    started.stop()


def hurry() -> None:
    """Do everything that waits for a later try, now."""
    for _n in range(ATTEMPTS + 2):
        with transaction():
            db.session.execute(
                update(Job).where(Job.state == "waiting").values(run_after=database_now() - timedelta(seconds=1))
            )
        if not drain():
            return


def suspended(company: Company, agreement_id: int) -> None:
    ask = Ask("проверка", {"notice": "письмо № 1"})
    service.take_step(agreement_id, "suspend", company.actor("m.deputy"), ask)


def test_the_parties_coordinators_are_told_and_strangers_are_not(app: APIFlask, company: Company) -> None:
    with app.app_context():
        agreement = in_force(company)
        suspended(company, agreement.id)
        drain()
        drain()
        rows = db.session.scalars(select(Notification).where(Notification.kind == "agreements/step")).all()
        assert {row.person_id for row in rows} == {company.people["m.coord"], company.people["c.coord"]}
        assert len(rows) == 2
        assert "Действие приостановлено" in rows[0].title
        assert "проверка" in rows[0].text


def test_who_draws_another_amendment_learns_that_the_parent_moved(app: APIFlask, company: Company) -> None:
    with app.app_context():
        parent = in_force(company)
        one, other = an_amendment(company, parent), an_amendment(company, parent, "c.coord")
        amending.put_changes(one.id, [restated("c11", "1.1", "Иначе.")], company.actor("m.coord"))
        from agreements.states import agreement_machine
        from core.accounts.actor import SYSTEM

        with transaction():
            agreement_machine.take(parent, "amend", SYSTEM, Ask(data={"source": one.id}))
        drain()
        rows = db.session.scalars(select(Notification).where(Notification.kind == "agreements/moved")).all()
        assert {row.person_id for row in rows} >= {company.people["c.coord"]}
        assert f"/agreements/{other.id}/merge" in {row.path for row in rows}
        assert registered


def test_a_webhook_carries_a_signed_message_once(app: APIFlask, company: Company, listening: Listening) -> None:
    app.config["WEBHOOKS_PRIVATE"] = True
    with app.app_context():
        agreement = in_force(company, number="С/2026/17")
        _row, secret = webhooks.subscribe(company.actor("c.coord"), listening.url)
        suspended(company, agreement.id)
        hurry()
        [(headers, body)] = listening.got
        sent = json.loads(body)
        assert (sent["step"], sent["to_state"], sent["agreement"]["id"]) == ("suspend", "suspended", agreement.id)
        moment, given = (part.partition("=")[2] for part in headers["X-Soglasovano-Signature"].split(","))
        expected = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
        assert given == expected
        [delivery] = db.session.scalars(select(Delivery)).all()
        assert (delivery.state, delivery.status, delivery.attempts) == ("delivered", 200, 1)


def test_a_failed_delivery_is_tried_again_and_given_up(app: APIFlask, company: Company, listening: Listening) -> None:
    app.config["WEBHOOKS_PRIVATE"] = True
    listening.statuses = [500, 302]
    with app.app_context():
        actor = company.actor("c.coord")
        agreement = in_force(company)
        row, _secret = webhooks.subscribe(actor, listening.url)
        suspended(company, agreement.id)
        hurry()
        delivery = webhooks.deliveries(row.id, actor).items[0]
        assert (delivery.state, delivery.attempts) == ("delivered", 3)
        assert {json.loads(body)["id"] for _headers, body in listening.got} == {delivery.event}
        listening.statuses = [503] * ATTEMPTS
        service.take_step(agreement.id, "resume", company.actor("m.deputy"))
        hurry()
        newest = webhooks.deliveries(row.id, actor).items[0]
        assert (newest.state, newest.attempts, newest.error) == ("failed", ATTEMPTS, "HTTP 503")
        webhooks.send_again(newest.id, actor)
        hurry()
        db.session.refresh(newest)
        assert newest.state == "delivered"
        with pytest.raises(NotNow):
            webhooks.send_again(newest.id, actor)


def test_nothing_is_sent_of_what_the_organisation_may_not_see(
    app: APIFlask, company: Company, listening: Listening
) -> None:
    app.config["WEBHOOKS_PRIVATE"] = True
    with app.app_context():
        webhooks.subscribe(company.actor("samara"), listening.url)
        agreement = in_force(company)
        suspended(company, agreement.id)
        hurry()
        assert listening.got == []
        webhooks.subscribe(company.actor("c.coord"), listening.url)
        service.take_step(agreement.id, "resume", company.actor("m.deputy"))
        with transaction():
            pass
        drain(limit=1)
        with transaction():
            db.session.execute(db.delete(Reader).where(Reader.organisation_id == company.organisations["corporation"]))
        hurry()
        assert listening.got == []


def test_an_organisation_keeps_its_own_webhooks_only(app: APIFlask, company: Company, listening: Listening) -> None:
    app.config["WEBHOOKS_PRIVATE"] = True
    with app.app_context():
        row, _secret = webhooks.subscribe(company.actor("c.coord"), listening.url)
        with pytest.raises(NotFound):
            webhooks.deliveries(row.id, company.actor("m.coord"))
        with pytest.raises(NotAllowed):
            webhooks.webhooks(company.actor("m.legal"))
        with pytest.raises(NotValid):
            webhooks.subscribe(company.actor("c.coord"), listening.url)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://10.0.0.7/", "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/", "https://[::ffff:127.0.0.1]/", "https://0.0.0.0/",
        "https://2130706433/", "https://100.64.0.1/", "https://[fd00::1]/", "https://[2002:7f00:1::]/",
        "http://example.org/", "ftp://example.org/", "https://user:secret@example.org/", "https://", "file:///etc/passwd",
        "https://example.org:0/", "javascript:alert(1)", "https://[64:ff9b::7f00:1]/", "https://[::7f00:1]/",
        "https://[::ffff:10.0.0.1]/", "https://0177.0.0.1/", "https://127.1/",
    ],
)  # fmt: skip
def test_addresses_inside_and_odd_ones_are_refused(app: APIFlask, url: str) -> None:
    with app.app_context(), pytest.raises(NotValid):
        addresses.resolve(url)


def looked_up(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
    """Names lead where `answers` say, question by question."""
    left = list(answers)

    def resolver(_host: str, port: int, **_kind: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in left.pop(0)]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", resolver)


def test_a_name_that_turns_inwards_after_it_was_saved_is_refused_at_delivery(
    app: APIFlask, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        actor = company.actor("c.coord")
        looked_up(monkeypatch, ["8.8.8.8"], *[["10.0.0.7"]] * ATTEMPTS)
        row, _secret = webhooks.subscribe(actor, "https://hook.example.org/")
        monkeypatch.setattr(addresses, "post", lambda *_a: pytest.fail("a private network was reached"))
        webhooks.send_trial(row.id, actor)
        hurry()
        delivery = webhooks.deliveries(row.id, actor).items[0]
        assert (delivery.state, delivery.status) == ("failed", None)
        assert "внутреннюю сеть" in delivery.error


def test_one_private_address_among_public_ones_refuses_the_name(
    app: APIFlask, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        looked_up(monkeypatch, ["8.8.8.8", "192.168.0.1"])
        with pytest.raises(NotValid, match="внутреннюю"):
            webhooks.subscribe(company.actor("c.coord"), "https://hook.example.org/")


def test_the_connection_goes_to_the_very_address_that_was_checked(
    app: APIFlask, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone: list[Any] = []

    def connect(where: tuple[str, int], _seconds: float) -> Any:
        gone.append(where)
        raise OSError("enough")

    with app.app_context():
        looked_up(monkeypatch, ["8.8.8.8"])
        place = addresses.resolve("https://hook.example.org:8443/x")
        monkeypatch.setattr(addresses.socket, "create_connection", connect)
        with pytest.raises(addresses.Unreachable):
            addresses.post(place, b"{}", {})
    assert gone == [("8.8.8.8", 8443)]


def test_a_redirect_is_not_followed(app: APIFlask, company: Company, listening: Listening) -> None:
    app.config["WEBHOOKS_PRIVATE"] = True
    listening.statuses = [307] * ATTEMPTS
    with app.app_context():
        actor = company.actor("c.coord")
        row, _secret = webhooks.subscribe(actor, listening.url)
        webhooks.send_trial(row.id, actor)
        hurry()
        assert len(listening.got) == ATTEMPTS
        assert webhooks.deliveries(row.id, actor).items[0].error == "HTTP 307"


def test_whoever_answers_by_drops_is_cut_off(app: APIFlask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other side takes the connection and never says a word."""
    monkeypatch.setattr(addresses, "MOST_SECONDS", 0.2)
    app.config["WEBHOOKS_PRIVATE"] = True
    with app.app_context(), socket.create_server(("127.0.0.1", 0)) as silent:
        place = addresses.resolve(f"http://127.0.0.1:{silent.getsockname()[1]}/")
        with pytest.raises(addresses.Unreachable):
            addresses.post(place, b"{}", {})


def marks(header: str) -> list[str]:
    return [part.partition("=")[2] for part in header.split(",")[1:]]


def test_the_key_lies_sealed_and_while_it_is_changed_both_sign(
    app: APIFlask, company: Company, listening: Listening
) -> None:
    app.config["WEBHOOKS_PRIVATE"] = True
    with app.app_context():
        actor = company.actor("c.coord")
        row, first = webhooks.subscribe(actor, listening.url)
        same, second = webhooks.rotate(row.id, actor)
        stored = db.session.execute(db.text("SELECT secret, secret_before FROM agreement_webhook")).one()
        assert not any(key in column for key in (first, second) for column in stored)
        assert len({first, second, *stored}) == 4
        webhooks.send_trial(row.id, actor)
        hurry()
        assert same.before_until is not None
        with clock.at(same.before_until):
            webhooks.send_trial(row.id, actor)
            hurry()
        genuine = documented()
        (during, body), (after, later) = [
            (headers["X-Soglasovano-Signature"], body) for headers, body in listening.got
        ]  # fmt: skip
        assert [genuine(key, during, body) for key in (first, second)] == [True, True]
        assert [genuine(key, after, later) for key in (first, second)] == [False, True]
        assert (len(marks(during)), len(marks(after))) == (2, 1)
        assert json.loads(body)["event"] == "webhook.test"
        app.config["SECRET_KEY_FALLBACKS"] = [app.config["SECRET_KEY"]]
        app.config["SECRET_KEY"] = "another"
        assert keys.opened(row.secret, row.organisation_id) == second
        app.config["SECRET_KEY_FALLBACKS"] = []
        with pytest.raises(NotFound):
            keys.opened(row.secret, row.organisation_id)
        with pytest.raises(NotFound):
            keys.opened(row.secret, row.organisation_id + 1)


def documented() -> Callable[..., bool]:
    """The example of docs/webhooks.md itself."""
    text = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
    found: dict[str, Any] = {}
    exec(text.partition("```python\n")[2].partition("```")[0], found)
    genuine: Callable[..., bool] = found["genuine"]
    return genuine


def test_the_documented_check_refuses_what_is_forged_or_old() -> None:
    genuine, body, now = documented(), b'{"id": "x"}', int(time.time())
    good = sending.signature(["key"], body, now)
    assert genuine("key", good, body)
    assert not genuine("other", good, body)
    assert not genuine("key", good, body + b" ")
    assert not genuine("key", sending.signature(["key"], body, now - 400), body)
    assert not genuine("key", good.replace(f"t={now}", f"t={now + 1}"), body)
    assert not genuine("key", "", body)


@pytest.mark.parametrize("address", ["8.8.8.8", "2a02:6b8::1"])
def test_the_open_internet_is_open(address: str) -> None:
    assert addresses.is_open(address)
