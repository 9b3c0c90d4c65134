"""What an answer means, what is repeated, what a write may never do. Answers are made up by `responses`."""

import itertools
from datetime import timedelta
from email.utils import format_datetime

import pytest
import requests
import responses
from responses import matchers

from connector.adapter import Adapter, Credential
from connector.adapter.declared import ErrorRule, Limit, StaticAuth
from connector.errors import (
    AuthError,
    ConfigError,
    ContractError,
    QuotaError,
    RemoteError,
    RemoteRefusal,
    RetryableError,
    UnknownOutcome,
)

URL = "https://api.acme.example/v2/leads"


@pytest.fixture
def remote():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def test_a_rules_hint_names_the_connection_that_a_person_types(remote, open_client):
    remote.get(URL, status=401, json={"code": "spent"})
    rules = (ErrorRule(code="spent", means="auth", hint="sign in with 'leadloop auth {connection}'"),)
    with pytest.raises(AuthError) as refused:
        open_client(errors=rules).request("GET", "/leads")
    assert refused.value.hint == "sign in with 'leadloop auth acme'"


def test_a_throttled_read_waits_as_told_and_goes_through(remote, open_client, clock):
    remote.get(URL, status=429, headers={"Retry-After": "7"})
    remote.get(URL, json={"ok": True})
    assert open_client().request("GET", "/leads").json() == {"ok": True}
    assert clock.passed_s == pytest.approx(7)


@pytest.mark.parametrize(
    ("told", "waited_s"),
    [
        ("3", 3),
        ("Sun, 22 Nov 2026 12:00:09 GMT", 9),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.5),
        ("-5", 0.5),
        ("0", 0.5),
        ("soon", 0.5),
        ("nan", 0.5),
        ("1e400", 0.5),
        (None, 0.5),
    ],
)
def test_retry_after_is_read_in_both_forms_and_nonsense_backs_off(remote, open_client, clock, told, waited_s):
    date = {"Date": "Sun, 22 Nov 2026 12:00:00 GMT"}
    remote.get(URL, status=429, headers=date | ({"Retry-After": told} if told else {}))
    remote.get(URL, json={})
    open_client().request("GET", "/leads")
    assert clock.passed_s == pytest.approx(waited_s)


def test_a_date_to_come_back_at_is_one_by_the_platforms_clock(remote, open_client, clock):
    dates = {"Date": "Sun, 22 Nov 2026 07:00:00 GMT", "Retry-After": "Sun, 22 Nov 2026 07:00:09 GMT"}
    remote.get(URL, status=429, headers=dates)
    remote.get(URL, json={})
    open_client().request("GET", "/leads")
    assert clock.passed_s == pytest.approx(9)


@pytest.mark.parametrize(("told", "kept_s"), [("3600", 3600), ("9999999999", 86_400)])
def test_a_long_wait_is_not_slept_but_told_and_the_bucket_rests(remote, open_client, clock, told, kept_s):
    call = remote.get(URL, status=429, headers={"Retry-After": told})
    client = open_client()
    with pytest.raises(RetryableError) as caught:
        client.request("GET", "/leads")
    assert caught.value.retry_after_s == kept_s
    with pytest.raises(QuotaError) as caught:
        client.request("GET", "/leads")
    assert caught.value.code == "paused"
    assert caught.value.retry_after_s == pytest.approx(kept_s)
    assert (call.call_count, clock.passed_s) == (1, 0)


def test_attempts_and_waiting_are_bounded(remote, open_client, clock):
    call = remote.get(URL, status=503)
    with pytest.raises(RetryableError):
        open_client().request("GET", "/leads")
    assert call.call_count == 5
    assert clock.slept == [0.5, 1, 2, 4]


def test_a_throttled_write_was_refused_and_is_sent_again(remote, open_client):
    remote.post(URL, status=429, headers={"Retry-After": "1"})
    remote.post(URL, json={})
    assert open_client().request("POST", "/leads", json={}).status == 200


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_a_write_answered_by_a_server_error_is_unknown_and_never_sent_again(remote, open_client, status):
    call = remote.post(URL, status=status, body="<html>")
    with pytest.raises(UnknownOutcome):
        open_client().request("POST", "/leads", json={})
    assert call.call_count == 1


@pytest.mark.parametrize("fault", [requests.ReadTimeout(), requests.ConnectionError("reset")])
def test_a_write_that_brought_no_answer_is_unknown_and_never_sent_again(remote, open_client, fault):
    call = remote.patch(URL, body=fault)
    with pytest.raises(UnknownOutcome):
        open_client().request("PATCH", "/leads", json={})
    assert call.call_count == 1


def test_a_write_whose_answer_cannot_be_read_is_unknown(remote, open_client):
    remote.post(URL, body='{"id": 1')
    answer = open_client().request("POST", "/leads", json={})
    with pytest.raises(UnknownOutcome):
        answer.json()


@pytest.mark.parametrize(
    "body",
    [b"[NaN]", b"[Infinity]", b"[1e999]", b'["\\ud800"]', b'["\xff"]', b"[" * 200_000, b"[" + b"9" * 5_000 + b"]", b""],
)
def test_what_is_no_strict_json_is_bad_content(remote, open_client, body):
    remote.get(URL, body=body)
    answer = open_client().request("GET", "/leads")
    with pytest.raises(RetryableError) as caught:
        answer.json()
    assert caught.value.code == "bad_content"


def test_a_byte_order_mark_is_forgiven(remote, open_client):
    remote.get(URL, body=b'\xef\xbb\xbf{"a": 1}')
    assert open_client().request("GET", "/leads").json() == {"a": 1}


@pytest.mark.parametrize(
    ("status", "means"), [(400, "record"), (404, "gone"), (409, "conflict"), (410, "gone"), (422, "record")]
)
def test_a_refusal_of_one_record_keeps_the_platforms_words(remote, open_client, status, means):
    remote.post(URL, status=status, json={"code": "E1", "message": "for ana@acme.example: " + "x" * 500})
    with pytest.raises(RemoteRefusal) as caught:
        open_client().request("POST", "/leads", json={})
    error = caught.value
    assert (error.code, error.status, error.means) == ("E1", status, means)
    assert error.errors[0].text.startswith("for [e-mail]")
    assert len(error.errors[0].text) == 200
    assert error.body["code"] == "E1"


@pytest.mark.parametrize(
    ("status", "kind"), [(401, AuthError), (403, AuthError), (418, ContractError), (304, ContractError)]
)
def test_other_statuses_sort_by_what_the_engine_does_next(remote, open_client, status, kind):
    call = remote.get(URL, status=status)
    with pytest.raises(kind):
        open_client().request("GET", "/leads")
    assert call.call_count == 1


def test_accepted_statuses_are_answers(remote, open_client):
    remote.get(URL, status=404, json={"x": 1})
    assert open_client().request("GET", "/leads", accept={404}).json() == {"x": 1}


def test_a_quota_inside_a_403_is_no_authentication_problem(remote, open_client):
    remote.get(URL, status=403, json=[{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "no more"}])
    client = open_client(errors=(ErrorRule(means="quota", status=403, code="REQUEST_LIMIT_*", wait_s=1800),))
    with pytest.raises(QuotaError) as caught:
        client.request("GET", "/leads")
    assert (caught.value.retry_after_s, caught.value.record) == (1800, None)


def test_a_limit_of_one_record_parks_that_record_only(remote, open_client):
    remote.patch(URL, status=429, json={"code": "PER_LEAD"})
    remote.get(URL, json={})
    client = open_client(errors=(ErrorRule(means="quota", code="PER_LEAD", scope="record"),))
    with pytest.raises(QuotaError) as caught:
        client.request("PATCH", "/leads", json={}, record="lead-7")
    assert caught.value.record == "lead-7"
    assert client.request("GET", "/leads").status == 200


class Hides(Adapter):
    """A platform that says its errors in a 200."""

    @classmethod
    def hidden_errors(cls, answer):
        return [RemoteError(item["code"], item["message"]) for item in answer.json().get("errors", [])]

    @classmethod
    def retry_after_s(cls, answer):
        return 20 if b"606" in answer.content else None


class Tells(Adapter):
    """A platform that tells the account's use of the day in a header."""

    @classmethod
    def usage(cls, answer):
        used, _, allowed = answer.headers["X-Usage"].partition("/")
        return int(used), int(allowed)


def test_the_use_that_the_platform_tells_ends_the_day_early(remote, open_client):
    used = itertools.count(4901)
    remote.add_callback("GET", URL, lambda _: (200, {"X-Usage": f"{next(used)}/5000"}, "{}"))
    client = open_client(reader=Tells, limits=(Limit(calls=100_000, per_s=86_400),))
    with pytest.raises(QuotaError) as caught:
        for _ in range(1000):
            client.request("GET", "/leads")
    assert caught.value.retry_after_s > 80_000
    assert client.sent == 90
    assert client.request("GET", "/leads", reserve=True).status == 200


def test_a_throttle_hidden_in_a_200_is_retryable(remote, open_client, clock):
    remote.get(URL, json={"errors": [{"code": "606", "message": "slow down"}]})
    remote.get(URL, json={"result": []})
    client = open_client(errors=(ErrorRule(means="retry", code="606"),), reader=Hides)
    assert client.request("GET", "/leads").json() == {"result": []}
    assert clock.passed_s == 20


def test_an_unknown_error_hidden_in_a_200_is_a_contract_error(remote, open_client):
    remote.get(URL, json={"errors": [{"code": "999", "message": "?"}]})
    with pytest.raises(ContractError, match="999"):
        open_client(reader=Hides).request("GET", "/leads")


def test_the_platforms_clock_is_its_first_date_moved_on(remote, open_client, clock):
    remote.get(URL, json={}, headers={"Date": "Sat, 21 Nov 2026 08:00:00 GMT"})
    client = open_client()
    assert client.now() == clock.now()
    assert client.request("GET", "/leads").date.hour == 8
    clock.passed_s += 90
    assert client.now().isoformat() == "2026-11-21T08:01:30+00:00"
    assert clock.now() - client.now() == timedelta(days=1, hours=4)


@pytest.mark.parametrize("ahead", [timedelta(seconds=90), timedelta(hours=3), timedelta(days=400)])
def test_a_clock_that_is_ahead_of_ours_is_not_believed(remote, open_client, clock, ahead):
    remote.get(URL, json={}, headers={"Date": format_datetime(clock.now() + ahead, usegmt=True)})
    client = open_client()
    client.request("GET", "/leads")
    assert client.now() == clock.now(), "a cursor that it moved ahead would skip what changes until then"
    assert client.clock_ahead == pytest.approx(ahead, abs=timedelta(seconds=1))
    remote.get(URL, json={}, headers={"Date": format_datetime(clock.now() + timedelta(seconds=50), usegmt=True)})
    client.request("GET", "/leads")
    client.request("GET", "/leads")
    assert client.now() - clock.now() == pytest.approx(timedelta(seconds=50), abs=timedelta(seconds=1))


@pytest.mark.parametrize(
    ("auth", "credentials", "expected"),
    [
        (StaticAuth(), {"token": "t-1"}, {"Authorization": "Bearer t-1"}),
        (StaticAuth(header="Api-Token", prefix="", credentials=("key",)), {"key": "k-1"}, {"Api-Token": "k-1"}),
        (StaticAuth(basic=("u", "p")), {"u": "ana", "p": "pw"}, {"Authorization": "Basic YW5hOnB3"}),
        (StaticAuth(also={"X-Db": "db"}), {"token": "t", "db": "crm"}, {"Authorization": "Bearer t", "X-Db": "crm"}),
    ],
)
def test_a_static_secret_goes_with_every_request(remote, open_client, auth, credentials, expected):
    remote.get(URL, json={}, match=[matchers.header_matcher(expected)])
    assert open_client(auth=(auth,), credentials=credentials).request("GET", "/leads").status == 200


def test_a_secret_in_the_query_is_in_no_message(remote, open_client):
    auth = StaticAuth(query="api_token")
    remote.get(URL, status=400, match=[matchers.query_param_matcher({"api_token": "s3cret", "limit": 5})])
    client = open_client(auth=(auth,), credentials={"token": "s3cret"})
    with pytest.raises(RemoteRefusal) as caught:
        client.request("GET", "/leads", params={"limit": 5})
    assert "s3cret" not in str(caught.value)
    assert "?" not in str(caught.value)


def test_a_credential_in_the_body_is_put_there_by_the_client(remote, open_client):
    remote.post(URL, json={}, match=[matchers.json_params_matcher({"params": {"args": ["crm", "s3cret", 1]}})])
    client = open_client(credentials={"token": "s3cret", "database": "crm"})
    body = {"params": {"args": [Credential("database"), Credential("token"), 1]}}
    assert client.request("POST", "/leads", json=body).status == 200
    with pytest.raises(ConfigError, match="lacks 'api_key'"):
        client.request("POST", "/leads", json=[Credential("api_key")])


def test_a_500_that_undid_everything_leaves_no_unknown_outcome(remote, open_client):
    remote.post(URL, status=500, json={"code": "ValueError"})
    client = open_client(errors=(ErrorRule(means="record", code="ValueError", rolled_back=True),))
    with pytest.raises(RemoteRefusal):
        client.request("POST", "/leads", json={})
