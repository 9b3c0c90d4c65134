"""The people whom a simulated ActiveCampaign knows, by its log of activities."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar, Final

from connector.testing.simulators.activecampaign import ActiveCampaignSimulator
from tests.platforms.audience import Audience, Deed, Someone

COUNTRIES: Final = {"Brazil": "BR"}


class TheAudience(Audience):
    """A form is seen by the subscription that it makes, a page by its address in a tracking log."""

    name: ClassVar[str] = "activecampaign"
    types: ClassVar[frozenset[str]] = frozenset(
        {"form_submission", "email_open", "email_click", "email_reply", "page_view", "flow_completed"}
    )
    tells_again: ClassVar[bool] = False

    @cached_property
    def simulator(self) -> ActiveCampaignSimulator:
        return self.made(ActiveCampaignSimulator)

    def connection(self) -> Mapping[str, Any]:
        return self.block("activecampaign-marketing.yaml", self.simulator.credentials, since=self.since)

    def add(self, someone: Someone) -> str:
        return self.simulator.add(
            someone.email, firstName=someone.first_name, lastName=someone.last_name, job=someone.title,
            company=someone.company, country=COUNTRIES[someone.country],
        )  # fmt: skip

    def act(self, contact_id: str, deed: Deed) -> None:
        if deed.type == "form_submission":
            self.simulator.submit(contact_id, deed.asset, deed.at)
        elif deed.type == "email_open":
            self.simulator.open(contact_id, deed.asset, deed.at)
        elif deed.type == "email_click":
            self.simulator.click(contact_id, deed.asset, deed.url, deed.at)
        elif deed.type == "email_reply":
            self.simulator.reply(contact_id, deed.asset, deed.at)
        elif deed.type == "flow_completed":
            self.simulator.finish(contact_id, deed.asset, deed.at)
        else:
            self.simulator.track(contact_id, "Page view", deed.url, deed.at)

    def retitle(self, contact_id: str, title: str) -> None:
        self.simulator.retitle(contact_id, title)

    def opt_out(self, contact_id: str) -> None:
        self.simulator.opt_out(contact_id)

    def delete(self, contact_id: str) -> None:
        self.simulator.delete(contact_id)

    def told(self, contact_id: str) -> Mapping[str, str]:
        names = ("score", "grade", "decision", "reason")
        return {name: self.simulator.value(contact_id, f"LEADLOOP_{name.upper()}") or "" for name in names}

    @property
    def writes(self) -> int:
        return len(self.simulator.calls("POST|PUT|DELETE"))
