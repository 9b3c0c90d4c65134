"""A person may know all that is stored of them, and may have it taken away: no table is forgotten."""

from __future__ import annotations

import json
import sqlite3

import pytest

from connector.errors import RecordError
from connector.state import reading
from connector.state.stored import everything_of
from tests.sync.test_consent import erase
from tests.sync.world import Company, address

IN_JSON = "{column} = json_set({column}, '$.{key}', '{word}')"
PLACES = {
    "contacts": IN_JSON.format(column="packed", key="a.city", word="Cidade-contacts"),
    "contact_versions": IN_JSON.format(column="packed", key="a.city", word="Cidade-versions"),
    "activities": IN_JSON.format(column="packed", key="asset", word="Form-activities"),
    "scores": "profile = 'Word-scores'",
    "receipts": "score = 'Word-receipts'",
    "lifecycle": "reason_text = 'Word-lifecycle'",
    "leads": "reason = 'Word-leads'",
    "decisions": "reason_text = 'Word-decisions'",
    "desired": IN_JSON.format(column="have", key="Phone", word="Word-desired"),
    "outbox": "text = 'Word-outbox'",
    "crm_records": IN_JSON.format(column="fields", key="Phone", word="Word-records"),
    "crm_looked_at": IN_JSON.format(column="fields", key="Phone", word="Word-looked"),
    "rejects": IN_JSON.format(column="raw", key="asset", word="Word-rejects"),
}
"""Where something of a person is stored, and how a word gets there that stands nowhere else."""
ADDRESSES = frozenset({"identities"})
WORDS = [statement.split("'")[-2] for statement in PLACES.values()]


@pytest.fixture
def known(company: Company) -> Company:
    """Ana, of whom something stands in every table; bia of whom less does."""
    company.sf.create("Lead", {"LastName": "X", "Company": "X", "Email": address("ana")})
    for name in ("ana", "bia"):
        company.convert(name, "ebook-a", "ebook-b")
    company.run_until_quiet()
    contact = company.rd.account.find_email(address("ana"))
    assert contact is not None
    contact.attributes["job_title"] = "CFO"
    company.convert("ana", "ebook-c")
    company.sf.set_status(company.lead("ana")["Id"], "Unqualified")
    company.run_until_quiet()
    parked(company)
    return company


def parked(company: Company) -> None:
    """An act that could not be read is parked under its own id; whose it is stands in it alone."""
    store = company.open().store
    uuid, other = company.convert("ana"), company.convert("bia")
    now = company.clock.now()
    with store.write() as tx:
        for number, raw in enumerate(({"contact_id": uuid}, {"contact_id": other}, {"email": address("ana").upper()})):
            reading.add_reject(tx, "rd", "activities", f"act-{number}", RecordError("bad"), now, raw=raw)
        lead = f"Lead {company.lead('ana')['Id']}"
        reading.add_reject(tx, "sf", "decisions", lead, RecordError("bad"), now, raw={})


def plant(company: Company) -> None:
    """Put a word into every table, in rows of ana; the other's stay as they are."""
    uuid, person, lead = company.convert("ana"), company.person("ana"), company.lead("ana")["Id"]
    store = company.open().store
    with store.write() as tx:
        for table, assigned in PLACES.items():
            columns = {row["name"] for row in tx.execute(f"PRAGMA table_info({table})")}
            whose = (
                f"person_id = {person}" if "person_id" in columns
                else f"id IN ('{uuid}', '{lead}')" if table != "rejects" else "key IN ('act-0', 'act-2')"
            )  # fmt: skip
            assert tx.execute(f"UPDATE {table} SET {assigned} WHERE {whose}").rowcount, table  # noqa: S608 - fixed


def test_every_table_that_names_a_person_is_known_here(company: Company) -> None:
    tables = company.ask(
        "SELECT m.name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c WHERE m.type = 'table'"
        " AND c.name = 'person_id'"
    )
    assert {name for (name,) in tables} <= PLACES.keys() | ADDRESSES


def test_an_export_leaves_no_table_out(known: Company) -> None:
    plant(known)
    store = known.open().store
    told = json.dumps(everything_of(store.read(), known.person("ana")))
    assert [word for word in WORDS if word not in told] == []
    assert address("ana") in told
    assert address("bia") not in told


def test_an_erasure_leaves_no_table_out(known: Company) -> None:
    plant(known)
    lead = known.lead("ana")["Id"]
    erase(known, "ana")
    path = known.open().store.path
    known.close()
    content = path.read_bytes()
    assert [word for word in (*WORDS, address("ana"), lead) if word.encode() in content] == []
    database = sqlite3.connect(path)
    assert database.execute("SELECT key FROM rejects").fetchall() == [("act-1",)]
    database.close()


def test_what_no_mapping_names_is_stored_nowhere(company: Company) -> None:
    """Neither of contacts and acts, nor of the CRM's records, nor of those that cannot be read."""
    company.rd.account.add_field("cf_canary")
    for name in ("ana", "bia"):
        uuid = company.convert(name, "ebook-a", "ebook-b", cf_canary="Canary-1", twitter="Canary-2")
        contact = company.rd.account.contacts[uuid]
        for event in contact.events["CONVERSION"]:
            event["payload"]["canary"] = "Canary-3"
            event["canary"] = "Canary-4"
    contact.events["CONVERSION"][0]["event_timestamp"] = "yesterday"
    bad = company.convert("cid", "ebook-a", cf_canary="Canary-5")
    company.rd.account.contacts[bad].legal_bases[:] = [{"category": "communications", "status": {"not": "a word"}}]
    company.run_until_quiet()
    company.sf.edit(company.lead("ana")["Id"], Description="Canary-6", Status="Unqualified")
    company.run_until_quiet()
    assert company.stage("ana") == "lead"
    assert len(company.rejects()) == 2
    path = company.open().store.path
    company.close()
    assert b"Canary" not in path.read_bytes()
