"""Names that lead nowhere, or take their time: nothing was sent, and the deadline counts the looking up."""

import socket
from types import SimpleNamespace

import pytest

from connector.errors import RetryableError, UnknownOutcome
from connector.http import sockets


@pytest.fixture
def looked_up(monkeypatch):
    """`looked_up(answer)`: what the resolver does from now on; how often it was asked."""
    asked = []

    def start(answer):
        def resolve(*_args, **_more):
            asked.append(1)
            return answer()

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        return asked

    return start


@pytest.mark.parametrize("why", [socket.EAI_NONAME, socket.EAI_AGAIN, socket.EAI_FAIL])
def test_a_name_that_nobody_knows_is_a_passing_trouble_and_nothing_was_sent(open_client, looked_up, clock, why):
    def unknown():
        raise socket.gaierror(why, "no such name")

    asked = looked_up(unknown)
    with pytest.raises(RetryableError) as caught:
        open_client().request("POST", "/leads", json={})
    assert (caught.value.code, len(asked)) == ("dns", 5)
    assert not isinstance(caught.value, UnknownOutcome)


def test_a_slow_look_up_counts_towards_the_deadline(raw_server, open_client, looked_up, clock, monkeypatch):
    monkeypatch.setattr(sockets, "time", SimpleNamespace(monotonic=clock.monotonic))
    server = raw_server(lambda connection, _: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"))
    address = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))

    def slow():
        clock.passed_s += 11
        return [address]

    looked_up(slow)
    client = open_client(f"http://localhost:{server.port}", deadline_s=10)
    with pytest.raises(RetryableError) as caught:
        client.request("POST", "/leads", json={})
    assert caught.value.code == "timeout"
    assert not isinstance(caught.value, UnknownOutcome)
    assert server.connections == 0
