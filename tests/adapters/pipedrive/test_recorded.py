"""Answers recorded from the real service are read, and the simulated company answers with the same keys.

They were recorded in 2021, in version 1: shapes count here, not today's paths.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.pipedrive.api import Api
from adapters.pipedrive.crm import PipedriveCrm
from adapters.pipedrive.views import emails_of, moment, primary
from tests.adapters.recorded import Recorded, exchanges_with, some


@pytest.fixture(scope="module")
def recorded():
    return exchanges_with("pipedrive")


def test_searches_are_read(recorded):
    for exchange in some(recorded, "GET", "/search"):
        found = Api(Recorded(exchange)).search("v2/persons/search", {"term": "x"})
        assert [one["id"] for one in found] == [one["item"]["id"] for one in exchange["response"]["data"]["items"]]


def test_lists_are_read_to_their_end(recorded):
    for exchange in [*some(recorded, "GET", "/personFields"), *some(recorded, "GET", "/filters")]:
        rows, following = Api(Recorded(exchange)).offset_page("v1/filters", {}, 0)
        assert len(rows) == len(exchange["response"]["data"])
        assert following is None


def test_a_person_is_read_with_address_and_times(recorded):
    person = Api(Recorded(some(recorded, "GET", "/v1/persons/6551")[0])).one("v1/persons/6551")
    assert primary(person["email"]) == "grouparoo@demo.com"
    assert emails_of({"emails": person["email"]}) == ["grouparoo@demo.com"]
    assert moment(person["add_time"]) == datetime(2021, 12, 10, 18, 9, 43, tzinfo=UTC)


def test_what_a_write_answers_is_read(recorded):
    for exchange in [*some(recorded, "POST", "/personFields"), *some(recorded, "PUT", "/persons/")]:
        saved = Api(Recorded(exchange)).save("POST", "v2/personFields", {})
        assert saved["id"] == exchange["response"]["data"]["id"]


def test_the_window_of_a_burst_is_read_from_the_headers(recorded):
    answer = Recorded(recorded[0])
    assert PipedriveCrm.usage(answer) is None
    answer.status = 429
    assert PipedriveCrm.retry_after_s(answer) == 2.0


def test_the_simulated_company_wraps_its_answers_with_the_recorded_keys(recorded, pipedrive):
    world = pipedrive("lead")
    world.add(1)
    client = world.adapter().client
    (exchange, *_) = some(recorded, "GET", "/persons/search")
    told = client.request("GET", "/api/v1/leads").json()
    pagination = exchange["response"]["additional_data"]["pagination"]
    assert set(told) == set(exchange["response"])
    assert set(told["additional_data"]["pagination"]) == set(pagination)
    params = {"term": world.email_of(1), "fields": "email", "exact_match": "true"}
    found = client.request("GET", "/api/v2/persons/search", params=params).json()
    assert set(found) == set(exchange["response"])
    assert set(found["data"]) == set(exchange["response"]["data"])


def test_the_simulated_company_tells_of_persons_with_the_recorded_keys(recorded, pipedrive):
    world = pipedrive("person")
    _, id_ = world.add(1)
    (exchange, *_) = some(recorded, "GET", "/v1/persons/6551")
    real = exchange["response"]["data"]
    told = world.adapter().account.api.one(f"v2/persons/{id_}")
    assert set(told["emails"][0]) == set(real["email"][0])
    renamed = {"emails", "phones", "label_ids", "is_deleted", "custom_fields"}
    assert set(told) - renamed <= set(real)


def test_the_simulated_company_describes_its_fields_with_the_recorded_keys_under_their_new_names(recorded, pipedrive):
    exchange = some(recorded, "GET", "/personFields")[0]
    real = next(one for one in exchange["response"]["data"] if one.get("options"))
    fields = pipedrive("person").adapter().account.api.all("v2/personFields")
    told = next(one for one in fields if one["options"])
    assert set(told["options"][0]) == set(real["options"][0]) | {"color"}
    new_names = {"key": "field_code", "name": "field_name", "edit_flag": "is_custom_field"}
    assert {new_names.get(name, name) for name in real} & set(told) >= {"field_code", "field_name", "is_custom_field"}
