"""What each kind of person does in marketing, and when: the plan of some weeks, drawn by chance."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from connector.testing.company.forms import (
    CALCULATOR,
    DEMO_REQUEST,
    EBOOKS,
    FACEBOOK_AD,
    JOBS,
    NEWSLETTER,
    WEBINARS,
    Form,
)
from connector.testing.company.people import Crowd, Someone

SHARES: Final = {"imported": 0.5, "reader": 0.355, "ad": 0.06, "engaged": 0.065, "asking": 0.01, "odd": 0.01}
"""How the contacts divide: imported from an old list, readers of one text, led by the advertisement, interested,
asking for sales, and what every base has too: machines and people who look for a job."""


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody fills in a form at a moment."""

    at: datetime
    who: Someone
    form: Form


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is going to happen in marketing by itself."""

    imported: Sequence[Someone]
    acts: Sequence[Act]
    twice: tuple[Someone, Someone]
    """One person with two contacts."""
    opting_out: Someone
    """Interested, and no longer wants to be mailed before they have the points of an MQL."""
    in_crm_twice: Someone
    """Interested, and typed in twice by sales before marketing knew them."""


class Planner:
    """Draws the plan. `chance` decides everything."""

    def __init__(self, chance: random.Random, start: datetime, days: int) -> None:
        self._chance = chance
        self._crowd = Crowd(chance)
        self._start = start
        self._days = days

    def plan(self, contacts: int) -> Plan:
        """A plan for about so many contacts."""
        many = {kind: max(3, round(contacts * share)) for kind, share in SHARES.items()}
        imported = [self._crowd.someone(decides=self._chance.random() < 0.2) for _ in range(many["imported"])]
        readers = [self._crowd.someone(decides=self._chance.random() < 0.2) for _ in range(many["reader"])]
        engaged = [self._crowd.someone(decides=self._chance.random() < 0.9) for _ in range(many["engaged"])]
        opting_out, in_crm = self._crowd.someone(decides=True), self._crowd.someone(decides=True)
        acts = [act for who in readers for act in self._reads(who)]
        acts += [act for who in (*engaged, opting_out, in_crm) for act in self._is_interested(who)]
        acts += [self._answers_ad() for _ in range(many["ad"])]
        acts += [self._asks() for _ in range(many["asking"])]
        acts += [act for _ in range(many["odd"]) for act in self._is_odd()]
        again = self._crowd.other_address_of(imported[0])
        acts.append(Act(self._moment(1, 4), again, EBOOKS[0]))
        return Plan(imported, sorted(acts, key=lambda act: act.at), (again, imported[0]), opting_out, in_crm)

    def _reads(self, who: Someone) -> Iterator[Act]:
        first = self._moment(0, self._days - 1)
        yield Act(first, who, self._chance.choice((*EBOOKS, NEWSLETTER)))
        if self._chance.random() < 0.15:
            yield Act(self._later(first, 1, 9), who, self._chance.choice(EBOOKS))

    def _is_interested(self, who: Someone) -> Iterator[Act]:
        """A webinar, then the prices and something to read: enough for a lead who fits."""
        first = self._moment(0, self._days - 3)
        yield Act(first, who, self._chance.choice(WEBINARS))
        second = self._later(first, 1, 6)
        yield Act(second, who, CALCULATOR)
        yield Act(second + timedelta(minutes=7), who, self._chance.choice(EBOOKS))

    def _answers_ad(self) -> Act:
        """One click in a feed."""
        real = self._chance.random() < 0.08
        who = self._crowd.someone(decides=True) if real else self._crowd.nobody()
        return Act(self._moment(3, self._days), who, FACEBOOK_AD)

    def _asks(self) -> Act:
        return Act(self._moment(1, self._days - 2), self._crowd.someone(decides=True), DEMO_REQUEST)

    def _is_odd(self) -> Iterator[Act]:
        first = self._moment(0, self._days - 2)
        if self._chance.random() < 0.5:
            yield Act(first, self._crowd.someone(decides=True), JOBS)
            return
        machine = self._crowd.machine()
        yield from (
            Act(first + timedelta(seconds=3 * n), machine, form) for n, form in enumerate((CALCULATOR, *EBOOKS))
        )

    def _moment(self, first_day: float, last_day: float) -> datetime:
        return self._start + timedelta(days=self._chance.uniform(first_day, last_day))

    def _later(self, moment: datetime, least_days: float, most_days: float) -> datetime:
        return moment + timedelta(days=self._chance.uniform(least_days, most_days))
