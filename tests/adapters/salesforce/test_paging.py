"""Pages of a query that cannot be right: a page that leads to itself, and rows that are none."""

from __future__ import annotations

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


def test_an_empty_page_that_is_not_the_last_moves_no_mark(salesforce):
    with pytest.raises(ContractError, match="further rows"):
        read_all(faulty(salesforce(), {"records": [], "done": False}))


@pytest.mark.parametrize("row", [None, [], "0015g00000KpJ1J"])
def test_a_row_that_is_no_record_holds_the_stream(salesforce, row):
    with pytest.raises(ContractError, match="records"):
        read_all(faulty(salesforce(), {"records": [row], "done": True}))
