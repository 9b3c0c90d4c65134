"""The routes. They read; nothing can be changed through them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from connector.logs import Log
from connector.model import Json
from connector.server.counts import Counts
from connector.server.guard import Guard
from connector.server.health import Health
from connector.server.readiness import UNUSABLE

T = TypeVar("T")
log = Log()


def application(health: Health, readiness: Callable[[], Json], counts: Counts, listen_host: str) -> Guard:
    """`/livez` (does the process turn?), `/readyz` (is everything fresh?) and `/metrics`.

    The handlers answer from the server's own thread: reads are short, and a pool would cost a connection per thread.
    """

    async def livez(_: Request) -> Response:
        alive = health.is_alive()
        return PlainTextResponse("ok\n" if alive else "the lanes do not turn\n", status_code=200 if alive else 503)

    async def readyz(_: Request) -> Response:
        told = _or(readiness, UNUSABLE)
        return JSONResponse(told, status_code=200 if told["ready"] else 503)

    async def metrics(_: Request) -> Response:
        text = _or(counts.text, b"")
        return Response(text, status_code=200 if text else 503, media_type=CONTENT_TYPE_LATEST)

    routes = [Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", metrics)]
    return Guard(Starlette(routes=routes), listen_host)


def _or(ask: Callable[[], T], otherwise: T) -> T:
    """The answer, or what is told when the state cannot be read: a probe must get an answer whatever happened."""
    try:
        return ask()
    except Exception as error:  # noqa: BLE001 - any failure to read means the same to whoever asks
        log.error("health not readable", error=type(error).__name__)
        return otherwise
