"""Every request that the adapter can send passes Adobe's own description; answers of the real service are read."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from openapi_core.exceptions import OpenAPIError

from adapters.marketo import answers, refusals
from adapters.marketo.writes import by_lead
from connector.model import LeadWrite
from connector.testing.conformance.marketing.keeping import Kept
from connector.testing.simulator import Request
from connector.testing.simulators.marketo import MarketoSimulator
from tests.adapters.marketo.conftest import EVENT, PARTS
from tests.adapters.marketo.description import CONTRACTS, as_asked, openapi
from tests.adapters.recorded import Recorded, exchanges_with, some

if not CONTRACTS.exists():
    pytest.skip("Adobe's description and the recorded answers are not beside the repository", allow_module_level=True)

ADDRESSES = {
    "POST /identity/oauth/token", "GET /rest/v1/leads/describe2.json", "GET /rest/v1/stats/usage.json",
    "GET /rest/v1/activities/types.json", "GET /rest/v1/activities/external/types.json",
    "GET /rest/v1/activities/pagingtoken.json", "GET /rest/v1/activities.json",
    "GET /rest/v1/activities/leadchanges.json", "GET /rest/v1/activities/deletedleads.json",
    "GET /rest/v1/leads.json", "POST /rest/v1/leads.json",
    "POST /rest/v1/leads/schema/fields.json", "GET /rest/v1/lists.json", "POST /rest/v1/lists/N/leads.json",
    "DELETE /rest/v1/lists/N/leads.json", "GET /rest/v1/lists/N/leads/ismember.json",
    "POST /rest/v1/activities/external/type.json", "POST /rest/v1/activities/external/type/N/attributes/create.json",
    "POST /rest/v1/activities/external/type/N/approve.json", "POST /rest/v1/activities/external.json",
    *(
        f"{call}.json"
        for kind in ("leads", "activities")
        for call in (
            f"POST /bulk/v1/{kind}/export/create", f"POST /bulk/v1/{kind}/export/N/enqueue",
            f"GET /bulk/v1/{kind}/export/N/status", f"GET /bulk/v1/{kind}/export/N/file",
        )
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def recorded():
    return exchanges_with("marketo")


@pytest.fixture(scope="module")
def description():
    return openapi()


@pytest.fixture
def asked(monkeypatch):
    """Requests as they arrive at the simulated instance."""
    arrived = []
    answer = MarketoSimulator.answer

    def keep(self, request):
        arrived.append(request)
        return answer(self, request)

    monkeypatch.setattr(MarketoSimulator, "answer", keep)
    return arrived


def do_everything(world):
    """All that the adapter can be asked to do."""
    old = str(world.simulator.add("old@example.com", created_at=world.clock.now() - timedelta(days=5)))
    world.act(old, world.clock.now() - timedelta(days=4))
    new = world.add(1)
    adapter = world.adapter(events={EVENT: PARTS})
    adapter.prepare_writes(world.new_fields)
    adapter.check()
    Kept().pull(adapter)
    list(adapter.contacts([old, new, "1"]))
    list(adapter.removals(None))
    writes = [world.write(kind, new, 1) for kind in ("field", "list", "event")]
    writes.append(world.effect("list", old, name="MQL", on=False))
    assert [outcome.status for outcome in adapter.write_back(writes)] == ["updated", "updated", "updated", "unchanged"]
    adapter.read_back(writes)


def address(request):
    path = re.sub(r"(?<=/)(\d+|[0-9a-f-]{36}|leadloopDecision)(?=/)", "N", request.path)
    return f"{request.method} {path}"


def test_every_request_passes_adobes_own_description(marketo, asked, description):
    do_everything(marketo())
    assert {address(request) for request in asked} == ADDRESSES
    for request in asked:
        description.validate_request(as_asked(request))


def test_no_recorded_success_is_taken_for_a_refusal(recorded):
    assert [refusals.errors_in(Recorded(one)) for one in recorded] == [[]] * len(recorded)


def test_recorded_leads_are_read(recorded):
    for one in some(recorded, "GET", "^/rest/v1/leads.json$"):
        assert answers.rows_of(Recorded(one)) == one["response"]["result"]
    (members, *_) = some(recorded, "POST", r"^/rest/v1/list/\d+/leads.json$")
    (row,) = answers.rows_of(Recorded(members))
    assert (answers.row_id(row), answers.moment(row["updatedAt"]).isoformat()) == ("7149", "2021-11-23T22:57:18+00:00")


def test_recorded_times_of_every_spelling_are_read(recorded):
    (made,) = some(recorded, "POST", "^/rest/asset/v1/staticLists.json$")
    assert answers.moment(made["response"]["result"][0]["createdAt"]).isoformat() == "2021-11-23T22:57:24+00:00"


def test_recorded_statuses_become_outcomes(recorded):
    written = [one for one in some(recorded, "POST", "^/rest/v1/leads.json$") if one["body"]["action"] == "updateOnly"]
    listed = some(recorded, "POST", r"^/rest/v1/lists/\d+/leads.json$") + some(recorded, "DELETE", "^/rest/v1/lists/")
    for one in [*written, *listed]:
        rows = answers.rows_of(Recorded(one))
        writes = [LeadWrite(f"e{row['id']}", "field", "ll", record_id=str(row["id"])) for row in rows]
        assert {outcome.status for outcome in by_lead(writes, [row["id"] for row in rows], rows)} == {"updated"}


def keys(answer):
    rows = answer.get("result", [])
    return set(answer), {key for row in rows for key in row}


def test_the_simulated_instance_answers_with_the_recorded_keys(marketo, recorded):
    world = marketo()
    id_ = world.add(1)
    client = world.adapter().client
    put = {"input": [{"id": int(id_)}]}
    update = {"action": "updateOnly", "lookupField": "id", "input": [{"id": int(id_), "firstName": "Ana"}]}
    lead = {"filterType": "id", "filterValues": id_}
    path = f"/rest/v1/lists/{world.list_id}/leads.json"
    pairs = [
        ("POST", r"/rest/v1/list/\d+/leads.json", client.request("GET", "/rest/v1/leads.json", params=lead)),
        ("POST", "/rest/v1/leads.json", client.request("POST", "/rest/v1/leads.json", json=update)),
        ("POST", r"/rest/v1/lists/\d+/leads.json", client.request("POST", path, json=put)),
        ("DELETE", r"/rest/v1/lists/\d+/leads.json", client.request("DELETE", path, json=put, params={"id": [id_]})),
    ]
    for method, like, answer in pairs:
        (told,) = {json.dumps([sorted(part) for part in keys(one["response"])])
                   for one in some(recorded, method, f"^{like}$") if one["response"].get("result")}  # fmt: skip
        assert json.dumps([sorted(part) for part in keys(answer.json())]) == told, like


def test_the_simulated_sign_in_answers_with_the_recorded_keys(marketo, recorded):
    world = marketo()
    query = {"grant_type": "client_credentials", **world.credentials}
    told = world.simulator.identity.grant(Request("GET", "/identity/oauth/token", query, {}, b"")).body
    for one in some(recorded, "GET", "^/identity/oauth/token$"):
        assert set(told) == set(one["response"])


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("GET", "/rest/v1/activities.json", "nextPageToken=A&activityTypeIds=1,2", None),
        ("GET", "/rest/v1/activities/leadchanges.json", "nextPageToken=A", None),
        ("POST", "/rest/v1/leads.json", "", {"input": [{"id": "x"}]}),
        ("POST", "/rest/v1/leads.json", "", {"action": "upsert", "input": []}),
        ("DELETE", "/rest/v1/lists/7/leads.json", "id=1", None),
        ("GET", "/rest/v1/lead.json", "", None),
    ],
)
def test_the_description_refuses_what_is_not_described(description, method, path, query, body):
    content = {"content-type": "application/json"}
    asked = Request(method, path, {}, content, json.dumps(body).encode() if body else b"", query=query)
    with pytest.raises(OpenAPIError):
        description.validate_request(as_asked(asked))
