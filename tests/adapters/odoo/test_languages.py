"""JSON-2 where the server speaks it, else JSON-RPC: how each is chosen, signed, and refused."""

from __future__ import annotations

import json

import pytest

from connector.errors import AuthError, ConfigError, ContractError, RetryableError
from connector.testing.simulator import Fault, Reply


def paths(world):
    return [one.path for one in world.simulator.ledger]


@pytest.mark.parametrize(
    ("version", "told", "asked"),
    [
        (19, None, "/json/2/crm.lead/search_read"),
        (17, None, "/jsonrpc/crm.lead/search_read"),
        (19, {"version": "saas~19.2"}, "/json/2/crm.lead/search_read"),
        (18, {"version": "saas~18.4"}, "/jsonrpc/crm.lead/search_read"),
    ],
)
def test_the_server_is_asked_once_what_it_speaks(odoo, version, told, asked):
    world = odoo(version=version)
    if told:
        world.simulator.faults.append(Fault("reply", path="/web/version", reply=Reply(200, told)))
    adapter = world.adapter()
    for _ in range(2):
        adapter.resolve([world.keys(1)])
    assert paths(world).count("/web/version") == 1
    assert paths(world).count(asked) == 2


def test_a_connection_may_say_what_is_spoken(odoo):
    world = odoo(values={"protocol": "jsonrpc"})
    world.adapter().resolve([world.keys(1)])
    assert "/web/version" not in paths(world)
    assert paths(world)[0] == "/jsonrpc/common/authenticate"


def test_the_database_stands_in_a_header_and_no_key_in_a_body_of_json2(odoo):
    world = odoo()
    world.adapter().resolve([world.keys(1)])
    assert not [one for one in world.simulator.ledger if world.simulator.api_key.encode() in one.body]


def test_jsonrpc_carries_the_key_in_the_body_which_no_adapter_holds(odoo):
    world = odoo(version=17)
    adapter = world.adapter()
    adapter.resolve([world.keys(1)])
    asked = json.loads(world.simulator.calls(path="search_read")[0].body)
    assert asked["params"]["args"][:3] == ["acme", 5, world.simulator.api_key]
    assert world.simulator.api_key not in repr(vars(adapter))


@pytest.mark.parametrize("version", [17, 19])
def test_every_search_asks_for_archived_records_and_an_order(odoo, version):
    world = odoo(version=version)
    world.add(1)
    list(world.adapter().records(None))
    for call in world.simulator.calls(path="crm.lead/search_read"):
        body = json.loads(call.body)
        named = body if version == 19 else {**body["params"]["args"][6]}
        assert named["context"]["active_test"] is False
        assert named["order"]


def test_an_unknown_user_is_an_auth_error_though_odoo_answers_200_and_false(odoo):
    world = odoo(version=17)
    world.revoke()
    with pytest.raises(AuthError) as caught:
        world.adapter().resolve([world.keys(1)])
    assert "username" in caught.value.hint


def test_a_key_that_is_taken_back_in_mid_run_is_an_auth_error(odoo):
    world = odoo(version=17)
    adapter = world.adapter()
    adapter.resolve([world.keys(1)])
    world.revoke()
    with pytest.raises(AuthError):
        adapter.resolve([world.keys(2)])


def test_an_installation_without_crm_is_told_as_a_matter_of_configuration(odoo):
    world = odoo()
    del world.simulator.store.models["crm.lead"]
    with pytest.raises(ConfigError) as caught:
        world.adapter().resolve([world.keys(1)])
    assert "CRM application" in caught.value.hint


def test_a_record_that_two_transactions_want_is_read_later(odoo):
    world = odoo()
    adapter = world.adapter()
    adapter.resolve([world.keys(1)])
    busy = next(error for error in world.errors if "Serialization" in error.name)
    world.simulator.faults.append(Fault("reply", path="search_read", times=9, reply=busy.reply))
    with pytest.raises(RetryableError) as caught:
        adapter.resolve([world.keys(1)])
    assert caught.value.retry_after_s == 5


def test_an_answer_of_jsonrpc_without_a_result_holds_the_stream(odoo):
    world = odoo(version=17)
    adapter = world.adapter()
    adapter.resolve([world.keys(1)])
    world.simulator.faults.append(Fault("reply", path="search_read", reply=Reply(200, {"jsonrpc": "2.0", "id": 1})))
    with pytest.raises(ContractError):
        adapter.resolve([world.keys(1)])


def test_defaults_are_asked_for_under_the_name_that_the_server_knows(odoo):
    world = odoo(version=20, uses_leads=True)
    assert world.adapter().account.made_as == "lead"
