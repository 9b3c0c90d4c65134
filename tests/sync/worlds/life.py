"""Some days of a company, drawn from a seed: what people, sales, ops and the network do, in any order."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any, Final

from connector.loop.requests import perform
from connector.testing.simulator import Fault, Reply
from connector.testing.simulators.salesforce.schema import REJECTION_REASONS
from tests.sync.world import Company, address

FORMS: Final = ("ebook-a", "ebook-b", "ebook-c", "fair-spring", "demo-request", "point-x", "point-y", "careers")
TITLES: Final = ("CEO", "CEO", "Manager", "Analyst", "Student")
STEPS: Final = ("pull", "score", "push", "decisions", "feedback", "reconcile")
FAULTS: Final[tuple[tuple[Any, Reply], ...]] = (
    ("lose_before", Reply()),
    ("lose_after", Reply()),
    ("reply", Reply(503)),
    ("reply", Reply(429, {}, {"Retry-After": "30"})),
    ("reply", Reply(401, {})),
    ("reply_after", Reply(503)),
    ("reply_after", Reply(200, b"<html>", {"Content-Type": "text/html"})),
)
PATHS: Final = {
    "rd": (".*", "/platform/contacts", "/platform/segmentations", "/events", "/funnels", "/auth"),
    "sf": (".*", "/composite", "/query", "/sobjects", "/oauth2"),
}


class Life:
    """`story` tells what happened, so that a world that breaks can be read; `said` what sales last made of a Lead."""

    def __init__(self, company: Company, seed: int) -> None:
        self.company = company
        self.chance = random.Random(seed)  # noqa: S311 - a life that repeats
        self.story: list[str] = []
        self.names: list[str] = []
        self.said: dict[str, tuple[str, datetime]] = {}
        self.paused = False

    def live(self, moves: int) -> None:
        """Some people come; then so many things happen, one after the other."""
        for name in ["somebody_comes"] * 6 + self.chance.choices([*MOVES], [*MOVES.values()], k=moves):
            of = getattr(self, name)()
            if of is not None:
                self.story.append(f"{self.company.clock.now():%d %H:%M:%S} {name.replace('_', ' ')} {of}")
            self.company.later(seconds=7)

    def settle(self) -> None:
        """The network is sound again, nobody holds anything back, and days pass."""
        self.company.rd.faults.clear()
        self.company.sf.faults.clear()
        self._perform("resume", {"name": "*"})
        for wait in ({"minutes": 15}, {"hours": 1}, {"hours": 25}, {"minutes": 15}, {"hours": 25}, {"hours": 25}):
            self.company.run()
            self.company.later(**wait)
        self.company.run_until_quiet(most=110)  # an event that nobody can confirm is asked after for a day

    # Marketing.

    def somebody_comes(self) -> str:
        name = f"p{len(self.names):02}"
        self.names.append(name)
        forms = self.chance.sample(FORMS, k=self.chance.randrange(4))
        self.company.convert(name, *forms, title=self.chance.choice(TITLES))
        return f"{name} {forms}"

    def somebody_returns(self) -> str | None:
        name = self._contact()
        form = self.chance.choice(FORMS)
        if name:
            self.company.convert(name, form)
        return name and f"{name} {form}"

    def a_title_changes(self) -> str | None:
        name = self._contact()
        title = self.chance.choice(TITLES)
        if name:
            self.company.rd.edit(self._uuid(name), job_title=title)
        return name and f"{name} {title}"

    def somebody_opts_out(self) -> str | None:
        name = self._contact()
        if name:
            self.company.rd.opt_out(self._uuid(name))
        return name

    def a_contact_is_deleted(self) -> str | None:
        name = self._contact()
        if name:
            self.company.rd.delete(self._uuid(name))
        return name

    def two_contacts_are_one(self) -> str | None:
        loser, survivor = self._contact(), self._contact()
        if loser is None or survivor is None or self._uuid(loser) == self._uuid(survivor):
            return None
        self.company.rd.merge(self._uuid(loser), self._uuid(survivor))
        return f"{loser} into {survivor}"

    # Sales.

    def sales_accept(self) -> str | None:
        return self._set_status("Working")

    def sales_reject(self) -> str | None:
        return self._set_status("Unqualified", self.chance.choice(REJECTION_REASONS))

    def sales_put_off(self) -> str | None:
        return self._set_status("Nurturing")

    def sales_take_it_back(self) -> str | None:
        return self._set_status("Open - Not Contacted")

    def sales_convert(self) -> str | None:
        lead = self._record()
        if lead:
            self.company.sf.convert(lead["Id"], opportunity=self.chance.random() < 0.8)
        return lead and str(lead["Email"])

    def a_deal_moves(self) -> str | None:
        deals = self.company.sf.live("Opportunity")
        if not deals:
            return None
        deal = self.chance.choice(deals)
        stage = self.chance.choice(("Closed Won", "Closed Lost", "Proposal"))
        self.company.sf.set_stage(deal["Id"], stage, Amount=self.chance.randrange(1, 9000))
        return f"{deal['Id']} {stage}"

    def sales_edit(self) -> str | None:
        lead = self._record()
        if lead:
            self.company.sf.edit(lead["Id"], Phone=f"+55119{self.chance.randrange(10**8):08}")
        return lead and str(lead["Email"])

    def sales_touch_ours(self) -> str | None:
        lead = self._record()
        if lead:
            self.company.sf.edit(lead["Id"], **self.chance.choice(({"LeadScore__c": 1}, {"MQL__c": False})))
        return lead and str(lead["Email"])

    def sales_delete(self) -> str | None:
        lead = self._record()
        if lead:
            self.company.sf.delete(lead["Id"])
            self.said.pop(lead["Id"], None)  # what was said of a record that is gone before it is read stays unsaid
        return lead and str(lead["Email"])

    def sales_merge(self) -> str | None:
        winner, loser = self._record(), self._record()
        if winner is None or loser is None or winner["Id"] == loser["Id"]:
            return None
        self.company.sf.merge(winner["Id"], loser["Id"])
        self.said.pop(loser["Id"], None)
        return f"{loser['Email']} into {winner['Email']}"

    def sales_know_somebody(self) -> str | None:
        name = self._contact()
        if name is None or any(
            row["Email"] == address(name) for kind in ("Lead", "Contact") for row in self.company.sf.live(kind)
        ):
            return None
        self.company.sf.create("Lead", {"LastName": name, "Company": "X", "Email": address(name)})
        return name

    # Ops and the network.

    def a_pass(self) -> str:
        self.company.run()
        return ""

    def a_step(self) -> str:
        step = self.chance.choice(STEPS)
        self.company.run(step)
        return step

    def a_restart(self) -> str:
        self.company.close()
        return ""

    def ops_pause(self) -> str:
        self._perform("resume" if self.paused else "pause", {"name": "*"})
        self.paused = not self.paused
        return str(self.paused)

    def ops_replay(self) -> str:
        self.company.replay()
        return ""

    def something_breaks(self) -> str:
        side = self.chance.choice(("rd", "sf"))
        path, (action, reply) = self.chance.choice(PATHS[side]), self.chance.choice(FAULTS)
        fault = Fault(action, path, times=self.chance.randrange(1, 4), skip=self.chance.randrange(4), reply=reply)
        getattr(self.company, side).faults.append(fault)
        return f"{side} {path} {action} {reply.status} x{fault.times} after {fault.skip}"

    def minutes_pass(self) -> str:
        minutes = self.chance.randrange(1, 60)
        self.company.later(minutes=minutes)
        return str(minutes)

    def hours_pass(self) -> str:
        hours = self.chance.randrange(1, 30)
        self.company.later(hours=hours)
        return str(hours)

    # Who and what.

    def _contact(self) -> str | None:
        """A name that marketing knows now."""
        names = [name for name in self.names if self.company.rd.account.find_email(address(name)) is not None]
        return self.chance.choice(names) if names else None

    def _uuid(self, name: str) -> str:
        contact = self.company.rd.account.find_email(address(name))
        assert contact is not None
        return contact.uuid

    def _record(self) -> Any:
        """A Lead that sales may work on."""
        leads = [row for row in self.company.sf.live("Lead") if not row["IsConverted"]]
        return self.chance.choice(leads) if leads else None

    def _set_status(self, status: str, reason: str | None = None) -> str | None:
        lead = self._record()
        if lead:
            self.company.sf.set_status(lead["Id"], status, reason=reason)
            self.said[lead["Id"]] = (status, self.company.clock.now())
        return lead and f"{lead['Email']} {reason or ''}"

    def _perform(self, verb: str, args: dict[str, Any]) -> None:
        store = self.company.open().store
        with store.write() as tx:
            perform(tx, store, verb, args)


MOVES: Final = {
    "somebody_comes": 12, "somebody_returns": 12, "a_title_changes": 3, "somebody_opts_out": 1,
    "a_contact_is_deleted": 1, "two_contacts_are_one": 2,
    "sales_accept": 4, "sales_reject": 4, "sales_put_off": 1, "sales_take_it_back": 2, "sales_convert": 2,
    "a_deal_moves": 4, "sales_edit": 2, "sales_touch_ours": 1, "sales_delete": 1, "sales_merge": 1,
    "sales_know_somebody": 2,
    "a_pass": 14, "a_step": 6, "a_restart": 2, "ops_pause": 1, "ops_replay": 1, "something_breaks": 6,
    "minutes_pass": 8, "hours_pass": 6,
}  # fmt: skip
"""How often what happens, beside the rest."""
