"""Answers recorded from the real service are read, and the simulated org answers with the same keys."""

from __future__ import annotations

import pytest

from adapters.salesforce import describing, outcomes
from adapters.salesforce.api import Api
from adapters.salesforce.crm import SalesforceCrm
from adapters.salesforce.reading import field_of
from connector.model import LeadWrite
from tests.adapters.recorded import Recorded, exchanges_with, some


@pytest.fixture(scope="module")
def recorded():
    return exchanges_with("salesforce")


def test_saved_rows_are_read_as_outcomes(recorded):
    for exchange in some(recorded, "PATCH", "/composite/sobjects"):
        for row, result in zip(exchange["body"]["records"], exchange["response"], strict=True):
            write = LeadWrite("e", "record", "ll-1", object="Account", record_id=row["id"])
            assert outcomes.of_result(write, "Account", result, is_creation=False).status == "updated"


def test_queries_without_rows_are_read(recorded):
    for exchange in some(recorded, "GET", "/query"):
        assert list(Api(Recorded(exchange), "42.0").rows("SELECT Id FROM Account")) == exchange["response"]["records"]


def test_records_are_read_field_by_field(recorded):
    for exchange in some(recorded, "GET", "/sobjects/Lead/"):
        if exchange["status"] == 200:
            assert field_of(exchange["response"], "CreatedDate").endswith("Z")
            assert field_of(exchange["response"], "Owner.Type") is None


def test_refusals_are_read(recorded):
    refused = [Recorded(one) for one in recorded if one["status"] >= 400]
    assert {error.code for answer in refused for error in SalesforceCrm.remote_errors(answer)} == {"NOT_FOUND"}


def test_the_calls_used_are_read_from_every_answer(recorded):
    assert all(SalesforceCrm.usage(Recorded(one))[1] == 15_000 for one in recorded)


def test_a_description_is_read(recorded):
    (exchange,) = some(recorded, "GET", "/describe")
    fields = describing.fields_of(Api(Recorded(exchange), "42.0"), "Campaign")
    assert {one.name for one in fields} >= {"Id", "Name", "StartDate", "IsActive"}


def test_the_simulated_org_describes_with_the_recorded_keys(recorded, salesforce):
    (exchange,) = some(recorded, "GET", "/describe")
    told = salesforce().adapter().api.describe("Lead")
    assert set(told) == set(exchange["response"])
    assert set(told["fields"][0]) == set(exchange["response"]["fields"][0])


def test_the_simulated_org_answers_rows_with_the_recorded_keys(recorded, salesforce):
    world = salesforce()
    (exchange, *_) = some(recorded, "PATCH", "/composite/sobjects")
    world.adapter().write([world.change(world.add(1), 1, 1)])
    body = {"records": [{"attributes": {"type": "Lead"}, "id": world.add(2)[1]}]}
    answer = world.adapter().client.request("PATCH", "/services/data/v62.0/composite/sobjects", json=body)
    assert [set(one) for one in answer.json()] == [set(exchange["response"][0])]
