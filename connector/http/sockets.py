"""Connections that know when their request must end and whom they may talk to.

`requests` limits each wait, not their sum: a server that drips one byte every half second keeps it busy for ever. Here
every receive and send of a socket gets only the time that is left. And each resolved address is checked just before
it is connected to.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from connector.http.origins import Reach

CONNECT_S = 10.0
"""How long one address may take to accept a connection."""


class Trip:
    """One request under way: when it must end, where it may go, and whether any byte of it was handed over.

    Its time is the machine's own, not the world's: sockets wait in no other, and where a simulated clock jumps while
    one thread waits for its place, the request of another would be given up though its answer is on the way.
    """

    __slots__ = ("_ends_at", "reach", "sent")

    def __init__(self, deadline_s: float, reach: Reach) -> None:
        self._ends_at = time.monotonic() + deadline_s
        self.reach = reach
        self.sent = False

    def left_s(self) -> float:
        """Seconds that are left. Raises TimeoutError when there are none."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the request's deadline has passed")
        return left


class AddressRefusedError(NewConnectionError):
    """The name leads to an address that this connection must not reach."""


_thread = threading.local()


@contextlib.contextmanager
def travelling(trip: Trip) -> Iterator[None]:
    """Connections used by this thread serve `trip` meanwhile."""
    _thread.trip = trip
    try:
        yield
    finally:
        _thread.trip = None


class _PlainSocket(socket.socket):
    trip: Trip | None = None

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        _hurry(self)
        return super().recv_into(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        _hurry(self)
        super().sendall(*args, **kwargs)


class TlsSocket(ssl.SSLSocket):
    """As the plain one; `ssl` makes it by `SSLContext.sslsocket_class`."""

    trip: Trip | None = None

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        _hurry(self)
        return super().recv_into(*args, **kwargs)

    def send(self, *args: Any, **kwargs: Any) -> int:
        _hurry(self)
        return super().send(*args, **kwargs)


def _hurry(sock: _PlainSocket | TlsSocket) -> None:
    if sock.trip is not None:
        sock.settimeout(sock.trip.left_s())


def _dial(connection: HTTPConnection) -> socket.socket:
    """Resolve, check every address, connect to the first that answers."""
    trip: Trip = _thread.trip
    try:
        found = socket.getaddrinfo(connection.host.strip("[]"), connection.port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise NameResolutionError(connection.host, connection, error) from error
    except UnicodeError as error:
        raise NewConnectionError(connection, "no proper host name") from error
    if any(trip.reach.refuses(str(sockaddr[0])) for *_, sockaddr in found):
        raise AddressRefusedError(connection, "refused address")
    last: OSError = OSError("no address")
    for family, kind, protocol, _, sockaddr in found:
        sock = _PlainSocket(family, kind, protocol)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(min(CONNECT_S, trip.left_s()))
            sock.connect(sockaddr)
        except OSError as error:
            sock.close()
            last = error
        else:
            sock.settimeout(trip.left_s())
            return sock
    if isinstance(last, TimeoutError):
        raise ConnectTimeoutError(connection, "timed out") from last
    raise NewConnectionError(connection, str(last)) from last


def _board(connection: HTTPConnection) -> None:
    """Connect if need be, and let the socket serve the request of this thread."""
    if connection.sock is None:
        connection.connect()
    trip: Trip = _thread.trip
    sock: Any = connection.sock  # ours: made in _dial, or by the TLS context
    sock.trip = trip
    trip.sent = True


class _PlainConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _dial(self)

    def request(self, *args: Any, **kwargs: Any) -> None:
        _board(self)
        super().request(*args, **kwargs)


class _TlsConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _dial(self)

    def request(self, *args: Any, **kwargs: Any) -> None:
        _board(self)
        super().request(*args, **kwargs)


class PlainPool(HTTPConnectionPool):
    """Plain connections to loopback."""

    ConnectionCls = _PlainConnection


class TlsPool(HTTPSConnectionPool):
    """TLS connections, always verified."""

    ConnectionCls = _TlsConnection
