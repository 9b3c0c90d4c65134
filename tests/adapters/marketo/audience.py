"""The people whom a simulated Marketo knows, by its log of activities."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar, Final

from connector.testing.simulators.marketo import MarketoSimulator
from tests.platforms.audience import Deed, MergingAudience, Someone

NUMBERS: Final = {"page_view": 1, "email_open": 10, "email_click": 11}
"""Marketo's own numbers of what is neither a form nor an opt-out."""


class TheAudience(MergingAudience):
    """A download is a click on a page's link: as one it counts only where the mapping names the files."""

    name: ClassVar[str] = "marketo"
    types: ClassVar[frozenset[str]] = frozenset({"form_submission", "email_open", "email_click", "page_view"})

    @cached_property
    def simulator(self) -> MarketoSimulator:
        return self.made(MarketoSimulator)

    def connection(self) -> Mapping[str, Any]:
        return self.block("marketo-marketing.yaml", self.simulator.credentials, since=self.since)

    def add(self, someone: Someone) -> str:
        number = self.simulator.add(
            someone.email, firstName=someone.first_name, lastName=someone.last_name, title=someone.title,
            company=someone.company, country=someone.country,
        )  # fmt: skip
        return str(number)

    def act(self, contact_id: str, deed: Deed) -> None:
        if deed.type == "form_submission":
            self.simulator.fill_form(int(contact_id), deed.asset, deed.at)
            return
        link = {"page_view": "Webpage URL", "email_click": "Link"}.get(deed.type)
        self.simulator.act(
            int(contact_id), NUMBERS[deed.type], deed.at, primary=deed.asset or deed.url,
            attributes={link: deed.url} if link else {},
        )  # fmt: skip

    def retitle(self, contact_id: str, title: str) -> None:
        self.simulator.edit(int(contact_id), title=title)

    def opt_out(self, contact_id: str) -> None:
        self.simulator.opt_out(int(contact_id))

    def delete(self, contact_id: str) -> None:
        self.simulator.delete(int(contact_id))

    def merge(self, loser: str, survivor: str) -> None:
        self.simulator.merge(int(loser), int(survivor))

    def told(self, contact_id: str) -> Mapping[str, str]:
        values = self.simulator.lead(int(contact_id)).values
        names = {"score": "score", "grade": "grade", "decision": "decision", "reason": "decision_reason"}
        return {ours: str(values.get(f"leadloop_{theirs}", "")) for ours, theirs in names.items()}

    @property
    def writes(self) -> int:
        posted = self.simulator.calls("POST", "/rest/v1/(leads|lists|activities)")
        return len(posted) + len(self.simulator.calls("DELETE"))
