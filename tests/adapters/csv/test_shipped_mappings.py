"""The starting mappings for files work unedited, with columns called as leadloop calls its attributes."""

from datetime import UTC, datetime
from pathlib import Path

from connector.adapter.registry import spec_of
from connector.config import validate
from connector.mapping import RecordReader, load_crm, load_marketing, load_reasons
from tests.adapters.csv.connections import crm, gather, marketing, put

MAPPINGS = Path(__file__).parents[3] / "mappings"
EXAMPLE = MAPPINGS / "examples" / "x-education"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_contacts_and_acts_of_files_are_understood(tmp_path: Path) -> None:
    mapping = load_marketing(MAPPINGS / "csv-marketing.yaml")
    put(tmp_path, "id,email,job_title,country,phone,consent_email\n7,Ann@Example.com,CEO,Brasil,11 98765-4321,no\n")
    put(tmp_path, "id,type,at,asset\n7,form_submission,2026-11-20 10:00,demo\n", "acts.csv")
    adapter = marketing(tmp_path, fields=mapping.source_fields, activities="acts.csv")
    [raw] = gather(adapter.changes(None)).records
    found = mapping.contact(raw)
    assert found.attributes == {
        "email": "ann@example.com",
        "job_title": "CEO",
        "country": "BR",
        "phone": "+5511987654321",
    }
    assert found.consent == {"email": "denied"}

    reader = RecordReader(adapter.spec, mapping.key)
    [raw_act] = gather(adapter.activities(None)).records
    assert reader.contact_id(raw) == reader.activity_contact(raw_act) == "7"
    [act] = mapping.activity(raw_act, "7", NOW)
    assert (act.type, act.asset, act.at) == ("form_submission", "demo", datetime(2026, 11, 20, 10, tzinfo=UTC))


def test_decisions_of_files_are_understood(tmp_path: Path) -> None:
    mapping = load_crm(MAPPINGS / "csv.yaml", reasons=load_reasons(EXAMPLE / "reasons.yaml"))
    put(
        tmp_path,
        "leadloop_id,decision,reason,amount,decided_at\n"
        "ll-1,Won,,1200.50,2026-11-20\n"
        "ll-2,rejected,no_budget,,2026-11-21 10:00\n"
        "ll-3,,,,\n",
        "noted.csv",
    )
    adapter = crm(tmp_path, fields=mapping.reads["Lead"], decisions="../noted.csv")
    won, rejected, none = [mapping.decide(record) for record in gather(adapter.records(None)).records]
    assert won
    assert (won.kind, won.amount, won.at, won.precision) == ("won", 1200.5, datetime(2026, 11, 20, tzinfo=UTC), "date")
    assert rejected
    assert (rejected.kind, rejected.reason, rejected.precision) == ("rejected", "no_budget", "exact")
    assert none is None


def test_a_configuration_of_files_alone_is_valid(tmp_path: Path) -> None:
    text = f"""
marketing: {{in: {{adapter: csv, folder: in, contacts: "contacts*.csv", mapping: {MAPPINGS / "csv-marketing.yaml"}}}}}
crm: {{out: {{adapter: csv, folder: out, decisions: decisions.csv, mapping: {MAPPINGS / "csv.yaml"}}}}}
scoring: {EXAMPLE / "scoring.yaml"}
reasons: {EXAMPLE / "reasons.yaml"}
"""
    path = tmp_path / "leadloop.yaml"
    path.write_text(text)
    assert validate(path, {}, spec_of).problems == ()
