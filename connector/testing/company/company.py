"""The company as a whole: two accounts on loopback, and a clock under which people and sales act."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from types import TracebackType
from typing import Final, Self

from connector.testing.company.clock import Clock
from connector.testing.company.forms import CALCULATOR, WEBINARS, Form
from connector.testing.company.journeys import Act, Plan, Planner
from connector.testing.company.people import Someone
from connector.testing.company.sales import Sales
from connector.testing.simulators.rdstation import RdStationSimulator
from connector.testing.simulators.salesforce import SalesforceSimulator

EVENTS_LAG_S: Final = 90.0
MERGED_ON_DAY: Final = 5
KNOWN_TO_SALES: Final = 40
"""One of so many imported contacts stands in the CRM already."""


class Company:
    """A company of about `contacts` people over `days` days from `start`. Use as a context manager."""

    def __init__(self, *, seed: int, contacts: int, start: datetime, days: int, limit_factor: float) -> None:
        self.clock = Clock(start)
        self.days = days
        self.marketing = RdStationSimulator(
            clock=self.clock, monotonic=self.clock.monotonic, factor=limit_factor, events_lag_s=EVENTS_LAG_S
        )
        self.crm = SalesforceSimulator(clock=self.clock, monotonic=self.clock.monotonic, factor=limit_factor)
        self.start = start
        self._chance = random.Random(seed)  # noqa: S311 - draws people, keeps no secret
        self._unreal: set[str] = set()
        self._uuids: dict[str, str] = {}
        self._sales = Sales(self.crm, self.clock, self._chance, self._can_reach, self._comes_back)
        self._live(Planner(self._chance, start, days).plan(contacts))

    def __enter__(self) -> Self:
        self.marketing.__enter__()
        self.crm.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.crm.__exit__(kind, error, trace)
        self.marketing.__exit__(kind, error, trace)

    @property
    def crm_credentials(self) -> dict[str, str]:
        """What a connection to the CRM puts under `credentials`."""
        return {"client_id": self.crm.sign_in.client_id, "client_secret": self.crm.sign_in.client_secret}

    def live_until(self, moment: datetime) -> None:
        """Let the time pass: people fill in forms, sales look at their list and decide."""
        self._sales.look()
        self.clock.move_to(moment)

    def _live(self, plan: Plan) -> None:
        """Put the plan into the clock."""
        for who in plan.imported:
            self._arrive(who)
        for who in plan.imported[::KNOWN_TO_SALES]:
            self._sales.find_themselves(self._known_to_sales(who))
        for act in plan.acts:
            self._will(act)
        for _ in range(2):
            self._known_to_sales(plan.in_crm_twice)
        loser, survivor = plan.twice
        self.clock.at(self._day(MERGED_ON_DAY), lambda: self._merge(loser, survivor))
        first_at = next(act.at for act in plan.acts if act.who == plan.opting_out)
        self.clock.at(first_at + timedelta(hours=1), lambda: self._opt_out(plan.opting_out))

    def _will(self, act: Act) -> None:
        self.clock.at(act.at, lambda: self._fill_in(act.who, act.form))

    def _arrive(self, who: Someone) -> None:
        self._uuids[who.email] = self.marketing.add(who.email, created_at=self.clock(), **who.fields)
        if not who.is_real:
            self._unreal.add(who.email)

    def _fill_in(self, who: Someone, form: Form) -> None:
        if who.email not in self._uuids:
            self._arrive(who)
        self.marketing.convert(who.email, form.name, payload=form.payload)

    def _known_to_sales(self, who: Someone) -> str:
        first, _, last = who.name.partition(" ")
        return self.crm.create(
            "Lead", {"FirstName": first, "LastName": last, "Email": who.email, "Company": who.company}
        )

    def _merge(self, loser: Someone, survivor: Someone) -> None:
        self.marketing.merge(self._uuids[loser.email], self._uuids[survivor.email])

    def _opt_out(self, who: Someone) -> None:
        self.marketing.opt_out(self._uuids[who.email])

    def _can_reach(self, email: str) -> bool:
        return email not in self._unreal

    def _comes_back(self, email: str) -> None:
        """Who was told "not now" looks again, once the wait that the model sets is over."""
        again_at = self.clock() + timedelta(days=self._chance.uniform(10.5, 12))
        self.clock.at(again_at, lambda: self._look_again(email))

    def _look_again(self, email: str) -> None:
        for form in (CALCULATOR, WEBINARS[1]):
            self.marketing.convert(email, form.name, payload=form.payload)

    def _day(self, number: float) -> datetime:
        return self.start + timedelta(days=number)
