"""Answers recorded from the real service are read, and the simulated account answers with the same keys."""

from __future__ import annotations

import pytest

from adapters.hubspot import batches, errors
from adapters.hubspot.api import Api
from connector.model import LeadWrite
from tests.adapters.recorded import Recorded, exchanges_with, some


@pytest.fixture(scope="module")
def recorded():
    return exchanges_with("hubspot")


def test_searches_are_read(recorded):
    for exchange in some(recorded, "POST", "/search", 200):
        found = Api(Recorded(exchange)).search("contacts", [], [], 200, None)
        assert (list(found.rows), found.next) == (exchange["response"]["results"], None)


def test_updates_and_creations_are_told_row_by_row(recorded):
    for exchange in some(recorded, "POST", "/batch/update", 200):
        inputs = exchange["body"]["inputs"]
        rows = [batches.update(LeadWrite(one["id"], "record", "ll"), "contacts", one["id"], {}) for one in inputs]
        told = batches.send(Api(Recorded(exchange)), rows)
        assert [told[one["id"]].status for one in inputs] == ["updated"] * len(inputs)
    for exchange in some(recorded, "POST", "/batch/create", 201):
        inputs = exchange["body"]["inputs"]
        key = next(iter(inputs[0]["properties"]))
        rows = [
            batches.Row(
                LeadWrite(str(place), "record", "ll"), batches.Route("create", "x", key), one["properties"][key], {}
            )
            for place, one in enumerate(inputs)
        ]
        told = batches.send(Api(Recorded(exchange)), rows)
        assert {one.status for one in told.values()} == {"created"}
        assert len({one.record_id for one in told.values()}) == len(inputs)


def test_refusals_are_read_with_their_code_and_property(recorded):
    limited = {
        error.code for one in some(recorded, "POST", "/search", 429) for error in errors.remote_errors(Recorded(one))
    }
    assert limited == {"RATE_LIMITS"}
    invalid = [errors.remote_errors(Recorded(one))[0] for one in some(recorded, "POST", "/createOrUpdate/", 400)]
    assert {(one.code, one.field) for one in invalid} == {("INVALID_LONG", "closedate"), ("INVALID_EMAIL", "email")}
    assert not [one for one in invalid if one.text]


def test_the_simulated_account_answers_with_the_recorded_keys(recorded, crm):
    world = crm()
    adapter = world.adapter()
    record = world.add(1)
    world.clock.advance(60)
    mine = adapter.client.request("POST", "/crm/v3/objects/contacts/search", json={"limit": 1}, safe=True).json()
    theirs = next(
        one["response"] for one in some(recorded, "POST", "/CONTACT/search", 200) if one["response"]["results"]
    )
    assert set(mine) == set(theirs)
    assert set(mine["results"][0]) == set(theirs["results"][0])
    body = {"inputs": [{"id": record[1], "properties": {"firstname": "Ana"}}]}
    path = "/crm/v3/objects/contacts/batch/update"
    mine = adapter.client.request("POST", path, json=body, safe=True).json()
    (theirs, *_) = some(recorded, "POST", "/CONTACT/batch/update", 200)
    assert set(mine) == set(theirs["response"])
    assert set(mine["results"][0]) == set(theirs["response"]["results"][0])


def test_the_simulated_account_refuses_with_the_recorded_keys(recorded):
    from connector.testing.simulators.hubspot import wording

    (theirs, *_) = some(recorded, "POST", "/search", 429)
    assert wording.too_many_searches().body.keys() == theirs["response"].keys()
    assert wording.too_many_searches().body["message"] == theirs["response"]["message"]
