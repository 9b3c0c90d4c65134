"""Lists and answers that prove nothing: a gateway's 404, an empty page within a list, a list without an end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.errors import ContractError, RetryableError
from connector.testing.conformance.crm.driving import ids, read_all
from connector.testing.simulator import Fault
from connector.testing.simulators.rdstation_crm import wording

VERSIONS = pytest.mark.parametrize("version", [1, 2])
CONTACTS = {1: "contacts", 2: "data"}
DEALS = {1: "deals", 2: "data"}
"""What each version calls a list."""
MORE = {"has_more": True, "links": {"next": "/page-2"}}


def broken(world, edit, *, path, skip=0, times=1):
    world.simulator.faults.append(Fault("edit_after", path=path, skip=skip, times=times, edit=edit))


@VERSIONS
def test_a_deal_that_only_a_gateway_does_not_know_is_not_gone(crm, version):
    world = crm(version)
    record = world.add(1)
    fault = Fault("reply", path=f"/deals/{record[1]}$", times=1000, reply=wording.not_routed())
    world.simulator.faults.append(fault)
    with pytest.raises(ContractError):
        world.adapter().resolve([world.keys(1, record)])


@VERSIONS
def test_an_empty_page_within_a_search_is_no_proof_that_nobody_is_there(crm, version):
    world = crm(version)
    world.add(1)
    broken(world, lambda reply: replace(reply, body={**reply.body, **MORE, CONTACTS[version]: []}), path="/contacts$")
    with pytest.raises(RetryableError, match="gave none"):
        world.adapter().resolve([world.keys(1)])


@VERSIONS
@pytest.mark.parametrize("skip", [0, 1])
def test_an_empty_page_within_the_changed_deals_is_not_their_end(crm, version, skip):
    world = crm(version)
    added = set()
    for number in range(1, 14):
        added.add(world.add(number))
        world.clock.advance(60)
    world.clock.advance(3600)
    empty = {**MORE, DEALS[version]: []}
    broken(world, lambda reply: replace(reply, body={**reply.body, **empty}), path="/deals$", skip=skip)
    told, cursor = set(), None
    with pytest.raises(RetryableError, match="gave none"):
        for page in world.adapter().records(None):
            told |= ids(page.records)
            cursor = page.cursor or cursor
    rest, _ = read_all(world.adapter(), cursor)
    assert told | ids(rest) == added


ODD = {
    1: [("deal_custom_fields", 17), ("deal_custom_fields", [None]), ("deal_lost_reason", "x")],
    2: [("custom_fields", "x"), ("custom_fields", [None]), ("updated_at", "0001-01-01T00:00:00+14:00")],
}


@pytest.mark.parametrize(("version", "name", "value"), [(one, *pair) for one, pairs in ODD.items() for pair in pairs])
def test_a_deal_in_another_shape_is_named_and_is_no_mistake_of_ours(crm, version, name, value):
    world = crm(version)
    record = world.add(1)
    world.clock.advance(60)

    def spoil(reply):
        rows = [{**row, name: value} for row in reply.body[DEALS[version]]]
        return replace(reply, body={**reply.body, DEALS[version]: rows})

    broken(world, spoil, path="/deals$")
    with pytest.raises(ContractError) as caught:
        read_all(world.adapter())
    assert name == "updated_at" or record[1] in str(caught.value)


@VERSIONS
def test_a_search_without_an_end_stops(crm, version):
    world = crm(version)
    world.add(1)
    rows = []

    def endless(reply):
        rows.append(reply.body[CONTACTS[version]])
        return replace(reply, body={**reply.body, **MORE, CONTACTS[version]: rows[0]})

    broken(world, endless, path="/contacts$", times=100_000)
    with pytest.raises(ContractError, match="no end"):
        world.adapter().resolve([world.keys(1)])
