"""`leadloop run` as a person starts it: a process of its own, on loopback, that is waited for and never slept for."""

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests.cli.company import Company

PATIENCE_S = 40.0
LEADLOOP = [sys.executable, "-c", "from connector.cli import main; main()"]


def company(folder: Path, **settings: Any) -> Company:
    """A company of files that rested for a while, whose daemon picks a port of its own."""
    made = Company(folder)
    made.configure(server={"listen": "127.0.0.1:0"}, schedule={"pull": "1s", "push": "1s", "decisions": "1s"})
    made.configure(**settings)
    rest(folder)
    return made


def rest(folder: Path) -> None:
    """Files that changed a moment ago may still be written to: these did not."""
    then = time.time() - 600
    for file in (folder / "in").glob("*.csv"):
        os.utime(file, (then, then))


class Running:
    """A daemon that runs: what it logged, its health, signals to it, and its end."""

    def __init__(self, config: Path, environ: dict[str, str] | None = None) -> None:
        self.lines: list[dict[str, Any]] = []
        self.raw: list[str] = []
        self._more = threading.Condition()
        self._process = subprocess.Popen(
            [*LEADLOOP, "--config", str(config), "run"],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            env={**os.environ, **(environ or {})},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        for text in self._process.stderr:
            with self._more:
                self.raw.append(text)
                if text.startswith("{"):
                    self.lines.append(json.loads(text))
                self._more.notify_all()

    def logged(self, event: str, **fields: Any) -> dict[str, Any]:
        """Wait for a line of this event with these fields."""

        def found() -> dict[str, Any] | None:
            wanted = {"event": event, **fields}
            return next((line for line in self.lines if wanted.items() <= line.items()), None)

        with self._more:
            assert self._more.wait_for(lambda: found() is not None, PATIENCE_S), (event, self.raw)
        line = found()
        assert line is not None
        return line

    def get(self, path: str, host: str | None = None) -> tuple[int, dict[str, str], str]:
        """Status, headers and body."""
        asked = http.client.HTTPConnection(self.logged("started")["listen"], timeout=10)
        with closing(asked):
            asked.request("GET", path, headers={"Host": host} if host else {})
            answer = asked.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, headers, answer.read().decode()

    def ready(self) -> dict[str, Any]:
        """What `/readyz` tells."""
        return dict(json.loads(self.get("/readyz")[2]))

    def metric(self, line: str) -> float:
        """The value of one line of `/metrics`, its labels included."""
        lines = dict(text.rsplit(" ", 1) for text in self.get("/metrics")[2].splitlines() if not text.startswith("#"))
        return float(lines.get(line, "nan"))

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def end(self, within_s: float = PATIENCE_S) -> int:
        """The exit code, once it ended."""
        code = self._process.wait(within_s)
        self._reader.join(PATIENCE_S)
        return code

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stderr is not None
        self._reader.join(PATIENCE_S)
        self._process.stderr.close()


def until(is_so: Callable[[], object], within_s: float = PATIENCE_S) -> None:
    """Ask again and again, for so long at most."""
    ends_at = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < ends_at
        threading.Event().wait(0.05)


@contextmanager
def running(config: Path, **environ: str) -> Iterator[Running]:
    """A daemon that is gone afterwards, however the test ends."""
    daemon = Running(config, environ)
    try:
        yield daemon
    finally:
        daemon.kill()
