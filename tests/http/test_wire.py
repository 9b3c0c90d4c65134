"""What hostile or broken servers do to a request: raw bytes over loopback, real sockets, real deadlines."""

import gzip
import logging
import socket
import struct
import threading
import time
import tracemalloc

import pytest

from connector.errors import ConfigError, ContractError, RetryableError, UnknownOutcome
from connector.http import World

NO_SLEEP = World(sleep=lambda _: None, chance=lambda: 0.0)
JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def say(data):
    return lambda connection, _: connection.sendall(data)


def ok(body=b"{}"):
    return JSON_HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def drip(server_box, data):
    def script(connection, _):
        connection.sendall(data)
        while not server_box[0].closing.wait(0.02):
            connection.sendall(b"x")

    return script


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(JSON_HEAD + b"Content-Length: 100000\r\n\r\n", id="body"),
        pytest.param(JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n186a0\r\n", id="chunk"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX-Slow: ", id="headers"),
    ],
)
def test_a_slow_drip_ends_at_the_deadline(raw_server, open_client, start):
    box = []
    box.append(raw_server(drip(box, start)))
    client = open_client(box[0].url, world=NO_SLEEP, deadline_s=0.5)
    began = time.monotonic()
    with pytest.raises(UnknownOutcome, match="timeout"):
        client.request("POST", "/slow")
    assert time.monotonic() - began < 30  # whereas the drip would last for half an hour


def test_a_simulated_clock_that_jumps_gives_no_request_up(raw_server, open_client, clock):
    def late(connection, _):
        clock.passed_s += 3_600  # as when another thread waits for its place
        connection.sendall(ok(b" " * 1_000_000 + b"{}"))  # more than one receive takes

    server = raw_server(late)
    assert open_client(server.url).request("POST", "/").json() == {}
    assert server.connections == 1


def test_silence_after_accepting_ends_at_the_deadline(raw_server, open_client):
    server = raw_server(lambda *_: server.closing.wait(5))
    client = open_client(server.url, world=NO_SLEEP)
    with pytest.raises(UnknownOutcome):
        client.request("POST", "/", deadline_s=0.5)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(JSON_HEAD + b'Content-Length: 50\r\n\r\n{"a": 1}', id="shorter than its Content-Length"),
        pytest.param(JSON_HEAD + b'Transfer-Encoding: chunked\r\n\r\n8\r\n{"a": 1}\r\n', id="chunks without an end"),
    ],
)
def test_a_cut_body_is_read_again_and_never_taken_for_whole(raw_server, open_client, answer):
    seen = []

    def script(connection, request):
        seen.append(request)
        connection.sendall(answer if len(seen) == 1 else ok(b'{"whole": true}'))
        if len(seen) == 1:
            connection.close()

    client = open_client(raw_server(script).url, world=NO_SLEEP)
    assert client.request("GET", "/").json() == {"whole": True}
    assert len(seen) == 2


def test_a_body_that_ends_with_its_connection_is_no_document_when_it_is_cut(raw_server, open_client):
    def script(connection, _):
        connection.sendall(JSON_HEAD + b'\r\n{"records": [{"id": 1}')
        connection.close()

    answer = open_client(raw_server(script).url, world=NO_SLEEP).request("GET", "/")
    with pytest.raises(RetryableError) as caught:
        answer.json()
    assert caught.value.code == "bad_content"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"X-Many: 1\r\n" * 150 + b"\r\n", id="150 headers"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 70_000 + b"\r\n\r\n", id="a header of 70 kB"),
        pytest.param(b"HTTP/1.1 abc\r\n\r\n", id="a status that is none"),
        pytest.param(
            JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", id="a chunk without a length"
        ),
        pytest.param(JSON_HEAD + b"Content-Length: 2, 3\r\n\r\n{}", id="two lengths"),
        pytest.param(JSON_HEAD + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", id="no gzip"),
        pytest.param(b"220 mail.acme.example ready\r\n\r\n", id="no HTTP"),
    ],
)
def test_an_answer_that_is_none_is_asked_for_again_and_leaves_a_write_unknown(raw_server, open_client, answer):
    server = raw_server(say(answer))
    client = open_client(server.url, world=NO_SLEEP)
    with pytest.raises(RetryableError):
        client.request("GET", "/")
    assert len(server.requests) == 5
    with pytest.raises(UnknownOutcome):
        client.request("POST", "/", json={})
    assert len(server.requests) == 6


def test_a_reset_in_the_middle_of_the_body_is_retried_for_reads_and_unknown_for_writes(raw_server, open_client):
    seen = []

    def script(connection, request):
        seen.append(request)
        if request.startswith(b"GET") and len(seen) == 3:
            connection.sendall(ok())
        else:
            connection.sendall(JSON_HEAD + b"Content-Length: 50\r\n\r\n{")
            reset(connection)

    client = open_client(raw_server(script).url, world=NO_SLEEP)
    assert client.request("GET", "/").status == 200
    with pytest.raises(UnknownOutcome) as caught:
        client.request("POST", "/", json={})
    assert caught.value.code == "unknown_outcome"
    assert len(seen) == 4


def test_a_write_marked_safe_is_sent_again(raw_server, open_client):
    seen = []

    def script(connection, request):
        seen.append(request)
        if len(seen) == 1:
            reset(connection)
        else:
            connection.sendall(ok())

    client = open_client(raw_server(script).url, world=NO_SLEEP)
    assert client.request("PUT", "/", json={}, safe=True).status == 200


def test_a_refused_connection_was_not_sent_and_is_retryable_even_for_writes(open_client):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(RetryableError) as caught:
        open_client(f"http://127.0.0.1:{port}", world=NO_SLEEP).request("POST", "/")
    assert caught.value.code == "unreachable"
    assert "check base_url" in str(caught.value.hint)
    assert not isinstance(caught.value, UnknownOutcome)


@pytest.mark.parametrize("layers", [1, 2])
def test_a_gzip_bomb_stops_at_the_byte_cap_and_takes_no_memory(raw_server, open_client, layers):
    bomb = gzip.compress(b" " * 30_000_000)
    bomb = gzip.compress(bomb) if layers == 2 else bomb
    encoding = b", ".join([b"gzip"] * layers)
    head = JSON_HEAD + b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (encoding, len(bomb))
    client = open_client(raw_server(say(head + bomb)).url, world=NO_SLEEP, max_bytes=1_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(ContractError) as caught:
            client.request("GET", "/")
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
    assert caught.value.code == "too_large"


@pytest.mark.parametrize("length", [b"Content-Length: 30000000\r\n", b"Transfer-Encoding: chunked\r\n", b""])
def test_an_answer_beyond_the_byte_cap_is_not_read_to_its_end(raw_server, open_client, length):
    sent = []

    def script(connection, _):
        connection.sendall(JSON_HEAD + length + b"\r\n")
        while sum(sent) < 30_000_000:
            chunk = b" " * 100_000
            connection.sendall(b"%x\r\n%s\r\n" % (len(chunk), chunk) if b"chunked" in length else chunk)
            sent.append(len(chunk))

    client = open_client(raw_server(script).url, world=NO_SLEEP, max_bytes=1_000_000)
    with pytest.raises(ContractError) as caught:
        client.request("GET", "/")
    assert caught.value.code == "too_large"
    assert sum(sent) < 20_000_000


def test_a_gzipped_answer_is_read(raw_server, open_client):
    body = gzip.compress(b'{"a": [1, 2]}')
    head = JSON_HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    assert open_client(raw_server(say(head + body)).url).request("GET", "/").json() == {"a": [1, 2]}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_is_not_followed_and_names_the_host(raw_server, open_client, method, status):
    other = raw_server(say(ok()))
    head = b"HTTP/1.1 %d Found\r\nLocation: http://127.0.0.1:%d/x?token=CANARY\r\nContent-Length: 0\r\n\r\n"
    server = raw_server(say(head % (status, other.port)))
    with pytest.raises(ContractError, match=r"127\.0\.0\.1") as caught:
        open_client(server.url).request(method, "/")
    assert (caught.value.code, len(server.requests)) == ("redirect", 1)
    assert "CANARY" not in str(caught.value)
    assert other.connections == 0


def test_a_link_to_another_origin_is_refused_before_anything_is_sent(raw_server, open_client):
    server, other = raw_server(say(ok())), raw_server(say(ok()))
    client = open_client(server.url)
    assert client.request("GET", f"{server.url}/page-2").status == 200
    for link in (f"{other.url}/page-2", "https://evil.example/page-2"):
        with pytest.raises(ContractError) as caught:
            client.request("GET", link)
        assert caught.value.code == "foreign_origin"
    assert (server.connections, other.connections) == (1, 0)


@pytest.mark.parametrize("kind", [b"text/html", b"application/json"])
def test_a_web_page_where_data_is_due_is_bad_content(raw_server, open_client, kind):
    page = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: 22\r\n\r\n\n<!DOCTYPE html><html>" % kind
    client = open_client(raw_server(say(page)).url, world=NO_SLEEP)
    with pytest.raises(RetryableError) as caught:
        client.request("GET", "/")
    assert caught.value.code == "bad_content"
    with pytest.raises(UnknownOutcome):
        client.request("POST", "/")


def test_cookies_are_not_kept(raw_server, open_client):
    server = raw_server(say(ok().replace(b"\r\n\r\n", b"\r\nSet-Cookie: sid=1\r\n\r\n", 1)))
    client = open_client(server.url)
    client.request("GET", "/")
    client.request("GET", "/")
    assert b"sid=1" not in server.requests[1]
    assert server.connections == 1


def test_a_connection_that_the_server_closed_meanwhile_is_not_used_for_a_write(raw_server, open_client):
    closed = threading.Event()

    def script(connection, _):
        connection.sendall(ok())
        connection.shutdown(socket.SHUT_RDWR)
        closed.set()

    server = raw_server(script)
    client = open_client(server.url, world=NO_SLEEP)
    client.request("GET", "/")
    assert closed.wait(5)
    assert client.request("POST", "/", json={}).status == 200
    assert server.connections == 2


def test_the_environment_gives_no_proxy_and_no_netrc(raw_server, open_client, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("default login CANARY password CANARY\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server = raw_server(say(ok()))
    open_client(server.url, auth=()).request("GET", "/")
    assert b"authorization" not in server.requests[0].lower()


def test_a_name_that_leads_to_loopback_is_refused_at_connect_time(raw_server, open_client, monkeypatch):
    server = raw_server(say(ok()))
    resolved = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: resolved)
    client = open_client(f"https://rebinding.example:{server.port}", world=NO_SLEEP)
    with pytest.raises(ConfigError) as caught:
        client.request("GET", "/")
    assert caught.value.code == "address_refused"
    assert server.connections == 0


def test_no_secret_and_no_address_is_in_any_error_or_log(raw_server, open_client, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    secret = "CANARY-token-123"
    echo = b'{"code": "CANARY-token-123", "message": "for ana@acme.example: Bearer CANARY-token-123"}'

    def script(connection, request):
        if b"/reset" in request:
            reset(connection)
        elif b"/headers" in request:  # a line that is no header: urllib3 warns of the address that answered so
            connection.sendall(b"HTTP/1.1 400 No\r\nContent-Length: 0\r\nCANARY\r\n\r\n")
        else:
            connection.sendall(b"HTTP/1.1 400 No\r\nContent-Length: %d\r\n\r\n%s" % (len(echo), echo))

    client = open_client(raw_server(script).url, world=NO_SLEEP)
    texts = []
    for path in ("/reset/ana@acme.example", "/echo/ana%40acme.example", "/headers"):
        with pytest.raises(Exception) as caught:  # noqa: PT011 - every kind is looked at
            client.request(
                "GET", path, params={"api_token": secret, "email": "ana@acme.example"}, headers={"X-Key": secret}
            )
        error = caught.value
        while error is not None:
            texts += [str(error), repr(error), repr(getattr(error, "errors", ""))]
            error = error.__cause__ or error.__context__
    told = "\n".join([*texts, caplog.text, *capsys.readouterr()])
    assert "CANARY" not in told
    assert "ana" not in told
