"""The whole loop on simulated Act-On and Salesforce: pulled, scored, pushed, decided, told; then all is quiet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.loop.tally import exit_code, outcome
from tests.adapters.acton.audience import TheAudience
from tests.platforms.company import MarketingCompany

ActOnCompany = MarketingCompany[TheAudience]


@pytest.fixture
def company(tmp_path: Path) -> Iterator[ActOnCompany]:
    with ActOnCompany(tmp_path, TheAudience) as company:
        yield company


def test_one_lead_travels_all_steps_and_a_second_run_sends_nothing(company: ActOnCompany) -> None:
    asks, looks = company.meet("ana", "CEO"), company.meet("bob", "Intern")
    company.do(asks, "form_submission", "demo-request")
    company.do(looks, "page_view", url="https://www.acme.example/pricing")
    company.run_until_quiet()
    lead = company.lead("ana")
    assert (lead["MQL__c"], company.stage("bob")) == (True, "lead")
    told = company.platform.contact(asks).values
    assert (told["Leadloop MQL"], told["Leadloop Grade"], told["Leadloop Score"].isdigit()) == ("yes", "A", True)
    assert company.platform.contact(looks).values["Leadloop MQL"] == "no"

    company.sf.set_status(lead["Id"], "Unqualified", reason="No budget")
    company.later(minutes=15)
    company.run_until_quiet()
    told = company.audience.told(asks)
    assert (told["decision"], told["reason"]) == ("rejected", "no_budget")
    assert company.platform.contact(asks).values["Leadloop MQL"] == "no"

    company.later(minutes=30)
    company.run()
    before = company.writes()
    for _ in range(2):
        company.later(minutes=30)
        lines = company.run()
        assert (outcome(lines), exit_code(lines), company.writes()) == ("ok", 0, before)
    assert company.rejects() == []


def test_every_kind_of_act_arrives_in_the_words_that_all_platforms_share(company: ActOnCompany) -> None:
    ana = company.meet("ana", "CEO")
    company.do(ana, "form_submission", "ebook-form")
    company.do(ana, "download", "ebook.pdf")
    company.do(ana, "email_open", "news-1")
    company.do(ana, "email_click", "news-1", "https://www.acme.example/a")
    company.do(ana, "page_view", url="https://www.acme.example/b")
    company.platform.react(company.platform.send("news-2"), ana, "BOUNCED")
    company.platform.do(ana, "wa", "Attended: Pricing live")
    company.platform.do(ana, "oi", "Opted in")
    company.platform.opt_out(ana)
    company.platform.opt_out(ana, by="spamcomplaint")
    company.run()
    kinds = (
        "form_submission", "download", "email_open", "email_click", "page_view", "bounce", "webinar", "subscribe",
        "unsubscribe", "spam_complaint",
    )  # fmt: skip
    assert company.acts() == dict.fromkeys(kinds, 1)


def test_a_visit_that_changes_no_record_is_found_by_the_daily_walk(company: ActOnCompany) -> None:
    ana = company.meet("ana", "CEO")
    company.run_until_quiet()
    company.later(minutes=30)
    company.run()  # our own writes come back as changes, and with them the histories
    company.later(hours=2)
    company.do(ana, "page_view", url="https://www.acme.example/pricing")
    company.run("pull", "score")
    assert company.acts() == {}
    company.later(hours=24)
    company.run()
    assert company.acts() == {"page_view": 1}


def test_a_deletion_is_learned_by_the_daily_walk(company: ActOnCompany) -> None:
    company.meet("ana", "CEO")
    bob = company.meet("bob", "CEO")
    company.run()
    company.platform.delete(bob)
    company.later(hours=24)
    company.run()
    assert company.gone() == {bob}


def test_one_person_in_two_lists_acts_once(company: ActOnCompany) -> None:
    company.platform.account.add_list("Webinar guests")
    company.settings["all"]["marketing"]["mkt"].pop("lists")
    ana = company.meet("ana", "CEO")
    company.platform.add("ana@company.example", "l-0002", First_Name="Ana")
    company.do(ana, "form_submission", "ebook-form")
    company.run()
    assert company.ask("SELECT count(DISTINCT person_id), count(*) FROM contacts") == [(1, 2)]
    assert company.acts() == {"form_submission": 1}
