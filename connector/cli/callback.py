"""Receiving the code of a sign-in: from the browser that the platform leads back to this machine, or pasted."""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

_DONE = b"Signed in. You may close this page and go back to leadloop.\n"
_REFUSED = b"This is not the answer that leadloop waits for.\n"


def code_in(text: str) -> str | None:
    """The code that a person pasted: alone, or inside the whole address that the platform led to."""
    text = text.strip()
    if "://" not in text:
        return text or None
    return _first(urlsplit(text).query, "code")


def code_from_browser(redirect_uri: str, state: str, wait_s: float) -> str | None:
    """Serve the redirect address on loopback until a code comes with our `state`; None after `wait_s` seconds."""
    parts = urlsplit(redirect_uri)
    with _Waiting((parts.hostname or "127.0.0.1", parts.port or 80), _Page) as server:
        server.state = state
        ends_at = time.monotonic() + wait_s
        while server.code is None and (left := ends_at - time.monotonic()) > 0:
            server.timeout = left
            server.handle_request()
        return server.code


class _Waiting(HTTPServer):
    state = ""
    code: str | None = None


class _Page(BaseHTTPRequestHandler):
    """Takes one answer. Logs nothing: the address holds the code."""

    timeout = 5
    server: _Waiting

    def do_GET(self) -> None:
        query = urlsplit(self.path).query
        code, state = _first(query, "code"), _first(query, "state")
        # A platform may leave `state` out; one that gives another's is refused.
        fits = code is not None and state in (None, self.server.state)
        if fits:
            self.server.code = code
        body = _DONE if fits else _REFUSED
        self.send_response(200 if fits else 400)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class' name
        """Stay silent."""


def _first(query: str, name: str) -> str | None:
    values = parse_qs(query).get(name)
    return values[0] if values else None
