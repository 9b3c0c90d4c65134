"""What people and workflows do to our fields in the CRM: written again once, then told and left alone."""

from __future__ import annotations

from structlog.testing import capture_logs

from connector.loop.requests import perform
from connector.loop.run import decisions_step
from connector.shipped import shipped
from connector.state import desired
from connector.testing.simulators.salesforce import SALES_USERS
from tests.sync.test_consent import opted_out
from tests.sync.world import Company, line_of

SELLER = SALES_USERS[0]


def mql(company: Company, *forms: str) -> str:
    """A lead that was handed over, an hour ago; the id of its record."""
    company.convert("ana", *(forms or ("ebook-a", "ebook-b")))
    company.run_until_quiet()
    company.later(hours=1)
    return str(company.lead("ana")["Id"])


def edit(company: Company, record: str, **values: object) -> None:
    company.sf.edit(record, by=SELLER, **values)
    company.later(minutes=5)


def corrected(company: Company, *only: str) -> int:
    """One pass; how many records others had changed in our fields."""
    return line_of(company.run(*only), "decisions", "decisions").corrected


def quiet(company: Company) -> bool:
    """Does a further pass write nothing?"""
    company.later(minutes=5)
    before = company.writes()
    return corrected(company) == 0 and company.writes() == before


def test_our_own_writes_come_back_and_are_no_change_of_others(company: Company) -> None:
    mql(company)
    assert quiet(company)
    company.convert("ana", "ebook-c")
    company.run_until_quiet()
    assert quiet(company)
    assert company.ask("SELECT corrected FROM desired WHERE connection = 'sf'") == [("{}",)]


def test_a_mark_that_sales_took_away_is_written_again(company: Company) -> None:
    record = mql(company)
    edit(company, record, MQL__c=False)
    with capture_logs() as logs:
        line = line_of(company.run(), "decisions", "decisions")
    assert (line.corrected, line.as_json()["corrected"]) == (1, 1)
    assert company.lead("ana")["MQL__c"] is True
    assert [line for line in logs if line["event"] == "corrected"] == [
        {
            "event": "corrected", "log_level": "info", "run": company.open().run, "step": "decisions",
            "connection": "sf", "object": "Lead", "record": record, "fields": ["MQL__c"],
        }
    ]  # fmt: skip
    assert quiet(company)
    assert company.rejects() == []


def test_all_that_was_changed_at_once_is_written_in_one_row(company: Company) -> None:
    record = mql(company)
    before = dict(company.sf.record(record))
    edit(company, record, MQL__c=False, LeadScore__c=1, LeadGrade__c="D", MQL_Reason__c="nonsense")
    assert corrected(company) == 1
    after = company.sf.record(record)
    ours = ("MQL__c", "LeadScore__c", "LeadGrade__c", "MQL_Reason__c")
    assert {name: after[name] for name in ours} == {name: before[name] for name in ours}
    rows = company.ask("SELECT fields, before FROM outbox WHERE kind = 'record' ORDER BY id DESC LIMIT 1")
    assert '"MQL__c":false' in str(rows[0][1]), "what it replaces is told as it stood"


def test_reasons_that_were_overwritten_do_not_wait_until_the_points_move(company: Company) -> None:
    record = mql(company)
    edit(company, record, MQL_Reason__c="spoke to her, no need")
    assert corrected(company) == 1
    assert "ebook" in company.lead("ana")["MQL_Reason__c"]


def test_a_change_beside_our_own_write_of_another_field_is_seen(company: Company) -> None:
    """The record's last change is ours then, and it is later than what we know of the mark."""
    record = mql(company)
    edit(company, record, MQL__c=False)
    company.convert("ana", "ebook-c")
    company.run("pull", "score", "push")
    assert company.lead("ana")["LeadScore__c"] == 90
    assert corrected(company) == 1
    assert company.lead("ana")["MQL__c"] is True


def test_a_wish_with_nothing_to_send_confirms_nothing_anew(company: Company) -> None:
    record = mql(company)
    edit(company, record, MQL__c=False)
    loop = company.open()
    with loop.store.hold(), loop.store.write(step=True) as tx:
        tx.execute("UPDATE desired SET due = 1 WHERE connection = 'sf'")
    company.run("push")
    assert corrected(company) == 1


def test_a_record_that_was_found_as_it_should_be_is_ours_from_then_on(company: Company) -> None:
    mql(company)
    with company.open().store.hold(), company.open().store.write(step=True) as tx:
        desired.forget_link(tx, "sf", company.person("ana"))
    company.run_until_quiet()
    written = company.writes()
    company.later(hours=1)
    edit(company, str(company.lead("ana")["Id"]), MQL__c=False)
    assert corrected(company) == 1
    assert company.writes() > written


def test_a_field_that_sales_owns_is_left_to_them(company: Company) -> None:
    record = mql(company)
    edit(company, record, Title="Founder", Phone="+551100")
    assert quiet(company)
    assert company.lead("ana")["Title"] == "Founder"


def test_a_field_that_goes_with_a_decision_is_not_set_against_it(company: Company) -> None:
    record = mql(company)
    company.sf.edit(record, by=SELLER, Status="Unqualified", Rejection_Reason__c="No budget", MQL__c=False)
    company.run_until_quiet()
    assert company.history("ana")[-1] == ("rejected", "sales", 1)
    written = company.writes()
    assert company.lead("ana")["MQL__c"] is False
    assert quiet(company)
    assert company.writes() == written


def fight(company: Company, record: str) -> None:
    """A workflow takes the mark away, is corrected, and takes it away once more."""
    for _ in range(2):
        edit(company, record, MQL__c=False)
        company.run()


def test_a_mark_that_is_taken_away_again_is_parked_and_not_fought_over(company: Company) -> None:
    record = mql(company)
    fight(company, record)
    assert company.lead("ana")["MQL__c"] is False
    assert company.rejects() == [("sf", "field_contested", "field_contested")]
    [(field, text, hint)] = company.ask("SELECT field, text, hint FROM rejects")
    assert (field, record in text, "MQL__c" in text) == ("MQL__c", True, True)
    assert "workflow" in hint
    assert "wins: crm" in hint
    for _ in range(3):
        edit(company, record, MQL__c=False, Title="x")
        assert quiet(company)
    assert company.ask("SELECT times FROM rejects") == [(1,)]


def test_two_contested_fields_of_a_record_stand_in_one_reject(company: Company) -> None:
    record = mql(company)
    fight(company, record)
    for points in (1, 2):
        edit(company, record, LeadScore__c=points)
        company.run()
    assert company.ask("SELECT field FROM rejects") == [("LeadScore__c, MQL__c",)]
    assert company.lead("ana")["LeadScore__c"] == 2


def test_a_new_value_of_ours_is_written_whatever_was_contested(company: Company) -> None:
    record = mql(company)
    for points in (1, 2):
        edit(company, record, LeadScore__c=points)
        company.run()
    assert company.rejects() == [("sf", "field_contested", "field_contested")]
    company.convert("ana", "ebook-c")
    company.run_until_quiet()
    assert company.lead("ana")["LeadScore__c"] == 90
    assert quiet(company)
    assert company.rejects() == []
    edit(company, record, LeadScore__c=3)
    assert corrected(company) == 1, "a new value is worth one more correction"
    assert company.lead("ana")["LeadScore__c"] == 90
    edit(company, record, LeadScore__c=3)
    assert corrected(company) == 0
    assert company.rejects() == [("sf", "field_contested", "field_contested")]


def test_a_fight_that_the_other_side_gives_up_is_over(company: Company) -> None:
    record = mql(company)
    fight(company, record)
    edit(company, record, MQL__c=True)
    assert quiet(company)
    assert company.rejects() == []


def test_a_replay_writes_what_was_contested_once_more(company: Company) -> None:
    record = mql(company)
    fight(company, record)
    company.replay()
    company.run()
    assert company.lead("ana")["MQL__c"] is True
    assert company.rejects() == []
    assert quiet(company)


def test_a_mapping_that_lets_the_crm_win_ends_the_fight(company: Company) -> None:
    record = mql(company)
    fight(company, record)
    text = shipped("salesforce.yaml").read_text("utf-8").replace("from: lead.is_mql}", "from: lead.is_mql, wins: crm}")
    (company.folder / "edited.yaml").write_text(text)
    company.settings["sf"] = {"mapping": str(company.folder / "edited.yaml")}
    company.close()
    edit(company, record, Title="x")
    assert quiet(company)
    assert company.rejects() == []
    assert company.lead("ana")["MQL__c"] is False


def test_a_contested_record_that_is_deleted_is_contested_no_more(company: Company) -> None:
    record = mql(company)
    fight(company, record)
    company.sf.delete(record)
    company.run_until_quiet()
    assert [code for _, _, code in company.rejects()] == ["crm_record_deleted"]


def test_what_is_on_its_way_is_compared_when_it_has_arrived(company: Company) -> None:
    record = mql(company)
    company.convert("ana", "ebook-c")
    company.settings["sf"] = {}
    edit(company, record, LeadScore__c=1)
    company.run("pull", "score")
    loop = company.open()
    with loop.store.hold():
        from connector.loop.push import plan_due
        from connector.loop.tally import Tally

        plan_due(loop, loop.crm[0], Tally("push"))
    assert corrected(company, "decisions") == 0
    company.run("push")
    assert company.lead("ana")["LeadScore__c"] == 90


def test_a_person_who_must_not_be_passed_on_keeps_what_sales_wrote(company: Company) -> None:
    record = mql(company)
    opted_out(company, "ana")
    company.run_until_quiet()
    assert company.lead("ana")["MQL__c"] is False
    edit(company, record, LeadScore__c=1)
    assert quiet(company)
    assert company.lead("ana")["LeadScore__c"] == 1
    edit(company, record, MQL__c=True)
    assert corrected(company) == 1, "the mark going off is the one thing that may be written of them"
    assert company.lead("ana")["MQL__c"] is False


def test_a_paused_connection_is_corrected_once_it_writes_again(company: Company) -> None:
    record = mql(company)
    loop = company.open()
    with loop.store.hold(), loop.store.write(step=True) as tx:
        perform(tx, loop.store, "pause", {"name": "sf"})
    edit(company, record, MQL__c=False)
    assert corrected(company) == 1
    assert company.lead("ana")["MQL__c"] is False
    with loop.store.hold(), loop.store.write(step=True) as tx:
        perform(tx, loop.store, "resume", {"name": "sf"})
    company.run()
    assert company.lead("ana")["MQL__c"] is True


def test_records_of_mqls_alone_are_kept_where_the_connection_says_so(company: Company) -> None:
    company.settings["sf"] = {"write": "mql"}
    record = mql(company, "fair-spring")
    edit(company, record, LeadScore__c=1)
    assert corrected(company) == 1
    company.later(days=11)
    company.run_until_quiet()
    assert company.lead("ana")["MQL__c"] is False
    edit(company, record, LeadScore__c=1)
    assert quiet(company)
    assert company.lead("ana")["LeadScore__c"] == 1


def test_an_erased_person_is_left_as_they_are(company: Company) -> None:
    record = mql(company)
    loop = company.open()
    with loop.store.hold(), loop.store.write(step=True) as tx:
        perform(tx, loop.store, "erase", {"person": company.person("ana"), "salt": "s"})
    edit(company, record, MQL__c=False)
    assert quiet(company)
    assert company.lead("ana")["MQL__c"] is False


def test_decisions_are_read_where_a_field_of_ours_was_not_made(company: Company) -> None:
    record = mql(company)
    company.sf.remove_field("Lead", "MQL_Reason__c")
    company.close()
    edit(company, record, MQL__c=False, Status="Working")
    lines = company.run()
    assert line_of(lines, "decisions", "decisions").error is None
    assert company.stage("ana") == "accepted"
    assert company.lead("ana")["MQL__c"] is True


def test_a_dry_run_shows_the_correction_and_sends_nothing(company: Company) -> None:
    record = mql(company)
    edit(company, record, MQL__c=False)
    loop = company.open()
    loop.dry_run = True
    with loop.store.hold():
        decisions_step(loop)
    assert company.lead("ana")["MQL__c"] is False
    rows = company.ask("SELECT fields, before FROM outbox WHERE state = 'planned'")
    assert rows == [('{"MQL__c":true}', '{"MQL__c":false}')]
