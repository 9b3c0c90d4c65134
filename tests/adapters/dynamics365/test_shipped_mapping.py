"""The mapping that ships fits an environment once `prepare` ran, and what sales did is read as what it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.mapping import check_crm, load_crm, load_reasons
from connector.testing.conformance.crm.driving import read_all

MAPPINGS = Path(__file__).parents[3] / "mappings"
OURS = ("new_leadloopid", "new_mqlscore", "new_mqlgrade", "new_ismql", "new_mqlreasons", "new_rejectionreason")


@pytest.fixture
def mapping():
    return load_crm(MAPPINGS / "dynamics365.yaml", reasons=load_reasons(MAPPINGS / "reasons.yaml"))


@pytest.fixture
def world(dynamics, mapping):
    return dynamics(fields=mapping.reads, key=mapping.key, also=mapping.also, match=mapping.match)


def decisions_of(world, mapping):
    records, _ = read_all(world.adapter())
    return {
        one.id: [(found.kind, found.reason, found.by is not None) for found in mapping.decisions_of(one, None)]
        for one in records
    }


def bare(world):
    """The environment before `prepare`."""
    for table in ("lead", "contact"):
        for name in OURS:
            world.simulator.remove_column(table, name)


def test_every_column_of_the_mapping_is_made_by_prepare_and_fits(world, mapping):
    bare(world)
    world.simulator.language = 1046
    outcomes = world.adapter().ensure_fields(mapping.field_plan())
    assert {one.status for one in outcomes} == {"created", "exists"}
    assert world.simulator.published == ["contact", "lead"]
    failing = [line.what for line in world.adapter().check() if line.level == "fail"]
    assert failing == [f"{table}: the alternate key on new_leadloopid is Pending" for table in ("lead", "contact")]
    world.simulator.build_keys()
    adapter = world.adapter()
    assert [line for line in adapter.check() if line.level == "fail"] == []
    fields = [field for name in mapping.reads for field in adapter.fields(name)]
    assert check_crm(mapping, fields) == []
    again = adapter.ensure_fields(mapping.field_plan())
    assert {one.status for one in again} == {"exists"}


def test_a_dry_run_of_prepare_makes_nothing(world, mapping):
    bare(world)
    outcomes = world.adapter().ensure_fields(mapping.field_plan(), dry_run=True)
    assert {one.status for one in outcomes} == {"would_create", "exists"}
    assert world.simulator.calls("POST", "/EntityDefinitions|/Publish") == []


def test_a_user_who_may_not_make_columns_is_told_what_to_do_by_hand(world, mapping):
    bare(world)
    world.simulator.may_define = False
    outcomes = {one.plan.name: one for one in world.adapter().ensure_fields(mapping.field_plan())}
    assert outcomes["new_mqlscore"].status == "missing"
    assert "Whole number, schema name new_mqlscore" in outcomes["new_mqlscore"].text
    assert "Keys > New key on new_leadloopid" in outcomes["new_leadloopid"].text
    assert "schema name new_rejectionreason" in outcomes["new_rejectionreasonname"].text


def test_the_status_reasons_are_shown_and_never_made(world, mapping):
    outcomes = {(one.plan.object, one.plan.name): one for one in world.adapter().ensure_fields(mapping.field_plan())}
    told = outcomes["lead", "statuscodename"]
    assert told.status == "exists"
    assert "Cannot Contact" in told.text


def test_a_column_of_another_type_or_too_short_differs(world, mapping):
    columns = world.simulator.store.tables["lead"].columns
    columns["new_mqlscore"].type = "String"
    columns["new_mqlreasons"].max_length = 100
    outcomes = {
        one.plan.name: one
        for one in world.adapter().ensure_fields(mapping.field_plan()) if one.plan.object == "lead"
    }  # fmt: skip
    assert (outcomes["new_mqlscore"].status, outcomes["new_mqlreasons"].status) == ("differs", "differs")
    assert outcomes["new_mqlreasons"].text == "it holds 100 characters, 2000 are written"


def test_what_sales_did_is_read_as_decisions(world, mapping):
    sales = world.simulator
    sales.add_status("lead", "Recycled", 0)
    leads = [world.add(number)[1] for number in range(1, 9)]
    world.clock.advance(60)
    sales.set_status(leads[0], "Contacted")
    sales.set_status(leads[1], "Cannot Contact")
    sales.set_status(leads[2], "No Longer Interested")
    sales.set_status(leads[3], "Recycled", new_rejectionreason=100_000_001)
    sales.qualify(leads[4], opportunity=False)
    deals = [str(sales.qualify(one)[1]) for one in leads[5:]]
    world.clock.advance(60)
    sales.close(deals[0], won=True, amount=500)
    sales.close(deals[1], won=False, status="Out-Sold")
    world.clock.advance(60)
    found = decisions_of(world, mapping)
    assert found[leads[0]] == [("accepted", None, True)]
    assert found[leads[1]] == [("rejected", "no_contact", True)]
    assert found[leads[2]] == [("rejected", "no_fit", True)]
    assert found[leads[3]] == [("recycled", "bad_timing", True)]
    assert found[leads[4]] == [("accepted", None, True)]
    assert [kind for kind, *_ in found[deals[0]]] == ["qualified", "won"]
    assert found[deals[1]][-1] == ("lost", "competitor", True)
    assert [kind for kind, *_ in found[deals[2]]] == ["qualified"]
    assert [kind for kind, *_ in found[leads[7]]] == [], "its opportunity tells"


def test_a_merged_lead_was_not_rejected(world, mapping):
    loser, winner = world.add(1), world.add(2)
    world.clock.advance(60)
    world.merge(loser, winner)
    world.clock.advance(60)
    assert decisions_of(world, mapping)[loser[1]] == []


def test_without_an_audit_log_an_opportunity_closes_on_its_own_day(world, mapping):
    world.simulator.audit.tables = frozenset()
    _, deal = world.simulator.qualify(world.add(1)[1])
    world.clock.advance(86_400)
    world.simulator.close(deal, won=True, amount=10)
    closed_on = world.clock.now().date()
    world.clock.advance(30 * 86_400)
    world.simulator.edit(deal, name="Renamed long after")
    records, _ = read_all(world.adapter())
    decision = mapping.decide(next(one for one in records if one.id == deal))
    assert (decision.kind, decision.at.date(), decision.precision) == ("won", closed_on, "date")
