"""A Mautic to test against: simulated, over real HTTP, with a clock that waits for nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from adapters.mautic.marketing import MauticMarketing
from connector.adapter import EffectKind, Options
from connector.errors import AuthError, ContractError, RemoteRefusal, RetryableError
from connector.http import Settings
from connector.model import Json, LeadWrite
from connector.testing.conformance.clock import Clock
from connector.testing.conformance.marketing import DocumentedError, MarketingWorld
from connector.testing.simulator import Reply
from connector.testing.simulators.mautic import MauticSimulator
from connector.testing.simulators.mautic import wording as words

READ = ("email", "firstname", "lastname", "company", "lead_note")


class SmallPages(MauticMarketing):
    """Pages of 20 need fewer people."""

    page_size = 20
    rows_size = 10


@dataclass
class MauticWorld(MarketingWorld):
    simulator: MauticSimulator
    clock: Clock
    since: datetime | None = None
    credentials: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    page_size = 20
    acts_page = 10
    lag_s = 240.0
    new_fields = ("leadloop_score", "leadloop_grade")

    def __post_init__(self) -> None:
        self.simulator.installation.add_field("lead_note")
        self.credentials = self.credentials or self.simulator.credentials

    def adapter(self, **values: Any) -> MauticMarketing:
        url = self.simulator.base_url
        settings = Settings("mautic", credentials=self.credentials, base_url=url, limits=self.limits)
        return self.started(SmallPages, settings, Options("mautic", fields={"": READ}, since=self.since, values=values))

    def add(self, number: int) -> str:
        return self.simulator.add(f"lead{number}@example.com", firstname="Lead", lastname=str(number))

    def email_of(self, contact_id: str) -> str:
        return str(self.simulator.contact(contact_id).values["email"])

    def act(self, contact_id: str, at: datetime | None = None, *, visible_at: datetime | None = None) -> None:
        """A page is seen, and the contact changes by it, as tracked fields do."""
        hidden = {"visible_at": visible_at} if visible_at else {}
        self.simulator.hit(contact_id, "https://www.example.com/pricing", at, **hidden)
        self.simulator.edit(contact_id, lastname=str(len(self.simulator.ledger)))

    def delete(self, contact_id: str) -> None:
        self.simulator.delete(contact_id)

    def merge(self, loser: str, survivor: str) -> None:
        self.simulator.merge(loser, survivor)

    def opt_out(self, contact_id: str) -> None:
        self.simulator.opt_out(contact_id)

    def opted_out(self, record: Json) -> bool:
        return any(one["reason"] == 1 for one in record["doNotContact"])

    def expire_tokens(self) -> None:
        self.simulator.expire()

    def revoke(self) -> None:
        self.simulator.revoke()

    @property
    def secrets(self) -> Sequence[str]:
        return (self.simulator.client_secret, self.simulator.password, "simulated-access")

    @property
    def errors(self) -> Sequence[DocumentedError]:
        return [*_OF_READS, *_OF_WRITES]

    read_path = "/api/(contacts|stats)"

    def write(self, kind: EffectKind, contact_id: str, number: int) -> LeadWrite:
        names = {"tag": f"mql-{number}", "stage": "MQL", "list": "Sales ready"}
        fields = {"field": {"lead_note": f"note {number}"}, "note": {"body": f"Rejected: no budget ({number})"}}
        return self.effect(kind, contact_id, name=names.get(kind, ""), fields=fields.get(kind), suffix=f"-{number}")

    def bad_write(self, kind: EffectKind, contact_id: str) -> LeadWrite:
        if kind == "field":
            return self.effect(kind, contact_id, fields={"lead_note": "x" * 65})
        if kind in ("stage", "list"):
            return self.effect(kind, contact_id, name="Nobody Knows It")
        if kind == "note":
            return self.effect(kind, contact_id)
        return LeadWrite(effect=f"{kind}-bad", kind=kind, key="ll-bad", record_id="99999", name="mql")

    def write_path(self, kind: EffectKind) -> str:
        paths = {"stage": "/api/stages/.*/add$", "list": "/api/segments/.*/add$", "note": "/api/notes/new$"}
        return paths.get(kind, "/api/contacts/batch/edit$")

    def is_written(self, write: LeadWrite) -> bool:
        contact = self.simulator.contact(write.record_id or "")
        if write.kind == "field":
            return all(contact.values.get(name) == value for name, value in write.fields.items())
        if write.kind == "tag":
            return (write.name in contact.tags) is write.on
        if write.kind == "stage":
            return contact.stage is not None and contact.stage["name"] == write.name
        if write.kind == "list":
            return write.name in (self.simulator.installation.segments[id_] for id_ in contact.segments)
        return write.fields["body"] in contact.notes


_PAGE = Reply(200, b"<html>login</html>", {"Content-Type": "text/html"})
_OF_READS = (
    DocumentedError("expired token, and a new one does not help", words.expired(), raises=AuthError),
    DocumentedError("API disabled", words.disabled(), raises=AuthError),
    DocumentedError("no permission", words.denied(), raises=AuthError),
    DocumentedError("hourly limit", words.limited(100), raises=RetryableError, retry_after_s=60),
    DocumentedError("statistics refuse", words.bad_column("lead"), raises=RemoteRefusal),
    DocumentedError("server error, older shape", Reply(500, {"error": {"message": "no", "code": 500}}), RetryableError),
    DocumentedError("the login page", _PAGE, raises=RetryableError),
    DocumentedError("neither rows nor errors", Reply(200, {"total": "0"}), raises=ContractError),
    DocumentedError("unknown status", Reply(418, {"errors": []}), raises=ContractError),
)
_OF_WRITES = (
    DocumentedError(
        "a row is refused",
        Reply(200, {"contacts": [], "statusCodes": [400], "errors": [words.invalid("lead_note", "too long")]}),
        outcome="rejected",
    ),
    DocumentedError(
        "a row is gone, told as objects",
        Reply(200, {"statusCodes": {"0": 404}, "errors": {"0": words.error(404, "Item was not found.")}}),
        outcome="rejected",
        moved=True,
    ),
    DocumentedError("validation", words.refusal(400, "email: taken", {"email": ["taken"]}), outcome="rejected"),
    DocumentedError("unprocessable", words.refusal(422, "no"), outcome="rejected"),
    DocumentedError("gone", words.not_found(), kind="stage", outcome="rejected", moved=True),
    DocumentedError("no lead", words.refusal(400, "lead ID is mandatory"), kind="note", outcome="rejected"),
    DocumentedError("server error: nobody knows", words.refusal(500, "no"), outcome="unknown"),
    DocumentedError("the answer names nobody", Reply(200, {}), outcome="unknown"),
    DocumentedError("unknown status: nobody knows", Reply(418, {}), outcome="unknown"),
)


@pytest.fixture
def mautic(simulated: Callable[..., Any]) -> Callable[..., MauticWorld]:
    """Opens a world; keywords go to the simulator, `since` and `credentials` to the connection."""

    def open_world(*, since: datetime | None = None, credentials: Any = None, **keywords: Any) -> MauticWorld:
        return MauticWorld(*simulated(MauticSimulator, **keywords), since, credentials or {})

    return open_world
