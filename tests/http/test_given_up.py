"""A platform that gives up in the middle of a request and says so in a 200; a sign-in whose parameters are a query."""

import pytest
import responses

from connector.adapter import Adapter
from connector.adapter.declared import ErrorRule, OAuth
from connector.errors import RemoteError, UnknownOutcome

BASE = "https://api.acme.example"
LEADS = BASE + "/leads"
GIVEN_UP = {"success": False, "code": "604"}


class Hidden(Adapter):
    """Errors stand in the body of a success."""

    @classmethod
    def hidden_errors(cls, answer):
        return [] if answer.json().get("success", True) else [RemoteError(answer.json()["code"])]


@pytest.fixture
def remote():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def client(open_client):
    return open_client(BASE, errors=(ErrorRule(means="lost", code="604"),), reader=Hidden)


def test_a_read_that_was_given_up_is_asked_again(remote, client):
    remote.get(LEADS, json=GIVEN_UP)
    remote.get(LEADS, json={"ok": True})
    assert client.request("GET", "/leads").json() == {"ok": True}


def test_a_write_that_was_given_up_is_unknown_and_never_sent_again(remote, client):
    remote.post(LEADS, json=GIVEN_UP)
    with pytest.raises(UnknownOutcome):
        client.request("POST", "/leads", json={})
    assert len(remote.calls) == 1


def test_a_token_may_be_asked_for_by_a_query(remote, open_client):
    auth = OAuth(
        grant="client_credentials", credentials=("client_id", "client_secret"), token_url="{base}/token", send="query"
    )
    sent = remote.post(BASE + "/token", json={"access_token": "CANARY", "expires_in": 3600})
    remote.get(LEADS, json={})
    open_client(BASE, auth=(auth,), credentials={"client_id": "c-1", "client_secret": "a&b"}).request("GET", "/leads")
    request = sent.calls[0].request
    assert request.params == {"grant_type": "client_credentials", "client_id": "c-1", "client_secret": "a&b"}
    assert not request.body
