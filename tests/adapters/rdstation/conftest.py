"""An RD Station account to test against: simulated, over real HTTP, with a clock that waits for nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

import pytest

from adapters.rdstation.marketing import RdStationMarketing
from connector.adapter import EffectKind, Options
from connector.errors import AuthError, ContractError, QuotaError, RemoteRefusal, RetryableError
from connector.http import Settings
from connector.model import Json, LeadWrite
from connector.testing.conformance.clock import Clock
from connector.testing.conformance.marketing import DocumentedError, MarketingWorld
from connector.testing.simulator import Reply
from connector.testing.simulators.rdstation import RdStationSimulator
from connector.testing.simulators.rdstation import wording as words

EVENTS_LAG_S = 120.0


class SmallPages(RdStationMarketing):
    """Pages of 20 need fewer people; that the platform takes 125 and no more is tested by itself."""

    page_size = 20


@dataclass
class RdStationWorld(MarketingWorld):
    simulator: RdStationSimulator
    clock: Clock
    since: datetime | None = None
    page_size = 20
    lag_s = 900.0
    read_path = "/platform/(segmentations|contacts)"
    new_fields = ("cf_lead_score", "cf_lead_grade", "cf_mql")
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.simulator.account.add_field("cf_lead_note", "STRING")
        self.credentials = dict(self.simulator.credentials)

    def adapter(self) -> RdStationMarketing:
        settings = Settings("rd", credentials=self.credentials, base_url=self.simulator.base_url)
        return self.started(SmallPages, settings, Options("rd", since=self.since))

    def add(self, number: int) -> str:
        return self.simulator.add(f"lead{number}@example.com", name=f"Lead {number}")

    def email_of(self, contact_id: str) -> str:
        return self.simulator.contact(contact_id).email

    def act(self, contact_id: str, at: datetime | None = None, *, visible_at: datetime | None = None) -> None:
        self.simulator.convert(
            self.email_of(contact_id), "ebook-2026", at, {"cf_n": self.unique()}, visible_at=visible_at
        )

    def unique(self) -> int:
        """An answer of its own for each conversion: RD Station's events have no id."""
        return next(self.numbers)

    def delete(self, contact_id: str) -> None:
        self.simulator.delete(contact_id)

    def merge(self, loser: str, survivor: str) -> None:
        self.simulator.merge(loser, survivor)

    def opt_out(self, contact_id: str) -> None:
        self.simulator.opt_out(contact_id)

    def opted_out(self, record: Json) -> bool:
        return any(basis["status"] == "declined" for basis in record["legal_bases"])

    def expire_tokens(self) -> None:
        self.simulator.tokens.expire()

    def revoke(self) -> None:
        self.simulator.tokens.revoke()

    @property
    def secrets(self) -> Sequence[str]:
        return (self.credentials["client_secret"], self.credentials["refresh_token"], "simulated-access")

    @property
    def errors(self) -> Sequence[DocumentedError]:
        return [*_OF_READS, *_OF_WRITES]

    def write(self, kind: EffectKind, contact_id: str, number: int) -> LeadWrite:
        names = {"tag": f"mql-{number}", "stage": "Qualified Lead", "event": "OPPORTUNITY"}
        fields = {"cf_lead_note": f"note {number}"} if kind == "field" else {}
        return self.effect(kind, contact_id, fields=fields, name=names.get(kind, ""), suffix=f"-{number}")

    def bad_write(self, kind: EffectKind, contact_id: str) -> LeadWrite:
        if kind == "field":
            return self.effect(kind, contact_id, fields={"cf_not_there": 1})
        if kind == "event":
            return self.effect(kind, contact_id, name="SALE", fields={"value": "a lot"})
        if kind == "stage":
            return self.effect(kind, contact_id, name="Nobody Knows It")
        return LeadWrite(effect=f"{kind}-bad", kind=kind, key="ll-bad", record_id="no-such-contact", name="mql")

    def write_path(self, kind: EffectKind) -> str:
        paths = {"field": r"/platform/contacts/[^/]+$", "tag": "/tag$", "stage": "/funnels/default$"}
        return paths.get(kind, "/platform/events/batch$")

    def is_written(self, write: LeadWrite) -> bool:
        contact = self.simulator.contact(write.record_id or "")
        if write.kind == "field":
            return all(contact.attributes.get(name) == value for name, value in write.fields.items())
        if write.kind == "tag":
            return (write.name.lower() in contact.tags) is write.on
        if write.kind == "stage":
            return bool(contact.funnel["lifecycle_stage"] == write.name)
        return write.name in [event["event_type"] for event in contact.sales]


def _read(name: str, reply: Reply, raises: Any, retry_after_s: float | None = None) -> DocumentedError:
    return DocumentedError(name, reply, raises=raises, retry_after_s=retry_after_s)


def _written(name: str, reply: Reply, outcome: Any = "rejected", **more: Any) -> DocumentedError:
    return DocumentedError(name, reply, outcome=outcome, **more)


_LIMITED = words.lead_limited("lead1@example.com", 24, 86_400, 43_066)
_OF_READS = (
    _read("wrong token", words.flat("UNAUTHORIZED", "Invalid token.", 401), AuthError),
    _read("expired token, and a new one does not help", words.expired(), AuthError),
    _read("no token", words.unsigned(), AuthError),
    _read("access denied, flat", words.flat("ACCESS_DENIED", "Wrong credentials provided.", 401), AuthError),
    _read("access denied, array", words.several("ACCESS_DENIED", "Wrong credentials provided.", status=401), AuthError),
    _read("forbidden", words.flat("FORBIDDEN", "not yours", 403), AuthError),
    _read("plan", words.flat("ACCOUNT_REQUIREMENT_MISSING", "not in your plan"), AuthError),
    _read("account limit", words.account_limited(599), RetryableError, 600),
    _read("lead limit", _LIMITED, QuotaError, 43_067),
    _read("bad parameter", words.flat("INVALID_PARAMETER", "page_size must be between 1 and 125."), RemoteRefusal),
    _read("long address", Reply(414, b"<html>too long</html>", {"Content-Type": "text/html"}), RemoteRefusal),
    _read("media type", words.flat("UNSUPPORTED_MEDIA_TYPE", "no", 415), ContractError),
    _read(
        "a gateway that knows no route", Reply(404, {"message": "no Route matched with those values"}), RetryableError
    ),
    _read(
        "a page that nobody has", Reply(404, b"<html>not found</html>", {"Content-Type": "text/html"}), RetryableError
    ),
    _read("unavailable", words.flat("SERVICE_UNAVAILABLE", "later", 500), RetryableError),
    _read("unknown status", Reply(418, {"errors": []}), ContractError),
)
_OF_WRITES = (
    _written("by field", words.by_field("cf_lead_note", "INVALID_DATA_TYPE", "no number")),
    _written("languages", Reply(400, {"errors": {"name": {"pt-BR": [{"error_type": "TOO_LONG"}]}}})),
    _written("with a path", words.several("VALUES_MUST_BE_LOWERCASE", "no", "$.tags"), kind="tag"),
    _written("bare array", words.bare("CANNOT_BE_NULL", "email cannot be null.", "$[0].payload.email"), kind="event"),
    _written("conflicting field", words.flat("CONFLICTING_FIELD", "no")),
    _written("address taken", words.by_field("email", "EMAIL_ALREADY_IN_USE", "lead1@example.com"), "conflict"),
    _written("gone", words.not_found(), moved=True),
    _written("lead limit", _LIMITED, retry_after_s=43_067.0),
    _written("unprocessable", words.several("INVALID", "no", status=422)),
    _written("unavailable: nobody knows", words.flat("SERVICE_UNAVAILABLE", "later", 500), "unknown"),
    _written("unknown status: nobody knows", Reply(418, {}), "unknown"),
)


@pytest.fixture
def rdstation(simulated: Callable[..., Any]) -> Callable[..., RdStationWorld]:
    """Opens a world; keywords go to the simulator, `since` to the connection."""

    def open_world(*, since: datetime | None = None, **keywords: Any) -> RdStationWorld:
        return RdStationWorld(*simulated(RdStationSimulator, **{"events_lag_s": EVENTS_LAG_S, **keywords}), since)

    return open_world
