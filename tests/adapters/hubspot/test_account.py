"""What an account has: its properties, how it signs in, and its limits, which both sides share."""

from __future__ import annotations

from datetime import date

import pytest

from adapters.hubspot.properties import text_of, value_of
from connector.adapter import FieldPlan
from connector.errors import QuotaError
from connector.http.opening import Settings, account_of
from connector.testing.simulator import Fault
from connector.testing.simulators.hubspot import wording as words
from tests.adapters.hubspot.worlds import SmallPagesCrm, SmallPagesMarketing

KEY_PLAN = FieldPlan("contacts", "leadloop_key", "leadloop id", "text", unique=True, max_length=32)
REASON_PLAN = FieldPlan("contacts", "leadloop_why", "Rejection reason", "picklist", options=("No budget", "Other"))


@pytest.fixture
def world(crm):
    return crm()


def test_fields_have_our_types(world):
    fields = {one.name: one for one in world.adapter().fields()}
    kinds = {
        name: fields[name].type for name in ("email", "leadloop_score", "leadloop_mql", "hs_lead_status", "birthday")
    }
    assert list(kinds.values()) == ["text", "number", "boolean", "picklist", "date"]
    assert (fields["email"].unique, fields["leadloop_id"].unique, fields["firstname"].unique) == (True, True, False)
    assert (fields["createdate"].writable, fields["leadloop_score"].writable) == (False, True)
    assert (fields["leadloop_score"].custom, fields["email"].custom) == (True, False)


def test_properties_are_made_as_planned_and_verified_afterwards(world):
    adapter = world.adapter()
    plan = [KEY_PLAN, REASON_PLAN, FieldPlan("contacts", "leadloop_flag", "MQL", "boolean")]
    assert [one.status for one in adapter.ensure_fields(plan, dry_run=True)] == ["would_create"] * 3
    assert [one.status for one in adapter.ensure_fields(plan)] == ["created"] * 3
    assert [one.status for one in adapter.ensure_fields(plan)] == ["exists"] * 3
    assert world.account.contacts.defs["leadloop_key"].unique
    assert world.account.contacts.defs["leadloop_why"].options == ("No budget", "Other")


def test_a_property_of_another_kind_differs(world):
    world.account.add_property("leadloop_key")
    world.account.add_property("leadloop_why", "number")
    key, reason = world.adapter().ensure_fields([KEY_PLAN, REASON_PLAN])
    assert (key.status, reason.status) == ("differs", "differs")
    assert "twice" in key.text


def test_a_property_of_an_object_that_the_account_has_not_is_told(world):
    world.simulator.has_leads = False
    (outcome,) = world.adapter().ensure_fields([FieldPlan("leads", "why", "Why", "text")])
    assert (outcome.status, "leads" in outcome.text) == ("missing", True)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("60", "number", 60), ("60.5", "number", 60.5), ("true", "boolean", True), ("false", "boolean", False),
        ("", "text", None), (None, "number", None), ("x", "number", "x"), ("A;B", "multi", "A;B"),
    ],
)  # fmt: skip
def test_texts_become_values(text, kind, value):
    assert value_of(text, kind) == value


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [(True, "boolean", "true"), (None, "text", ""), (60, "number", "60"), (["A", "B"], "multi", "A;B"),
     (date(2026, 4, 3), "date", "2026-04-03"), ("2026-04-03T10:00:00Z", "date", "2026-04-03")],
)  # fmt: skip
def test_values_become_texts(value, kind, text):
    assert text_of(value, kind) == text


def test_check_names_a_key_that_takes_duplicates(crm):
    world = crm({"key": "leadloop_reasons"})
    (failing,) = [line for line in world.adapter().check() if line.level == "fail"]
    assert "leadloop_reasons" in failing.what


def test_an_app_is_signed_in_by_form_and_renewed_before_its_token_dies(marketing):
    world = marketing()
    adapter = world.adapter()
    adapter.check()
    world.clock.advance(1800)
    adapter.check()
    calls = world.simulator.calls("POST", "/oauth/v3/token")
    assert [b"grant_type=refresh_token" in one.body for one in calls] == [True, True]
    assert not [entry for entry in world.simulator.ledger if entry.status == 401]


def test_one_token_is_one_account_whichever_side_uses_it():
    settings = (
        Settings("one", {"token": "pat"}),
        Settings("two", {"token": "pat"}),
        Settings("three", {"token": "other"}),
    )
    specs = SmallPagesMarketing.spec, SmallPagesCrm.spec, SmallPagesCrm.spec
    marketing, crm, other = (account_of(spec, one) for spec, one in zip(specs, settings, strict=True))
    assert marketing == crm
    assert crm != other


def test_a_spent_day_is_a_quota_and_a_search_limit_is_waited_for(world):
    world.add(1)
    world.simulator.faults.append(Fault("reply", path="/search", reply=words.too_many_searches()))
    assert any(page.records for page in world.adapter().records(None))
    world.simulator.faults.append(Fault("reply", path="/batch/read", reply=words.too_many("DAILY")))
    with pytest.raises(QuotaError):
        world.adapter().resolve([world.keys(1)])


def test_searches_keep_their_own_limit(marketing):
    world = marketing()
    for number in range(250):
        world.add(number)
    list(world.adapter().changes(None))
    times = [one.at_s for one in world.simulator.calls("POST", "/search")]
    assert len(times) > 10
    assert all(later - earlier >= 1 for earlier, later in zip(times, times[5:], strict=False))
