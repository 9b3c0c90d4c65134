"""Sales at work in the simulated Salesforce: they see MQLs, call, and decide with reasons in their own words."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from connector.testing.company.clock import Clock
from connector.testing.simulators.salesforce import SalesforceSimulator

INVALID: Final = {
    "Dados inválidos": 5, "Telefone inválido": 4, "Wrong number": 2, "E-mail inválido": 2, "Invalid data": 1,
}  # fmt: skip
REASONS: Final = {
    "Sem orçamento": 4, "No budget": 1, "Momento errado": 3, "Não atende": 3, "Sem interesse": 3, "Fora do perfil": 2,
    "Não é decisor": 2, "Concorrente": 1, "Já é cliente": 1, "Estudante": 1, "ver com a matriz": 1,
}  # fmt: skip
"""How often sales says what; the last is nobody's wording but theirs."""
LOSSES: Final = {"Concorrente": 2, "Preço": 2, "Agora não": 1}
MISTYPED: Final = 0.03
"""Part of the leads of every form whose number is wrong."""
NOT_NOW: Final = "Momento errado"
"""Who hears this may come back."""


class Sales:
    """The team. `can_reach`: is the person behind an address real? `comes_back` is told who heard "not now"."""

    def __init__(
        self,
        org: SalesforceSimulator,
        clock: Clock,
        chance: random.Random,
        can_reach: Callable[[str], bool],
        comes_back: Callable[[str], None],
    ) -> None:
        self._org = org
        self._clock = clock
        self._chance = chance
        self._can_reach = can_reach
        self._comes_back = comes_back
        self._on_list: frozenset[str] = frozenset()
        self._said_not_now = False

    def look(self) -> None:
        """Look at the list of MQLs; whoever is new on it, or is back, is worked on."""
        mqls = {row["Id"]: row for row in self._org.live("Lead") if row["MQL__c"] and not row["IsConverted"]}
        for lead_id in sorted(mqls.keys() - self._on_list):
            self._take_up(mqls[lead_id])
        self._on_list = frozenset(mqls)

    def find_themselves(self, lead_id: str) -> None:
        """A lead of their own, which marketing never handed over."""
        word = self._chance.choice(("Working", "Unqualified", "Nurturing"))
        reason = self._one_of(REASONS) if word == "Unqualified" else None
        self._in(2, 20, lambda: self._org.set_status(lead_id, word, reason=reason))

    def _take_up(self, lead: dict[str, Any]) -> None:
        lead_id = str(lead["Id"])
        if not self._can_reach(str(lead["Email"])) or self._chance.random() < MISTYPED:
            self._in(0.1, 2, lambda: self._reject(lead_id, self._one_of(INVALID)))
            return
        self._in(0.1, 1, lambda: self._org.set_status(lead_id, "Working"))
        outcome = self._chance.random()
        if outcome < 0.38:
            self._in(2, 6, lambda: self._win_over(lead_id))
        elif outcome < 0.92:
            self._in(1.5, 6, lambda: self._turn_down(lead_id))
        elif outcome < 0.95:
            self._in(3, 6, lambda: self._org.set_status(lead_id, "Nurturing"))

    def _win_over(self, lead_id: str) -> None:
        _, deal = self._org.convert(lead_id)
        outcome = self._chance.random()
        if deal is None or outcome > 0.75:
            return
        won = outcome < 0.5
        reason = None if won else self._one_of(LOSSES)
        amount = float(self._chance.randrange(4, 40) * 500)
        self._in(3, 10, lambda: self._org.close(deal, won, reason, amount=amount))

    def _turn_down(self, lead_id: str) -> None:
        reason = self._one_of(REASONS) if self._said_not_now else NOT_NOW
        self._said_not_now = True
        self._reject(lead_id, reason)
        if reason == NOT_NOW:
            self._comes_back(str(self._org.record(lead_id)["Email"]))

    def _reject(self, lead_id: str, reason: str) -> None:
        self._org.set_status(lead_id, "Unqualified", reason=reason)

    def _in(self, least_days: float, most_days: float, act: Callable[[], None]) -> None:
        self._clock.at(self._clock() + timedelta(days=self._chance.uniform(least_days, most_days)), act)

    def _one_of(self, weighted: dict[str, int]) -> str:
        return self._chance.choices(list(weighted), list(weighted.values()))[0]
