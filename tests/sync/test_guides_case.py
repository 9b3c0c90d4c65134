"""The case of the guide, through the public command and with files alone.

A with 50 points and B with 100 are MQLs, A with 49 and C with 500 are not. Of the MQLs 15 % become SQL; half of the
rest is rejected for invalid data. The reports show it and name the form that it came from.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from click.testing import CliRunner

from connector.cli import main
from connector.cli.caller import Caller
from connector.shipped import shipped

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PROFILES = {"A": "CEO", "B": "Manager", "C": "Analyst"}
MQLS, SQLS, INVALID = 40, 6, 17


@dataclass
class Guide:
    """The folder that the command works in, and what it prints."""

    folder: Path
    now: datetime = NOW

    def leadloop(self, *args: str) -> Any:
        caller = Caller(environ={}, now=lambda: self.now)
        told = CliRunner().invoke(main, ["--config", str(self.folder / "leadloop.yaml"), *args, "--json"], obj=caller)
        assert told.exit_code == 0, told.output
        return json.loads(told.stdout)

    def run(self) -> Any:
        document = self.leadloop("run", "--once")
        self.now += timedelta(days=1)
        return document

    def leads(self) -> list[dict[str, str]]:
        """What sales finds in its file."""
        return list(csv.DictReader((self.folder / "out/leads.csv").read_text(encoding="utf-8").splitlines()))

    def decide(self) -> None:
        """Six become SQL; of the other 34 half is invalid, all of those from one form, and half is taken up."""
        rows = []
        for lead in sorted(self.leads(), key=lambda one: one["email"]):
            number = int(lead["email"].split("@")[0].removeprefix("mql"))
            word = "rejected" if number < INVALID else "qualified" if number < INVALID + SQLS else "accepted"
            reason = "Dados inválidos" if word == "rejected" else ""
            rows.append([lead["leadloop_id"], word, reason, self.now.isoformat()])
        write(self.folder / "decisions.csv", ["leadloop_id", "decision", "reason", "decided_at"], rows)


def write(path: Path, columns: list[str], rows: list[list[Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([columns, *rows])


def did(name: str, form: str, points: int) -> Iterator[list[str]]:
    """One form for 30 points, and a page a point for the rest."""
    yield [name, "form_submission", (NOW - timedelta(hours=1)).isoformat(), form]
    for number in range(points - 30):
        yield [name, "page_view", (NOW - timedelta(minutes=10, seconds=number)).isoformat(), f"page-{number}"]


@pytest.fixture
def guide(tmp_path: Path) -> Iterator[Guide]:
    people = {f"mql{n}": ("A", 50) if n % 2 else ("B", 100) for n in range(MQLS)}
    people |= {"a49": ("A", 49), "b99": ("B", 99), "c500": ("C", 500)}
    contacts = [[name, f"{name}@company.example", PROFILES[grade]] for name, (grade, _) in people.items()]
    write(tmp_path / "in/contacts.csv", ["id", "email", "job_title"], contacts)
    forms = {f"mql{n}": "quick-form" if n < INVALID + 3 else "long-form" for n in range(MQLS)}
    acts = [row for name, (_, points) in people.items() for row in did(name, forms.get(name, "long-form"), points)]
    write(tmp_path / "in/acts.csv", ["id", "type", "at", "asset"], acts)
    files = {"adapter": "csv", "folder": "in", "contacts": "contacts.csv", "activities": "acts.csv"}
    sales = {"adapter": "csv", "folder": "out", "decisions": "../decisions*.csv", "decisions_key": "leadloop_id"}
    document = {
        "marketing": {"export": {**files, "mapping": str(shipped("csv-marketing.yaml"))}},
        "crm": {"sales": {**sales, "mapping": str(shipped("csv.yaml"))}},
        "scoring": str(Path(__file__).with_name("guide.yaml")),
        "reasons": str(shipped("reasons.yaml")),
    }
    (tmp_path / "leadloop.yaml").write_text(json.dumps(document), encoding="utf-8")
    yield Guide(tmp_path)
    structlog.reset_defaults()


def test_a_at_50_and_b_at_100_are_handed_over_and_nobody_else(guide: Guide) -> None:
    document = guide.run()
    assert document["outcome"] == "ok"
    leads = guide.leads()
    assert {(lead["grade"], lead["score"], lead["mql"]) for lead in leads} == {
        ("A", "50", "true"),
        ("B", "100", "true"),
    }
    assert len(leads) == MQLS
    assert all(lead["reasons"] for lead in leads)


@pytest.mark.parametrize(("name", "short_by"), [("a49", 1), ("b99", 1), ("c500", None)])
def test_who_is_no_mql_can_ask_why_and_how_far_it_is(guide: Guide, name: str, short_by: int | None) -> None:
    guide.run()
    told = guide.leadloop("explain", f"{name}@company.example")
    assert told["mql"]["is"] is False
    assert told["mql"]["why_not"]
    assert told["mql"]["short_by"] == short_by
    assert sum(line["points"] for line in told["receipt"]) == told["score"]["points"]


def test_the_reports_show_what_became_of_the_mqls_and_name_the_form(guide: Guide) -> None:
    guide.run()
    guide.decide()
    guide.run()
    funnel = {row["stage"]: row["count"] for row in guide.leadloop("report", "funnel")["rows"]}
    assert (funnel["mql"], funnel["qualified"]) == (MQLS, SQLS)
    reasons = guide.leadloop("report", "reasons")
    [row] = reasons["rows"]
    assert (row["reason"], row["count"], row["percent_of_mqls"]) == ("invalid_data", INVALID, 42.5)
    assert (
        "6 of 40 MQLs became SQL (15 %); of the other 34, 17 were given back as invalid_data (50 %)."
        in reasons["notes"]
    )
    sources = guide.leadloop("report", "sources")
    [form] = [row for row in sources["rows"] if row["value"] == "quick-form"]
    assert (form["rejected"], form["invalid_data"], form["mql"]) == (INVALID, INVALID, INVALID + 3)
    assert any("quick-form" in note for note in sources["notes"])


def test_who_was_given_back_is_no_mql_any_more_in_the_file_of_sales(guide: Guide) -> None:
    guide.run()
    guide.decide()
    guide.run()
    marked = [lead["mql"] for lead in guide.leads()]
    assert (marked.count("true"), marked.count("false")) == (MQLS - INVALID, INVALID)


def test_a_third_run_writes_nothing_and_says_why(guide: Guide) -> None:
    guide.run()
    guide.decide()
    guide.run()
    before = (guide.folder / "out/leads.csv").read_bytes()
    document = guide.run()
    assert (guide.folder / "out/leads.csv").read_bytes() == before
    assert [step for step in document["steps"] if not (step["read"] or step["why_zero"])] == []
