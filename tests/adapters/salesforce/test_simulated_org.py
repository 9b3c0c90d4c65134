"""The simulated org is as strict as the real one where adapters go wrong."""

from __future__ import annotations

import pytest

from connector.errors import ContractError, RemoteRefusal
from connector.testing.simulators.salesforce import FieldDef
from connector.testing.simulators.salesforce.soql import SoqlError, parse
from connector.testing.simulators.salesforce.users import long_id


@pytest.mark.parametrize(
    "soql",
    [
        "SELECT Id FROM Lead WHERE Email = 'a' AND Status = 'b' OR Status = 'c'",
        "SELECT Id FROM Lead WHERE Email = 'open",
        "SELECT Id FROM Lead LIMIT x",
        "SELECT FROM Lead",
        "SELECT Id FROM Lead WHERE Email IN ()",
    ],
)
def test_a_malformed_query_is_refused(soql):
    with pytest.raises(SoqlError):
        parse(soql)


def test_an_id_of_eighteen_characters_carries_the_cases_of_the_fifteen():
    assert long_id("0015g00000KpJ1J") == "0015g00000KpJ1JAAV"  # as the platform's documentation computes it


def test_an_address_over_sixteen_kilobytes_is_refused(salesforce):
    adapter = salesforce().adapter()
    query = "SELECT Id FROM Lead WHERE Email IN (" + ",".join(f"'{one:>080}'" for one in range(200)) + ")"  # noqa: S608
    with pytest.raises(ContractError, match="414"):
        list(adapter.api.rows(query))


def test_pages_are_followed_to_the_last_row(salesforce):
    world = salesforce()
    added = {world.add(number)[1] for number in range(13)}
    rows = list(world.adapter().api.rows("SELECT Id FROM Lead"))
    assert {row["Id"] for row in rows} == added
    assert len(world.simulator.calls(path="/query")) == 3


def test_a_locator_dies_with_its_session(salesforce):
    world = salesforce()
    for number in range(13):
        world.add(number)
    rows = world.adapter().api.rows("SELECT Id FROM Lead")
    next(rows)
    world.expire_tokens()
    with pytest.raises(Exception, match="INVALID_QUERY_LOCATOR"):
        list(rows)


def test_more_than_two_hundred_rows_are_refused(salesforce):
    world = salesforce()
    rows = [{"attributes": {"type": "Lead"}, "LastName": "x", "Company": "y"}] * 201
    with pytest.raises(RemoteRefusal):
        world.adapter().api.save("insert", "Lead", "", rows, reserve=False)
    assert world.simulator.live("Lead") == []


def test_a_field_that_an_admin_makes_is_there_at_once(salesforce):
    world = salesforce()
    world.simulator.add_field("Lead", FieldDef("New__c"))
    assert "New__c" in {one.name for one in world.adapter().fields("Lead")}
