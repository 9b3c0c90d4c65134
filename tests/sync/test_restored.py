"""A backup takes the state's place: what happened since comes back from the platforms, and nothing is done twice."""

from __future__ import annotations

from connector.cli.restoring import restore
from tests.sync.oracle import must_hold
from tests.sync.world import Company


def put_back(company: Company) -> None:
    """The state is as it was when `back_up` copied it."""
    path = company.open().store.path
    company.close()
    restore(path, company.folder / "backup.db", company.clock.now)


def back_up(company: Company) -> None:
    company.run_until_quiet()
    company.open().store.backup(company.folder / "backup.db")
    company.later(hours=1)


def keys(company: Company) -> dict[str, str]:
    """Whose record each is, by address."""
    return {row["Email"]: row["LeadLoop_Id__c"] for row in company.sf.live("Lead")}


def test_who_became_an_mql_since_is_known_by_the_name_that_the_crm_has_and_called_once(company: Company) -> None:
    company.convert("ana", "point-x")
    back_up(company)
    company.convert("ana", "ebook-a", "ebook-b")
    company.convert("bia", "ebook-a", "ebook-b")
    company.run_until_quiet()
    before = keys(company)
    put_back(company)
    company.run_until_quiet()
    company.later(hours=1)
    company.run_until_quiet()
    assert keys(company) == before
    assert len(company.sf.live("Task")) == 2
    assert company.rejects() == []
    assert [company.stage(name) for name in ("ana", "bia")] == ["mql", "mql"]
    assert [kind for kind, *_ in company.history("bia")] == ["mql", "pushed"]
    written = company.writes()
    company.run()
    assert company.writes() == written
    must_hold(company)


def test_what_marketing_was_told_since_is_not_told_again(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    back_up(company)
    company.sf.convert(company.lead("ana")["Id"])
    company.run_until_quiet()
    assert company.contact("ana")["sales"] == ["OPPORTUNITY"]
    put_back(company)
    company.run_until_quiet()
    assert company.stage("ana") == "qualified"
    assert company.contact("ana")["sales"] == ["OPPORTUNITY"]
    must_hold(company)


def test_a_restored_state_that_nobody_runs_for_a_week_asks_first_all_the_same(company: Company) -> None:
    company.convert("ana", "point-x")
    back_up(company)
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    put_back(company)
    company.later(days=7)
    company.run_until_quiet()
    assert len(company.sf.live("Task")) == 1
    for name in ("bia", "cid"):  # by the third day after the first of them all that the platforms told was worked out
        company.convert(name, "ebook-a", "ebook-b")
        company.run_until_quiet()
        company.later(days=3)
    asked = company.ask("SELECT why FROM outbox WHERE kind = 'task' ORDER BY id")
    assert asked == [("restored from a backup",), ("read back: it is not there",), (None,)]
    assert len(company.sf.live("Task")) == 3
    must_hold(company)


def test_a_record_with_a_key_of_another_form_is_still_not_ours(company: Company) -> None:
    back_up(company)
    put_back(company)
    theirs = {"LastName": "B", "Company": "X", "Email": "bia@company.example", "LeadLoop_Id__c": "not-one-of-ours"}
    company.sf.create("Lead", theirs)
    company.convert("bia", "ebook-a", "ebook-b")
    company.run_until_quiet()
    assert company.rejects() == [("sf", "record", "crm_key_taken")]
    assert company.lead("bia")["LeadLoop_Id__c"] == "not-one-of-ours"
