"""Records in the CRM: found before made, followed when they move, never made again, and never overwritten."""

from __future__ import annotations

import pytest

from connector.loop.requests import perform
from connector.loop.run import pull_step, push_step, scoring_step
from connector.shipped import shipped
from connector.testing.simulator import Fault, Reply
from connector.testing.simulators.salesforce import INTEGRATION_USER, SALES_USERS
from tests.sync.oracle import must_hold
from tests.sync.world import Company, address


def mql(company: Company, name: str = "ana") -> str:
    """A lead that was handed over; the id of its record."""
    company.convert(name, "ebook-a", "ebook-b")
    company.run_until_quiet()
    return str(company.lead(name)["Id"])


def of_sales(company: Company, name: str = "ana", **values: object) -> str:
    """A record that sales made by themselves."""
    return company.sf.create(
        "Lead", {"LastName": "Silva", "Company": "Theirs", "Email": address(name), "Status": "Working", **values}
    )


def test_a_record_that_sales_made_is_found_and_not_made_again(company: Company) -> None:
    record = of_sales(company)
    assert mql(company) == record
    assert company.lead("ana")["MQL__c"] is True


def test_what_sales_owns_is_never_overwritten(company: Company) -> None:
    record = of_sales(company, Phone="+551100", Title="Founder", OwnerId=company.sf.create("Account", {"Name": "x"}))
    before = dict(company.sf.record(record))
    mql(company)
    after = company.sf.record(record)
    kept = ("OwnerId", "Status", "Rejection_Reason__c", "Phone", "Title", "LastName", "Company")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}


def test_a_converted_lead_is_followed_to_its_contact(company: Company) -> None:
    lead = mql(company)
    contact, _ = company.sf.convert(lead)
    company.convert("ana", "ebook-c")
    company.run_until_quiet()
    assert company.sf.record(contact)["LeadScore__c"] == 90
    assert company.sf.record(lead)["LeadScore__c"] == 60
    assert not company.rejects()


def test_a_lead_converted_in_the_moment_of_the_write_is_followed_too(company: Company) -> None:
    lead = mql(company)
    company.convert("ana", "ebook-c")
    company.run("pull", "score")
    contact, _ = company.sf.convert(lead)
    company.run("push")
    company.run_until_quiet()
    assert company.sf.record(contact)["LeadScore__c"] == 90
    assert len(company.sf.live("Lead")) == 1


def test_a_record_that_sales_deleted_is_not_made_again_and_says_so(company: Company) -> None:
    record = mql(company)
    company.sf.delete(record)
    company.convert("ana", "ebook-c")
    company.run_until_quiet()
    company.later(days=20)
    company.sf.empty_bin()
    company.convert("ana", "ebook-d")
    company.run_until_quiet()
    assert not company.sf.live("Lead")
    assert ("sf", "record", "crm_record_deleted") in company.rejects()


def test_a_merge_in_the_crm_moves_the_person_to_the_survivor(company: Company) -> None:
    loser = mql(company)
    winner = company.sf.create("Lead", {"LastName": "Silva", "Company": "X", "Email": "other@company.example"})
    company.sf.merge(winner, loser)
    company.convert("ana", "ebook-c")
    company.run_until_quiet()
    assert company.sf.record(winner)["LeadScore__c"] == 90
    assert len(company.sf.live("Lead")) == 1


def test_a_merge_in_the_crm_of_two_leads_joins_their_persons(company: Company) -> None:
    first, second = mql(company, "ana"), mql(company, "bia")
    company.sf.merge(first, second)
    company.run_until_quiet()
    assert company.person("ana") == company.person("bia")
    assert company.points("ana") == 60
    assert len(company.sf.live("Lead")) == 1


def test_a_second_record_of_the_same_person_is_reported_until_it_is_merged(company: Company) -> None:
    kept, other = of_sales(company), of_sales(company)
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    marked = [lead["Id"] for lead in company.sf.live("Lead") if lead["MQL__c"]]
    assert len(marked) == 1
    assert ("sf", "crm_duplicate", "crm_duplicate") in company.rejects()
    loser = ({kept, other} - set(marked)).pop()
    company.sf.merge(marked[0], loser)
    company.run_until_quiet()
    company.convert("ana", "ebook-c")
    company.run_until_quiet()
    assert company.rejects() == []


def test_decisions_on_the_second_record_count_too(company: Company) -> None:
    record = mql(company)
    second = of_sales(company)
    assert second != record
    company.sf.set_status(second, "Unqualified", reason="No budget")
    company.run_until_quiet()
    assert company.history("ana")[-1] == ("rejected", "sales", 1)


def test_a_connection_that_makes_no_records_writes_those_that_sales_made(company: Company) -> None:
    company.settings["sf"] = {"create": "never"}
    company.convert("bia", "ebook-a", "ebook-b")
    record = of_sales(company)
    assert mql(company) == record
    assert not company.leads("bia")
    assert company.rejects() == []


def test_a_lead_below_the_threshold_makes_no_record(company: Company) -> None:
    company.convert("ana", "ebook-a")
    company.run_until_quiet()
    assert not company.sf.live("Lead")


def guarded(company: Company, *names: str, form: str = "fair-spring") -> None:
    """Two records may be made a run; the rest is held."""
    company.settings["sf"] = {"guard": {"creates": 2, "changes_percent": 20}}
    for name in names:
        company.convert(name, form)
    company.run()


def release(company: Company) -> None:
    loop = company.open()
    with loop.store.hold(), loop.store.write(step=True) as tx:
        perform(tx, loop.store, "held release", {"connection": "sf"})


def in_state(company: Company, state: str) -> int:
    [(rows,)] = company.ask("SELECT count(*) FROM outbox WHERE connection = 'sf' AND state = ?", state)
    return int(rows)


def test_the_blast_guard_holds_what_goes_beyond_it_until_a_person_releases_it(company: Company) -> None:
    guarded(company, "ana", "bia", "cid", "dan")
    assert (len(company.sf.live("Lead")), in_state(company, "held")) == (2, 2)
    company.run()
    assert len(company.sf.live("Lead")) == 2
    release(company)
    company.run_until_quiet()
    assert (len(company.sf.live("Lead")), in_state(company, "held")) == (4, 0)
    assert len(company.sf.live("Task")) == 4


def test_the_blast_guard_counts_for_a_run_not_for_each_of_its_pushes(company: Company) -> None:
    guarded(company, "ana", "bia")
    company.convert("cid", "fair-spring")
    loop = company.open()
    with loop.store.hold():
        for step in (pull_step, scoring_step, push_step):
            step(loop)
    assert (len(company.sf.live("Lead")), in_state(company, "held")) == (2, 1)


def test_a_lead_that_was_held_until_it_was_no_mql_any_more_is_not_created(company: Company) -> None:
    guarded(company, "ana", "bia", "cid")
    assert in_state(company, "held") == 1
    company.later(days=11)
    company.run()
    assert in_state(company, "held") == 0
    release(company)
    company.run()
    assert len(company.sf.live("Lead")) == 2


def test_a_lead_that_was_withdrawn_and_qualifies_again_is_handed_over_with_its_task(company: Company) -> None:
    guarded(company, "ana", "bia", "cid")
    [held] = {"ana", "bia", "cid"} - {str(lead["Email"]).split("@")[0] for lead in company.sf.live("Lead")}
    company.later(days=11)
    company.run()
    company.convert(held, "ebook-a", "ebook-b")
    company.run_until_quiet()
    assert company.lead(held)["MQL__c"] is True
    assert len(company.sf.live("Task")) == 3


def test_a_record_that_sales_made_while_the_creation_was_held_is_updated_instead(company: Company) -> None:
    guarded(company, "ana", "bia", "cid")
    [held] = {"ana", "bia", "cid"} - {str(lead["Email"]).split("@")[0] for lead in company.sf.live("Lead")}
    company.later(hours=1)
    record = of_sales(company, held)
    release(company)
    company.run_until_quiet()
    assert company.lead(held)["Id"] == record, "there is one record, and it is theirs"
    assert company.lead(held)["MQL__c"] is True
    assert company.lead(held)["Company"] == "Theirs"


def test_a_record_that_sales_made_while_the_platform_refused_writes_is_updated_instead(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    spent = Reply(403, [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}])
    company.sf.faults.append(Fault("reply", path="/composite/", method="P.*", reply=spent))
    company.run()
    assert in_state(company, "planned") > 0
    company.later(days=1)
    record = of_sales(company)
    company.run_until_quiet()
    assert company.lead("ana")["Id"] == record
    assert company.lead("ana")["MQL__c"] is True


def test_a_record_that_sales_made_while_nobody_knew_whether_ours_arrived_is_updated_instead(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.sf.faults.append(Fault("lose_before", path="/composite/sobjects/Lead", method="PATCH"))
    company.run("pull", "score", "push")
    assert in_state(company, "unknown") == 1
    company.later(days=1)
    record = of_sales(company)
    company.run_until_quiet()
    assert company.lead("ana")["Id"] == record
    assert company.lead("ana")["MQL__c"] is True


def test_a_task_for_a_record_that_sales_deleted_waits_for_nothing(company: Company) -> None:
    record = mql(company)
    company.sf.set_status(record, "Unqualified", reason="Not a fit")
    company.run_until_quiet()
    company.later(days=40)
    company.convert("ana", "ebook-c")
    company.sf.delete(record)
    company.run("pull", "score", "push")
    company.run_until_quiet()
    assert [code for *_, code in company.rejects()] == ["crm_record_deleted"]
    must_hold(company)


def test_a_lead_that_opted_out_while_it_was_held_is_suppressed(company: Company) -> None:
    guarded(company, "ana", "bia", "cid")
    [held] = {"ana", "bia", "cid"} - {str(lead["Email"]).split("@")[0] for lead in company.sf.live("Lead")}
    company.rd.opt_out(company.convert(held, "point-x"))
    company.run()
    assert (in_state(company, "held"), in_state(company, "suppressed")) == (0, 2)
    release(company)
    company.run()
    assert not company.leads(held)


@pytest.mark.parametrize(("author", "stage"), [(SALES_USERS[0], "accepted"), (INTEGRATION_USER, "mql")])
def test_a_lead_that_a_person_takes_is_accepted_and_one_that_a_rule_assigns_is_not(
    company: Company, author: str, stage: str
) -> None:
    taken = "decisions:\n  - {is: accepted, object: Lead, when: {OwnerId: {changed_by: person}}}\n"
    mapping = company.folder / "taken.yaml"
    mapping.write_text(shipped("salesforce.yaml").read_text("utf-8").split("decisions:")[0] + taken)
    company.settings["sf"] = {"mapping": str(mapping)}
    record = mql(company)
    company.later(hours=1)
    company.sf.edit(record, by=author, OwnerId=SALES_USERS[1])
    company.run_until_quiet()
    assert company.stage("ana") == stage


def test_what_sales_did_before_marketing_knew_the_person_is_part_of_the_lead(company: Company) -> None:
    lead = {"LastName": "X", "Company": "X", "Email": "ana@company.example", "Status": "Working"}
    record = company.sf.create("Lead", lead)
    company.run()
    company.later(days=1)
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    assert company.history("ana")[0] == ("accepted", "sales", 1)
    assert company.stage("ana") == "accepted"
    assert company.sf.record(record)["MQL__c"] is False  # sales took it up by itself
    assert company.ask("SELECT count(*) FROM decisions WHERE person_id IS NULL") == [(0,)]
    must_hold(company)


def test_what_sales_did_with_a_record_is_told_when_the_record_shows_whose_it_is(company: Company) -> None:
    lead = {"LastName": "X", "Company": "X", "Email": "ana@company.example", "Status": "Working"}
    record = company.sf.create("Lead", lead)
    company.run()
    company.convert("ana", "point-x")
    company.run()
    company.sf.set_status(record, "Unqualified")
    company.run_until_quiet()
    assert [kind for kind, *_ in company.history("ana")] == ["accepted", "rejected"]


def test_a_lead_that_was_converted_and_lost_at_once_is_no_mql_on_its_contact(company: Company) -> None:
    mql(company)
    _, deal = company.sf.convert(str(company.lead("ana")["Id"]))
    company.sf.close(str(deal), won=False)
    company.run_until_quiet()
    assert company.stage("ana") == "lost"
    assert company.lead("ana", "Contact")["MQL__c"] is False


def test_an_opt_out_follows_a_lead_to_the_contact_that_it_became(company: Company) -> None:
    uuid = company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    company.sf.convert(str(company.lead("ana")["Id"]), opportunity=False)
    company.rd.opt_out(uuid)
    company.later(hours=25)
    company.run()  # reads everybody's consent, last of all
    company.run_until_quiet()
    contact = company.lead("ana", "Contact")
    assert (contact["MQL__c"], contact["HasOptedOutOfEmail"]) == (False, True)
    assert len(company.leads("ana", "Contact")) == 1


def test_what_a_conversion_did_not_carry_over_is_written_to_the_contact_although_nothing_else_changes(
    company: Company,
) -> None:
    mql(company)
    contact, _ = company.sf.convert(str(company.lead("ana")["Id"]))
    company.sf.edit(contact, by=INTEGRATION_USER, LeadScore__c=None, LeadLoop_Id__c=None, MQL__c=False)
    company.run_until_quiet()
    now = company.lead("ana", "Contact")
    assert (now["LeadScore__c"], now["MQL__c"]) == (60, True)


def test_the_record_that_a_converted_lead_became_is_written_and_not_another_one_of_the_person(company: Company) -> None:
    mql(company, "ana")
    mql(company, "bia")
    company.rd.merge(company.convert("bia"), company.convert("ana"))
    company.later(hours=25)
    company.run_until_quiet()
    written = str(company.ask("SELECT record_id FROM desired WHERE connection = 'sf'")[0][0])
    contact, _ = company.sf.convert(written)
    company.run_until_quiet()
    assert company.ask("SELECT object, record_id FROM desired WHERE connection = 'sf'") == [("Contact", contact)]


def test_nothing_is_made_for_a_lead_that_was_lost_when_its_record_was_deleted(company: Company) -> None:
    record = mql(company)
    company.sf.set_status(record, "Unqualified", reason="No budget")
    company.run_until_quiet()
    company.sf.delete(record)
    company.convert("ana", "ebook-c")
    company.run_until_quiet()
    assert company.sf.live("Lead") == []
    assert company.rejects() == []
