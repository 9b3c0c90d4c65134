"""The mapping that ships fits the org, and a script of sales decisions is read as what it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.mapping import load_crm, load_reasons
from connector.testing.conformance.crm.driving import read_all

MAPPINGS = Path(__file__).parents[3] / "mappings"


@pytest.fixture
def mapping():
    return load_crm(MAPPINGS / "salesforce.yaml", reasons=load_reasons(MAPPINGS / "reasons.yaml"))


@pytest.fixture
def world(salesforce, mapping):
    return salesforce(
        fields=mapping.reads, key=mapping.key, object=mapping.object, also=mapping.also, match=mapping.match
    )


def test_every_field_of_the_mapping_exists(world, mapping):
    assert [line for line in world.adapter().check() if line.level == "fail"] == []
    for name in mapping.objects:
        there = {one.name: one for one in world.adapter().fields(name)}
        assert all(there[field].writable for field in mapping.fields_for(name))


def test_what_sales_did_is_read_as_decisions(world, mapping):
    sales = world.simulator
    worked, refused, waits, won, lost = (world.add(number)[1] for number in range(1, 6))
    world.clock.advance(60)
    sales.set_status(worked, "Working")
    sales.set_status(refused, "Unqualified", reason="No budget")
    sales.set_status(waits, "Nurturing")
    deals = [sales.convert(one)[1] for one in (won, lost)]
    world.clock.advance(60)
    sales.close(deals[0], won=True, amount=500)
    sales.close(deals[1], won=False, reason="Competitor")
    world.clock.advance(60)
    records, _ = read_all(world.adapter())
    decisions = {
        one.id: [(decision.kind, decision.reason, decision.precision) for decision in mapping.decisions_of(one, None)]
        for one in records
    }
    assert decisions[worked] == [("accepted", None, "exact")]
    assert decisions[refused] == [("rejected", "no_budget", "exact")]
    assert decisions[waits][0][0] == "recycled"
    assert decisions[won] == decisions[lost] == [("qualified", None, "exact")]
    assert [kind for kind, *_ in decisions[deals[0]]] == ["won"]
    assert decisions[deals[1]] == [("lost", "competitor", "exact")]
