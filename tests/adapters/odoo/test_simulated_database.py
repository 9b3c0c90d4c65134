"""The simulator is as strict as Odoo where an adapter could go wrong."""

from __future__ import annotations

import pytest
import requests


@pytest.fixture
def database(odoo):
    return odoo().simulator


def ask(database, model, method, *, version=2, **body):
    headers = {"Authorization": f"bearer {database.api_key}", "X-Odoo-Database": "acme"}
    answer = requests.post(
        f"{database.base_url}/json/{version}/{model}/{method}", json=body, headers=headers, timeout=5
    )
    database.monotonic.__self__.sleep(2)
    return answer


def test_a_search_hides_what_is_archived_unless_the_context_asks(database):
    lead = database.add_lead("ana@example.com")
    database.lose(lead)
    assert ask(database, "crm.lead", "search_read").json() == []
    assert ask(database, "crm.lead", "search_read", context={"active_test": False}).json()[0]["id"] == lead


def test_one_bad_row_makes_none_of_a_creation(database):
    rows = [{"name": "good"}, {"name": "bad", "priority": "9"}]
    answer = ask(database, "crm.lead", "create", vals_list=rows)
    assert (answer.status_code, answer.json()["name"]) == (500, "builtins.ValueError")
    assert not database.store.rows["crm.lead"]


def test_text_that_is_too_long_is_cut_and_nobody_told(database):
    [lead] = ask(database, "crm.lead", "create", vals_list=[{"name": "x", "x_motto": "y" * 50}]).json()
    assert database.lead(lead)["x_motto"] == "y" * 40


def test_the_caller_owns_what_it_makes_and_says_nothing_of(database):
    [lead] = ask(database, "crm.lead", "create", vals_list=[{"name": "x"}]).json()
    assert database.lead(lead)["user_id"] == 5


@pytest.mark.parametrize(
    ("model", "method", "body", "status"),
    [
        ("crm.lead", "search_read", {"ids": [1]}, 422),
        ("crm.lead", "search_read", {"where": []}, 422),
        ("crm.lead", "explode", {}, 404),
        ("crm.nothing", "read", {}, 404),
        ("crm.lead", "write", {"ids": [1], "vals": {}}, 404),
        ("crm.lead", "search_read", {"domain": [["x_nobody", "=", 1]]}, 500),
    ],
)
def test_what_is_asked_wrongly_is_refused(database, model, method, body, status):
    assert ask(database, model, method, **body).status_code == status


def test_a_second_call_within_a_second_is_too_many(database):
    url = f"{database.base_url}/web/version"
    assert [requests.get(url, timeout=5).status_code for _ in range(2)] == [200, 429]
