"""Around every route: which names may ask, and headers that let no browser make anything of an answer."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}


class Guard:
    """Answers 421 to a `Host` that is none of ours: a web page must not reach us by a name of its own (DNS rebinding).

    Ours are the loopback names, the configured host, this machine's name, and the address that was connected to.
    """

    def __init__(self, app: ASGIApp, listen_host: str) -> None:
        self._app = app
        self._names = LOOPBACK | {listen_host.lower(), socket.gethostname().lower()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        app = self._app if self._is_ours(scope) else PlainTextResponse("wrong host\n", status_code=421)
        await app(scope, receive, send_guarded)

    def _is_ours(self, scope: MutableMapping[str, Any]) -> bool:
        host = host_of(Headers(scope=scope).get("host", ""))
        connected_to = scope.get("server") or ("",)
        return host in self._names or (_is_address(host) and host == connected_to[0])


def host_of(header: str) -> str:
    """The host of a `Host` header: no port, no brackets, lower case."""
    if header.startswith("["):
        return header[1:].partition("]")[0].lower()
    return header.partition(":")[0].lower()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
