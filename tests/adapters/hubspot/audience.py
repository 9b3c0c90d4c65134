"""The people whom a simulated HubSpot knows: forms, mails, and a counter of page views."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from connector.testing.simulators.hubspot import HubSpotSimulator
from tests.adapters.hubspot.company import as_marketing, writes
from tests.platforms.audience import Deed, MergingAudience, Someone


class TheAudience(MergingAudience):
    """Downloads are told as what they lie behind: a form, or a page."""

    name: ClassVar[str] = "hubspot"
    types: ClassVar[frozenset[str]] = frozenset({"form_submission", "email_open", "email_click", "page_view"})

    @cached_property
    def simulator(self) -> HubSpotSimulator:
        return self.made(HubSpotSimulator)

    def connection(self) -> Mapping[str, Any]:
        return as_marketing(self.simulator)

    def add(self, someone: Someone) -> str:
        return self.simulator.account.add(
            someone.email, firstname=someone.first_name, lastname=someone.last_name, jobtitle=someone.title,
            company=someone.company, country=someone.country,
        )  # fmt: skip

    def act(self, contact_id: str, deed: Deed) -> None:
        account = self.simulator.account
        email = account.values(contact_id)["email"]
        if deed.type == "form_submission":
            account.submit(deed.asset, email, at=deed.at)
        elif deed.type == "page_view":
            account.view_pages(contact_id, 1)
        else:
            more = {"url": deed.url} if deed.type == "email_click" else {}
            account.mail(deed.type.removeprefix("email_").upper(), email, at=deed.at, **more)

    def retitle(self, contact_id: str, title: str) -> None:
        self.simulator.account.edit(contact_id, {"jobtitle": title})

    def opt_out(self, contact_id: str) -> None:
        self.simulator.account.opt_out(contact_id)

    def delete(self, contact_id: str) -> None:
        self.simulator.account.delete(contact_id)

    def merge(self, loser: str, survivor: str) -> None:
        self.simulator.account.merge(loser, survivor)

    def told(self, contact_id: str) -> Mapping[str, str]:
        values = self.simulator.account.values(contact_id)
        names = {"score": "score", "grade": "grade", "decision": "decision", "reason": "decision_reason"}
        return {ours: values.get(f"leadloop_{theirs}", "") for ours, theirs in names.items()}

    @property
    def writes(self) -> int:
        return writes(self.simulator)
