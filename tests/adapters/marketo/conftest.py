"""An instance of Marketo to test against: simulated, over real HTTP, with a clock that waits for nobody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from adapters.marketo.marketing import MarketoMarketing
from connector.adapter import EffectKind, Options
from connector.errors import AuthError, ContractError, QuotaError, RemoteRefusal, RetryableError
from connector.http import Settings
from connector.model import Json, LeadWrite
from connector.testing.conformance.clock import BEGIN, Clock
from connector.testing.conformance.marketing import DocumentedError, MarketingWorld
from connector.testing.simulator import Reply
from connector.testing.simulators.marketo import MarketoSimulator
from connector.testing.simulators.marketo import wording as words

EVENT = "leadloopDecision"
PARTS = ("decision", "reason")
READ = ("email", "firstName", "lastName", "company", "unsubscribed", "leadloop_note")


class SmallPages(MarketoMarketing):
    """Small pages and slices need fewer people; that Marketo takes 300 and no more is tested by itself."""

    page_size = 20
    slice_bytes = 1_500


@dataclass
class MarketoWorld(MarketingWorld):
    """`made_ago`: how long before they act leads came to be; long ago, and only the bulk extract has them."""

    simulator: MarketoSimulator
    clock: Clock
    since: datetime | None = BEGIN - timedelta(days=20)
    made_ago: timedelta = timedelta()
    values: Json = field(default_factory=dict)
    page_size = 20
    acts_page = 20
    lag_s = 600.0
    read_path = "/rest/v1/"
    new_fields = ("leadloop_score", "leadloop_grade", "leadloop_mql", "leadloop_decision_at")

    def __post_init__(self) -> None:
        self.credentials = dict(self.simulator.credentials)
        instance = self.simulator.instance
        instance.schema.add("leadloop_note")
        instance.schema.add("leadloop_count", "integer")
        self.list_id = instance.make_list("MQL").id

    def adapter(self, **options: Any) -> SmallPages:
        settings = Settings("mkto", credentials=self.credentials, base_url=self.simulator.base_url)
        given = {"fields": {"": READ}, "since": self.since, "values": self.values, **options}
        return self.started(SmallPages, settings, Options("mkto", **given))

    def add(self, number: int) -> str:
        made_at = self.clock.now() - self.made_ago
        return str(self.simulator.add(f"lead{number}@example.com", created_at=made_at, firstName=f"Lead {number}"))

    def email_of(self, contact_id: str) -> str:
        return str(self.simulator.lead(int(contact_id)).values["email"])

    def act(self, contact_id: str, at: datetime | None = None, *, visible_at: datetime | None = None) -> None:
        self.simulator.fill_form(int(contact_id), "ebook-2026", at, visible_at=visible_at)

    def delete(self, contact_id: str) -> None:
        self.simulator.delete(int(contact_id))

    def merge(self, loser: str, survivor: str) -> None:
        self.simulator.merge(int(loser), int(survivor))

    def opt_out(self, contact_id: str) -> None:
        self.simulator.opt_out(int(contact_id))

    def opted_out(self, record: Json) -> bool:
        return bool(record.get("unsubscribed"))

    def expire_tokens(self) -> None:
        self.simulator.identity.expire()

    def revoke(self) -> None:
        self.simulator.identity.revoke()

    @property
    def secrets(self) -> Sequence[str]:
        return (self.credentials["client_secret"], "simulated-token")

    @property
    def errors(self) -> Sequence[DocumentedError]:
        return [*_OF_READS, *_OF_WRITES]

    def make_type(self) -> None:
        """The custom activity type, as `prepare` makes it."""
        self.adapter(events={EVENT: PARTS}).prepare_writes(())

    def write(self, kind: EffectKind, contact_id: str, number: int) -> LeadWrite:
        if kind == "field":
            return self.effect(kind, contact_id, fields={"leadloop_note": f"note {number}"}, suffix=f"-{number}")
        if kind == "list":
            return self.effect(kind, contact_id, name="MQL", suffix=f"-{number}")
        if EVENT not in self.simulator.instance.types.by_name:
            self.make_type()
        fields = {"decision": "rejected", "reason": f"reason {number}"}
        return self.effect(kind, contact_id, name=EVENT, fields=fields, suffix=f"-{number}")

    def bad_write(self, kind: EffectKind, contact_id: str) -> LeadWrite:
        if kind == "field":
            return self.effect(kind, contact_id, fields={"leadloop_count": "many"})
        if kind == "list":
            return LeadWrite("list-bad", "list", "ll-bad", record_id="999999", name="MQL")
        return self.effect(kind, contact_id, name=EVENT, fields={"reason": "x" * 300})

    def write_path(self, kind: EffectKind) -> str:
        paths = {"field": r"/rest/v1/leads\.json$", "list": r"/rest/v1/lists/\d+/leads\.json$"}
        return paths.get(kind, r"/activities/external\.json$")

    def is_written(self, write: LeadWrite) -> bool:
        id_ = int(write.record_id or 0)
        if write.kind == "field":
            values = self.simulator.lead(id_).values
            return all(values.get(name) == value for name, value in write.fields.items())
        if write.kind == "list":
            return (id_ in self.simulator.instance.lists[self.list_id].members) is write.on
        return len(self.told(id_, write.effect)) == 1

    def told(self, lead_id: int, effect: str) -> list[Any]:
        """Custom activities of a lead that carry this key."""
        type_id = self.simulator.instance.types.by_name[EVENT]["id"]
        acts = self.simulator.instance.acts_of(lead_id, type_id)
        return [act for act in acts if act.attributes.get("leadloopEffect") == effect]


def _read(name: str, code: int, raises: Any, retry_after_s: float | None = None, text: str = "no") -> DocumentedError:
    return DocumentedError(name, words.refused(code, text), raises=raises, retry_after_s=retry_after_s)


def _written(name: str, reply: Reply, outcome: Any = "rejected", **more: Any) -> DocumentedError:
    return DocumentedError(name, reply, outcome=outcome, **more)


_PAGE = {"Content-Type": "text/html"}
_OF_READS = (
    _read("no token", 600, AuthError),
    _read("wrong token, and a new one does not help", 601, AuthError),
    _read("expired token, and a new one does not help", 602, AuthError),
    _read("denied", 603, AuthError),
    _read("feature not enabled", 703, AuthError),
    _read("time-out", 604, RetryableError),
    _read("method", 605, ContractError),
    DocumentedError("rate", words.rate_limited(), raises=RetryableError, retry_after_s=20),
    DocumentedError("daily quota", words.quota_reached(), raises=QuotaError),
    _read("unavailable", 608, RetryableError),
    _read("bad JSON", 609, ContractError),
    _read("no such resource", 610, ContractError),
    _read("system error", 611, RetryableError),
    _read("content type", 612, ContractError),
    _read("unreachable", 614, RetryableError),
    DocumentedError("too many at once", words.too_many_at_once(), raises=RetryableError, retry_after_s=2),
    _read("bad parameter", 701, RemoteRefusal, text="batchSize of lead1@example.com"),
    _read("bad date", 704, RemoteRefusal),
    _read("rule", 709, RemoteRefusal),
    _read("transient", 713, RetryableError),
    _read("too many results", 1003, RemoteRefusal),
    _read("field not found", 1006, RemoteRefusal),
    _read("unknown code", 4711, RemoteRefusal),
    DocumentedError("no error at all", Reply(200, {"success": False}), raises=RemoteRefusal),
    DocumentedError("server error", Reply(502, b"<html>bad gateway</html>", _PAGE), raises=RetryableError),
    DocumentedError("long address", Reply(414, b"<html>too long</html>", _PAGE), raises=RemoteRefusal),
    DocumentedError("unknown status", Reply(418, {}), raises=ContractError),
    DocumentedError("maintenance", Reply(200, b"<html>we are back soon</html>", _PAGE), raises=RetryableError),
)
_OF_WRITES = (
    _written("whole call refused", words.refused(1003, "Invalid value of lead1@example.com")),
    _written("field not found", words.refused(1006, "Field 'x' not found")),
    _written("record: field not found", words.result([words.skipped(1006, "Field 'x' not found")])),
    _written("record: gone", words.result([words.skipped(1004, "Lead not found")]), moved=True),
    _written("record: merged", words.result([words.skipped(1080, "merged: lead1@example.com")]), moved=True),
    _written("record: company field", words.result([words.skipped(1021, "no")])),
    _written("record: several leads", words.result([words.skipped(1007, "lead1@example.com")])),
    _written("record: no such list", words.result([words.skipped(1013, "no")]), kind="list", moved=True),
    _written("record: bad value", words.result([words.skipped(1003, "no", under="errors")]), kind="event"),
    _written("large body", Reply(413, b"<html>too large</html>", _PAGE)),
    _written("exists already", words.refused(1005, "Lead already exists"), "conflict"),
    _written("time-out: nobody knows", words.refused(604, "Request timed out"), "unknown"),
    _written("system error: nobody knows", words.refused(611, "System error"), "unknown"),
    _written("server error: nobody knows", Reply(502, b"<html>bad gateway</html>", _PAGE), "unknown"),
    _written("results are missing: nobody knows", words.result([]), "unknown"),
    _written("unknown status: nobody knows", Reply(418, {}), "unknown"),
)


@pytest.fixture
def marketo(simulated: Callable[..., Any]) -> Callable[..., MarketoWorld]:
    """Opens a world; `simulator` goes to the simulator, all else to the world."""

    def open_world(*, simulator: dict[str, Any] | None = None, **keywords: Any) -> MarketoWorld:
        return MarketoWorld(*simulated(MarketoSimulator, **(simulator or {})), **keywords)

    return open_world
