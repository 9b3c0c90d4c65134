"""A simulated platform on loopback, over real HTTP: routes, documented limits, a ledger, and faults on demand.

A platform's simulator subclasses `Simulator`, decorates methods with `@route`, and says how it words a refused limit.
Time is a callable, so that weeks can pass in a test; limits are counted on the monotonic clock, since they are what a
client's real pace is held against. `factor` raises all limits alike; the client's must be raised by the same.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from connector.adapter.declared import Limit


@dataclass(frozen=True, slots=True)
class Request:
    """What arrived. `args` are the named groups of the route, URL-decoded; `params` the query."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    args: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    """The query as it came, for platforms that take a parameter several times."""

    def json(self) -> Any:
        """The body as JSON; None when it is empty."""
        return json.loads(self.body) if self.body else None

    def form(self) -> dict[str, str]:
        """The body as a form."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back: a JSON-able body, or bytes as they are."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        """The body's bytes."""
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body).encode()


@dataclass(slots=True)
class Fault:
    """A misbehaviour for the next `times` requests that fit, after `skip` of them went well.

    `lose_before`: the connection dies before anything is applied. `lose_after`: the request is applied, then the
    connection dies. `stall_after`: applied, then silence until the client gives up. `reply`: this reply, not applied.
    `reply_after`: applied, then this reply instead of the true one. `edit_after`: applied, then the true one as `edit`
    leaves it.
    """

    action: Literal["lose_before", "lose_after", "stall_after", "reply", "reply_after", "edit_after"]
    path: str = ".*"
    method: str = ".*"
    times: int = 1
    skip: int = 0
    reply: Reply = field(default_factory=lambda: Reply(503, {"message": "unavailable"}))
    edit: Callable[[Reply], Reply] = lambda reply: reply

    def fits(self, request: Request) -> bool:
        """Does it strike this request? Counts `skip` and `times` down."""
        if self.times <= 0 or not re.fullmatch(self.method, request.method) or not re.search(self.path, request.path):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1
        return True


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger: when (monotonic), what was asked, what was answered."""

    at_s: float
    method: str
    path: str
    status: int
    params: Mapping[str, str]
    body: bytes


class Meter:
    """Counts calls in exact sliding windows, per limit and, where a limit is per record, per record."""

    def __init__(self, limits: Sequence[Limit], factor: float, clock: Callable[[], float]) -> None:
        self.limits = tuple(limits)
        self.factor = factor
        self.clock = clock
        self.seen: dict[tuple[int, str], deque[float]] = {}

    def take(self, bucket: str, record: str = "", *, logins: bool = False) -> tuple[Limit, float] | None:
        """Count one call; the limit that it breaks and the seconds until it fits again, or None."""
        now = self.clock()
        due: list[deque[float]] = []
        for index, limit in enumerate(self.limits):
            if limit.logins is not logins or limit.bucket not in ("*", bucket) or (limit.per_record and not record):
                continue
            calls = self.seen.setdefault((index, record if limit.per_record else ""), deque())
            while calls and calls[0] <= now - limit.per_s:
                calls.popleft()
            if len(calls) >= max(1, int(limit.calls * self.factor)):
                return limit, calls[0] + limit.per_s - now
            due.append(calls)
        for calls in due:
            calls.append(now)
        return None


Handler = Callable[[Any, Request], Reply]


def route(method: str, pattern: str) -> Callable[[Handler], Handler]:
    """Mark a method as the answer to `method` on a path that fits `pattern` (`{name}` stands for one segment)."""
    regex = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern))

    def mark(handler: Handler) -> Handler:
        handler._route = (method, regex)  # type: ignore[attr-defined]  # noqa: SLF001 - read by Simulator below
        return handler

    return mark


class Simulator:
    """One simulated account. Use as a context manager; `base_url` is where it listens."""

    limits: Sequence[Limit] = ()

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        factor: float = 1.0,
        latency_s: float = 0.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.clock = clock
        self.latency_s = latency_s
        self.monotonic = monotonic
        self.meter = Meter(self.limits, factor, monotonic)
        self.faults: list[Fault] = []
        self.ledger: list[Entry] = []
        self.lock = threading.RLock()
        self.closing = threading.Event()
        self._routes = [
            (*mark, getattr(self, name))
            for name in dir(type(self))
            if (mark := getattr(getattr(type(self), name), "_route", None)) is not None
        ]

    # What a platform's simulator answers.

    def bucket(self, request: Request) -> tuple[str, str, bool]:
        """Which limits count this request: (bucket, record, is a login)."""
        return "default", "", False

    def refuse(self, limit: Limit, wait_s: float, request: Request) -> Reply:
        """How the platform words a limit that was broken."""
        return Reply(429, {"message": "too many requests"}, {"Retry-After": str(int(wait_s) + 1)})

    def authorize(self, request: Request) -> Reply | None:
        """The refusal of a request that is not signed properly; None lets it pass."""
        return None

    def unknown(self, request: Request) -> Reply:
        """The answer to a path that the platform does not have."""
        return Reply(404, {"message": "no such path"})

    # The machinery.

    def answer(self, request: Request) -> tuple[Reply | None, bool]:
        """The reply (None: hang up) and whether to stall before it."""
        with self.lock:
            fault = next((one for one in self.faults if one.fits(request)), None)
            if fault is not None and fault.action == "lose_before":
                return self._enter(request, None), False
            if fault is not None and fault.action == "reply":
                return self._enter(request, fault.reply), False
            reply = self._apply(request)
            if fault is None:
                return self._enter(request, reply), False
            if fault.action == "reply_after":
                return self._enter(request, fault.reply), False
            if fault.action == "edit_after":
                return self._enter(request, fault.edit(reply)), False
            return self._enter(request, None), fault.action == "stall_after"

    def _apply(self, request: Request) -> Reply:
        broken = self.meter.take(*self.bucket(request)[:2], logins=self.bucket(request)[2])
        if broken is not None:
            return self.refuse(*broken, request)
        refusal = self.authorize(request)
        if refusal is not None:
            return refusal
        for method, regex, handler in self._routes:
            match = regex.fullmatch(request.path) if method == request.method else None
            if match:
                args = {name: unquote(value) for name, value in match.groupdict().items()}
                reply: Reply = handler(replace(request, args=args))
                return reply
        return self.unknown(request)

    def _enter(self, request: Request, reply: Reply | None) -> Reply | None:
        status = reply.status if reply is not None else 0
        self.ledger.append(Entry(self.monotonic(), request.method, request.path, status, request.params, request.body))
        return reply

    def calls(self, method: str = ".*", path: str = ".*") -> list[Entry]:
        """What the ledger holds of these requests."""
        return [one for one in self.ledger if re.fullmatch(method, one.method) and re.search(path, one.path)]

    @property
    def base_url(self) -> str:
        """Where it listens, once started."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _handler_of(self))
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128


def _handler_of(simulator: Simulator) -> type[BaseHTTPRequestHandler]:
    class _Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            parts = urlsplit(self.path)
            request = Request(
                method=self.command,
                path=parts.path,
                params=dict(parse_qsl(parts.query, keep_blank_values=True)),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(length) if length else b"",
                query=parts.query,
            )
            if simulator.latency_s:
                simulator.closing.wait(simulator.latency_s)
            reply, stall = simulator.answer(request)
            if reply is None:
                self._hang_up(stall)
                return
            self._send(reply)

        def _send(self, reply: Reply) -> None:
            body = reply.encoded()
            self.send_response(reply.status)
            self.send_header("Content-Length", str(len(body)))
            if "Content-Type" not in reply.headers and body:
                self.send_header("Content-Type", "application/json")
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def _hang_up(self, stall: bool) -> None:
            if stall:
                simulator.closing.wait(30)
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        def date_time_string(self, timestamp: float | None = None) -> str:
            return format_datetime(simulator.clock().astimezone(UTC).replace(microsecond=0), usegmt=True)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Nothing: the ledger is the log."""

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - names that the base class calls

    return _Handler
