"""TLS is always verified, and its sockets keep to deadlines too. Certificates are made here."""

import contextlib
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from connector.errors import RetryableError, UnknownOutcome
from connector.http import World

NO_SLEEP = World(sleep=lambda _: None, chance=lambda: 0.0)


def certificate(path, *, host="127.0.0.1", days=1):
    """A self-signed certificate with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "acme test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(made.public_bytes(pem) + secret)
    return path


@pytest.fixture
def tls_server(raw_server):
    """The raw server behind TLS: its script gets the wrapped socket's plain bytes."""

    def start(pem, script):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        server = raw_server(script)
        talk = server._talk

        def wrapped(connection):
            with contextlib.suppress(OSError):
                talk(context.wrap_socket(connection, server_side=True))

        server._talk = wrapped
        return server, f"https://127.0.0.1:{server.port}"

    return start


def answer(connection, _):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")


def test_a_certificate_of_the_given_authority_is_taken(tls_server, open_client, tmp_path):
    pem = certificate(tmp_path / "a.pem")
    _, url = tls_server(pem, answer)
    client = open_client(url, settings={"ca_file": str(pem)})
    assert client.request("GET", "/").json() == {}


@pytest.mark.parametrize("flaw", ["unknown authority", "expired", "another host"])
def test_a_bad_certificate_stops_the_request_before_it_is_sent(tls_server, open_client, tmp_path, flaw):
    pem = certificate(
        tmp_path / "a.pem",
        host="127.0.0.9" if flaw == "another host" else "127.0.0.1",
        days=-1 if flaw == "expired" else 1,
    )
    server, url = tls_server(pem, answer)
    client = open_client(url, settings={} if flaw == "unknown authority" else {"ca_file": str(pem)}, world=NO_SLEEP)
    with pytest.raises(RetryableError) as caught:
        client.request("POST", "/", json={})
    assert caught.value.code == "tls"
    assert not isinstance(caught.value, UnknownOutcome)
    assert (server.requests, server.connections) == ([], 1)


def test_a_slow_drip_over_tls_ends_at_the_deadline(tls_server, open_client, tmp_path):
    pem = certificate(tmp_path / "a.pem")
    stopping = threading.Event()

    def drip(connection, _):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
        while not stopping.wait(0.02):
            connection.sendall(b"x")

    _, url = tls_server(pem, drip)
    client = open_client(url, settings={"ca_file": str(pem)}, world=NO_SLEEP, deadline_s=0.5)
    began = time.monotonic()
    with pytest.raises(UnknownOutcome, match="timeout"):
        client.request("POST", "/")
    stopping.set()
    assert time.monotonic() - began < 30  # whereas the drip would last for minutes
