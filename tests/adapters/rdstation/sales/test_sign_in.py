"""Two ways to sign in: a user's token for version 1, an app for version 2, each at its own address."""

from __future__ import annotations

import pytest

from adapters.rdstation.crm import RdStationCrm
from connector.errors import AuthError
from connector.http import Network, Settings, World
from connector.testing.stores import MemoryBudgetStore, MemoryTokenStore


@pytest.mark.parametrize(
    ("credentials", "path"),
    [
        ({"token": "t0ken"}, "https://crm.rdstation.com/api/v1"),
        ({"client_id": "c", "client_secret": "s3cret", "refresh_token": "r3fresh"}, "https://api.rd.services/crm/v2"),
    ],
)
def test_the_address_follows_from_what_signs_in(crm, credentials, path):
    world = crm(1)
    network = Network(MemoryTokenStore(world.clock.now), MemoryBudgetStore(), World())
    client = network.client(RdStationCrm.spec, Settings("crm", credentials=credentials), RdStationCrm)
    assert client._base_url == path


def test_a_refresh_token_serves_once_and_the_new_one_is_kept(crm):
    world = crm(2)
    for _ in range(3):
        world.adapter().check()
        world.expire_tokens()
    assert len(world.simulator.calls("POST", "/oauth2/token")) == 3


def test_a_refresh_token_that_nobody_used_for_two_weeks_needs_a_person(crm):
    world = crm(2)
    world.adapter().check()
    world.clock.advance(15 * 86_400)
    with pytest.raises(AuthError) as caught:
        world.adapter().check()
    assert "leadloop auth" in caught.value.hint
