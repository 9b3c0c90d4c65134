"""A grant that serves once: a process that dies with it, a disk that cannot keep it, accounts beside each other."""

import json

import pytest
import responses

from connector.adapter.declared import OAuth
from connector.errors import AuthError, StateError
from connector.http import Tokens
from connector.state.store import Store
from connector.state.tokens import SqliteTokens, key_from
from connector.testing.stores import MemoryTokenStore

BASE = "https://api.acme.example"
TOKEN = BASE + "/oauth/token"
AUTH = OAuth(
    grant="refresh_token", credentials=("client_id", "refresh_token"), token_url="{base}/oauth/token",
    authorize_url="{base}/oauth/authorize",
)  # fmt: skip


class Killed(BaseException):
    """The process dies here."""


@pytest.fixture
def remote():
    """Refresh tokens serve once: any but the newest is refused."""
    newest = {"number": 0}

    def exchange(request):
        if f"refresh_token=refresh-{newest['number']}" not in request.body.decode():
            return 400, {}, json.dumps({"error": "invalid_grant"})
        newest["number"] += 1
        number = newest["number"]
        return 200, {}, json.dumps({"access_token": f"access-{number}", "refresh_token": f"refresh-{number}"})

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add_callback("POST", TOKEN, exchange)
        mock.get(BASE + "/leads", json={})
        yield mock


def sign_ins(remote):
    return [call for call in remote.calls if call.request.url == TOKEN]


def client_of(open_client, tokens, **credentials):
    return open_client(
        BASE, auth=(AUTH,), tokens=tokens, credentials={"client_id": "c", "refresh_token": "refresh-0", **credentials}
    )


def test_a_grant_that_died_with_its_process_asks_once_for_a_person(remote, open_client, clock, monkeypatch):
    tokens = MemoryTokenStore(clock.now)

    def dies(*_):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(tokens, "save", dies)
        patched.setattr(tokens, "release", lambda *_: None)
        with pytest.raises(Killed):
            client_of(open_client, tokens).request("GET", "/leads")
    heir = client_of(open_client, tokens)
    for _ in range(3):
        with pytest.raises(AuthError) as caught:
            heir.request("GET", "/leads")
        assert (caught.value.code, caught.value.hint) == ("invalid_grant", "run 'leadloop auth acme'")
    assert len(sign_ins(remote)) == 2
    assert clock.passed_s >= 60, "the dead one's lease was waited for"


def test_a_disk_that_cannot_keep_a_new_token_spends_no_grant(remote, open_client, tmp_path, monkeypatch):
    store = Store.open(tmp_path / "leadloop.db")
    tokens = SqliteTokens(store, [key_from("a configured secret")])
    client = client_of(open_client, tokens)
    begun = store.write
    writes = []

    def full(**more):
        writes.append(more)
        if len(writes) == 1:
            return begun(**more)  # what the configuration says is stored yet
        raise StateError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(store, "write", full)
        with pytest.raises(StateError):
            client.request("GET", "/leads")
    assert sign_ins(remote) == []
    assert client.request("GET", "/leads").status == 200
    store.close()


def test_a_renewal_that_another_process_overtook_is_thrown_away(remote, open_client, clock, monkeypatch):
    tokens = MemoryTokenStore(clock.now)
    slow, other = client_of(open_client, tokens), "another process"
    save = tokens.save

    def overtaken(connection, holder, granted, configured):
        """The answer took longer than the lease; whoever took it over has renewed meanwhile."""
        clock.passed_s += 61
        assert tokens.lease(connection, other, 60)
        assert save(connection, other, Tokens("access-of-the-other", "refresh-of-the-other"))
        tokens.release(connection, other)
        return save(connection, holder, granted, configured)

    monkeypatch.setattr(tokens, "save", overtaken)
    assert slow.request("GET", "/leads").status == 200
    assert tokens.rows["acme"][1].refresh == "refresh-of-the-other"
    assert remote.calls[-1].request.headers["Authorization"] == "Bearer access-of-the-other"
    assert len(sign_ins(remote)) == 1


def test_accounts_beside_each_other_sign_with_their_own_secrets(remote, open_client):
    clients = {name: open_client(BASE, credentials={"token": f"secret-of-{name}"}) for name in ("one", "two")}
    for name in ("one", "two", "one", "two"):
        clients[name].request("GET", "/leads")
    sent = [call.request.headers["Authorization"] for call in remote.calls]
    assert sent == [f"Bearer secret-of-{name}" for name in ("one", "two", "one", "two")]
