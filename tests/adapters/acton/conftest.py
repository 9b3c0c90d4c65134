"""An Act-On account to test against: simulated, over real HTTP, with a clock that waits for nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from adapters.acton.marketing import ActOnMarketing
from connector.adapter import EffectKind, Options
from connector.errors import AuthError, ContractError, RemoteRefusal, RetryableError
from connector.http import Settings
from connector.model import Json, LeadWrite
from connector.testing.conformance.clock import Clock
from connector.testing.conformance.marketing import DocumentedError, MarketingWorld
from connector.testing.simulator import Reply
from connector.testing.simulators.acton import ActOnSimulator
from connector.testing.simulators.acton import wording as words


class SmallPages(ActOnMarketing):
    """Pages of 20 need fewer people; that Act-On gives 1,000 is tested by itself."""

    page_size = 20


@dataclass
class ActOnWorld(MarketingWorld):
    simulator: ActOnSimulator
    clock: Clock
    since: datetime | None = None
    credentials: Mapping[str, str] = field(default_factory=dict)
    kind: type[ActOnMarketing] = SmallPages
    page_size = 20
    lag_s = 540.0

    def __post_init__(self) -> None:
        self.simulator.account.lists["l-0001"].columns += ["Note"]
        self.credentials = self.credentials or self.simulator.credentials

    def adapter(self, **values: Any) -> ActOnMarketing:
        settings = Settings("acton", credentials=self.credentials, base_url=self.simulator.base_url)
        return self.started(self.kind, settings, Options("acton", since=self.since, values=values))

    def add(self, number: int) -> str:
        return self.simulator.add(f"lead{number}@example.com", First_Name="Lead", Last_Name=str(number))

    def email_of(self, contact_id: str) -> str:
        return self.simulator.contact(contact_id).email

    def act(self, contact_id: str, at: datetime | None = None, *, visible_at: datetime | None = None) -> None:
        """A form is sent, which changes the record."""
        number = str(len(self.simulator.contact(contact_id).history))
        self.simulator.do(contact_id, "fs", "Submitted: Demo", at, subject=number, visible_at=visible_at)
        self.simulator.edit(contact_id, at, visible_at=visible_at, Last_Name=f"{contact_id} {number}")

    def delete(self, contact_id: str) -> None:
        self.simulator.delete(contact_id)

    def opt_out(self, contact_id: str) -> None:
        self.simulator.opt_out(contact_id)

    def opted_out(self, record: Json) -> bool:
        return bool(record["opted_out"] == "yes")

    def expire_tokens(self) -> None:
        self.simulator.tokens.expire()

    def revoke(self) -> None:
        self.simulator.tokens.revoke()

    @property
    def secrets(self) -> Sequence[str]:
        tokens = self.simulator.tokens
        return (tokens.client_secret, tokens.password, "simulated-access", "simulated-refresh")

    @property
    def errors(self) -> Sequence[DocumentedError]:
        return [*_OF_READS, *_OF_WRITES]

    read_path = "/api/1/"

    def write(self, kind: EffectKind, contact_id: str, number: int) -> LeadWrite:
        if kind == "event":
            fields: Json = {"decision": "rejected", "reason": f"no_budget {number}"}
            return self.effect(kind, contact_id, name="Sales decision", fields=fields, suffix=f"-{number}")
        return self.effect(kind, contact_id, fields={"Note": f"note {number}"}, suffix=f"-{number}")

    def bad_write(self, kind: EffectKind, contact_id: str) -> LeadWrite:
        if kind == "event":
            return LeadWrite(effect="event-bad", kind=kind, key="ll-bad", record_id=contact_id, name="Sales decision")
        return self.effect(kind, contact_id, fields={"Nobody Made It": "x"})

    def write_path(self, kind: EffectKind) -> str:
        return "/api/1/customevents/fact$" if kind == "event" else "/record/[^/]+$"

    def is_written(self, write: LeadWrite) -> bool:
        if write.kind == "field":
            values = self.simulator.contact(write.record_id or "").values
            return all(values.get(name) == value for name, value in write.fields.items())
        events = self.simulator.account.custom_events.get(write.name, [])
        title = f"{write.fields['decision']}: {write.fields['reason']}"
        return any((one["email"], one["title"]) == (write.email, title) for one in events)


_PAGE = Reply(200, b"<html>login</html>", {"Content-Type": "text/html"})
_OF_READS = (
    DocumentedError("expired token, and a new one does not help", words.unauthorized(), raises=AuthError),
    DocumentedError("no right", words.gateway(403, "Forbidden"), raises=AuthError),
    DocumentedError("a limit", words.limited(), raises=RetryableError, retry_after_s=10),
    DocumentedError(
        "a limit as a 403", words.gateway(403, "Forbidden", "Quota exceeded"), raises=RetryableError, retry_after_s=10
    ),
    DocumentedError("invalid list", words.invalid_list(), raises=RemoteRefusal),
    DocumentedError("an error in a 200", words.refusal(10004, "Invalid or missing list", 200), raises=RemoteRefusal),
    DocumentedError("no such address", words.no_resource(), raises=ContractError),
    DocumentedError("server error without words", Reply(500, b""), raises=RetryableError),
    DocumentedError("unavailable", Reply(503, b""), raises=RetryableError),
    DocumentedError("the login page", _PAGE, raises=RetryableError),
    DocumentedError("neither rows nor errors", Reply(200, {}), raises=ContractError),
    DocumentedError("unknown status", Reply(418, {}), raises=ContractError),
)
_OF_WRITES = (
    DocumentedError("a column, its code as text", words.invalid_column(), outcome="rejected"),
    DocumentedError("gone", words.invalid_contact(), outcome="rejected", moved=True),
    DocumentedError("the list is gone", words.invalid_list(), outcome="rejected"),
    DocumentedError("unprocessable", words.refusal(10121, "Missing parameter - name", 422), outcome="rejected"),
    DocumentedError(
        "a bad event", words.refusal(10011, "Missing or invalid parameter"), kind="event", outcome="rejected"
    ),
    DocumentedError("server error: nobody knows", Reply(500, b""), outcome="unknown"),
    DocumentedError("the answer says nothing", Reply(200, []), outcome="unknown"),
    DocumentedError("no success", Reply(200, {"status": "pending"}), outcome="unknown"),
    DocumentedError("unknown status: nobody knows", Reply(418, {}), outcome="unknown"),
)


@pytest.fixture
def acton(simulated: Callable[..., Any]) -> Callable[..., ActOnWorld]:
    """Opens a world; keywords go to the simulator, `since` and `credentials` to the connection."""

    def open_world(*, since: datetime | None = None, credentials: Any = None, **keywords: Any) -> ActOnWorld:
        return ActOnWorld(*simulated(ActOnSimulator, **keywords), since, credentials or {})

    return open_world
