"""The same people doing the same on every marketing platform: the same scores, wherever the platform tells the acts."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from connector.model import Activity, Person
from connector.scoring import score
from tests.platforms.audience import Audience, Deed, Someone
from tests.platforms.company import MarketingCompany

SIMULATED = ("activecampaign", "acton", "hubspot", "marketo", "mautic", "rdstation")
SITE = "https://www.acme.example"
TITLES = {"ana": "CEO", "bia": "Sales Manager", "caio": "Student", "davi": "Director", "eva": "CEO"}
PEOPLE = {
    name: Someone(f"{name}@company.example", name.title(), "Silva", title, f"{name.title()} Ltda", "Brazil")
    for name, title in TITLES.items()
}
STORY: tuple[tuple[float, str, str, str, str], ...] = (
    # seconds since the last act, who, what, its name, its address
    (0, "ana", "form_submission", "ebook-a", ""),
    (60, "ana", "email_open", "news-1", ""),
    (40, "ana", "email_click", "news-1", f"{SITE}/pricing"),
    (90, "ana", "page_view", "", f"{SITE}/pricing"),
    (60, "ana", "form_submission", "demo-request", ""),
    (60, "bia", "form_submission", "ebook-a", ""),
    (60, "bia", "form_submission", "ebook-a", ""),
    (60, "bia", "form_submission", "ebook-b", ""),
    (60, "bia", "download", "prices.pdf", ""),
    (60, "caio", "page_view", "", f"{SITE}/careers"),
    (60, "caio", "page_view", "", f"{SITE}/team"),
    # A scanner in front of Davi's mailbox opens the mail and follows all of its links; later he comes himself.
    (60, "davi", "email_open", "news-2", ""),
    (2, "davi", "email_click", "news-2", f"{SITE}/a"),
    (1, "davi", "email_click", "news-2", f"{SITE}/b"),
    (1, "davi", "email_click", "news-2", f"{SITE}/c"),
    (1, "davi", "email_click", "news-2", f"{SITE}/d"),
    (7200, "davi", "email_click", "news-2", f"{SITE}/b"),
    (60, "davi", "form_submission", "ebook-b", ""),
)
BY_MACHINE = {f"a{number}" for number in (11, 12, 13, 14, 15)}


class Party(MarketingCompany[Audience]):
    """One platform's audience, and a Salesforce that receives its MQLs."""

    def __init__(self, folder: Path, kind: type[Audience]) -> None:
        super().__init__(folder, kind, Path(__file__).with_name("scoring.yaml"))
        self.ids: dict[str, str] = {}
        self.did: dict[str, list[Activity]] = {name: [] for name in PEOPLE}

    def __enter__(self) -> Self:
        super().__enter__()
        self.prepare()
        return self

    def play(self) -> None:
        """Everybody comes to be, and does what the platform can tell."""
        self.ids = {name: self.audience.add(someone) for name, someone in PEOPLE.items()}
        for number, (wait_s, name, type_, asset, url) in enumerate(STORY):
            self.later(seconds=wait_s)
            if type_ in self.audience.types:
                deed = Deed(type_, self.clock.now().replace(microsecond=0), asset, url)
                self.audience.act(self.ids[name], deed)
                machine = f"a{number}" in BY_MACHINE
                self.did[name].append(Activity(f"a{number}", type_, deed.at, asset, url, by_machine=machine))

    def expected(self, name: str) -> tuple[str, int]:
        """Grade and milli-points by the model alone, from what the platform can tell."""
        model = self.open().model
        person = Person({"email": PEOPLE[name].email, "job_title": PEOPLE[name].title, "country": "BR"})
        told = score(person, self.did[name], model, self.clock.now())
        return str(told.grade), told.points_mp

    def scored(self, name: str) -> tuple[str, int]:
        """Grade and milli-points as the store holds them."""
        [row] = self.ask("SELECT grade, points_mp FROM scores WHERE person_id = ?", self.person(name))
        return str(row[0]), int(row[1])


@pytest.fixture(params=SIMULATED)
def party(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Party]:
    kind = importlib.import_module(f"tests.adapters.{request.param}.audience").TheAudience
    with Party(tmp_path, kind) as party:
        yield party


def test_the_same_people_and_acts_give_the_same_scores_on_every_platform(party: Party) -> None:
    party.play()
    party.later(minutes=30)
    party.run_until_quiet()
    assert {name: party.scored(name) for name in PEOPLE} == {name: party.expected(name) for name in PEOPLE}
    assert party.stage("ana") == "mql"
    assert party.lead("ana")["LeadScore__c"] == party.expected("ana")[1] // 1000
    assert party.rejects() == []
    told = party.audience.told(party.ids["ana"])
    assert (told["grade"], float(told["score"])) == ("A", party.expected("ana")[1] / 1000)


def test_what_sales_decided_is_told_on_every_platform_and_brings_nobody_back(party: Party) -> None:
    """What is told comes back as a change of the contact: a tag that is gone, a stage. That is nothing new."""
    party.play()
    party.later(minutes=30)
    party.run_until_quiet()
    party.sf.set_status(party.lead("ana")["Id"], "Unqualified", reason="No budget")
    for _ in range(3):
        party.later(minutes=30)
        party.run_until_quiet()
    told = party.audience.told(party.ids["ana"])
    assert (told["decision"], told["reason"]) == ("rejected", "no_budget")
    assert party.history("ana")[-1][:2] == ("rejected", "sales")
