"""The whole loop on simulated Marketo and Salesforce: pulled, scored, pushed, decided, told; then all is quiet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connector.loop.tally import exit_code, outcome
from connector.testing.conformance.clock import BEGIN
from tests.adapters.marketo.audience import TheAudience
from tests.platforms.company import MarketingCompany
from tests.sync.world import address

MarketoCompany = MarketingCompany[TheAudience]


@pytest.fixture
def company(tmp_path: Path) -> Iterator[MarketoCompany]:
    with MarketoCompany(tmp_path, TheAudience) as company:
        assert set(company.prepare().values()) == {"created"}
        yield company


def test_one_lead_travels_all_steps_and_a_second_run_sends_nothing(company: MarketoCompany) -> None:
    marketo = company.platform
    asks = marketo.add(
        address("ana"), created_at=BEGIN - timedelta(days=3), firstName="Ana", lastName="Silva", title="CEO",
        country="Brazil", company="Acme", numberOfEmployees=800,
    )  # fmt: skip
    marketo.fill_form(asks, "demo-request", BEGIN - timedelta(days=1))
    looks = marketo.add(address("bob"), firstName="Bob", title="Intern", country="Brazil")
    company.do(str(looks), "page_view", url="www.acme.example/pricing")

    lines = company.run()
    assert (outcome(lines), exit_code(lines)) == ("ok", 0), [line.as_json() for line in lines]
    [lead] = company.sf.live("Lead")
    assert (lead["Email"], lead["MQL__c"], lead["LeadGrade__c"]) == (address("ana"), True, "A")
    assert marketo.lead(asks).values["leadloop_mql"] is True
    assert marketo.lead(looks).values["leadloop_grade"] == "C"

    company.later(minutes=15)
    company.sf.set_status(lead["Id"], "Unqualified", reason="No budget")
    company.run_until_quiet()
    told = company.audience.told(str(asks))
    assert (told["decision"], told["reason"]) == ("rejected", "no_budget")
    type_id = marketo.instance.types.by_name["leadloopDecision"]["id"]
    reasons = {act.primary: act.attributes.get("reason") for act in marketo.instance.acts_of(asks, type_id)}
    assert reasons["rejected"] == "no_budget"

    before = company.writes()
    for _ in range(2):
        company.later(minutes=15)
        assert (outcome(company.run()), company.writes()) == ("ok", before)
    assert {state for (state,) in company.ask("SELECT state FROM outbox")} <= {"confirmed", "replaced"}


def test_a_merge_in_marketo_joins_the_persons(company: MarketoCompany) -> None:
    winner, loser = company.meet("ana"), company.meet("ana.at.home")
    company.do(winner, "form_submission", "ebook-a")
    company.do(loser, "form_submission", "ebook-b")
    company.run()
    company.platform.merge(int(loser), int(winner))
    company.later(minutes=15)
    company.run()
    assert company.persons_of(winner, loser) == 1
