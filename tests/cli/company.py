"""A company whose marketing and CRM are files: small enough that a whole run takes a moment."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from connector.cli import main
from connector.cli.caller import Caller
from connector.shipped import shipped
from connector.state.store import Store
from connector.testing.simulators.rdstation import RdStationSimulator

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MODEL = Path(__file__).with_name("scoring.yaml")
CONTACTS = """\
id,email,first_name,job_title,source
c1,ana@acme.example,Ana,CEO,Google
c2,bia@acme.example,Bia,CEO,Google
c3,caio@acme.example,Caio,Analyst,Fair
"""
ACTS = """\
id,type,at,asset
c1,form_submission,2026-11-18T10:00:00Z,ebook-1
c1,form_submission,2026-11-19T10:00:00Z,ebook-2
c2,form_submission,2026-11-18T10:00:00Z,ebook-1
"""
DECISIONS = """\
id,decision,reason,note,decided_at
c1,rejected,Dados inválidos,wrong number,2026-11-20T12:30:00Z
"""


@dataclass
class Company:
    """`leadloop(…)` calls the command in this process; ana is an MQL, bia and caio are not."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    now: datetime = NOW
    slept: list[float] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.folder / "in").mkdir(parents=True)
        self.write("in/contacts.csv", CONTACTS)
        self.write("in/acts.csv", ACTS)
        self.configure()

    @property
    def config(self) -> Path:
        return self.folder / "leadloop.yaml"

    @property
    def state(self) -> Path:
        return self.folder / "state/leadloop.db"

    @property
    def leads(self) -> Path:
        return self.folder / "out/leads.csv"

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text, encoding="utf-8")

    def configure(self, **more: Any) -> None:
        """Write leadloop.yaml anew with these keys on top."""
        self.settings |= more
        files = {"adapter": "csv", "folder": "in", "contacts": "contacts.csv", "activities": "acts.csv"}
        sales = {"adapter": "csv", "folder": "out", "decisions": "../decisions*.csv", "decisions_key": "id"}
        document = {
            "marketing": {"export": {**files, "mapping": str(shipped("csv-marketing.yaml"))}},
            "crm": {"sales": {**sales, "mapping": str(shipped("csv.yaml"))}},
            "scoring": str(MODEL),
            "reasons": str(shipped("reasons.yaml")),
            **self.settings,
        }
        self.config.write_text(json.dumps(document), encoding="utf-8")

    def leadloop(self, *args: str, typed: str | None = None, sleep: Any = None) -> Result:
        """One call; never with the terminal, the clock or the patience of the person who runs the tests."""
        caller = Caller(environ=self.environ, now=lambda: self.now, sleep=sleep or self.slept.append)
        return CliRunner().invoke(main, ["--config", str(self.config), *args], obj=caller, input=typed)

    def json(self, *args: str, code: int = 0) -> Any:
        """The document that a verb prints; its exit code is as expected."""
        result = self.leadloop(*args, "--json")
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    def run(self, *args: str, code: int = 0) -> Any:
        """One pass, then an hour passes."""
        document = self.json("run", "--once", *args, code=code)
        self.now += timedelta(hours=1)
        return document

    def store(self) -> Store:
        """The state, as the process that holds it opens it."""
        return Store.open(self.state, now=lambda: self.now)


def marketing(rd: RdStationSimulator, **more: Any) -> dict[str, Any]:
    """The `marketing:` of a company whose marketing is a simulated RD Station."""
    mapping = str(shipped("rdstation-marketing.yaml"))
    named = {"adapter": "rdstation", "credentials": rd.credentials, "base_url": rd.base_url, "mapping": mapping}
    return {"rd": {**named, **more}}


def unused_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
