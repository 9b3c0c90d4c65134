"""The whole loop on simulated Mautic and Salesforce: pulled, scored, pushed, decided, told; then all is quiet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.loop.tally import exit_code, outcome
from tests.adapters.mautic.audience import TheAudience
from tests.platforms.company import MarketingCompany
from tests.sync.world import address

MauticCompany = MarketingCompany[TheAudience]


@pytest.fixture
def company(tmp_path: Path) -> Iterator[MauticCompany]:
    with MauticCompany(tmp_path, TheAudience) as company:
        assert set(company.prepare().values()) == {"created"}
        yield company


def test_one_lead_travels_all_steps_and_a_second_run_sends_nothing(company: MauticCompany) -> None:
    asks, looks = company.meet("ana"), company.meet("bob", "Intern")
    company.do(asks, "form_submission", "demo-request")
    company.do(looks, "page_view", url="https://www.acme.example/pricing")
    rests = company.platform.add(address("eve"), firstname="Eve")

    lines = company.run()
    assert (outcome(lines), exit_code(lines)) == ("ok", 0), [line.as_json() for line in lines]
    [lead] = company.sf.live("Lead")
    assert (lead["Email"], lead["MQL__c"]) == (address("ana"), True)
    contact = company.platform.contact(asks)
    assert (contact.values["leadloop_mql"], contact.values["leadloop_score"].isdigit(), contact.tags) == (
        "yes", True, ["MQL"],
    )  # fmt: skip
    assert company.platform.contact(looks).values["leadloop_mql"] == "no"
    assert company.platform.contact(rests).values["leadloop_score"] == "none"

    company.later(minutes=15)
    company.sf.set_status(lead["Id"], "Unqualified", reason="No budget")
    company.run_until_quiet()
    told = company.audience.told(asks)
    assert (told["decision"], told["reason"], contact.tags) == ("rejected", "no_budget", [])
    assert [note.startswith("Sales: rejected") for note in contact.notes] == [True]

    before = company.writes()
    for _ in range(2):
        company.later(minutes=15)
        assert (outcome(company.run()), company.writes()) == ("ok", before)
    assert {state for (state,) in company.ask("SELECT state FROM outbox")} <= {"confirmed", "replaced"}


def test_every_kind_of_act_arrives_in_the_words_that_all_platforms_share(company: MauticCompany) -> None:
    mautic, ana = company.platform, company.meet("ana")
    company.do(ana, "form_submission", "ebook-form")
    company.do(ana, "download", "ebook.pdf")
    company.do(ana, "email_open", "newsletter-1")
    company.do(ana, "email_click", url="https://www.acme.example/a")
    company.do(ana, "page_view", url="https://www.acme.example/b")
    mautic.opt_out(ana)
    mautic.opt_out(company.meet("bob"), reason=2)
    company.run()
    kinds = ("form_submission", "download", "email_open", "email_click", "page_view", "unsubscribe", "bounce")
    assert company.acts() == dict.fromkeys(kinds, 1)


def test_a_merge_joins_the_persons_and_a_deletion_is_learned(company: MauticCompany) -> None:
    winner, loser, goes = (company.meet(name) for name in ("ana", "ana.at.home", "bob"))
    for id_ in (winner, loser, goes):
        company.do(id_, "page_view", url="https://www.acme.example/a")
    company.run()
    company.platform.merge(loser, winner)
    company.platform.delete(goes)
    company.later(minutes=15)
    company.run()
    assert company.persons_of(winner, loser) == 1
    assert company.gone() == {goes, loser}
