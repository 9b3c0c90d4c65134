"""The server in a thread of its own, on the configured address."""

from __future__ import annotations

import socket
import threading

import uvicorn
from starlette.types import ASGIApp

from connector.errors import ConfigError


class HealthServer:
    """Binds at once, so that a wrong address ends the start; answers from `start` to `stop`."""

    def __init__(self, host: str, port: int) -> None:
        """Raises ConfigError when the address cannot be had."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            self._socket = socket.create_server((host, port), family=family, backlog=64)
        except OSError as error:
            raise ConfigError(
                f"server.listen: {host}:{port} cannot be had ({error.strerror})",
                code="listen",
                hint="stop what listens there, or choose another address",
            ) from error
        self._thread: threading.Thread | None = None
        self._server: uvicorn.Server | None = None

    @property
    def address(self) -> str:
        """Where it listens: host and the port that it really has."""
        host, port = self._socket.getsockname()[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def start(self, app: ASGIApp) -> None:
        """Answer from now on."""
        self._server = uvicorn.Server(
            uvicorn.Config(
                app, log_config=None, access_log=False, server_header=False, lifespan="off", loop="asyncio",
                http="h11", ws="none", limit_concurrency=64, timeout_keep_alive=5, timeout_graceful_shutdown=1,
            )
        )  # fmt: skip
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="server", daemon=True
        )
        self._thread.start()

    def stop(self, timeout_s: float = 2.0) -> None:
        """Answer no more."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(timeout_s)
        self._socket.close()
