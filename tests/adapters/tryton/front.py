"""What stands before the real server in tests: it passes requests on, keeps a ledger, and misbehaves on demand."""

from __future__ import annotations

from typing import Any

from connector.testing.simulator import Reply, Request, Simulator
from tests.adapters.tryton.running import DATABASE, TrytonServer

KEPT = ("Content-Type", "Content-Language", "Content-Range")
PASSED = ("authorization", "content-type", "accept-language", "x-tryton-context")


class TrytonFront(Simulator):
    """Forwards to one server, with the moment of the test's clock; `of_world=False` leaves the server its own."""

    def __init__(self, server: TrytonServer, *, of_world: bool = True, **times: Any) -> None:
        super().__init__(**times)
        self.server = server
        self.of_world = of_world

    @property
    def credentials(self) -> dict[str, str]:
        return {"database": DATABASE, "key": self.server.key("leadloop")}

    def _apply(self, request: Request) -> Reply:
        path = f"{request.path}?{request.query}" if request.query else request.path
        headers = {name: value for name, value in request.headers.items() if name in PASSED}
        at = self.clock() if self.of_world else None
        status, told, body = self.server.request(
            request.method, path, key="", body=request.body, headers=headers, at=at
        )
        return Reply(status, body, {name: told[name] for name in KEPT if name in told})
