"""The whole loop on simulated Marketo and Salesforce: pulled, scored, pushed, decided, told; then all is quiet."""

from __future__ import annotations

import json
import random
from datetime import timedelta

import pytest

from connector.adapter.registry import spec_of
from connector.config import load
from connector.loop.connect import Connector, read_files
from connector.loop.context import World
from connector.loop.run import run_once
from connector.loop.tally import exit_code, outcome
from connector.shipped import shipped
from connector.state.store import Store
from connector.testing.conformance.clock import BEGIN, Clock
from connector.testing.simulators.marketo import MarketoSimulator
from connector.testing.simulators.salesforce import SalesforceSimulator

FACTOR = 1000.0


@pytest.fixture
def company(tmp_path):
    clock = Clock()
    times = {"clock": clock.now, "monotonic": clock.monotonic, "factor": FACTOR}
    with MarketoSimulator(**times) as marketo, SalesforceSimulator(**times) as salesforce:
        company = Company(tmp_path, clock, marketo, salesforce)
        yield company
        company.close()


class Company:
    """Marketing, sales, and leadloop between them with the shipped mappings and scoring model."""

    def __init__(self, folder, clock, marketo, salesforce):
        self.clock, self.marketo, self.salesforce = clock, marketo, salesforce
        path = folder / "leadloop.yaml"
        path.write_text(json.dumps({
            "state": "s.db", "scoring": str(shipped("scoring/b2b.yaml")), "reasons": str(shipped("reasons.yaml")),
            "marketing": {"mkto": {
                "adapter": "marketo", "credentials": marketo.credentials, "base_url": marketo.base_url,
                "since": f"{BEGIN - timedelta(days=20):%Y-%m-%d}", "mapping": str(shipped("marketo-marketing.yaml")),
            }},
            "crm": {"sf": {
                "adapter": "salesforce", "auth_url": salesforce.base_url, "mapping": str(shipped("salesforce.yaml")),
                "credentials": {"client_id": "simulated-client", "client_secret": "simulated-secret"},
            }},
        }))  # fmt: skip
        config = load(path, {}, spec_of)
        self.store = Store.open(config.state, now=clock.now)
        world = World(clock.now, clock.monotonic, clock.sleep, random.Random(1).randbytes)  # noqa: S311 - ids that repeat
        self.connector = Connector(config, read_files(config), world, self.store, limit_factor=FACTOR)
        self.loop = self.connector.loop(self.store)

    def run(self):
        with self.store.hold():
            lines = run_once(self.loop)
        self.clock.advance(900)
        return lines

    def close(self):
        self.connector.close()
        self.store.close()

    def written(self):
        """Calls that changed something on either side."""
        calls = [*self.marketo.calls("POST", "/rest/v1/(leads|lists|activities)"), *self.marketo.calls("DELETE")]
        return len(calls) + len([one for one in self.salesforce.ledger if one.method in ("PATCH", "DELETE")])


def test_one_lead_travels_all_steps_and_a_second_run_sends_nothing(company):
    marketo = company.marketo
    (source,) = company.loop.marketing
    made = source.adapter.prepare_writes(source.mapping.feedback.writes)
    assert set(made.values()) == {"created"}
    asks = marketo.add(
        "ana@acme.example", created_at=BEGIN - timedelta(days=3), firstName="Ana", lastName="Silva", title="CEO",
        country="Brazil", company="Acme", numberOfEmployees=800,
    )  # fmt: skip
    marketo.fill_form(asks, "demo-request", BEGIN - timedelta(days=1))
    looks = marketo.add("bob@acme.example", firstName="Bob", title="Intern", country="Brazil")
    marketo.act(looks, 1, primary="www.acme.example/pricing", attributes={"Webpage URL": "/pricing"})

    lines = company.run()
    assert (outcome(lines), exit_code(lines)) == ("ok", 0), [line.as_json() for line in lines]
    [lead] = company.salesforce.live("Lead")
    assert (lead["Email"], lead["MQL__c"], lead["LeadGrade__c"]) == ("ana@acme.example", True, "A")
    assert marketo.lead(asks).values["leadloop_mql"] is True
    assert marketo.lead(looks).values["leadloop_grade"] == "C"

    company.salesforce.set_status(lead["Id"], "Unqualified", reason="No budget")
    company.run()
    company.run()
    values = marketo.lead(asks).values
    assert (values["leadloop_decision"], values["leadloop_decision_reason"]) == ("rejected", "no_budget")
    type_id = marketo.instance.types.by_name["leadloopDecision"]["id"]
    told = {act.primary: act.attributes.get("reason") for act in marketo.instance.acts_of(asks, type_id)}
    assert told["rejected"] == "no_budget"

    before = company.written()
    for _ in range(2):
        lines = company.run()
        assert (outcome(lines), company.written()) == ("ok", before)
    counts = company.store.read().execute("SELECT state, count(*) FROM outbox GROUP BY 1").fetchall()
    assert {row[0] for row in counts} <= {"confirmed", "replaced"}


def test_a_merge_in_marketo_joins_the_persons(company):
    marketo = company.marketo
    (source,) = company.loop.marketing
    source.adapter.prepare_writes(source.mapping.feedback.writes)
    winner = marketo.add("ana@acme.example", firstName="Ana", title="CEO", country="Brazil")
    loser = marketo.add("ana@home.example", firstName="Ana", title="CEO", country="Brazil")
    marketo.fill_form(winner, "ebook-a")
    marketo.fill_form(loser, "ebook-b")
    company.run()
    marketo.merge(loser, winner)
    company.run()
    rows = company.store.read().execute(
        "SELECT key, person_id FROM identities WHERE system = 'mkto' AND key IN (?, ?)", (str(winner), str(loser))
    )
    assert len({row[1] for row in rows}) == 1
