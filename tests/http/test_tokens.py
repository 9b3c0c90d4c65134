"""How access tokens are asked for, kept alive, rotated and stored."""

import base64
import json
from contextlib import closing
from urllib.parse import parse_qs

import pytest
import responses
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from connector.adapter.declared import ErrorRule, Limit, OAuth, StaticAuth
from connector.errors import AuthError, ConfigError, ContractError, QuotaError, RetryableError, StateError
from connector.http import Tokens
from connector.state.store import Store
from connector.state.tokens import SqliteTokens, key_from
from connector.testing.stores import MemoryTokenStore

BASE = "https://api.acme.example"
TOKEN = BASE + "/oauth/token"
LEADS = BASE + "/leads"
REFRESH = OAuth(
    grant="refresh_token", credentials=("client_id", "client_secret", "refresh_token"), token_url="{base}/oauth/token",
    authorize_url="{base}/oauth/authorize",
)  # fmt: skip
CREDENTIALS = {"client_id": "c-1", "client_secret": "CANARY-secret", "refresh_token": "CANARY-refresh-0"}


@pytest.fixture
def remote():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def tokens(clock):
    return MemoryTokenStore(clock.now)


@pytest.fixture
def oauth(open_client, tokens):
    """A client that signs in by OAuth; arguments replace parts of the declaration."""

    def make(given=CREDENTIALS, spec=None, **changes):
        auth = REFRESH.model_copy(update=changes)
        return open_client(BASE, auth=(auth,), credentials=given, tokens=tokens, **(spec or {}))

    return make


def grant(number=1, **more):
    return {
        "access_token": f"CANARY-access-{number}",
        "refresh_token": f"CANARY-refresh-{number}",
        "expires_in": 3600,
        **more,
    }


def asked(remote, url=TOKEN):
    return [parse_qs(call.request.body.decode()) for call in remote.calls if call.request.url == url]


def signed_by(remote):
    return [call.request.headers["Authorization"] for call in remote.calls if call.request.url == LEADS]


def test_a_token_is_fetched_once_and_signs_every_request(remote, oauth):
    remote.post(TOKEN, json=grant())
    remote.get(LEADS, json={})
    client = oauth()
    client.request("GET", "/leads")
    client.request("GET", "/leads")
    assert signed_by(remote) == ["Bearer CANARY-access-1"] * 2
    assert asked(remote) == [
        {
            "grant_type": ["refresh_token"],
            "refresh_token": ["CANARY-refresh-0"],
            "client_id": ["c-1"],
            "client_secret": ["CANARY-secret"],
        }
    ]


def test_a_rotated_refresh_token_is_stored_before_the_access_token_is_used(remote, oauth, tokens):
    stored = []
    remote.post(TOKEN, json=grant())
    remote.add_callback("GET", LEADS, lambda _: (stored.append(tokens.rows["acme"][1].refresh), (200, {}, "{}"))[1])
    oauth().request("GET", "/leads")
    assert stored == ["CANARY-refresh-1"]


def test_an_answer_without_a_refresh_token_keeps_the_old_one(remote, oauth, tokens):
    remote.post(TOKEN, json={"access_token": "a-1", "expires_in": 3600})
    oauth().sign_in()
    assert tokens.rows["acme"][1].refresh == "CANARY-refresh-0"


def test_a_token_is_renewed_before_it_ends(remote, oauth, clock):
    remote.post(TOKEN, json=grant(1))
    remote.post(TOKEN, json=grant(2))
    remote.get(LEADS, json={})
    client = oauth()
    for passed_s in (0, 3539, 3541):
        clock.passed_s = passed_s
        client.request("GET", "/leads")
    assert [one[-1] for one in signed_by(remote)] == ["1", "1", "2"]
    assert [one["refresh_token"] for one in asked(remote)] == [["CANARY-refresh-0"], ["CANARY-refresh-1"]]


@pytest.mark.parametrize("expires_in", [0, -5, "soon", None, [], "NaN"])
def test_a_life_that_makes_no_sense_means_until_refused(remote, oauth, tokens, clock, expires_in):
    remote.post(TOKEN, json=grant(expires_in=expires_in))
    remote.get(LEADS, json={})
    client = oauth()
    client.request("GET", "/leads")
    clock.passed_s += 1e6
    client.request("GET", "/leads")
    assert tokens.rows["acme"][1].fresh_until is None
    assert len(asked(remote)) == 1


def test_a_life_as_text_counts_and_a_missing_one_is_as_the_adapter_assumes(remote, oauth, tokens, clock):
    remote.post(TOKEN, json=grant(expires_in="1800"))
    oauth().sign_in()
    assert (tokens.rows["acme"][1].fresh_until - clock.now()).total_seconds() == 1740
    tokens.rows.clear()
    remote.replace(responses.POST, TOKEN, json={"access_token": "a"})
    oauth(expires_in_s=600).sign_in()
    assert (tokens.rows["acme"][1].fresh_until - clock.now()).total_seconds() == 540


def test_a_refused_token_is_renewed_once_and_the_request_repeated_once(remote, oauth):
    remote.post(TOKEN, json=grant(1))
    remote.post(TOKEN, json=grant(2))
    remote.post(LEADS, status=401)
    remote.post(LEADS, json={"id": 1})
    assert oauth().request("POST", "/leads", json={}).json() == {"id": 1}
    assert [one[-1] for one in signed_by(remote)] == ["1", "2"]


def test_a_fresh_token_that_is_refused_too_is_an_auth_error(remote, oauth):
    remote.post(TOKEN, json=grant())
    remote.post(TOKEN, json=grant(2))
    call = remote.get(LEADS, status=401)
    with pytest.raises(AuthError) as caught:
        oauth().request("GET", "/leads")
    assert caught.value.hint == "run 'leadloop auth acme'"
    assert (call.call_count, len(asked(remote))) == (2, 2)


def test_refused_credentials_that_nobody_signs_in_with_are_corrected_in_the_configuration(remote, open_client):
    remote.post(TOKEN, status=401, json={"error": "invalid_client"})
    remote.get(LEADS, status=401)
    machine = OAuth(grant="client_credentials", credentials=("client_id",), token_url="{base}/oauth/token")
    for auth in (machine, StaticAuth(credentials=("client_id",))):
        client = open_client(BASE, auth=(auth,), credentials={"client_id": "c-1"})
        with pytest.raises(AuthError) as caught:
            client.request("GET", "/leads")
        assert caught.value.hint == "correct the credentials in leadloop.yaml, then run 'leadloop check acme'"


def test_an_error_code_may_say_that_the_token_died(remote, oauth):
    remote.post(TOKEN, json=grant(1))
    remote.post(TOKEN, json=grant(2))
    remote.get(LEADS, status=400, json={"code": "INVALID_SESSION_ID"})
    remote.get(LEADS, json={})
    rules = (ErrorRule(means="refresh", code="INVALID_SESSION_ID"),)
    assert oauth(spec={"errors": rules}).request("GET", "/leads").status == 200


def test_a_refused_grant_needs_a_person_and_is_not_hammered(remote, oauth, tokens):
    call = remote.post(TOKEN, status=400, json={"error": "invalid_grant", "error_description": "for CANARY-refresh-0"})
    client = oauth()
    for _ in range(3):
        with pytest.raises(AuthError) as caught:
            client.request("GET", "/leads")
        assert (caught.value.code, caught.value.hint) == ("invalid_grant", "run 'leadloop auth acme'")
        assert "CANARY" not in str(caught.value)
    assert call.call_count == 1
    configured, _ = tokens.rows["acme"]
    tokens.rows["acme"] = (configured, Tokens(access="a-9", refresh="r-9"))
    remote.get(LEADS, json={})
    assert client.request("GET", "/leads").status == 200


@pytest.mark.parametrize(
    "trouble",
    [
        {"status": 503},
        {"status": 429},
        {"status": 200, "body": "<html>"},
        {"status": 403, "body": "<html>blocked"},
        {"status": 400, "json": {"error": "temporarily_unavailable"}},
    ],
)
def test_a_token_address_out_of_order_keeps_the_grant(remote, oauth, tokens, trouble):
    remote.post(TOKEN, **trouble)
    with pytest.raises(RetryableError):
        oauth().request("POST", "/leads")
    assert tokens.rows["acme"][1].refresh == "CANARY-refresh-0"
    remote.replace(responses.POST, TOKEN, json=grant())
    remote.post(LEADS, json={})
    assert oauth().request("POST", "/leads").status == 200


def test_a_success_without_a_token_is_a_contract_error(remote, oauth):
    remote.post(TOKEN, json={"ok": True})
    with pytest.raises(ContractError):
        oauth().sign_in()


def test_the_stored_token_wins_until_the_configured_one_changes(remote, oauth):
    remote.post(TOKEN, json=grant(1))
    remote.get(LEADS, json={})
    oauth().request("GET", "/leads")
    oauth().request("GET", "/leads")
    assert len(asked(remote)) == 1
    oauth({**CREDENTIALS, "refresh_token": "by hand"}).request("GET", "/leads")
    assert asked(remote)[-1]["refresh_token"] == ["by hand"]


def test_a_slip_in_the_configuration_costs_nobody_their_sign_in(remote, oauth, tokens):
    remote.post(TOKEN, json=grant(1))
    remote.get(LEADS, json={})
    oauth().request("GET", "/leads")
    kept = tokens.rows["acme"]
    remote.replace(responses.POST, TOKEN, json={"error": "invalid_client"}, status=401)
    with pytest.raises(AuthError):
        oauth({**CREDENTIALS, "client_id": "c-l"}).request("GET", "/leads")
    assert tokens.rows["acme"] == kept
    assert oauth().request("GET", "/leads").status == 200
    assert remote.calls[-1].request.headers["Authorization"] == "Bearer CANARY-access-1"


def test_sign_ins_an_hour_are_limited(remote, oauth, clock):
    remote.post(TOKEN, json={"access_token": "a", "expires_in": 1})
    remote.get(LEADS, json={})
    client = oauth(spec={"limits": (Limit(calls=5, per_s=3600, logins=True),)})
    for _ in range(5):
        client.request("GET", "/leads")
        clock.passed_s += 2
    with pytest.raises(QuotaError):
        client.request("GET", "/leads")


def test_client_credentials_travel_as_basic_or_json_when_declared(remote, oauth):
    remote.post(TOKEN, json=grant())
    oauth(grant="client_credentials", basic=True, extra={"scope": "{base}/.default"}).sign_in()
    sent = remote.calls[0].request
    assert sent.headers["Authorization"] == "Basic " + base64.b64encode(b"c-1:CANARY-secret").decode()
    assert asked(remote) == [{"grant_type": ["client_credentials"], "scope": [BASE + "/.default"]}]


def test_a_platform_may_want_json_and_no_grant_type(remote, oauth):
    remote.post(TOKEN, json=grant())
    oauth(send="json", grant_type_sent=False).sign_in()
    sent = json.loads(remote.calls[0].request.body)
    assert sent == {"client_id": "c-1", "client_secret": "CANARY-secret", "refresh_token": "CANARY-refresh-0"}


def test_a_password_grant_sends_user_and_password(remote, oauth):
    remote.post(TOKEN, json=grant())
    user = {"client_id": "c", "client_secret": "s-1", "username": "ana", "password": "CANARY-pw"}
    oauth(user, grant="password", credentials=tuple(user)).sign_in()
    assert asked(remote)[0] == {
        "grant_type": ["password"],
        "username": ["ana"],
        "password": ["CANARY-pw"],
        "client_id": ["c"],
        "client_secret": ["s-1"],
    }


def test_a_jwt_is_signed_with_the_private_key_and_the_told_address_is_used(remote, open_client, clock):
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    auth = OAuth(
        grant="jwt_bearer",
        credentials=("client_id", "username", "private_key"),
        token_url="{auth}/oauth/token",
        base_from="instance_url",
        base_suffixes=("my.acme.example",),
    )
    remote.post("https://login.acme.example/oauth/token", json=grant(instance_url="https://na7.my.acme.example"))
    remote.get("https://na7.my.acme.example/leads", json={})
    credentials = {"client_id": "c-1", "username": "ana", "private_key": pem}
    client = open_client("", auth=(auth,), credentials=credentials, settings={"auth_url": "https://login.acme.example"})
    assert client.request("GET", "/leads").status == 200
    form = parse_qs(remote.calls[0].request.body.decode())
    assert form.keys() == {"grant_type", "assertion"}
    head, claims, signature = form["assertion"][0].split(".")
    key.public_key().verify(_unb64(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
    expected = {
        "iss": "c-1",
        "sub": "ana",
        "aud": "https://login.acme.example",
        "exp": int(clock.now().timestamp()) + 180,
    }
    assert json.loads(_unb64(claims)) == expected


def _unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def by_instance(open_client, tokens, base_url):
    """A client of a platform whose sign-in names where the API is."""
    told = {"token_url": "{auth}/oauth/token", "base_from": "instance_url", "base_suffixes": ("acme.example",)}
    return open_client(
        base_url, auth=(REFRESH.model_copy(update=told),), credentials=CREDENTIALS, tokens=tokens,
        settings={"auth_url": BASE},
    )  # fmt: skip


def test_an_address_told_by_the_sign_in_on_a_foreign_host_gets_no_token(remote, open_client, tokens):
    remote.post(TOKEN, json=grant(instance_url="https://evil.example"))
    evil = remote.get("https://evil.example/leads", json={})
    with pytest.raises(ContractError):
        by_instance(open_client, tokens, "").request("GET", "/leads")
    assert evil.call_count == 0


def test_an_address_that_a_person_wrote_wins_over_the_one_that_the_sign_in_tells(remote, open_client, tokens):
    remote.post(TOKEN, json=grant(instance_url="https://na7.acme.example"))
    told = remote.get("https://na7.acme.example/leads", json={})
    written = remote.get("https://sandbox.acme.example/leads", json={})
    by_instance(open_client, tokens, "").request("GET", "/leads")
    assert (told.call_count, written.call_count) == (1, 0)
    by_instance(open_client, tokens, "https://sandbox.acme.example").request("GET", "/leads")
    assert (told.call_count, written.call_count) == (1, 1)


def test_a_persons_sign_in_replaces_what_was_stored(remote, oauth, tokens):
    remote.post(TOKEN, json=grant(7))
    without = {name: value for name, value in CREDENTIALS.items() if name != "refresh_token"}
    client = oauth(without)
    with pytest.raises(AuthError, match="nobody has signed in"):
        client.sign_in()
    client.sign_in("the-code", "http://localhost:8000/")
    assert asked(remote)[0]["code"] == ["the-code"]
    assert tokens.rows["acme"][1].refresh == "CANARY-refresh-7"


@pytest.mark.parametrize("credentials", [{"client_id": "c"}, {"token": "x"}])
def test_missing_credentials_are_named_before_anything_is_sent(oauth, credentials):
    with pytest.raises(ConfigError) as caught:
        oauth(credentials)
    assert "client_secret" in caught.value.hint


def test_a_key_that_is_no_key_is_a_configuration_error(oauth):
    bad = {"client_id": "c", "username": "u", "private_key": "CANARY not a key"}
    with pytest.raises(ConfigError) as caught:
        oauth(bad, grant="jwt_bearer", credentials=tuple(bad), audience="https://acme.example").sign_in()
    assert "CANARY" not in str(caught.value)


def test_tokens_print_nothing():
    assert "CANARY" not in repr(Tokens("CANARY-a", "CANARY-r"))


@pytest.mark.parametrize("kind", ["client_credentials", "password"])
def test_a_check_tries_a_secret_that_was_written_wrong_though_a_stored_token_still_works(remote, oauth, tokens, kind):
    given = {**CREDENTIALS, "username": "ana", "password": "CANARY-1"}
    remote.post(TOKEN, json=grant())
    oauth(given, grant=kind).sign_in()
    kept = tokens.rows["acme"]
    remote.replace(responses.POST, TOKEN, json={"error": "invalid_client"}, status=401)
    client = oauth(given | {"client_secret": "CANARY-wrong"}, grant=kind)
    client.sign_in()
    with pytest.raises(AuthError, match="invalid_client"):
        client.prove_credentials()
    assert tokens.rows["acme"] == kept


def test_a_check_spends_no_grant_of_a_person(remote, oauth):
    remote.post(TOKEN, json=grant())
    client = oauth()
    client.sign_in()
    client.prove_credentials()
    assert len(asked(remote)) == 1


def clients_before_and_after_the_key_was_lost(open_client, store, grant):
    auth = REFRESH.model_copy(update={"grant": grant})
    stores = (SqliteTokens(store, [key_from(secret)]) for secret in ("lost", "new"))
    return [open_client(BASE, auth=(auth,), credentials=CREDENTIALS, tokens=tokens) for tokens in stores]


def test_a_sign_in_replaces_tokens_whose_key_was_lost(remote, open_client, tmp_path):
    remote.post(TOKEN, json=grant())
    remote.get(LEADS, json={})
    with closing(Store.open(tmp_path / "leadloop.db")) as store:
        before, after = clients_before_and_after_the_key_was_lost(open_client, store, "refresh_token")
        before.request("GET", "/leads")
        with pytest.raises(StateError, match="cannot be decrypted"):
            after.request("GET", "/leads")
        after.sign_in("code", "http://127.0.0.1:8322/")
        assert after.request("GET", "/leads").status == 200


def test_tokens_whose_key_was_lost_are_asked_for_anew_where_no_person_is_needed(remote, open_client, tmp_path):
    remote.post(TOKEN, json=grant())
    remote.get(LEADS, json={})
    with closing(Store.open(tmp_path / "leadloop.db")) as store:
        for client in clients_before_and_after_the_key_was_lost(open_client, store, "client_credentials"):
            assert client.request("GET", "/leads").status == 200
    assert len(asked(remote)) == 2
