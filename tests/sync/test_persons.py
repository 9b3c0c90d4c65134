"""Who is who while the loop runs: changed addresses, merges, clashes, shared mailboxes."""

from __future__ import annotations

import pytest

from connector.loop.requests import perform
from tests.sync.oracle import must_hold
from tests.sync.world import Company


def test_a_changed_address_leaves_the_person_and_the_record_who_they_are(company: Company) -> None:
    uuid = company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    record = company.lead("ana")["Id"]
    change_address(company, uuid, "ana.silva")
    company.convert("ana.silva", "ebook-c")
    company.run_until_quiet()
    assert company.ask("SELECT count(*) FROM people") == [(1,)]
    [lead] = company.sf.live("Lead")
    assert (lead["Id"], lead["LeadScore__c"]) == (record, 90)
    assert company.ask("SELECT role FROM identities WHERE key = 'ana@company.example'") == [("alias",)]


def change_address(company: Company, uuid: str, name: str) -> None:
    """Marketing corrects a contact's address."""
    with company.rd.lock:
        contact = company.rd.account.contacts[uuid]
        del company.rd.account.by_email[contact.email]
        contact.attributes["email"] = f"{name}@company.example"
        company.rd.account.by_email[contact.email] = uuid


def test_an_address_that_somebody_had_before_finds_no_record_in_the_crm(company: Company) -> None:
    uuid = company.convert("ana", "ebook-a")
    company.run()
    change_address(company, uuid, "ana.silva")
    company.convert("ana.silva", "point-x")
    company.run()
    stranger = company.sf.create("Lead", {"LastName": "X", "Company": "X", "Email": "ana@company.example"})
    company.convert("ana.silva", "ebook-b", "ebook-c")
    company.run_until_quiet()
    assert company.lead("ana.silva")["Id"] != stranger
    assert company.sf.record(stranger)["MQL__c"] is False


def test_an_address_that_is_another_persons_joins_nothing_and_is_a_reject_with_both_ids(company: Company) -> None:
    company.convert("ana", "ebook-a")
    uuid = company.convert("bia", "ebook-b")
    company.run()
    persons = {company.person("ana"), company.person("bia")}
    with company.rd.lock:
        company.rd.account.contacts[uuid].attributes["email"] = "ana@company.example"
    company.rd.account.convert(company.rd.account.contacts[uuid], "ebook-c", company.clock.now(), {})
    company.run()
    [(text,)] = company.ask("SELECT text FROM rejects WHERE code = 'identity_clash' AND state = 'open'")
    assert all(f"{person}" in text for person in persons)
    assert "@" not in text
    assert {row[0] for row in company.ask("SELECT DISTINCT person_id FROM contacts")} == persons


def test_a_contact_whose_address_was_anothers_is_read_once_both_are_one(company: Company) -> None:
    company.convert("ana", "ebook-a")
    uuid = company.convert("bia", "ebook-b")
    company.run()
    ana, bia = company.person("ana"), company.person("bia")
    with company.rd.lock:
        company.rd.account.contacts[uuid].attributes["email"] = "ana@company.example"
    company.rd.account.convert(company.rd.account.contacts[uuid], "ebook-c", company.clock.now(), {})
    company.run()
    assert [code for *_, code in company.rejects()] == ["identity_clash"]
    store = company.open().store
    with store.hold(), store.write(step=True) as tx:
        assert "error" not in perform(tx, store, "identity join", {"loser": bia, "winner": ana})
    company.run_until_quiet()
    assert company.rejects() == []
    assert company.ask("SELECT packed -> 'a' ->> 'email' FROM contacts WHERE id = ?", uuid) == [
        ("ana@company.example",)
    ]


def test_a_merge_in_marketing_joins_the_persons_and_scores_the_union(company: Company) -> None:
    first, second = company.convert("ana", "ebook-a", "ebook-b"), company.convert("bia", "ebook-b", "ebook-c")
    company.run_until_quiet()
    assert (company.points("ana"), company.points("bia")) == (60, 60)
    company.rd.merge(second, first)
    company.later(days=1)
    company.convert("ana", "point-x")
    company.run_until_quiet()
    company.run_until_quiet()
    assert company.person("ana") == company.person("bia")
    assert company.points("ana") == 91
    assert company.ask("SELECT count(*) FROM people WHERE merged_into IS NULL") == [(1,)]


@pytest.mark.parametrize("known_first", [True, False], ids=["merge seen first", "conversion seen first"])
def test_an_act_that_a_merge_moved_counts_once(company: Company, known_first: bool) -> None:
    first, second = company.convert("ana", "point-x"), company.convert("bia", "fair-spring")
    company.run_until_quiet()
    company.rd.merge(second, first)
    company.later(days=1)
    if known_first:
        company.run_until_quiet()
    company.convert("ana", "point-y")
    company.run_until_quiet()
    company.run_until_quiet()
    assert company.points("ana") == 52
    must_hold(company)


def test_an_act_that_a_merge_moved_counts_once_although_the_crm_told_first_that_both_are_one(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.convert("bia", "demo-request")
    company.run_until_quiet()
    company.sf.merge(str(company.lead("ana")["Id"]), str(company.lead("bia")["Id"]))
    company.run_until_quiet()
    company.rd.merge(company.convert("bia"), company.convert("ana"))
    company.convert("ana", "point-x")
    company.run_until_quiet()
    acts = company.ask("SELECT packed ->> 'asset' FROM activities WHERE person_id = ?", company.person("ana"))
    assert sorted(asset for (asset,) in acts) == ["demo-request", "ebook-a", "ebook-b", "point-x"]
    company.later(days=1)
    company.run_until_quiet()
    must_hold(company)


def test_two_records_of_merged_persons_are_reported_and_only_one_is_written(company: Company) -> None:
    first, second = company.convert("ana", "ebook-a", "ebook-b"), company.convert("bia", "ebook-b", "ebook-c")
    company.run_until_quiet()
    company.rd.merge(second, first)
    company.later(days=1)
    company.convert("ana", "ebook-d")
    company.run_until_quiet()
    company.run_until_quiet()
    assert sum(lead["LeadScore__c"] == 120 for lead in company.sf.live("Lead")) == 1
    assert ("sf", "crm_duplicate", "crm_duplicate") in company.rejects()


def test_people_behind_a_shared_mailbox_stay_apart_and_match_no_record(company: Company) -> None:
    company.sf.create("Lead", {"LastName": "Reception", "Company": "X", "Email": "info@company.example"})
    company.convert("info", "ebook-a", "ebook-b")
    company.run_until_quiet()
    assert not company.ask("SELECT * FROM identities WHERE system = 'email'")
    shared = company.leads("info")
    assert sorted(lead["MQL__c"] for lead in shared) == [False, True]


def test_addresses_that_differ_in_case_and_space_are_one_person(company: Company) -> None:
    company.rd.add(" ANA@Company.example ", name="Ana", job_title="CEO")
    company.sf.create("Lead", {"LastName": "Silva", "Company": "X", "Email": "Ana@company.EXAMPLE"})
    company.rd.convert(" ANA@Company.example ", "ebook-a")
    company.rd.convert(" ANA@Company.example ", "ebook-b")
    company.run_until_quiet()
    assert company.lead("ana")["MQL__c"] is True
    assert len(company.sf.live("Lead")) == 1


def test_a_contact_deleted_in_marketing_is_noticed_by_the_walk_and_keeps_its_history(company: Company) -> None:
    company.convert("bia", "ebook-a")
    uuid = company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    graded = company.ask("SELECT grade, points_mp FROM scores WHERE person_id = ?", company.person("ana"))
    company.rd.delete(uuid)
    company.later(days=1)
    company.run_until_quiet()
    assert company.ask("SELECT gone_at IS NOT NULL FROM contacts WHERE id = ?", uuid) == [(1,)]
    assert company.ask("SELECT grade, points_mp FROM scores WHERE person_id = ?", company.person("ana")) == graded
    assert company.history("ana")[0] == ("mql", "rule", 1)
    assert company.ask("SELECT count(*) FROM activities WHERE person_id = ?", company.person("ana")) == [(2,)]


def test_feedback_makes_no_contact_again_that_marketing_deleted(company: Company) -> None:
    uuid = company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    company.rd.delete(uuid)
    company.sf.set_status(company.lead("ana")["Id"], "Unqualified", reason="No budget")
    for _ in range(5):
        company.run()
        company.later(hours=13)
    assert company.rd.account.contacts == {}
    assert company.ask("SELECT gone_at IS NOT NULL FROM contacts") == [(1,)]


def test_nobody_is_joined_with_who_was_erased_or_was_joined_meanwhile(company: Company) -> None:
    for name in ("ana", "bia", "cid"):
        company.convert(name, "ebook-a")
    company.run()
    ana, bia, cid = (company.person(name) for name in ("ana", "bia", "cid"))
    store = company.open().store
    with store.hold(), store.write(step=True) as tx:
        assert perform(tx, store, "identity join", {"loser": bia, "winner": ana}) == {"joined": 1}
        assert perform(tx, store, "identity join", {"loser": ana, "winner": bia})["code"] == "same_lead"
        assert perform(tx, store, "identity join", {"loser": cid, "winner": bia}) == {"joined": 1}
        assert tx.execute("SELECT DISTINCT person_id FROM contacts").fetchall()[0][0] == ana
        perform(tx, store, "erase", {"person": ana, "salt": "salt"})
        assert perform(tx, store, "identity join", {"loser": ana, "winner": bia})["code"] == "erased_lead"


@pytest.mark.parametrize("forms", [("careers",), ("ebook-a", "ebook-c")], ids=["into a lead", "into an MQL"])
def test_what_a_lead_set_off_is_not_set_off_again_by_the_person_whom_it_is_joined_into(
    company: Company, forms: tuple[str, ...]
) -> None:
    ana, bia = company.convert("ana", "ebook-a", "ebook-b"), company.convert("bia", *forms)
    company.run_until_quiet()
    company.later(hours=1)
    company.sf.set_status(company.lead("ana")["Id"], "Unqualified", reason="No budget")
    company.run_until_quiet()
    tasks = len(company.sf.live("Task"))
    assert company.contact("ana")["sales"] == ["OPPORTUNITY_LOST"]
    company.rd.merge(ana, bia)
    company.later(days=2)
    company.run()  # the walk at its end meets the merge
    company.run_until_quiet()
    assert company.person("ana") == company.person("bia")
    assert len(company.sf.live("Task")) == tasks
    assert company.contact("bia")["sales"] == ["OPPORTUNITY_LOST"]
    assert company.contact("bia")["cf_sales_decision"] == "rejected"
    must_hold(company)


def test_what_was_to_be_set_off_when_two_became_one_is_set_off(company: Company) -> None:
    ana, bia = company.convert("ana", "ebook-a", "ebook-b"), company.convert("bia", "careers")
    company.run("pull", "score")
    company.rd.merge(ana, bia)
    company.run("reconcile")
    company.run_until_quiet()
    assert company.person("ana") == company.person("bia")
    assert len(company.sf.live("Task")) == 1
    must_hold(company)
