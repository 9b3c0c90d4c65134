"""The starting mappings work unedited."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connector import documents
from connector.mapping import facts, load_crm, load_marketing, load_reasons, schema
from connector.model import REASONS, CrmRecord, Decision, Score

ROOT = Path(__file__).parents[3] / "mappings"
AT = datetime(2026, 11, 22, tzinfo=UTC)
CONTACT = {
    "uuid": "5408c5a3", "name": "Jane van Roe", "email": "jane@example.com", "job_title": "Head of Ops", "bio": None,
    "website": None, "personal_phone": None, "mobile_phone": "+55 11 90000-0000", "city": "São Paulo", "state": "SP",
    "country": "Brasil", "birthdate": None, "tags": ["webinar", "mql"],
    "legal_bases": [{"category": "communications", "type": "consent", "status": "declined"}],
}  # fmt: skip
EVENT = {
    "event_type": "CONVERSION", "event_family": "CDP", "event_identifier": "ebook-crm-2026",
    "event_timestamp": "2026-11-20T14:25:24.000-03:00", "payload": {"nome": "Jane Roe", "cf_interest": "crm"},
}  # fmt: skip


@pytest.fixture(scope="module")
def rd():
    return load_marketing(ROOT / "rdstation-marketing.yaml", time_zone="America/Sao_Paulo")


@pytest.fixture(scope="module")
def salesforce():
    return load_crm(ROOT / "salesforce.yaml", reasons=load_reasons(ROOT / "reasons.yaml"))


def test_a_contact_of_rd_station_is_read(rd):
    mapped = rd.contact(CONTACT)
    assert mapped.attributes == {
        "email": "jane@example.com", "first_name": "Jane", "last_name": "van Roe", "job_title": "Head of Ops",
        "phone": "+55 11 90000-0000", "city": "São Paulo", "state": "SP", "country": "BR",
        "custom.tags": ["webinar", "mql"],
    }  # fmt: skip
    assert mapped.consent == {"email": "denied"}
    assert mapped.notes == ()


def test_a_conversion_of_rd_station_is_a_form_submission(rd):
    (act,) = rd.activity(EVENT, "5408c5a3", AT)
    assert (act.type, act.asset, act.fields["cf_interest"]) == ("form_submission", "ebook-crm-2026", "crm")
    assert rd.activity({**EVENT, "event_type": "OPPORTUNITY"}, "5408c5a3", AT) == []


def told(rd: Any, event: str) -> list[tuple[str, str, dict[str, Any]]]:
    decision = None if event == "mql" else Decision(event, AT, reason="no_budget", amount=900.0)  # type: ignore[arg-type]
    lead = facts(Score("A", 1, 1, 50_000, 1), {"cycle": 1}, decision=decision)
    return [(effect.kind, effect.name, dict(effect.fields)) for effect in rd.feedback.plan(lead, event)]


def test_rd_station_is_told_in_its_own_words(rd):
    lost = [("event", "OPPORTUNITY_LOST", {"reason": "no_budget"}), ("stage", "Lead", {})]
    assert told(rd, "mql") == [("stage", "Qualified Lead", {})]
    assert told(rd, "accepted") == []
    assert told(rd, "qualified") == [("event", "OPPORTUNITY", {})]
    assert told(rd, "won") == [("event", "SALE", {"value": 900.0})]
    assert told(rd, "rejected") == told(rd, "lost") == lost


def test_an_accepted_lead_shows_in_rd_stations_fields(rd):
    lead = facts(Score("A", 1, 1, 50_000, 1), {"cycle": 1}, decision=Decision("accepted", AT))
    (effect,) = rd.feedback.plan(lead)
    assert effect.fields == {
        "cf_lead_score": 50, "cf_lead_grade": "A", "cf_sales_decision": "accepted", "cf_decision_at": "2026-11-21",
    }  # fmt: skip


def test_a_new_salesforce_lead_has_all_that_salesforce_requires(salesforce):
    record = salesforce.record(facts(Score("A", 1, 1, 50_000, 1), {"is_mql": True}, {"phone": "011 9"}))
    assert (record["LastName"], record["Company"], record["MQL__c"], record["Phone"]) == ("(not given)",) * 2 + (
        True,
        "011 9",
    )
    assert not set(record) & {"OwnerId", "Status"}
    assert "Company" not in salesforce.fields_for("Contact")


@pytest.mark.parametrize(
    ("object_name", "fields", "kind", "reason"),
    [
        ("Opportunity", {"IsWon": True, "IsClosed": True, "Amount": 10}, "won", None),
        ("Opportunity", {"IsWon": False, "IsClosed": True, "Loss_Reason__c": "Price"}, "lost", "no_budget"),
        ("Opportunity", {"IsWon": False, "IsClosed": False}, None, None),
        ("Lead", {"IsConverted": True, "ConvertedOpportunityId": "006"}, "qualified", None),
        ("Lead", {"IsConverted": True, "ConvertedOpportunityId": None}, "accepted", None),
        ("Lead", {"Status": "Closed - Not Converted", "Rejection_Reason__c": "Não atende"}, "rejected", "no_contact"),
        ("Lead", {"Status": "Nurturing"}, "recycled", "none_given"),
        ("Lead", {"Status": "Working - Contacted"}, "accepted", None),
        ("Lead", {"Status": "Open - Not Contacted"}, None, None),
    ],
)
def test_what_sales_does_in_salesforce_is_understood(salesforce, object_name, fields, kind, reason):
    found = salesforce.decide(CrmRecord(object_name, "1", fields, AT))
    assert (found and found.kind, found and found.reason) == (kind, reason)


def test_planned_reasons_mean_the_codes_that_they_are_named_for(salesforce):
    listed = load_reasons(ROOT / "reasons.yaml")
    (plan,) = [one for one in salesforce.field_plan() if one.name == "Rejection_Reason__c"]
    codes = [listed.canonical(option) for option in plan.options]
    assert codes == [(code, True) for code in REASONS if code != "none_given"]


@pytest.mark.parametrize(
    ("kind", "name"), [("marketing", "rdstation-marketing"), ("crm", "salesforce"), ("reasons", "reasons")]
)
def test_the_json_schema_knows_every_key_and_no_other(kind, name):
    path = ROOT / f"{name}.yaml"
    data, _ = documents.parse(path.read_text(encoding="utf-8"), path.name)
    made = schema(kind)
    assert set(data) <= set(made["properties"])
    assert made["additionalProperties"] is False
    text = json.dumps(made)
    assert set(re.findall(r'"#/\$defs/(\w+)"', text)) <= set(made.get("$defs", {}))
    assert "from_" not in text
    assert "while_" not in text
