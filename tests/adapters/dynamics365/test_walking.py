"""Changes by link: what wears out, what is told, and what the audit log adds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.errors import ConfigError, RetryableError
from connector.testing.conformance.crm.driving import ids, read_all
from connector.testing.simulator import Fault
from connector.testing.simulators.dynamics365 import SALES_USERS
from connector.testing.simulators.dynamics365.batch import packed
from connector.testing.simulators.dynamics365.wording import throttled

WEEK_S = 7 * 86_400


def test_a_link_that_wore_out_leads_to_a_new_walk(dynamics):
    world = dynamics()
    added = {world.add(number) for number in range(1, 8)}
    _, cursor = read_all(world.adapter())
    world.clock.advance(WEEK_S + 3600)
    records, cursor = read_all(world.adapter(), cursor)
    assert ids(records) == added
    assert read_all(world.adapter(), cursor)[0] == []


def test_a_quiet_look_costs_one_request_a_table(dynamics):
    world = dynamics()
    world.add(1)
    adapter = world.adapter()
    _, cursor = read_all(adapter)
    before = len(world.simulator.ledger)
    assert read_all(adapter, cursor)[0] == []
    assert len(world.simulator.ledger) == before + 3


def test_other_columns_need_a_new_walk(dynamics):
    world = dynamics()
    record = world.add(1)
    _, cursor = read_all(world.adapter())
    world.options = dynamics(fields={**world.options.fields, "lead": ("statecode", "jobtitle")}).options
    records, _ = read_all(world.adapter(), cursor)
    assert [(one.id, set(one.fields)) for one in records] == [(record[1], {"statecode", "jobtitle"})]


def test_records_from_before_the_beginning_are_left_out(dynamics):
    world = dynamics()
    world.add(1)
    world.clock.advance(86_400)
    world.options = dynamics(since=world.clock.now()).options
    late = world.add(2)
    records, _ = read_all(world.adapter())
    assert ids(records) == {late}


def test_a_cursor_that_is_not_ours_is_told(dynamics):
    world = dynamics()
    with pytest.raises(ConfigError):
        list(world.adapter().records({"lead": {"page": 3}}))


def test_a_column_that_does_not_exist_keeps_nothing_else_from_being_read(dynamics):
    world = dynamics()
    world.simulator.remove_column("lead", "new_rejectionreason")
    record = world.add(1)
    records, _ = read_all(world.adapter())
    assert [(one.id, one.fields["new_rejectionreasonname"]) for one in records] == [(record[1], None)]


def test_labels_owners_and_lookups_are_read_by_their_logical_names(dynamics):
    world = dynamics()
    lead = world.add(1)[1]
    world.simulator.edit(lead, ownerid=("systemuser", SALES_USERS[2]))
    _, deal = world.simulator.qualify(lead)
    records, _ = read_all(world.adapter())
    fields = next(one.fields for one in records if one.id == lead)
    assert (fields["statuscode"], fields["statuscodename"]) == (3, "Qualified")
    assert (fields["ownerid"], fields["owneridtype"]) == (SALES_USERS[2], "systemuser")
    assert fields["qualifyingopportunityid"] == deal


def test_an_opportunity_names_lead_and_contact(dynamics):
    world = dynamics()
    lead = world.add(1)
    contact, deal = world.simulator.qualify(lead[1])
    records, _ = read_all(world.adapter())
    links = next(one.links for one in records if one.id == deal)
    assert links == {"lead": [lead], "contact": [("contact", contact)]}


def test_history_tells_each_change_with_its_author_though_the_record_was_changed_since(dynamics):
    world = dynamics()
    lead = world.add(1)[1]
    _, cursor = read_all(world.adapter())
    world.clock.advance(60)
    decided_at = world.clock.now().replace(microsecond=0)
    world.simulator.set_status(lead, "Lost", by=SALES_USERS[3])
    world.clock.advance(3600)
    world.simulator.edit(lead, jobtitle="CEO")
    records, _ = read_all(world.adapter(), cursor)
    told = {one.field: (one.at, one.by, one.old, one.new) for one in records[0].history}
    assert told["statuscodename"] == (decided_at, SALES_USERS[3], "New", "Lost")
    assert told["statecode"] == (decided_at, SALES_USERS[3], 0, 2)
    assert "jobtitle" not in told


def test_our_own_changes_are_no_history(dynamics):
    world = dynamics()
    record = world.add(1)
    world.adapter().write([world.change(record, 1, 10)])
    [found] = read_all(world.adapter())[0]
    assert (found.fields["new_mqlscore"], list(found.history)) == (10, [])


def test_only_changes_that_touch_the_mapping_are_asked_for(dynamics):
    world = dynamics()
    lead = world.add(1)[1]
    for title in ("CEO", "CFO", "CTO"):
        world.simulator.edit(lead, jobtitle=title)
    read_all(world.adapter())
    assert not [one for one in world.simulator.calls("POST", r"/\$batch") if b"RetrieveAuditDetails" in one.body]


def test_a_change_of_what_is_ours_is_read_as_it_stands_and_its_details_are_not_asked(dynamics):
    world = dynamics(ours={"lead": ("new_mqlscore",)})
    lead = world.add(1)[1]
    world.simulator.edit(lead, by=SALES_USERS[3], new_mqlscore=7)
    [record] = read_all(world.adapter())[0]
    assert (record.fields["new_mqlscore"], list(record.history)) == (7, [])
    assert not [one for one in world.simulator.calls("POST", r"/\$batch") if b"RetrieveAuditDetails" in one.body]


@pytest.mark.parametrize("hidden", [True, False])
def test_without_an_audit_log_there_is_no_history_and_nothing_fails(dynamics, hidden):
    world = dynamics()
    world.simulator.audit.is_readable = not hidden
    world.simulator.audit.tables = frozenset()
    lead = world.add(1)[1]
    world.simulator.set_status(lead, "Lost", by=SALES_USERS[3])
    [record] = read_all(world.adapter())[0]
    assert (record.history, record.precision, record.changed_by) == ((), "poll", SALES_USERS[3])
    level = next(line.level for line in world.adapter().check() if "audit log" in line.what)
    assert level == ("warn" if hidden else "ok")


def test_an_audit_that_fails_for_a_moment_keeps_the_page_back(dynamics):
    world = dynamics()
    lead = world.add(1)[1]
    world.simulator.set_status(lead, "Lost")
    world.simulator.faults.append(Fault("lose_before", path=r"/audits|/\$batch", times=2))
    [record] = read_all(world.adapter())[0]
    assert record.history


def test_a_change_whose_details_do_not_come_keeps_the_page_back(dynamics):
    world = dynamics()
    lead = world.add(1)[1]
    world.simulator.set_status(lead, "Lost")
    world.simulator.faults.append(Fault("reply", path=r"/\$batch", reply=packed([throttled("time", 60)])))
    with pytest.raises(RetryableError):
        read_all(world.adapter())
    [record] = read_all(world.adapter())[0]
    assert record.history


def test_a_table_that_is_tracked_from_now_on_is_walked_anew(dynamics):
    world = dynamics()
    tables = world.simulator.store.tables.values()
    for table in tables:
        table.is_tracked = False
    added = {world.add(number) for number in range(1, 8)}
    pages = world.adapter().records(None)
    cursor = next(pages).cursor
    for table in tables:
        table.is_tracked = table.name != "audit"
    records, cursor = read_all(world.adapter(), cursor)
    assert ids(records) == added
    assert read_all(world.adapter(), cursor)[0] == []


def test_tables_that_are_not_tracked_are_told_and_have_no_removals(dynamics):
    world = dynamics()
    world.simulator.store.tables["lead"].is_tracked = False
    warned = [line for line in world.adapter().check() if line.level == "warn"]
    assert [line.what for line in warned] == ["the changes of lead are not tracked: deletions are not told"]
    pages = list(world.adapter().removals(None))
    assert {name for page in pages for name in page.cursor} == {"contact", "opportunity"}


def test_a_window_by_time_overlaps_the_one_before(dynamics):
    world = dynamics()
    for table in world.simulator.store.tables.values():
        table.is_tracked = False
    late = world.add(1)
    world.clock.advance(3600)
    _, cursor = read_all(world.adapter())
    world.simulator.set_status(late[1], "Contacted", at=world.clock.now() - timedelta(minutes=5))
    assert ids(read_all(world.adapter(), cursor)[0]) == {late}
