"""The shipped example on the real export: every lead is read, outcomes are no inputs, notes of sales are understood."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.csv.crm import CsvCrm
from connector.adapter.registry import spec_of
from connector.config import validate
from connector.mapping import load_crm, load_marketing, load_reasons
from connector.model import CHANNEL_ATTRIBUTES, Person
from connector.scoring import load_model, qualify, run_tests, score
from tests.adapters.csv.connections import Read, crm, gather, marketing

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "mappings" / "examples" / "x-education"
DATA = ROOT.parent / "shared" / "data" / "x-education-leads"
ZONE = "Asia/Kolkata"
LEADS, CONVERTED = 9240, 3561
OUTCOMES = ("Converted", "Tags", "Lead Quality", "Lead Profile")


@pytest.fixture(scope="module")
def folder() -> Path:
    """Where the export is; it is not part of this repository."""
    if not (DATA / "Leads.csv").exists():
        pytest.skip(f"NOT TESTED on real data: there is no {DATA.name}/Leads.csv beside this repository")
    return DATA


def read(folder: Path, name: str) -> Read:
    return gather(marketing(folder, key="Prospect ID", contacts=name).changes(None))


@pytest.fixture(scope="module")
def rows(folder: Path) -> list[dict[str, Any]]:
    return read(folder, "Leads.csv").records


def test_the_configuration_needs_nothing_but_the_folder_of_the_export() -> None:
    report = validate(EXAMPLE / "leadloop.yaml", {"LEADS_DIR": "/exports"}, spec_of, strict=True)
    assert (report.problems, report.warnings) == ((), ())


def test_what_sales_noted_is_no_input_of_the_score() -> None:
    mapping = load_marketing(EXAMPLE / "marketing.yaml", time_zone=ZONE)
    read = mapping.source_fields
    assert [name for name in read if name in OUTCOMES or name.startswith("Asymmetrique")] == []
    assert mapping.warnings == ()


def test_the_model_asks_only_for_what_the_mapping_fills_and_passes_its_own_tests() -> None:
    model = load_model(EXAMPLE / "scoring.yaml", time_zone=ZONE)
    filled = load_marketing(EXAMPLE / "marketing.yaml", time_zone=ZONE).attributes
    assert set(model.attributes_used) - filled <= set(CHANNEL_ATTRIBUTES)
    assert [result.name for result in run_tests(model) if not result.passed] == []


@pytest.mark.parametrize("name", ["Leads.csv", "Leads.raw-doubly-quoted.csv"])
def test_every_lead_of_the_export_is_read(folder: Path, rows: list[dict[str, Any]], name: str) -> None:
    found = read(folder, name)
    assert (len(found.records), found.bad) == (LEADS, {})
    assert found.records == rows  # the 338 lines with quotes around the whole of them are healed


def test_every_lead_is_mapped_and_grades_spread(rows: list[dict[str, Any]]) -> None:
    mapping = load_marketing(EXAMPLE / "marketing.yaml", time_zone=ZONE)
    model = load_model(EXAMPLE / "scoring.yaml", time_zone=ZONE)
    at = datetime(2026, 11, 22, tzinfo=UTC)
    grades: Counter[str] = Counter()
    mqls = 0
    for raw in rows[::10]:
        person = Person(mapping.contact(raw).attributes)
        acts = mapping.acts_of_contact(raw, raw["Prospect ID"], at)
        scored = score(person, acts, model, at, explain=False)
        grades[scored.grade] += 1
        mqls += qualify(scored, person, acts, model, at)["mql"].is_
    assert sorted(grades) == ["A", "B", "C", "D"]
    assert max(grades.values()) < len(rows[::10]) / 2
    assert 0.1 < mqls / len(rows[::10]) < 0.4


def decisions(folder: Path) -> Counter[tuple[str, str | None]]:
    reasons = load_reasons(EXAMPLE / "reasons.yaml")
    mapping = load_crm(EXAMPLE / "sales.yaml", reasons=reasons)
    values = {"decisions": str(folder / "Leads.csv"), "decisions_key": "Prospect ID"}
    adapter: CsvCrm = crm(folder, fields=mapping.reads["Lead"], **values)
    decided = [mapping.decide(record) for record in gather(adapter.records(None)).records]
    return Counter((decision.kind, decision.reason) for decision in decided if decision)


def test_a_sale_decides_before_the_tag_and_tags_give_canonical_reasons(folder: Path) -> None:
    found = decisions(folder)
    assert found["won", None] == CONVERTED
    rejected = {reason: count for (kind, reason), count in found.items() if kind == "rejected"}
    assert rejected == {
        "no_contact": 1516,
        "no_fit": 679,
        "existing_customer": 462,
        "not_a_buyer": 144,
        "invalid_data": 156,
        "competitor": 11,
        "no_budget": 4,
        "other": 2,
    }
    assert found["recycled", "bad_timing"] == 105
