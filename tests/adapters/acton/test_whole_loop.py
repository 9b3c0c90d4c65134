"""The whole loop on simulated Act-On and Salesforce: pulled, scored, pushed, decided, told; then all is quiet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.loop.tally import exit_code, outcome
from connector.shipped import shipped
from tests.adapters.acton.audience import TheAudience
from tests.platforms.audience import Deed, Someone
from tests.sync.world import FACTOR, Company


class ActOnCompany(Company):
    """Act-On and Salesforce, with leadloop and the shipped mappings and model between them."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.audience = TheAudience(self.clock, FACTOR)

    def __enter__(self) -> ActOnCompany:
        super().__enter__()
        self._stack.enter_context(self.audience)
        self.acton = self.audience.simulator
        self.settings["all"] = {
            "marketing": {"acton": self.audience.connection()}, "scoring": str(shipped("scoring/b2b.yaml")),
        }  # fmt: skip
        return self

    def add(self, name: str, title: str) -> str:
        return self.audience.add(Someone(f"{name}@company.example", name.title(), "Silva", title, "Acme", "Brazil"))

    def act(self, contact_id: str, type_: str, asset: str = "", url: str = "") -> None:
        self.audience.act(contact_id, Deed(type_, self.clock.now(), asset, url))

    def writes(self) -> int:
        return len(self.acton.calls("PUT|POST", "^/api/")) + len(self.sf.calls("POST|PATCH|DELETE", "^/services/data"))

    def acts(self) -> dict[str, int]:
        return dict(self.ask("SELECT type, count(*) FROM activities GROUP BY 1"))


@pytest.fixture
def company(tmp_path: Path) -> Iterator[ActOnCompany]:
    with ActOnCompany(tmp_path) as company:
        yield company


def test_one_lead_travels_all_steps_and_a_second_run_sends_nothing(company: ActOnCompany) -> None:
    asks, looks = company.add("ana", "CEO"), company.add("bob", "Intern")
    company.act(asks, "form_submission", "demo-request")
    company.act(looks, "page_view", url="https://www.acme.example/pricing")
    company.run_until_quiet()
    lead = company.lead("ana")
    assert (lead["MQL__c"], company.stage("bob")) == (True, "lead")
    told = company.acton.contact(asks).values
    assert (told["Leadloop MQL"], told["Leadloop Grade"], told["Leadloop Score"].isdigit()) == ("yes", "A", True)
    assert company.acton.contact(looks).values["Leadloop MQL"] == "no"

    company.sf.set_status(lead["Id"], "Unqualified", reason="No budget")
    company.later(minutes=15)
    company.run_until_quiet()
    told = company.audience.told(asks)
    assert (told["decision"], told["reason"]) == ("rejected", "no_budget")
    assert company.acton.contact(asks).values["Leadloop MQL"] == "no"

    company.later(minutes=30)
    company.run()
    before = company.writes()
    for _ in range(2):
        company.later(minutes=30)
        lines = company.run()
        assert (outcome(lines), exit_code(lines), company.writes()) == ("ok", 0, before)
    assert company.rejects() == []


def test_every_kind_of_act_arrives_in_the_words_that_all_platforms_share(company: ActOnCompany) -> None:
    ana = company.add("ana", "CEO")
    company.act(ana, "form_submission", "ebook-form")
    company.act(ana, "download", "ebook.pdf")
    company.act(ana, "email_open", "news-1")
    company.act(ana, "email_click", "news-1", "https://www.acme.example/a")
    company.act(ana, "page_view", url="https://www.acme.example/b")
    company.acton.react(company.acton.send("news-2"), ana, "BOUNCED")
    company.acton.do(ana, "wa", "Attended: Pricing live")
    company.acton.do(ana, "oi", "Opted in")
    company.acton.opt_out(ana)
    company.acton.opt_out(ana, by="spamcomplaint")
    company.run()
    kinds = (
        "form_submission", "download", "email_open", "email_click", "page_view", "bounce", "webinar", "subscribe",
        "unsubscribe", "spam_complaint",
    )  # fmt: skip
    assert company.acts() == dict.fromkeys(kinds, 1)


def test_a_visit_that_changes_no_record_is_found_by_the_daily_walk(company: ActOnCompany) -> None:
    ana = company.add("ana", "CEO")
    company.run_until_quiet()
    company.later(minutes=30)
    company.run()  # our own writes come back as changes, and with them the histories
    company.later(hours=2)
    company.act(ana, "page_view", url="https://www.acme.example/pricing")
    company.run("pull", "score")
    assert company.acts() == {}
    company.later(hours=24)
    company.run()
    assert company.acts() == {"page_view": 1}


def test_a_deletion_is_learned_by_the_daily_walk(company: ActOnCompany) -> None:
    company.add("ana", "CEO")
    bob = company.add("bob", "CEO")
    company.run()
    company.acton.delete(bob)
    company.later(hours=24)
    company.run()
    assert company.ask("SELECT id FROM contacts WHERE gone_at IS NOT NULL") == [(bob,)]


def test_one_person_in_two_lists_acts_once(company: ActOnCompany) -> None:
    company.acton.account.add_list("Webinar guests")
    company.settings["all"]["marketing"]["acton"].pop("lists")
    ana = company.add("ana", "CEO")
    company.acton.add("ana@company.example", "l-0002", First_Name="Ana")
    company.act(ana, "form_submission", "ebook-form")
    company.run()
    assert company.ask("SELECT count(DISTINCT person_id), count(*) FROM contacts") == [(1, 2)]
    assert company.acts() == {"form_submission": 1}
