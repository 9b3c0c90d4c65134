"""A real Tryton server for tests: one process on loopback, its database set back to a prepared template for each."""

from __future__ import annotations

import http.client
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from threading import Timer
from typing import IO, Any, Self

HOME = Path(__file__).parents[3] / ".tryton"
"""Tryton's own venv and the template database: `make .tryton/ready`."""
SERVE = Path(__file__).with_name("server") / "serve.py"
DATABASE = "crm"
STARTS_WITHIN_S = 60.0


class TrytonServer:
    """One trytond. Use as a context manager; `reset` before each test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.people: Mapping[str, Any] = json.loads((HOME / "keys.json").read_text())
        self.port = 0

    @staticmethod
    def is_ready() -> bool:
        return (HOME / "ready").exists()

    def __enter__(self) -> Self:
        shutil.copy(HOME / "template.sqlite", self._file)
        self._log = (self.folder / "trytond.log").open("wb")
        command = [HOME / "bin" / "python", SERVE, self.folder]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._log, text=True)
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._told.close()
        self._log.close()

    @property
    def _told(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout

    @property
    def _file(self) -> Path:
        return self.folder / f"{DATABASE}.sqlite"

    def key(self, who: str) -> str:
        """The key of `leadloop` or `sales`."""
        return str(self.people[who]["key"])

    def reset(self) -> None:
        """The database as it was prepared, however the test before left it."""
        with sqlite3.connect(HOME / "template.sqlite") as template, sqlite3.connect(self._file) as live:
            template.backup(live)
        template.close()
        live.close()

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """A look into its tables, or a change that no interface offers."""
        with sqlite3.connect(self._file, timeout=10) as live:
            rows = live.execute(statement, values).fetchall()
        live.close()
        return rows

    def request(
        self, method: str, path: str, *, key: str, body: bytes = b"", headers: Mapping[str, str] | None = None,
        at: datetime | None = None,
    ) -> tuple[int, Mapping[str, str], bytes]:  # fmt: skip
        """One request, stamped with a moment of the test's own clock where one is given."""
        sent = {"Content-Type": "application/json", **(headers or {})}
        sent |= {"Authorization": f"Bearer {key}"} if key else {}
        sent |= {"X-World-Time": at.isoformat()} if at else {}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def _wait(self) -> None:
        """Until it listens, which its first line says, and answers."""
        limit = Timer(STARTS_WITHIN_S, self._process.kill)
        limit.start()
        said = self._told.readline()
        limit.cancel()
        if said:
            self.port = int(said)
            status, _, _ = self.request("GET", f"/{DATABASE}/rest/model/res.user?f=id", key=self.key("sales"))
            if status == 200:
                return
        raise AssertionError(f"trytond did not start: {(self.folder / 'trytond.log').read_text()[-2000:]}")
