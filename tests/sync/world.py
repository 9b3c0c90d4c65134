"""A company to run the loop in: RD Station and Salesforce simulated over real HTTP, one clock for all, no waiting."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from connector.adapter.registry import spec_of
from connector.config import Config, load
from connector.loop.connect import Connector, Files, read_files
from connector.loop.context import Loop, World
from connector.loop.requests import perform
from connector.loop.run import STEPS, run_once
from connector.loop.tally import Tally
from connector.shipped import shipped
from connector.state.store import Store
from connector.testing.conformance.clock import Clock
from connector.testing.simulators.rdstation import RdStationSimulator
from connector.testing.simulators.salesforce import SalesforceSimulator

FACTOR = 1000.0
FED_BACK = ("cf_lead_score", "cf_lead_grade", "cf_sales_decision", "cf_rejection_reason", "cf_decision_at")
MODEL = Path(__file__).with_name("scoring.yaml")


class Company:
    """Marketing, sales and leadloop between them. `run()` is one pass of all steps, a minute after the last."""

    def __init__(self, folder: Path, *, clock: Clock | None = None, seed: int = 1) -> None:
        self.folder = folder
        self.clock = clock or Clock()
        times: dict[str, Any] = {"clock": self.clock.now, "monotonic": self.clock.monotonic, "factor": FACTOR}
        self.rd = RdStationSimulator(**times)
        self.sf = SalesforceSimulator(**times)
        self.settings: dict[str, Any] = {}
        self._random = random.Random(seed)  # noqa: S311 - ids that repeat
        self._stack = ExitStack()
        self._open: tuple[Store, Connector, Loop] | None = None

    def __enter__(self) -> Self:
        self._stack.enter_context(self.rd)
        self._stack.enter_context(self.sf)
        for name in FED_BACK:
            self.rd.account.add_field(name)
        return self

    def __exit__(self, *told: object) -> None:
        self.close()
        self._stack.close()

    # What people do.

    def convert(self, name: str, *forms: str, days_ago: float = 0, title: str = "CEO", **attributes: Any) -> str:
        """Somebody fills in forms; a new name is a new contact. Returns the contact's id."""
        email = address(name)
        if self.rd.account.find_email(email) is None:
            self.rd.add(email, name=f"{name.title()} Silva", job_title=title, country="BR", **attributes)
        contact = self.rd.account.find_email(email)
        assert contact is not None
        for form in forms:
            self.rd.convert(email, form, at=self.clock.now() - timedelta(days=days_ago))
        return contact.uuid

    def later(self, **span: float) -> None:
        """Time passes."""
        self.clock.advance(timedelta(**span).total_seconds())

    # What leadloop does.

    def config_path(self) -> Path:
        """`leadloop.yaml` as `settings` change it, written anew."""
        document = {
            "state": "leadloop.db",
            "marketing": {
                "rd": {
                    "adapter": "rdstation", "credentials": self.rd.credentials, "base_url": self.rd.base_url,
                    "mapping": str(shipped("rdstation-marketing.yaml")), **self.settings.get("rd", {}),
                }
            },
            "crm": {
                "sf": {
                    "adapter": "salesforce", "auth_url": self.sf.base_url,
                    "credentials": {"client_id": "simulated-client", "client_secret": "simulated-secret"},
                    "mapping": str(shipped("salesforce.yaml")), **self.settings.get("sf", {}),
                }
            },
            "scoring": str(MODEL), "reasons": str(shipped("reasons.yaml")), **self.settings.get("all", {}),
        }  # fmt: skip
        path = self.folder / "leadloop.yaml"
        path.write_text(json.dumps(document))
        return path

    def open(self) -> Loop:
        """The loop as a starting process makes it."""
        if self._open is None:
            config = load(self.config_path(), {}, spec_of)
            store = Store.open(config.state, now=self.clock.now)
            world = World(self.clock.now, self.clock.monotonic, self.clock.sleep, self._random.randbytes)
            connector = Connector(config, files_of(config), world, store, limit_factor=FACTOR)
            self._open = store, connector, connector.loop(store)
        return self._open[2]

    def connector(self) -> Connector:
        """What the running process reaches the platforms with."""
        self.open()
        assert self._open is not None
        return self._open[1]

    def close(self) -> None:
        """The process ends."""
        if self._open is not None:
            store, connector, _ = self._open
            connector.close()
            store.close()
            self._open = None

    def run(self, *only: str) -> list[Tally]:
        """One pass; then a minute passes."""
        loop = self.open()
        with loop.store.hold():
            lines = run_once(loop, only=only or STEPS)
        self.later(minutes=1)
        return lines

    def run_until_quiet(self, *, most: int = 8) -> list[list[Tally]]:
        """Passes, a quarter of an hour apart, until no write is under way."""
        passes = []
        for _ in range(most):
            passes.append(self.run())
            if not self.ask("SELECT 1 FROM outbox WHERE state IN ('planned', 'sent', 'unknown', 'pending')"):
                return passes
            self.later(minutes=15)
        raise AssertionError(f"still under way: {self.ask(OPEN_ROWS)}")

    # What is so now.

    def replay(self) -> None:
        """`leadloop rejects replay`: parked records get another chance."""
        store = self.open().store
        with store.hold(), store.write(step=True) as tx:
            assert "error" not in perform(tx, store, "rejects replay", {})

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the state."""
        return [tuple(row) for row in self.open().store.read().execute(sql, values)]

    def person(self, name: str) -> int:
        """The person behind a name's address."""
        [(person,)] = self.ask("SELECT person_id FROM identities WHERE system = 'email' AND key = ?", address(name))
        return int(person)

    def stage(self, name: str) -> str:
        """Where the lead stands."""
        [(stage,)] = self.ask("SELECT stage FROM leads WHERE person_id = ?", self.person(name))
        return str(stage)

    def points(self, name: str) -> int:
        """Whole points."""
        [(points_mp,)] = self.ask("SELECT points_mp FROM scores WHERE person_id = ?", self.person(name))
        return int(points_mp) // 1000

    def history(self, name: str) -> list[tuple[str, str, int]]:
        """What the log tells of a lead, oldest first: (kind, by, cycle), without what is implied."""
        return self.ask(
            "SELECT kind, by, cycle FROM lifecycle WHERE person_id = ? AND implied = 0 ORDER BY at, id",
            self.person(name),
        )

    def rejects(self) -> list[tuple[str, str, str]]:
        """Open rejects: (connection, stream, code)."""
        return self.ask("SELECT connection, stream, code FROM rejects WHERE state = 'open' ORDER BY id")

    def lead(self, name: str, object_: str = "Lead") -> Mapping[str, Any]:
        """The one live CRM record of a name's address."""
        [row] = self.leads(name, object_)
        return row

    def leads(self, name: str, object_: str = "Lead") -> Sequence[Mapping[str, Any]]:
        """All live CRM records of a name's address."""
        return [row for row in self.sf.live(object_) if (row["Email"] or "").lower() == address(name)]

    def contact(self, name: str) -> Mapping[str, Any]:
        """What marketing shows of a name: its attributes and its funnel."""
        contact = self.rd.account.find_email(address(name))
        assert contact is not None
        return {**contact.attributes, **contact.funnel, "sales": [one["event_type"] for one in contact.sales]}

    def writes(self) -> int:
        """Requests that change something remote, sign-ins left out."""
        changing = [
            one
            for simulator in (self.rd, self.sf)
            for one in simulator.ledger
            if one.method != "GET" and "/auth/" not in one.path and "/oauth2/" not in one.path
        ]
        return len(changing)


OPEN_ROWS = (
    "SELECT connection, kind, name, state, code, text, why FROM outbox"
    " WHERE state IN ('planned', 'sent', 'unknown', 'pending')"
)


def files_of(config: Config) -> Files:
    """The files that a configuration names, compiled once however many tests read them."""
    paths = tuple((str(file.path), file.path.stat().st_mtime_ns, file.connection) for file in config.files())
    objects = tuple(crm.options().get("object") for crm in config.crm.values())
    if (paths, objects) not in _COMPILED:
        _COMPILED[paths, objects] = read_files(config)
    return _COMPILED[paths, objects]


_COMPILED: dict[object, Files] = {}


def address(name: str) -> str:
    """The e-mail address of a name."""
    return f"{name}@company.example"


def line_of(lines: Sequence[Tally], step: str, stream: str | None = None) -> Tally:
    """The first line of a step (and stream)."""
    return next(line for line in lines if line.step == step and stream in (None, line.stream))
