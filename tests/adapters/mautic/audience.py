"""The people whom a simulated Mautic knows, by its tables of statistics."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from connector.testing.simulators.mautic import MauticSimulator
from tests.platforms.audience import Deed, MergingAudience, Someone


class TheAudience(MergingAudience):
    """A click is a page that was seen by way of a mail."""

    name: ClassVar[str] = "mautic"
    types: ClassVar[frozenset[str]] = frozenset(
        {"form_submission", "email_open", "email_click", "page_view", "download"}
    )

    @cached_property
    def simulator(self) -> MauticSimulator:
        return self.made(MauticSimulator)

    def connection(self) -> Mapping[str, Any]:
        return self.block("mautic-marketing.yaml", self.simulator.credentials, since=self.since)

    def add(self, someone: Someone) -> str:
        return self.simulator.add(
            someone.email, firstname=someone.first_name, lastname=someone.last_name, position=someone.title,
            company=someone.company, country=someone.country,
        )  # fmt: skip

    def act(self, contact_id: str, deed: Deed) -> None:
        if deed.type == "form_submission":
            self.simulator.submit(contact_id, deed.asset, {}, deed.at)
        elif deed.type == "download":
            self.simulator.download(contact_id, deed.asset)
        elif deed.type == "email_open":
            self.simulator.open(self.simulator.send(contact_id, deed.asset))
        elif deed.type == "email_click":
            self.simulator.hit(contact_id, deed.url, deed.at, email_id="1")
        else:
            self.simulator.hit(contact_id, deed.url, deed.at)

    def retitle(self, contact_id: str, title: str) -> None:
        self.simulator.edit(contact_id, position=title)

    def opt_out(self, contact_id: str) -> None:
        self.simulator.opt_out(contact_id)

    def delete(self, contact_id: str) -> None:
        self.simulator.delete(contact_id)

    def merge(self, loser: str, survivor: str) -> None:
        self.simulator.merge(loser, survivor)

    def told(self, contact_id: str) -> Mapping[str, str]:
        values = self.simulator.contact(contact_id).values
        return {name: values.get(f"leadloop_{name}") or "" for name in ("score", "grade", "decision", "reason")}

    @property
    def writes(self) -> int:
        return len(self.simulator.calls("P.*", "^/api/"))
