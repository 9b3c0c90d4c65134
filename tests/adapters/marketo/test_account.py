"""What an instance has: its sign-in, its fields, its limits, and what `check` says of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.marketo.refusals import wait_in
from connector.errors import ContractError
from connector.testing.conformance.marketing.keeping import Kept
from connector.testing.simulator import Fault
from connector.testing.simulators.marketo import wording
from tests.adapters.marketo.conftest import EVENT, PARTS
from tests.adapters.told import Told


@pytest.fixture
def world(marketo):
    return marketo()


def test_a_sign_in_travels_in_the_query_and_the_token_in_a_header(world):
    world.adapter().check()
    sign_in, call, *_ = world.simulator.ledger
    assert sign_in.params == {"grant_type": "client_credentials", **world.credentials}
    assert sign_in.body == b""
    assert "access_token" not in call.params


def test_a_token_that_has_seconds_left_is_asked_for_again_when_it_ends(world):
    adapter = world.adapter()
    adapter.check()
    world.simulator.identity.expire_in(5)
    world.tokens.rows.clear()
    again = world.adapter()
    again.check()
    world.clock.advance(6)
    again.check()
    assert world.simulator.identity.issued == 2
    assert not [entry for entry in world.simulator.ledger if entry.status == 401]


def test_a_hidden_602_is_a_token_that_died_and_not_an_answer(world):
    adapter = world.adapter()
    adapter.check()
    world.expire_tokens()
    assert {line.level for line in adapter.check()} == {"ok"}
    assert len(world.simulator.calls("POST", "/identity/")) == 2


def test_an_address_with_rest_at_its_end_is_told(world):
    not_found = wording.refused(610, "Requested resource not found")
    world.simulator.faults.append(Fault("reply", path="/rest/", times=9, reply=not_found))
    with pytest.raises(ContractError) as caught:
        world.adapter().check()
    assert "without /rest" in caught.value.hint


def test_check_names_what_is_read_and_what_is_missing(marketo):
    world = marketo(values={"activity_types": ["2", "104"]})
    lines = world.adapter(events={EVENT: PARTS}, fields={"": ("email", "leadloop_grade")}).check()
    texts = [line.what for line in lines if line.level == "ok"]
    assert "reads Fill Out Form (2), Change Status in Progression (104)" in texts
    warnings = [(line.what.rsplit(" ", 1)[1], line.next_step) for line in lines if line.level == "warn"]
    assert warnings == [("leadloop_grade", "run 'leadloop prepare mkto'"), (EVENT, "run 'leadloop prepare mkto'")]


def test_check_warns_of_types_that_the_account_lacks(marketo):
    world = marketo(values={"activity_types": ["2", "100001"]})
    (warning,) = [line for line in world.adapter().check() if line.level == "warn"]
    assert "100001" in warning.what


def test_fields_have_our_types_and_the_labels_people_see(world):
    fields = {field.name: field for field in world.adapter().fields()}
    assert (fields["unsubscribed"].type, fields["leadScore"].type) == ("boolean", "integer")
    assert (fields["email"].type, fields["firstName"].label) == ("text", "First name")
    assert (fields["firstName"].max_length, fields["createdAt"].writable) == (255, False)


def test_fields_are_made_with_the_type_that_their_name_tells(world):
    names = ("leadloop_score", "leadloop_mql", "leadloop_decision_at", "leadloop_grade")
    assert set(world.adapter().prepare_writes(names).values()) == {"created"}
    fields = world.simulator.instance.schema.fields
    assert [fields[name]["dataType"] for name in names] == ["integer", "boolean", "datetime", "string"]


@pytest.mark.parametrize(
    ("code", "text", "at", "hours"),
    [
        ("607", "Daily API quota reached", datetime(2026, 11, 20, 12, tzinfo=UTC), 18),
        ("607", "Daily API quota reached", datetime(2026, 7, 20, 12, tzinfo=UTC), 17),
        ("607", "Daily API quota reached", datetime(2026, 11, 1, 5, 30, tzinfo=UTC), 24.5),
        ("1029", "Export daily quota 500MB exceeded.", datetime(2026, 11, 20, 12, tzinfo=UTC), 18),
        ("1029", "Too many jobs (10) in queue", datetime(2026, 11, 20, 12, tzinfo=UTC), None),
        ("606", "Max rate limit exceeded", datetime(2026, 11, 20, 12, tzinfo=UTC), None),
        ("607", "Daily API quota reached", None, None),
    ],
)
def test_a_daily_quota_ends_at_midnight_in_chicago(code, text, at, hours):
    body = {"success": False, "errors": [{"code": code, "message": text}]}
    assert wait_in(Told(body, status=200, date=at)) == (hours and hours * 3600)


def test_a_rate_that_others_used_up_is_waited_out(world):
    world.add(1)
    world.simulator.faults.append(Fault("reply", path="/leadchanges", times=2, reply=wording.rate_limited()))
    began = world.clock.now()
    kept = Kept()
    kept.pull(world.adapter())
    assert len(kept.contacts) == 1
    assert (world.clock.now() - began).total_seconds() >= 40


def test_no_data_found_is_an_empty_answer(world):
    world.simulator.faults.append(Fault("reply", path=r"/leads\.json", reply=wording.refused(702, "No data found")))
    (answer,) = world.adapter().contacts(["318581"])
    assert answer.state == "gone"


def test_an_id_that_is_no_number_costs_no_call(world):
    adapter = world.adapter()
    assert [answer.state for answer in adapter.contacts(["abc"])] == ["gone"]
    assert not world.simulator.calls("GET", r"/leads\.json")


def test_an_answer_of_another_shape_is_a_breach_of_contract(world):
    world.simulator.faults.append(Fault("reply", path="/describe2", reply=wording.result([{"name": "API Lead"}])))
    with pytest.raises(ContractError):
        world.adapter().fields()
