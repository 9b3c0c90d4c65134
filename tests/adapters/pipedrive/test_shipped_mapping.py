"""The mapping that ships fits a company once `prepare` ran, and what sales did is read as what it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.mapping import check_crm, load_crm, load_reasons
from connector.testing.conformance.crm.driving import read_all

MAPPINGS = Path(__file__).parents[3] / "mappings"


@pytest.fixture
def opened(pipedrive):
    """A world whose connection creates this object, by the shipped mapping."""

    def open_with(made):
        reasons = load_reasons(MAPPINGS / "reasons.yaml")
        mapping = load_crm(MAPPINGS / "pipedrive.yaml", reasons=reasons, object=made)
        told = {"fields": mapping.reads, "key": mapping.key, "also": mapping.also, "match": mapping.match}
        return pipedrive(mapping.object, **told), mapping

    return open_with


def decisions_of(world, mapping):
    records, _ = read_all(world.adapter())
    return {
        (one.object, one.id): [(found.kind, found.reason, found.by) for found in mapping.decisions_of(one, None)]
        for one in records
    }


@pytest.mark.parametrize("made", ["lead", "person", "deal"])
def test_every_field_of_the_mapping_is_made_by_prepare_and_fits(opened, made):
    world, mapping = opened(made)
    for kind in ("person", "deal"):
        for name in ("leadloop id", "Lead score", "Lead grade", "MQL", "MQL reason", "Rejection reason"):
            world.simulator.remove_field(kind, name)
    outcomes = world.adapter().ensure_fields(mapping.field_plan())
    assert {one.status for one in outcomes} <= {"created", "exists"}
    adapter = world.adapter()
    assert [line for line in adapter.check() if line.level == "fail"] == []
    fields = [field for name in mapping.reads for field in adapter.fields(name)]
    assert check_crm(mapping, fields, unique_key=False) == []


def test_what_sales_did_with_leads_is_read_as_decisions(opened):
    world, mapping = opened("lead")
    sales = world.simulator
    for name in ("Working", "Nurture"):
        sales.make_lead_label(name)
    leads = [world.add(number)[1] for number in range(1, 7)]
    world.clock.advance(60)
    sales.label(("lead", leads[0]), "Working")
    sales.archive(("lead", leads[1]), **{"Rejection reason": "No budget"})
    sales.label(("lead", leads[2]), "Nurture")
    deals = [str(sales.convert(one)) for one in leads[3:]]
    world.clock.advance(60)
    sales.close(int(deals[0]), won=True, value=500)
    sales.close(int(deals[1]), won=False, reason="Competitor", by=202)
    world.clock.advance(60)
    found = decisions_of(world, mapping)
    assert found["lead", leads[0]] == [("accepted", None, None)]
    assert found["lead", leads[1]] == [("rejected", "no_budget", None)]
    assert [kind for kind, *_ in found["lead", leads[2]]] == ["recycled"]
    assert found["deal", deals[0]][-1] == ("won", None, "201")
    assert found["deal", deals[1]][-1] == ("lost", "competitor", "202")
    assert [kind for kind, *_ in found["deal", deals[2]]] == ["qualified"]


def test_a_deal_of_ours_is_accepted_and_qualified_by_its_stages(opened):
    world, mapping = opened("deal")
    write = world.creation(1)
    (outcome,) = world.adapter().write([write])
    deal = ("deal", outcome.record_id)
    assert decisions_of(world, mapping)[deal] == []
    for stage, kind in ((2, "accepted"), (3, "qualified")):
        world.clock.advance(60)
        world.simulator.move(int(deal[1]), stage)
        world.clock.advance(60)
        assert decisions_of(world, mapping)[deal][-1] == (kind, None, "201")


def test_a_deal_that_sales_opens_for_a_person_is_qualified_whatever_its_stage(opened):
    world, mapping = opened("person")
    _, person = world.add(1)
    deal = str(world.simulator.add_deal(int(person)))
    world.clock.advance(60)
    assert [kind for kind, *_ in decisions_of(world, mapping)["deal", deal]] == ["qualified"]


def test_the_times_of_decisions_are_the_deals_own(opened):
    world, mapping = opened("lead")
    deal = world.simulator.convert(world.add(1)[1])
    world.clock.advance(3600)
    won_at = world.clock.now().replace(microsecond=0)
    world.simulator.close(deal, won=True)
    world.clock.advance(30 * 86_400)
    world.simulator.edit(("deal", deal), title="Renamed long after")
    world.clock.advance(60)
    records, _ = read_all(world.adapter())
    (record,) = [one for one in records if one.object == "deal"]
    decision = mapping.decide(record)
    assert (decision.kind, decision.at, decision.precision) == ("won", won_at, "exact")
