"""An ActiveCampaign to test against: simulated, over real HTTP, with a clock that waits for nobody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from adapters.activecampaign.marketing import ActiveCampaignMarketing
from connector.adapter import EffectKind, Options
from connector.errors import AuthError, ContractError, RemoteRefusal, RetryableError
from connector.http import Settings
from connector.model import Json, LeadWrite
from connector.testing.conformance.clock import Clock
from connector.testing.conformance.marketing import DocumentedError, MarketingWorld
from connector.testing.simulator import Reply
from connector.testing.simulators.activecampaign import ActiveCampaignSimulator
from connector.testing.simulators.activecampaign import wording as words


class SmallPages(ActiveCampaignMarketing):
    """Pages of 20 need fewer people."""

    page_size = 20
    acts_size = 10


@dataclass
class ActiveCampaignWorld(MarketingWorld):
    simulator: ActiveCampaignSimulator
    clock: Clock
    since: datetime | None = None
    page_size = 20
    acts_page = 10
    lag_s = 480.0
    new_fields = ("LEADLOOP_SCORE", "LEADLOOP_GRADE")

    def __post_init__(self) -> None:
        self.simulator.account.add_field("LEAD_NOTE")

    def adapter(self, **options: Any) -> ActiveCampaignMarketing:
        settings = Settings("ac", credentials=self.simulator.credentials, base_url=self.simulator.base_url)
        return self.started(SmallPages, settings, Options("ac", since=self.since, **options))

    def add(self, number: int) -> str:
        return self.simulator.add(f"lead{number}@example.com", firstName="Lead", lastName=str(number))

    def email_of(self, contact_id: str) -> str:
        return self.simulator.contact(contact_id).standard["email"]

    def act(self, contact_id: str, at: datetime | None = None, *, visible_at: datetime | None = None) -> None:
        """A link is clicked, and the contact changes by it."""
        hidden = {"visible_at": visible_at} if visible_at else {}
        self.simulator.click(contact_id, "Newsletter 1", "https://www.example.com/pricing", at, **hidden)
        self.simulator.edit(contact_id, lastName=str(len(self.simulator.ledger)))

    def delete(self, contact_id: str) -> None:
        self.simulator.delete(contact_id)

    def opt_out(self, contact_id: str) -> None:
        self.simulator.opt_out(contact_id)

    def opted_out(self, record: Json) -> bool:
        return record["subscription"] == "unsubscribed"

    def expire_tokens(self) -> None:
        """Keys do not expire."""

    def revoke(self) -> None:
        self.simulator.revoke()

    @property
    def secrets(self) -> Sequence[str]:
        return (self.simulator.api_key,)

    @property
    def errors(self) -> Sequence[DocumentedError]:
        return [*_OF_READS, *_OF_WRITES]

    read_path = "/api/3/(contacts|activities)"

    def write(self, kind: EffectKind, contact_id: str, number: int) -> LeadWrite:
        fields = {"field": {"LEAD_NOTE": f"note {number}"}, "note": {"body": f"Rejected: no budget ({number})"}}
        name = f"mql-{number}" if kind == "tag" else ""
        return self.effect(kind, contact_id, name=name, fields=fields.get(kind), suffix=f"-{number}")

    def bad_write(self, kind: EffectKind, contact_id: str) -> LeadWrite:
        if kind == "field":
            return self.effect(kind, contact_id, fields={"LEAD_NOTE": "x" * 256})
        return self.effect(kind, contact_id)  # a tag without a name, a note without a text

    def write_path(self, kind: EffectKind) -> str:
        return {"tag": "/api/3/contactTags$", "note": "/api/3/notes$"}.get(kind, r"/api/3/contacts/\d+$")

    def is_written(self, write: LeadWrite) -> bool:
        id_ = write.record_id or ""
        if write.kind == "field":
            return all(self.simulator.value(id_, name) == value for name, value in write.fields.items())
        if write.kind == "tag":
            return (write.name in self.simulator.tags(id_)) is write.on
        return write.fields["body"] in self.simulator.contact(id_).notes


_PAGE = Reply(200, b"<html>login</html>", {"Content-Type": "text/html"})
_OF_READS = (
    DocumentedError("a bad key", words.forbidden(), raises=AuthError),
    DocumentedError("a bad key, as some gateways say it", Reply(401, {"message": "Unauthorized"}), raises=AuthError),
    DocumentedError("five calls a second", words.limited(1), raises=RetryableError, retry_after_s=1),
    DocumentedError("a bad question", Reply(400, {"message": "Bad Request"}), raises=RemoteRefusal),
    DocumentedError("validation", words.invalid("no", "field_missing", "name"), raises=RemoteRefusal),
    DocumentedError("busy after a long walk", Reply(503, b""), raises=RetryableError),
    DocumentedError("the login page", _PAGE, raises=RetryableError),
    DocumentedError("no contacts in the answer", Reply(200, {"meta": {"total": "0"}}), raises=ContractError),
    DocumentedError("unknown status", Reply(418, {}), raises=ContractError),
)
_OF_WRITES = (
    DocumentedError("validation", words.invalid("The value is too long.", "field_invalid", "fieldValues"),
                    outcome="rejected"),
    DocumentedError("gone", words.not_found("100"), outcome="rejected", moved=True),
    DocumentedError("tag of somebody gone", words.not_found("100"), kind="tag", outcome="rejected", moved=True),
    DocumentedError("no such contact for a note", Reply(400, {"message": "no"}), kind="note", outcome="rejected"),
    DocumentedError("a duplicate is nobody else", Reply(409, {"message": "no"}), kind="tag", outcome="rejected"),
    DocumentedError("server error: nobody knows", Reply(500, b""), outcome="unknown"),
    DocumentedError("unknown status: nobody knows", Reply(418, {}), outcome="unknown"),
)  # fmt: skip


@pytest.fixture
def activecampaign(simulated: Callable[..., Any]) -> Callable[..., ActiveCampaignWorld]:
    """Opens a world; keywords go to the simulator, `since` to the connection."""

    def open_world(*, since: datetime | None = None, **keywords: Any) -> ActiveCampaignWorld:
        return ActiveCampaignWorld(*simulated(ActiveCampaignSimulator, **keywords), since)

    return open_world


@pytest.fixture
def world(activecampaign: Callable[..., ActiveCampaignWorld]) -> ActiveCampaignWorld:
    """An account as it usually is."""
    return activecampaign()
