"""The people whom a simulated Act-On knows: one list, its messages, and everybody's history."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar, Final

from connector.testing.simulators.acton import ActOnSimulator
from tests.platforms.audience import Audience, Deed, Someone

TOLD: Final = ("Score", "Grade", "MQL", "Stage", "Decision", "Reason")
REACTIONS: Final = {"email_open": "OPENED", "email_click": "CLICKED"}
VERBS: Final = {"form_submission": ("fs", "Submitted"), "download": ("d", "Downloaded"), "page_view": ("sv", "Visited")}


class TheAudience(Audience):
    """The list has the columns that feedback writes: the API makes none."""

    name: ClassVar[str] = "acton"
    types: ClassVar[frozenset[str]] = frozenset({*REACTIONS, *VERBS})
    soonest: ClassVar[str] = "email_click"

    @cached_property
    def simulator(self) -> ActOnSimulator:
        simulator = self.made(ActOnSimulator)
        simulator.account.lists["l-0001"].columns += [f"Leadloop {name}" for name in TOLD]
        return simulator

    def connection(self) -> Mapping[str, Any]:
        return self.block("acton-marketing.yaml", self.simulator.credentials, since=self.since, lists=["All leads"])

    def add(self, someone: Someone) -> str:
        return self.simulator.add(
            someone.email, First_Name=someone.first_name, Last_Name=someone.last_name, Job_Title=someone.title,
            Company=someone.company, Business_Country=someone.country,
        )  # fmt: skip

    def act(self, contact_id: str, deed: Deed) -> None:
        if deed.type in REACTIONS:
            sent = {one.name: one for one in self.simulator.account.messages.values()}
            message = sent.get(deed.asset) or self.simulator.send(deed.asset)
            self.simulator.react(message, contact_id, REACTIONS[deed.type], deed.at, deed.url or None)
        else:
            verb, said = VERBS[deed.type]
            self.simulator.do(contact_id, verb, f"{said}: {deed.asset or deed.url}", deed.at)

    def retitle(self, contact_id: str, title: str) -> None:
        self.simulator.edit(contact_id, Job_Title=title)

    def opt_out(self, contact_id: str) -> None:
        self.simulator.opt_out(contact_id)

    def delete(self, contact_id: str) -> None:
        self.simulator.delete(contact_id)

    def told(self, contact_id: str) -> Mapping[str, str]:
        values = self.simulator.contact(contact_id).values
        return {name: values.get(f"Leadloop {name.title()}") or "" for name in ("score", "grade", "decision", "reason")}

    @property
    def writes(self) -> int:
        return len(self.simulator.calls("PUT|POST", "^/api/"))
