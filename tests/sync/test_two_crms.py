"""Two CRMs: a lead goes to the first that takes it, and stays there for its cycle, whatever becomes of it."""

from __future__ import annotations

import pytest

from connector.shipped import shipped
from tests.sync.test_joined_on_the_way import ask_for
from tests.sync.world import Company


@pytest.fixture
def two(company: Company) -> Company:
    """Chiefs go to Salesforce, everybody else into files."""
    (company.folder / "out").mkdir()
    sales = {
        "adapter": "salesforce", "auth_url": company.sf.base_url,
        "credentials": {"client_id": "simulated-client", "client_secret": "simulated-secret"},
        "mapping": str(shipped("salesforce.yaml")), "take": {"job_title": ["CEO"]},
    }  # fmt: skip
    files = {"adapter": "csv", "folder": str(company.folder / "out"), "mapping": str(shipped("csv.yaml"))}
    company.settings["all"] = {"crm": {"sf": sales, "files": files}}
    return company


def where(company: Company, name: str) -> list[str]:
    """The CRMs in which this person is to be written."""
    rows = company.ask(
        "SELECT connection FROM desired WHERE person_id = ? AND connection <> 'rd'", company.person(name)
    )
    return sorted(row[0] for row in rows)


@pytest.mark.parametrize("sent", [True, False])
def test_who_is_joined_stays_in_the_crm_that_has_the_lead(two: Company, sent: bool) -> None:
    two.convert("bia", "ebook-a", "ebook-b")
    two.run(*(() if sent else ("pull", "score")))
    two.later(days=1)
    two.convert("ana", "ebook-c", title="Manager")
    two.run(*(() if sent else ("pull", "score")))
    assert (where(two, "bia"), two.stage("ana")) == (["sf"], "lead")
    ask_for(two, "identity join", loser=two.person("bia"), winner=two.person("ana"))
    two.run_until_quiet()
    assert two.stage("ana") == "mql"
    assert where(two, "ana") == ["sf"]
    assert len(two.sf.live("Lead")) == 1
    assert not (two.folder / "out/leads.csv").exists()


def test_a_rejected_lead_that_fits_another_crm_by_then_loses_its_mark_where_it_was(two: Company) -> None:
    uuid = two.convert("ana", "ebook-a", "ebook-b")
    two.run_until_quiet()
    two.rd.edit(uuid, job_title="Manager")
    two.convert("ana", "point-x")
    two.run_until_quiet()
    assert (where(two, "ana"), two.lead("ana")["MQL__c"]) == (["sf"], True)
    two.sf.set_status(two.lead("ana")["Id"], "Unqualified", reason="No budget")
    two.run_until_quiet()
    assert (two.stage("ana"), two.lead("ana")["MQL__c"]) == ("lead", False)


def test_an_opt_out_reaches_the_crm_that_had_the_lead_before(two: Company) -> None:
    uuid = two.convert("ana", "ebook-a", "ebook-b")
    two.run_until_quiet()
    two.sf.set_status(two.lead("ana")["Id"], "Unqualified", reason="No budget")
    two.run_until_quiet()
    two.rd.edit(uuid, job_title="Manager")
    two.rd.opt_out(uuid)
    two.convert("ana", "point-x")
    two.run_until_quiet()
    assert two.lead("ana")["HasOptedOutOfEmail"] is True


def test_what_was_not_sent_to_one_crm_yet_is_not_when_the_lead_goes_to_another(two: Company) -> None:
    for crm in two.settings["all"]["crm"].values():
        crm["write"] = "all"
    uuid = two.convert("ana", "ebook-a")
    two.run("pull", "score")
    two.rd.edit(uuid, job_title="Manager")
    two.convert("ana", "point-x")
    two.run_until_quiet()
    assert not two.sf.live("Lead")
    assert (two.folder / "out/leads.csv").exists()
