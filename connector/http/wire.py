"""One request, one complete answer: requests under our rules (no redirects, no environment, deadline, byte cap).

A `requests.Session` adds to a transport what we keep switched off: cookies, redirects, proxies and passwords of the
environment. So its transport is used without one, which halves what a page of a first read costs besides its bytes.
"""

from __future__ import annotations

import logging
import re
import ssl
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, Final
from urllib.parse import urlencode

import certifi
import requests
from msgspec import Struct
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import ConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    DecodeError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from connector import __version__
from connector.http.origins import Reach
from connector.http.sockets import AddressRefusedError, PlainPool, TlsPool, TlsSocket, Trip, travelling

# urllib3 logs whole addresses, query included, and some platforms want their tokens there; of a broken answer it logs
# the headers, too. All of its loggers are kept quiet for good.
logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)

_CHUNK: Final = 65_536
_ORIGINS: Final = 32
"""More than a platform has: a pool that is in use is never put out by another one."""
_HEADERS: Final = {
    "User-Agent": f"leadloop/{__version__}",
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
}
_PLAIN_URL: Final = re.compile(r"https?://[a-z0-9.:\[\]-]+/[A-Za-z0-9._~/-]*", re.ASCII)
"""Addresses that need no quoting; any other goes through requests' own quoting."""
_TIMEOUTS = (requests.Timeout, ReadTimeoutError, TimeoutError)


class Reply(Struct, frozen=True):
    """What came back, whole. `headers` are case-insensitive."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class WireError(Exception):
    """No whole answer came. `sent`: the platform may have received the request.

    `code`: timeout, dns, unreachable, tls, address_refused, broken_off, bad_content or too_large.
    """

    def __init__(self, code: str, *, sent: bool) -> None:
        super().__init__(code)
        self.code = code
        self.sent = sent


class Wire:
    """The connections to one account. Threads may share them."""

    def __init__(self, *, pool: int = 4, ca_file: str | None = None) -> None:
        self._transport = _Transport(ca_file, pool)

    def send(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        body: bytes | None,
        deadline_s: float,
        max_bytes: int,
        reach: Reach,
    ) -> Reply:
        """Send once and read the whole answer. Raises WireError.

        The library's own errors quote the address with its query, where tokens stand: none is chained.
        """
        trip = Trip(deadline_s, reach)
        with travelling(trip):
            try:
                request = _prepared(method, url, params, headers, body)
                response = self._transport.send(request, stream=True, timeout=deadline_s)
                try:
                    return Reply(response.status_code, response.headers, _read(response, max_bytes, trip))
                except BaseException:
                    response.close()
                    raise
            except WireError as error:
                failure = error
            except (requests.RequestException, HTTPError, OSError) as error:
                failure = _failure(error, trip)
        raise failure

    def close(self) -> None:
        """Close its connections."""
        self._transport.close()


class _Transport(HTTPAdapter):
    """Makes connections that keep to deadlines and addresses; TLS is always verified.

    What requests works out anew for every request is kept or left out here: the pool of an origin, a path without
    proxies, an answer without cookies. That is a quarter of what a page costs besides its bytes.
    """

    def __init__(self, ca_file: str | None, pool: int) -> None:
        self._ca_file = ca_file
        self._pools: dict[str, ConnectionPool] = {}
        super().__init__(pool_connections=_ORIGINS, pool_maxsize=pool)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": self._tls_pool}

    def _tls_pool(self, host: str, port: int | None = None, **kwargs: Any) -> TlsPool:
        """Made with the first request to an origin: who talks to this machine alone needs no authorities."""
        return TlsPool(host, port, ssl_context=_trusting(self._ca_file), **kwargs)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave the context as it is: it verifies, and knows its authorities already."""

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> ConnectionPool:
        """The pool of the request's origin."""
        origin = _split(request)[0]
        if origin not in self._pools:
            self._pools[origin] = super().get_connection_with_tls_context(request, verify, proxies, cert)
        return self._pools[origin]

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:
        """Path and query: there is never a proxy."""
        return _split(request)[1]

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """Status, headers and the stream."""
        return _Response(req, resp)


class _Response(requests.Response):
    """An answer without a jar of cookies, which takes longer to make than all the rest of it."""

    def __init__(self, request: requests.PreparedRequest, raw: Any) -> None:
        self.request = request
        self.status_code = raw.status
        self.headers = raw.headers  # urllib3's know no case either
        self.raw = raw
        self._content_consumed = False


def _split(request: requests.PreparedRequest) -> tuple[str, str]:
    """Origin and path of a prepared request; a fragment is never sent."""
    scheme, _, host, path = str(request.url).partition("#")[0].split("/", 3)
    return f"{scheme}//{host}", f"/{path}"


@cache
def _trusting(ca_file: str | None) -> ssl.SSLContext:
    """One context for all connections with the same authorities: reading those takes 20 ms and a megabyte."""
    context = ssl.create_default_context(cafile=ca_file or certifi.where())
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = TlsSocket
    return context


def _prepared(
    method: str, url: str, params: Mapping[str, Any] | None, headers: Mapping[str, str], body: bytes | None
) -> requests.PreparedRequest:
    request = requests.PreparedRequest()
    request.method = method
    if _PLAIN_URL.fullmatch(url):
        query = urlencode({name: value for name, value in (params or {}).items() if value is not None}, doseq=True)
        request.url = f"{url}?{query}" if query else url
    else:
        request.prepare_url(url, params)
    request.headers = {**_checked(tuple(headers.items()))}  # type: ignore[assignment]  # a dict serves, and faster
    if body is not None or method not in ("GET", "HEAD"):
        request.prepare_body(body, None)
    return request


@lru_cache(maxsize=32)  # nearly all requests to an account have the same ones
def _checked(headers: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """With our own, each name once in whatever case; what would break a request open is refused."""
    request = requests.PreparedRequest()
    request.prepare_headers({**_HEADERS, **dict(headers)})
    return {**request.headers}


def _read(response: requests.Response, max_bytes: int, trip: Trip) -> bytes:
    raw = response.raw
    length = response.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > max_bytes:
        raise WireError("too_large", sent=True)
    if length.isdigit() and "Content-Encoding" not in response.headers:
        return bytes(raw.read())
    chunks: list[bytes] = []
    total = 0
    while chunk := raw.read(_CHUNK, decode_content=True):
        total += len(chunk)
        if total > max_bytes:
            raise WireError("too_large", sent=True)
        chunks.append(chunk)
        trip.left_s()
    return b"".join(chunks)


def _failure(error: Exception, trip: Trip) -> WireError:
    cause = _innermost(error)
    if isinstance(cause, AddressRefusedError):
        return WireError("address_refused", sent=False)
    if isinstance(cause, NameResolutionError):
        return WireError("dns", sent=False)
    if isinstance(cause, NewConnectionError):
        return WireError("unreachable", sent=False)
    if isinstance(cause, ConnectTimeoutError | requests.ConnectTimeout):
        return WireError("timeout", sent=False)
    if isinstance(cause, SSLError | ssl.SSLError | requests.exceptions.SSLError):
        return WireError("tls", sent=trip.sent)
    if isinstance(cause, DecodeError | requests.exceptions.ContentDecodingError):
        return WireError("bad_content", sent=True)
    if isinstance(cause, _TIMEOUTS):
        return WireError("timeout", sent=True)
    return WireError("broken_off", sent=True)


def _innermost(error: Exception) -> Exception:
    """The first cause that says what happened: requests wraps urllib3's errors, and those each other."""
    if isinstance(error, requests.RequestException) and error.args and isinstance(error.args[0], Exception):
        inner = error.args[0]
        reason = getattr(inner, "reason", None)
        return reason if isinstance(reason, Exception) else inner
    return error
