"""Pages of a query that cannot be right: a page that leads to itself, and rows that are none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connector.errors import ContractError
from connector.testing.conformance.crm.driving import read_all
from connector.testing.simulator import Fault, Reply

ITSELF = "/services/data/v62.0/query/01g-2000"


def faulty(world: Any, body: Any) -> Any:
    world.add(1)
    world.simulator.faults.append(Fault("reply", path="/query", times=50, reply=Reply(200, body)))
    return world.adapter()


def test_a_page_that_leads_to_itself_is_not_read_for_ever(salesforce):
    world = salesforce()
    adapter = faulty(world, {"records": [], "done": False, "nextRecordsUrl": ITSELF})
    with pytest.raises(ContractError, match="nextRecordsUrl"):
        list(adapter.api.rows("SELECT Id FROM Lead"))
    assert len(world.simulator.calls("GET", ITSELF)) == 1


def test_pages_that_lead_in_a_circle_are_not_read_for_ever(salesforce):
    world = salesforce()
    adapter = world.adapter()
    for number in range(6):
        body = {"records": [], "done": False, "nextRecordsUrl": f"{ITSELF}-{number % 2}"}
        world.simulator.faults.append(Fault("reply", path="/query", reply=Reply(200, body)))
    with pytest.raises(ContractError, match="nextRecordsUrl"):
        list(adapter.api.rows("SELECT Id FROM Lead"))
    assert len(world.simulator.calls("GET", ITSELF)) == 2


def test_a_walk_that_gets_the_same_page_again_stops(salesforce):
    world = salesforce()
    for number in range(12):
        world.add(number)
        world.clock.advance(60)
    leads = []

    def again(reply):
        if "SystemModstamp" not in reply.body["records"][0]:
            return reply  # the history
        leads.append(reply)
        return leads[0]

    world.simulator.faults.append(Fault("edit_after", path="/query", times=1000, edit=again))
    with pytest.raises(ContractError, match="the same ones"):
        read_all(world.adapter())


@pytest.mark.parametrize("time", [None, "yesterday", 17, "0001-01-01T00:00:00.000+1400"])
@pytest.mark.parametrize("field", ["SystemModstamp", "CreatedDate"])
def test_a_moment_that_cannot_be_read_holds_the_stream_and_its_mark(salesforce, field, time):
    world = salesforce()
    world.add(1)
    world.clock.advance(60)

    def spoil(reply):
        return replace(reply, body={**reply.body, "records": [{**row, field: time} for row in reply.body["records"]]})

    world.simulator.faults.append(Fault("edit_after", path="/query", times=1000, edit=spoil))
    pages = []
    with pytest.raises(ContractError, match="moment"):
        pages += world.adapter().records(None)
    assert pages == []


def test_an_empty_page_that_is_not_the_last_moves_no_mark(salesforce):
    with pytest.raises(ContractError, match="further rows"):
        read_all(faulty(salesforce(), {"records": [], "done": False}))


@pytest.mark.parametrize("row", [None, [], "0015g00000KpJ1J"])
def test_a_row_that_is_no_record_holds_the_stream(salesforce, row):
    with pytest.raises(ContractError, match="records"):
        read_all(faulty(salesforce(), {"records": [row], "done": True}))
