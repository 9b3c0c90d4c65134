"""The real loop between ActiveCampaign and Salesforce: pulled, scored, pushed, decided, told; then all is quiet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.loop.tally import outcome
from tests.adapters.activecampaign.audience import TheAudience
from tests.platforms.company import MarketingCompany
from tests.sync.world import address

ActiveCampaignCompany = MarketingCompany[TheAudience]


@pytest.fixture
def company(tmp_path: Path) -> Iterator[ActiveCampaignCompany]:
    with ActiveCampaignCompany(tmp_path, TheAudience) as company:
        assert set(company.prepare().values()) == {"created"}
        yield company


def test_one_lead_travels_all_steps_and_a_second_run_sends_nothing(company: ActiveCampaignCompany) -> None:
    asks, looks = company.meet("ana"), company.meet("bob", "Intern")
    company.do(asks, "form_submission", "demo-request")
    company.do(looks, "page_view", url="https://www.acme.example/pricing")
    lines = company.run()
    assert outcome(lines) == "ok", [(line.step, line.stream, line.error, line.hint) for line in lines]
    lead = company.lead("ana")
    assert (lead["MQL__c"], lead["Company"], lead["Title"]) == (True, "Acme", "CEO")
    assert [company.platform.value(id_, "LEADLOOP_MQL") for id_ in (asks, looks)] == ["yes", "no"]
    assert company.platform.tags(asks) == ["leadloop:mql"]
    assert company.audience.told(looks)["score"] == "0"

    company.later(minutes=10)
    company.sf.set_status(lead["Id"], "Unqualified", reason="No budget")
    company.run_until_quiet()
    told = company.audience.told(asks)
    assert (told["decision"], told["reason"], company.platform.tags(asks)) == ("rejected", "no_budget", [])
    [note] = company.platform.contact(asks).notes
    assert note.startswith("Sales: rejected")

    written = company.writes()
    for _ in range(2):
        company.later(minutes=15)
        assert (outcome(company.run()), company.writes()) == ("ok", written)
    assert company.rejects() == []


def test_every_kind_of_act_arrives_in_the_words_that_all_platforms_share(company: ActiveCampaignCompany) -> None:
    ana = company.meet("ana")
    company.do(ana, "form_submission", "ebook-form")
    company.do(ana, "page_view", url="https://www.acme.example/a")
    company.do(ana, "email_open", "news")
    company.do(ana, "email_click", "news", "https://www.acme.example/b")
    company.do(ana, "email_reply", "news")
    company.do(ana, "flow_completed", "Welcome")
    company.platform.open(ana, "news", by_machine=True)
    company.platform.subscribe(ana)
    company.platform.opt_out(ana)
    company.platform.bounce(ana, "news")
    company.platform.track(ana, "Trial started", "pro")
    company.run()
    assert company.acts() == {
        "form_submission": 1, "page_view": 1, "email_open": 2, "email_click": 1, "email_reply": 1, "flow_completed": 1,
        "subscribe": 1, "unsubscribe": 2, "bounce": 1, "Trial started": 1,
    }  # fmt: skip


def test_a_click_that_moves_no_time_of_update_is_found_by_the_log_of_all(company: ActiveCampaignCompany) -> None:
    ana = company.meet("ana")
    company.run()
    company.later(hours=3)
    company.do(ana, "email_click", "news", "https://www.acme.example/b")
    company.later(minutes=1)
    company.run()
    assert company.acts() == {"email_click": 1}


def test_many_contacts_are_told_by_an_import_that_is_polled(company: ActiveCampaignCompany) -> None:
    ids = [company.meet(f"lead{number}", "Analyst") for number in range(15)]
    company.run()
    assert company.ask("SELECT state, count(*) FROM outbox GROUP BY 1") == [("pending", 15)]
    company.run_until_quiet()
    assert [len(company.platform.calls(method, path)) for method, path in (("POST", "/bulk_import$"), ("PUT", ""))] == [
        1,
        0,
    ]
    assert {company.audience.told(id_)["score"] for id_ in ids} == {"0"}
    assert company.ask("SELECT DISTINCT state FROM outbox") == [("confirmed",)]


def test_a_row_that_an_import_refuses_is_told_with_its_reason(company: ActiveCampaignCompany) -> None:
    for number in range(15):
        company.meet(f"lead{number}", "Analyst")
    company.platform.refused_by_imports = frozenset({address("lead3")})
    company.run_until_quiet()
    assert len(company.platform.calls("PUT", "/contacts/")) == 1, "who was refused is updated alone"
    assert company.ask("SELECT DISTINCT state FROM outbox") == [("confirmed",)]


def test_a_deletion_is_learned_by_comparing_all_ids(company: ActiveCampaignCompany) -> None:
    stays, goes = company.meet("ana"), company.meet("bob")
    company.run()
    company.platform.delete(goes)
    company.later(hours=24)
    company.run()
    company.run()
    assert company.gone() == {goes}
    assert stays in {row[0] for row in company.ask("SELECT id FROM contacts WHERE gone_at IS NULL")}
