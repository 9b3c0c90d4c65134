"""Every marketing platform with every CRM: an MQL is handed over, rejected with a reason, told; then all is quiet."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from connector.loop.tally import exit_code
from tests.platforms.audience import Deed, Someone
from tests.platforms.pair import pair
from tests.platforms.test_same_company import SIMULATED as MARKETING
from tests.platforms.test_script_of_decisions import SIMULATED as CRMS
from tests.sync.world import address

ANA = Someone(address("ana"), "Ana", "Silva", "CEO", "Acme", "Brazil")


@pytest.mark.long
@pytest.mark.parametrize(("marketing", "crm"), list(product(MARKETING, CRMS)))
def test_a_lead_goes_round_between_any_two_platforms(marketing: str, crm: str, tmp_path: Path) -> None:
    with pair(tmp_path, marketing, crm) as (company, audience, desk):
        contact = audience.add(ANA)
        for form in ("demo-request", "ebook-a"):
            company.later(minutes=1)
            audience.act(contact, Deed("form_submission", company.clock.now().replace(microsecond=0), form))
        company.later(hours=1)
        company.run_until_quiet()
        assert desk.tagged(ANA.email)

        company.later(hours=1)
        desk.reject(ANA.email, "no_budget")
        company.later(hours=1)
        company.run_until_quiet()
        assert company.history("ana")[-1][:2] == ("rejected", "sales")
        told = audience.told(contact)
        assert (told["decision"], told["reason"]) == ("rejected", "no_budget")

        written = audience.writes, desk.writes
        company.later(hours=1)
        assert exit_code(company.run()) == 0
        assert (audience.writes, desk.writes) == written
        assert company.rejects() == []
