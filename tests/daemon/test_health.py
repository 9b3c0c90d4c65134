"""`/livez`, `/readyz` and `/metrics`: what they tell, to whom, and with which headers."""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connector.errors import ConfigError
from connector.server import Counts, Health, HealthServer, Stream, application
from connector.server.guard import HEADERS, host_of
from connector.server.readiness import readiness
from connector.state import operation, reading
from connector.state.store import Store

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Served:
    """A server over a state and a clock of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.at = NOON
        self.store = Store.open(folder / "leadloop.db")
        self.health = Health(lambda: self.at, self._passed_s)
        self.health.streams = [Stream("rd", "contacts", 900), Stream("sf", "decisions", 900)]
        self.counts = Counts(list)
        self.server = HealthServer("127.0.0.1", 0)
        self.broken = False
        self.server.start(application(self.health, self._ready, self.counts, "127.0.0.1"))

    def _passed_s(self) -> float:
        return (self.at - NOON).total_seconds()

    def _ready(self) -> dict[str, object]:
        if self.broken:
            raise OSError("gone")
        return readiness(self.health, self.store.read())

    def later(self, **span: float) -> None:
        self.at += timedelta(**span)
        self.health.beat()

    def read(self, connection: str, stream: str) -> None:
        with self.store.write() as tx:
            reading.mark_fresh(tx, connection, stream, self.at)

    def get(self, path: str, host: str = "localhost", method: str = "GET") -> tuple[int, dict[str, str], str]:
        with closing(http.client.HTTPConnection(self.server.address, timeout=10)) as asked:
            asked.request(method, path, headers={"Host": host})
            answer = asked.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()

    def ready(self) -> tuple[int, list[str]]:
        status, _, body = self.get("/readyz")
        return status, json.loads(body)["reasons"]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path)
    yield made
    made.server.stop()
    made.store.close()


def test_fresh_streams_are_ready(served: Served) -> None:
    served.read("rd", "contacts")
    served.read("sf", "decisions")
    served.later(minutes=10)
    assert served.ready() == (200, [])
    [line, _] = json.loads(served.get("/readyz")[2])["streams"]
    assert line == {
        "connection": "rd", "stream": "contacts", "fresh_at": "2026-11-22T12:00:00.000000Z",
        "age_s": 600.0, "limit_s": 900, "ok": True,
    }  # fmt: skip


def test_a_stale_stream_is_not_ready_and_says_what_stands_in_its_way(served: Served) -> None:
    served.read("rd", "contacts")
    with served.store.write() as tx:
        operation.wait(tx, "rd", "pull/contacts", "quota", "used up", None, None, NOON)
    served.later(minutes=14)
    served.read("sf", "decisions")
    served.later(minutes=2)
    status, [reason] = served.ready()
    assert status == 503
    assert reason == "rd/contacts: last read to its end 960 s ago, at most 900 s are allowed; it stands still: quota"


def test_a_first_read_has_time_while_it_moves(served: Served) -> None:
    served.later(minutes=14)
    served.read("sf", "decisions")
    with served.store.write() as tx:
        reading.move_cursor(tx, "rd", "contacts", {"page": 7}, served.at)
    served.later(minutes=14)
    assert served.ready() == (200, [])
    served.later(minutes=2)
    assert served.ready()[0] == 503


def test_refused_credentials_are_not_ready(served: Served) -> None:
    served.health.refuse("sf")
    assert served.ready() == (503, ["sf: the platform refuses its credentials"])
    served.health.accept("sf")
    assert served.ready() == (200, [])


def test_a_run_hangs_when_it_neither_ends_nor_asks_anything(served: Served) -> None:
    served.health.streams = []
    asked = [0]
    served.health.began("pull", "rd", 3600, lambda: asked[0])
    served.later(minutes=50)
    asked[0] += 1
    assert served.health.look() == []
    served.later(minutes=59)
    assert served.health.look() == []
    served.later(minutes=2)
    assert [run.step for run in served.health.look()] == ["pull"]
    assert served.health.look() == []
    assert served.ready() == (503, ["rd: the step pull hangs"])
    served.health.ended("pull", "rd")
    assert served.ready() == (200, [])


def test_a_process_whose_lanes_do_not_turn_is_not_alive(served: Served) -> None:
    assert served.get("/livez")[0] == 200
    served.at += timedelta(minutes=2)
    assert served.get("/livez")[0] == 503
    served.health.beat()
    assert served.get("/livez")[0] == 200


def test_a_state_that_cannot_be_read_is_not_ready_but_alive(served: Served) -> None:
    served.broken = True
    assert served.ready() == (503, ["the state database cannot be read"])
    assert served.get("/livez")[0] == 200


def test_pauses_are_told_and_do_no_harm(served: Served) -> None:
    with served.store.write() as tx:
        operation.pause(tx, "sf", NOON, "asked for")
    status, _, body = served.get("/readyz")
    assert (status, json.loads(body)["paused"]) == (200, ["sf"])


def test_counters_and_gauges_are_told(served: Served) -> None:
    served.counts.reload_failures.inc()
    told = Counts(lambda: [("leadloop_leads", {"stage": "mql"}, 3.0), ("leadloop_leads", {"stage": "won"}, 1.0)])
    assert "leadloop_reload_failures_total 1.0" in served.get("/metrics")[2]
    assert 'leadloop_leads{stage="mql"} 3.0\nleadloop_leads{stage="won"} 1.0' in told.text().decode()


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/livez", "GET", 200), ("/readyz", "GET", 200), ("/metrics", "GET", 200), ("/", "GET", 404),
     ("/livez", "POST", 405)],
)  # fmt: skip
def test_every_answer_carries_the_headers(served: Served, path: str, method: str, status: int) -> None:
    answer = served.get(path, method=method)
    assert answer[0] == status
    assert {name.lower(): value for name, value in HEADERS.items()}.items() <= answer[1].items()


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/none"])
def test_a_foreign_host_is_misdirected_on_every_route(served: Served, path: str) -> None:
    status, headers, body = served.get(path, host="evil.example")
    assert (status, body) == (421, "wrong host\n")
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1:8321", "[::1]:8321", socket.gethostname()])
def test_our_own_names_are_served(served: Served, host: str) -> None:
    assert served.get("/livez", host=host)[0] == 200


@pytest.mark.parametrize(("header", "host"), [("A.example:80", "a.example"), ("[::1]:80", "::1"), ("", ""), ("[", "")])
def test_a_host_header_is_read_without_its_port(header: str, host: str) -> None:
    assert host_of(header) == host


def test_an_address_that_is_taken_is_a_mistake_in_the_configuration(served: Served) -> None:
    port = int(served.server.address.rpartition(":")[2])
    with pytest.raises(ConfigError, match=r"server\.listen"):
        HealthServer("127.0.0.1", port)
