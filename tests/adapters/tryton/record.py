"""Record the scenes anew from a real server: `python -m tests.adapters.tryton.record`, after `make .tryton/ready`.

A recording holds what was asked and what was answered, no key, and only people who were made up.
"""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connector.testing.conformance.clock import Clock
from connector.testing.simulator import Reply, Request, Simulator
from tests.adapters.tryton.front import TrytonFront
from tests.adapters.tryton.office import Office
from tests.adapters.tryton.running import TrytonServer
from tests.adapters.tryton.scenes import SCENES, Stage

FOLDER = Path(__file__).with_name("recorded")


def asked(request: Request) -> dict[str, Any]:
    """What makes two requests the same: address, body, and the context that history is read in."""
    context = request.headers.get("x-tryton-context")
    told = {"method": request.method, "path": request.path, "body": request.json()}
    return {**told, "context": json.loads(base64.urlsafe_b64decode(context))} if context else told


class Recorder(TrytonFront):
    """Keeps what passes."""

    def __init__(self, server: TrytonServer, **times: Any) -> None:
        super().__init__(server, **times)
        self.kept: list[dict[str, Any]] = []

    def _apply(self, request: Request) -> Reply:
        reply = super()._apply(request)
        body = reply.encoded().decode()
        is_json = "json" in reply.headers.get("Content-Type", "")
        answer = {"status": reply.status, "body": json.loads(body) if is_json else body, "headers": reply.headers}
        self.kept.append({"request": asked(request), "answer": answer})
        return reply


class Replay(Simulator):
    """Answers what was recorded; anything else fails, and says what was asked."""

    def __init__(self, scene: str, **times: Any) -> None:
        super().__init__(**times)
        self.left: list[Mapping[str, Any]] = json.loads((FOLDER / f"{scene}.json").read_text())

    def _apply(self, request: Request) -> Reply:
        for index, one in enumerate(self.left):
            if one["request"] == asked(request):
                answer = self.left.pop(index)["answer"]
                body = answer["body"]
                return Reply(answer["status"], body.encode() if isinstance(body, str) else body, answer["headers"])
        return Reply(400, {"message": f"never recorded: {json.dumps(asked(request))}"})


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, TrytonServer(Path(folder)) as server:
        for name, scene in SCENES.items():
            server.reset()
            clock = Clock()
            with Recorder(server, clock=clock.now, monotonic=clock.monotonic) as front:
                scene(Stage(front.base_url, front.credentials, clock, Office(server, clock.now)))
            (FOLDER / f"{name}.json").write_text(json.dumps(front.kept, indent=1) + "\n")


if __name__ == "__main__":
    main()
