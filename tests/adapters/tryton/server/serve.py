"""Serve the databases of a folder: `serve.py FOLDER`. Runs in Tryton's own venv, on loopback, and prints its port.

This is trytond as it is, but for one thing: a request with `X-World-Time` is stamped with that moment instead of the
machine's, so that the clock of a test is the clock of the server too. Without the header nothing differs.
"""

import os
import sys
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path

FOLDER = Path(sys.argv[1]).absolute()
CONFIG = FOLDER / "trytond.conf"
CONFIG.write_text(f"[database]\nuri = sqlite://\npath = {FOLDER}\n")
os.environ |= {"TRYTOND_CONFIG": str(CONFIG), "TZ": "UTC"}

from trytond.backend.sqlite import database  # noqa: E402 - the configuration comes first
from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: E402

world_time: ContextVar[datetime | None] = ContextVar("world_time", default=None)
_now = database.now


def now() -> str:
    """The moment of the world, if the request has one: never a whole second, which SQLite's texts order wrongly."""
    at = world_time.get()
    return _now() if at is None else at.replace(tzinfo=None, microsecond=at.microsecond or 1).isoformat(" ")


database.now = now

from trytond.application import app  # noqa: E402 - connects to databases, whose function `now` is set by then


def in_world_time(environ, start_response):
    told = environ.get("HTTP_X_WORLD_TIME")
    world_time.set(datetime.fromisoformat(told) if told else None)
    return app(environ, start_response)


class Quiet(WSGIRequestHandler):
    def log_request(self, *_: object) -> None:
        """Nothing: the tests keep a ledger of their own."""


if __name__ == "__main__":
    server = make_server("127.0.0.1", 0, in_world_time, threaded=True, request_handler=Quiet)
    print(server.server_port, flush=True)
    server.serve_forever()
