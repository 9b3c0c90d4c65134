"""Every marketing platform with every CRM: an MQL is handed over, rejected with a reason, told; then all is quiet."""

from __future__ import annotations

import importlib
from itertools import product
from pathlib import Path

import pytest

from connector.loop.tally import exit_code
from connector.shipped import shipped
from tests.platforms.audience import Deed, Someone
from tests.platforms.test_same_company import SIMULATED as MARKETING
from tests.platforms.test_script_of_decisions import SIMULATED as CRMS
from tests.sync.world import FACTOR, Company, address

MODEL = Path(__file__).with_name("scoring.yaml")
ANA = Someone(address("ana"), "Ana", "Silva", "CEO", "Acme", "Brazil")


@pytest.mark.long
@pytest.mark.parametrize(("marketing", "crm"), list(product(MARKETING, CRMS)))
def test_a_lead_goes_round_between_any_two_platforms(marketing: str, crm: str, tmp_path: Path) -> None:
    with Company(tmp_path) as company:
        audience = importlib.import_module(f"tests.adapters.{marketing}.audience").TheAudience(company.clock, FACTOR)
        desk = importlib.import_module(f"tests.adapters.{crm}.desk").Desk(company.clock, FACTOR)
        with audience, desk:
            company.settings["all"] = {
                "marketing": {"mkt": audience.connection()}, "crm": {"crm": desk.connection()},
                "scoring": str(MODEL), "reasons": str(shipped("reasons.yaml")),
            }  # fmt: skip
            prepare(company)
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
            company.close()


def prepare(company: Company) -> None:
    """What `leadloop prepare` does on both sides."""
    loop = company.open()
    [source], [crm] = loop.marketing, loop.crm
    if source.spec.capabilities.makes_fields:
        source.adapter.prepare_writes(source.mapping.feedback.writes)
    crm.adapter.ensure_fields(crm.mapping.field_plan())
