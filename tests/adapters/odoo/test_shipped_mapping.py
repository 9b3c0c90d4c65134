"""The mapping that ships fits a database once `prepare` ran, and what sales did is read as what it was."""

from __future__ import annotations

import pytest

from connector.mapping import check_crm
from connector.model import REASONS
from connector.testing.conformance.crm.driving import read_all
from connector.testing.simulators.odoo import ODOO_BOT, SALES_USERS
from tests.adapters.shipped import mapping_of, options_of

SAID = {
    "no_budget": "Too expensive", "bad_timing": "Not now", "no_contact": "No response", "invalid_data": "Wrong number",
    "no_fit": "Not a fit", "no_authority": "Wrong person", "competitor": "Lost to competitor",
    "existing_customer": "Already a customer", "duplicate": "Duplicate", "not_a_buyer": "Student",
    "other": "We don't have people/skills", "none_given": "",
}  # fmt: skip


@pytest.fixture
def opened(odoo):
    """A world whose connection works by the shipped mapping."""

    def open_with(**more):
        mapping = mapping_of("odoo")
        return odoo(**options_of(mapping), **more), mapping

    return open_with


def decisions(world, mapping, *steps, before=None):
    """What is told of the one lead after steps a minute apart: (kind, reason, by)."""
    [lead] = world.simulator.store.rows["crm.lead"]
    for step in steps:
        world.clock.advance(60)
        step(world.simulator, lead)
    world.clock.advance(60)
    adapter = world.adapter()
    [record], _ = read_all(adapter)
    return [(one.kind, one.reason, one.by) for one in mapping.decisions_of(record, before, adapter.people())]


def test_every_field_of_the_mapping_is_made_by_prepare_and_fits(opened):
    world, mapping = opened(with_fields=False)
    outcomes = world.adapter().ensure_fields(mapping.field_plan())
    assert {one.status for one in outcomes} == {"created", "exists"}
    adapter = world.adapter()
    assert [line for line in adapter.check() if line.level == "fail"] == []
    assert check_crm(mapping, adapter.fields(), unique_key=False) == []


@pytest.mark.parametrize("reason", REASONS)
def test_a_lead_marked_lost_is_rejected_with_its_reason(opened, reason):
    world, mapping = opened()
    world.adapter().write([world.creation(1)])
    told = decisions(world, mapping, lambda sales, lead: sales.lose(lead, SAID[reason]))
    assert told == [("rejected", reason, str(SALES_USERS[0]))]


def test_a_lead_is_accepted_qualified_and_won_by_whoever_did_it(opened):
    world, mapping = opened()
    world.adapter().write([world.creation(1)])
    told = decisions(
        world, mapping,
        lambda sales, lead: sales.assign(lead, 8, by=8),
        lambda sales, lead: sales.convert(lead),
        lambda sales, lead: sales.move(lead, "Proposition"),
        lambda sales, lead: sales.win(lead, 900, by=8),
    )  # fmt: skip
    assert told == [("accepted", None, "8"), ("qualified", None, "7"), ("won", None, "8")]


def test_a_lead_that_is_taken_on_before_we_ever_saw_it_is_accepted_and_one_given_back_is_not(opened):
    world, mapping = opened()
    world.adapter().write([world.creation(1)])
    assert decisions(world, mapping, lambda sales, lead: sales.assign(lead, 7)) == [("accepted", None, "7")]
    [before], _ = read_all(world.adapter())
    assert decisions(world, mapping, lambda sales, lead: sales.edit(lead, user_id=False), before=before) == []


def test_a_converted_lead_is_lost_and_not_rejected(opened):
    world, mapping = opened()
    world.adapter().write([world.creation(1)])
    told = decisions(
        world, mapping, lambda sales, lead: sales.convert(lead), lambda sales, lead: sales.lose(lead, "Competitor")
    )
    assert told[-1] == ("lost", "competitor", "7")


def test_where_no_leads_are_used_what_is_lost_in_the_first_stage_was_rejected(opened):
    world, mapping = opened(uses_leads=False)
    world.adapter().write([world.creation(1)])
    assert decisions(world, mapping) == []
    told = decisions(world, mapping, lambda sales, lead: sales.lose(lead, "No response"))
    assert told == [("rejected", "no_contact", "7")]


def test_where_no_leads_are_used_the_second_stage_is_qualified_and_what_is_lost_there_is_lost(opened):
    world, mapping = opened(uses_leads=False)
    world.adapter().write([world.creation(1)])
    world.clock.advance(60)
    [before], _ = read_all(world.adapter())
    told = decisions(
        world, mapping,
        lambda sales, lead: sales.move(lead, "Qualified"),
        lambda sales, lead: sales.lose(lead, "Too expensive"),
        before=before,
    )  # fmt: skip
    assert told == [("qualified", None, "7"), ("lost", "no_budget", "7")]


def test_a_lead_handed_back_is_recycled_with_its_reason(opened):
    world, mapping = opened()
    world.adapter().write([world.creation(1)])
    told = decisions(world, mapping, lambda sales, lead: sales.lose(lead, "Recycled: bad timing"))
    assert told == [("recycled", "bad_timing", "7")]


def test_putting_away_without_losing_decides_nothing_nor_does_odoo_s_own_assignment(opened):
    world, mapping = opened()
    world.adapter().write([world.creation(1)])
    assert decisions(world, mapping, lambda sales, lead: sales.assign(lead, 7, by=ODOO_BOT)) == []
    assert decisions(world, mapping, lambda sales, lead: sales.edit(lead, active=False)) == []


def test_an_opportunity_that_sales_opens_itself_is_qualified(opened):
    world, mapping = opened()
    world.simulator.add_lead("ana@example.com", type="opportunity")
    assert [kind for kind, *_ in decisions(world, mapping)] == ["qualified"]


def test_without_history_a_decision_has_the_time_of_its_own_field(opened):
    world, mapping = opened(is_admin=False)
    world.adapter().write([world.creation(1)])
    world.clock.advance(3600)
    [lead] = world.simulator.store.rows["crm.lead"]
    lost_at = world.clock.now().replace(microsecond=0)
    world.simulator.lose(lead, "Too expensive")
    world.clock.advance(3600)
    world.simulator.edit(lead, phone="1")
    world.clock.advance(60)
    [record], _ = read_all(world.adapter())
    decision = mapping.decide(record)
    assert (decision.kind, decision.at, decision.precision) == ("rejected", lost_at, "exact")
