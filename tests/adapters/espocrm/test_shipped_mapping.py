"""The mapping that ships fits an installation once `prepare` ran, and what sales did is read as what it was."""

from __future__ import annotations

import pytest

from connector.mapping import check_crm
from connector.model import REASONS
from connector.testing.conformance.crm.driving import read_all
from connector.testing.simulators.espocrm import INTEGRATION_USER, SALES_USERS
from tests.adapters.shipped import decisions_of, mapping_of, options_of


@pytest.fixture
def opened(espo):
    """Opens a world whose connection uses the shipped mapping, and gives it with that mapping."""

    def open_one(**more):
        mapping = mapping_of("espocrm")
        return espo(**options_of(mapping), **more), mapping

    return open_one


def test_every_field_of_the_mapping_is_made_by_prepare_and_fits(opened):
    world, mapping = opened(with_fields=False)
    world.credentials = world.simulator.admin
    outcomes = world.adapter().ensure_fields(mapping.field_plan())
    assert {one.status for one in outcomes} == {"created"}
    world.credentials = world.simulator.credentials
    adapter = world.adapter()
    assert [line for line in adapter.check() if line.level != "ok"] == []
    fields = [field for name in mapping.reads for field in adapter.fields(name)]
    assert check_crm(mapping, fields, unique_key=False) == []
    assert {one.status for one in adapter.ensure_fields(mapping.field_plan())} == {"exists"}


@pytest.mark.parametrize("version", [7, 9])
def test_what_sales_did_is_read_as_decisions(opened, version):
    world, mapping = opened(version=version)
    sales = world.simulator
    leads = [world.add(number) for number in range(1, 8)]
    world.clock.advance(60)
    sales.edit(leads[0], status="In Process")
    sales.edit(leads[1], status="Dead", cRejectionReason="No fit")
    sales.edit(leads[2], status="Recycled", cRejectionReason="Bad timing")
    contact, _ = sales.convert(leads[3][1], deal=False)
    _, open_deal = sales.convert(leads[4][1])
    won, lost = (sales.convert(lead[1])[1] for lead in leads[5:])
    world.clock.advance(60)
    sales.close(won, won=True, amount=500)
    sales.close(lost, SALES_USERS[1], won=False, cLostReason="Competitor")
    world.clock.advance(60)
    found = decisions_of(world, mapping)
    me = SALES_USERS[0]
    assert found[leads[0]] == [("accepted", None, me)]
    assert found[leads[1]] == [("rejected", "no_fit", me)]
    assert found[leads[2]] == [("recycled", "bad_timing", me)]
    assert [kind for kind, *_ in found[leads[3]]] == ["accepted"]
    assert found["Contact", contact] == []
    assert [kind for kind, *_ in found["Opportunity", open_deal]] == ["qualified"]
    assert found["Opportunity", won][-1] == ("won", None, me)
    assert found["Opportunity", lost][-1] == ("lost", "competitor", SALES_USERS[1])


def test_each_reason_is_read_as_its_code(opened):
    world, mapping = opened()
    leads = {reason: world.add(number) for number, reason in enumerate(REASONS)}
    world.clock.advance(60)
    for reason, lead in leads.items():
        picked = None if reason == "none_given" else reason.replace("_", " ").capitalize()
        world.simulator.edit(lead, status="Dead", cRejectionReason=picked)
    world.clock.advance(60)
    found = decisions_of(world, mapping)
    assert {reason: [told[:2] for told in found[lead]] for reason, lead in leads.items()} == {
        reason: [("rejected", reason)] for reason in REASONS
    }


def test_a_conversion_has_its_own_time(opened):
    world, mapping = opened()
    lead = world.add(1)
    world.clock.advance(3600)
    at = world.clock.now().replace(microsecond=0)
    world.simulator.convert(lead[1], deal=False)
    world.clock.advance(30 * 86_400)
    world.simulator.edit(lead, title="CEO")
    world.clock.advance(60)
    records, _ = read_all(world.adapter())
    (record,) = [one for one in records if one.object == "Lead"]
    decision = mapping.decide(record)
    assert (decision.kind, decision.at, decision.precision) == ("accepted", at, "exact")


def test_a_stage_of_ones_own_counts_by_its_probability_and_place(opened):
    world, mapping = opened()
    stage = world.simulator.store.fields["Opportunity"]["stage"]
    stage["options"] = ["Visit", "Offer", "Signed", "Gone"]
    stage["probabilityMap"] = {"Visit": 20, "Offer": 70, "Signed": 100, "Gone": 0}
    deals = {one: world.simulator.add_deal("65f1", stage=one) for one in stage["options"]}
    found = decisions_of(world, mapping)
    kinds = {one: found["Opportunity", deal][-1][0] for one, deal in deals.items()}
    assert kinds == {"Visit": "qualified", "Offer": "qualified", "Signed": "won", "Gone": "lost"}


def test_automation_takes_no_leads_over(opened):
    world, _ = opened()
    is_person = world.adapter().people()
    assert [is_person(one) for one in (INTEGRATION_USER, "65f0a0000000000a2", "system", SALES_USERS[0])] == [
        False, False, False, True,
    ]  # fmt: skip
    world.simulator.rights["User"] = False
    is_person = world.adapter().people()
    assert [is_person(one) for one in (INTEGRATION_USER, "system", SALES_USERS[0])] == [False, False, True]
