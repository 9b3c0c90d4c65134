"""What Tryton could never take is told without a server: nothing is asked for it."""

from __future__ import annotations

from connector.model import LeadWrite
from connector.testing.conformance.clock import Clock
from tests.adapters.tryton.office import OPPORTUNITY
from tests.adapters.tryton.scenes import ANA, Stage

NOWHERE = "http://127.0.0.1:9"


def test_a_creation_without_a_key_a_task_on_nothing_and_a_party_to_be_made_are_refused() -> None:
    adapter = Stage(NOWHERE, {"database": "crm", "key": "a-key"}, Clock()).adapter()
    nameless = LeadWrite("nameless", "record", "", OPPORTUNITY)
    loose = LeadWrite("task", "task", ANA, OPPORTUNITY, fields={"subject": "Call"})
    strange = LeadWrite("stage", "stage", ANA, OPPORTUNITY, "1")
    party = LeadWrite("party", "record", ANA, "party.party")
    outcomes = adapter.write([nameless, loose, strange, party])
    assert [one.code for one in outcomes] == ["blank_key", "no_record", "unsupported", "unsupported"]
