"""What an account has: its fields, what `check` says of it, how it signs in, how it words errors."""

from __future__ import annotations

import pytest

from adapters.mautic.refusals import errors_in, hidden_in
from connector.adapter import Options
from connector.errors import AuthError, QuotaError
from connector.testing.simulators.mautic import wording as words
from tests.adapters.told import Told


def test_a_user_and_password_serve_where_basic_auth_is_enabled(mautic):
    world = mautic(credentials={"username": "api", "password": "simulated-password"})
    assert {line.level for line in world.adapter().check()} == {"ok"}
    assert not world.simulator.calls("POST", "/oauth/")


def test_a_token_lives_an_hour_and_is_renewed_before_it_is_refused(mautic):
    world = mautic()
    adapter = world.adapter()
    adapter.check()
    world.clock.advance(3600)
    adapter.check()
    assert len(world.simulator.calls("POST", "/oauth/v2/token")) == 2
    assert not [entry for entry in world.simulator.ledger if entry.status == 401]


def test_an_api_that_nobody_enabled_says_where_to_enable_it(mautic):
    world = mautic()
    world.simulator.enabled = False
    with pytest.raises(AuthError) as caught:
        world.adapter().check()
    assert "Configuration > API Settings" in str(caught.value.hint)


def test_check_names_tables_that_may_not_be_read_and_fields_that_are_missing(mautic):
    world = mautic(hidden=("page_hits", "audit_log"))
    adapter = world.adapter()
    adapter.options = Options("ma", fields={"": ("email", "doNotContact", "leadloop_grade")})
    told = {line.level: line.what for line in adapter.check() if line.level != "ok"}
    assert "page_hits" in told["fail"]
    warned = [line.what for line in adapter.check() if line.level == "warn"]
    assert ["audit log" in warned[0], warned[1]] == [True, "the account has no contact field leadloop_grade"]


def test_fields_come_in_pages_and_with_our_types(mautic):
    world = mautic()
    for number in range(40):
        world.simulator.installation.add_field(f"own_{number}")
    fields = {field.name: field for field in world.adapter().fields()}
    assert (fields["own_39"].custom, fields["own_39"].max_length, fields["email"].unique) == (True, 64, True)
    assert (fields["tags"].writable, fields["points"].type) == (False, "number")


def test_fields_are_made_as_texts_which_take_a_word_for_0(mautic):
    world = mautic()
    assert world.adapter().prepare_writes(["leadloop_score"]) == {"leadloop_score": "created"}
    assert world.simulator.installation.fields["leadloop_score"]["type"] == "text"


def test_an_alias_that_mautic_changes_is_told(mautic):
    world = mautic()
    adapter = world.adapter()
    assert adapter.prepare_writes(["new_one", "new_one"])["new_one"].startswith("Mautic made 'new_one1' instead")


def test_a_limit_by_the_hour_that_the_configuration_tells_is_kept(mautic):
    world = mautic(factor=0.001)  # 36 calls an hour
    world.limits = {"per_hour": 36}
    adapter = world.adapter()
    with pytest.raises(QuotaError):
        for number in range(40):
            list(adapter.contacts([world.add(number)]))
    assert not [entry for entry in world.simulator.ledger if entry.status == 429]


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (words.not_found().body, [("404", None)]),
        (words.disabled().body, [("api_disabled", None)]),
        (words.refusal(400, "email: no", {"email": ["no"]}).body, [("400", "email")]),
        ({"error": {"message": "no", "code": 500}}, [("500", None)]),
        ({"error": "invalid_grant", "error_description": "no"}, [("invalid_grant", None)]),
        ({"errors": {"0": {"message": "a", "code": 1}, "2": {"message": "b", "code": 2}}}, [("1", None), ("2", None)]),
        ({"message": "no"}, []),
        ([], []),
        ("<html>", []),
        (None, []),
    ],
)
def test_every_shape_is_read(body, read):
    assert [(error.code, error.field) for error in errors_in(Told(body))] == read


def test_only_an_answer_that_is_nothing_but_errors_is_a_hidden_refusal():
    refused = words.bad_column("lead").body
    assert [error.code for error in hidden_in(Told(refused))] == ["stats_refused"]
    assert [error.code for error in hidden_in(Told(words.table_denied().body))] == ["stats_denied"]
    assert hidden_in(Told({"errors": {"1": refused}, "contacts": [], "statusCodes": [200, 404]})) == []
    assert hidden_in(Told({"stats": [{"url": '"errors"'}]})) == []
