"""The whole loop on simulated Mautic and Salesforce: pulled, scored, pushed, decided, told; then all is quiet."""

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
from connector.testing.simulators.mautic import MauticSimulator
from connector.testing.simulators.salesforce import SalesforceSimulator

FACTOR = 1000.0


@pytest.fixture
def company(tmp_path):
    clock = Clock()
    times = {"clock": clock.now, "monotonic": clock.monotonic, "factor": FACTOR}
    with MauticSimulator(**times) as mautic, SalesforceSimulator(**times) as salesforce:
        company = Company(tmp_path, clock, mautic, salesforce)
        yield company
        company.close()


class Company:
    """Marketing, sales, and leadloop between them with the shipped mappings and scoring model."""

    def __init__(self, folder, clock, mautic, salesforce):
        self.clock, self.mautic, self.salesforce = clock, mautic, salesforce
        path = folder / "leadloop.yaml"
        path.write_text(json.dumps({
            "state": "s.db", "scoring": str(shipped("scoring/b2b.yaml")), "reasons": str(shipped("reasons.yaml")),
            "marketing": {"mautic": {
                "adapter": "mautic", "credentials": mautic.credentials, "base_url": mautic.base_url,
                "since": f"{BEGIN - timedelta(days=20):%Y-%m-%d}", "mapping": str(shipped("mautic-marketing.yaml")),
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

    def prepare(self):
        (source,) = self.loop.marketing
        return source.adapter.prepare_writes(source.mapping.feedback.writes)

    def close(self):
        self.connector.close()
        self.store.close()

    def written(self):
        """Calls that changed something on either side."""
        calls = [*self.mautic.calls("P.*", "^/api/")]
        return len(calls) + len([one for one in self.salesforce.ledger if one.method in ("PATCH", "DELETE")])

    def acts(self):
        rows = self.store.read().execute("SELECT type, count(*) FROM activities GROUP BY 1").fetchall()
        return {row[0]: row[1] for row in rows}


def test_one_lead_travels_all_steps_and_a_second_run_sends_nothing(company):
    mautic = company.mautic
    assert set(company.prepare().values()) == {"created"}
    asks = mautic.add("ana@acme.example", firstname="Ana", lastname="Silva", position="CEO", country="Brazil")
    mautic.submit(asks, "demo-request", {"message": "price"})
    looks = mautic.add("bob@acme.example", firstname="Bob", position="Intern", country="Brazil")
    mautic.hit(looks, "https://www.acme.example/pricing")
    rests = mautic.add("eve@acme.example", firstname="Eve")

    lines = company.run()
    assert (outcome(lines), exit_code(lines)) == ("ok", 0), [line.as_json() for line in lines]
    [lead] = company.salesforce.live("Lead")
    assert (lead["Email"], lead["MQL__c"]) == ("ana@acme.example", True)
    contact = mautic.contact(asks)
    assert (contact.values["leadloop_mql"], contact.values["leadloop_score"].isdigit(), contact.tags) == (
        "yes", True, ["MQL"],
    )  # fmt: skip
    assert mautic.contact(looks).values["leadloop_mql"] == "no"
    assert mautic.contact(rests).values["leadloop_score"] == "none"

    company.salesforce.set_status(lead["Id"], "Unqualified", reason="No budget")
    company.run()
    company.run()
    assert (contact.values["leadloop_decision"], contact.values["leadloop_reason"]) == ("rejected", "no_budget")
    assert contact.tags == []
    assert [note.startswith("Sales: rejected") for note in contact.notes] == [True]

    before = company.written()
    for _ in range(2):
        lines = company.run()
        assert (outcome(lines), company.written()) == ("ok", before)
    counts = company.store.read().execute("SELECT state, count(*) FROM outbox GROUP BY 1").fetchall()
    assert {row[0] for row in counts} <= {"confirmed", "replaced"}


def test_every_kind_of_act_arrives_in_the_words_that_all_platforms_share(company):
    mautic = company.mautic
    company.prepare()
    ana = mautic.add("ana@acme.example")
    mautic.submit(ana, "ebook-form", {})
    mautic.download(ana, "ebook.pdf")
    mail = mautic.send(ana, "newsletter-1")
    mautic.open(mail)
    mautic.hit(ana, "https://www.acme.example/a", email_id="1")
    mautic.hit(ana, "https://www.acme.example/b")
    mautic.opt_out(ana)
    mautic.opt_out(mautic.add("bob@acme.example"), reason=2)
    company.run()
    kinds = ("form_submission", "download", "email_open", "email_click", "page_view", "unsubscribe", "bounce")
    assert company.acts() == dict.fromkeys(kinds, 1)


def test_a_merge_joins_the_persons_and_a_deletion_is_learned(company):
    mautic = company.mautic
    company.prepare()
    winner, loser = mautic.add("ana@acme.example"), mautic.add("ana@home.example")
    goes = mautic.add("bob@acme.example")
    for id_ in (winner, loser, goes):
        mautic.hit(id_, "https://www.acme.example/a")
    company.run()
    mautic.merge(loser, winner)
    mautic.delete(goes)
    company.run()
    read = company.store.read()
    rows = read.execute(
        "SELECT person_id FROM identities WHERE system = 'mautic' AND key IN (?, ?)", (winner, loser)
    ).fetchall()
    assert len({row[0] for row in rows}) == 1
    gone = {row[0] for row in read.execute("SELECT id FROM contacts WHERE gone_at IS NOT NULL")}
    assert gone == {goes, loser}
