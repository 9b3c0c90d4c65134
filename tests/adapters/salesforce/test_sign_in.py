"""Both ways to sign in, against a token address that looks closely."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connector.errors import AuthError


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65_537, key_size=2048)


@pytest.fixture
def by_jwt(salesforce, key):
    world = salesforce()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    world.simulator.sign_in.public_key = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    world.credentials = {
        "client_id": world.simulator.sign_in.client_id,
        "username": world.simulator.sign_in.username,
        "private_key": private.decode(),
    }
    return world


def test_a_signed_assertion_opens_a_session_that_serves_many_requests(by_jwt):
    adapter = by_jwt.adapter()
    for _ in range(3):
        adapter.resolve([by_jwt.keys(1)])
    assert len(by_jwt.simulator.calls(path="/oauth2/token")) == 1


def test_a_user_who_is_not_approved_is_refused_for_good(by_jwt):
    by_jwt.credentials["username"] = "somebody@acme.example"
    with pytest.raises(AuthError):
        by_jwt.adapter().resolve([by_jwt.keys(1)])


def test_an_expired_session_is_renewed_once(salesforce):
    world = salesforce()
    adapter = world.adapter()
    adapter.resolve([world.keys(1)])
    world.expire_tokens()
    adapter.resolve([world.keys(1)])
    assert len(world.simulator.calls(path="/oauth2/token")) == 2


def test_a_spent_day_is_no_matter_of_credentials(salesforce):
    world = salesforce()
    adapter = world.adapter()
    adapter.resolve([world.keys(1)])
    world.leave_calls(0)
    with pytest.raises(Exception, match=r"REQUEST_LIMIT_EXCEEDED|used up"):
        for _ in range(30):
            adapter.resolve([world.keys(1)])
    assert len(world.simulator.calls(path="/oauth2/token")) == 1
