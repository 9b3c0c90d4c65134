"""The shipped example through the public command, on the real export: the whole loop on 9,240 real leads."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from connector.cli import main
from connector.cli.caller import Caller
from connector.state.store import Store

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "mappings" / "examples" / "x-education" / "leadloop.yaml"
DATA = ROOT.parent / "shared" / "data" / "x-education-leads"
LEADS, CONVERTED = 9_240, 3_561

pytestmark = pytest.mark.long
Verb = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module", params=["Leads.csv", "Leads.raw-doubly-quoted.csv"])
def example(request, tmp_path_factory) -> tuple[Path, Verb, list[dict[str, Any]]]:
    """The folder of one first run, a way to call further verbs there, and the two runs' reports."""
    if not (DATA / request.param).exists():
        pytest.skip(f"NOT TESTED on real data: there is no {request.param} beside this repository")
    folder = tmp_path_factory.mktemp("x-education")
    environ = {
        "LEADS_DIR": str(DATA),
        "LEADS_FILE": request.param,
        "LEADS_OUT": str(folder / "out"),
        "LEADS_STATE": str(folder / "leadloop.db"),
    }

    def verb(*words: str, code: int = 0) -> dict[str, Any]:
        result = CliRunner().invoke(main, ["--config", str(CONFIG), *words, "--json"], obj=Caller(environ))
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    return folder, verb, [verb("run", "--once"), verb("run", "--once")]


def line(report: dict[str, Any], step: str, stream: str) -> dict[str, Any]:
    return next(one for one in report["steps"] if (one["step"], one["stream"]) == (step, stream))


def test_every_line_is_saved_or_a_reject_with_its_line_number(example):
    _, verb, (first, _) = example
    contacts = line(first, "pull", "contacts")
    assert contacts["read"] == contacts["saved"] + contacts["unchanged"] + contacts["rejected"] == LEADS
    rejects = verb("rejects", "list")["rejects"]
    assert len(rejects) == contacts["rejected"]
    assert all(one["place"] for one in rejects)
    assert contacts["saved"] == LEADS


def test_mqls_are_written_with_grade_points_and_reasons(example):
    folder, _, (first, _) = example
    created = line(first, "push", "records")["created"]
    header, *leads = (folder / "out" / "leads.csv").read_text(encoding="utf-8").splitlines()
    assert created == len(leads) > 1_000
    assert {"grade", "points", "reasons", "mql"} <= set(header.split(","))


def test_converted_is_won_before_the_notes_of_sales_are_read_for_reasons(example):
    folder, verb, _ = example
    with Store.open_to_read(folder / "leadloop.db").read() as db:
        kinds = dict(db.execute("SELECT kind, count(*) FROM decisions GROUP BY kind").fetchall())
        reasons = {row[0] for row in db.execute("SELECT DISTINCT reason FROM decisions WHERE kind = 'rejected'")}
    assert kinds["won"] == CONVERTED
    assert {"no_contact", "no_fit", "existing_customer", "invalid_data", "competitor"} <= reasons
    assert {row["reason"] for row in verb("report", "reasons")["rows"]} >= {"no_contact", "invalid_data"}
    assert any(row["rejected"] for row in verb("report", "sources")["rows"])


def test_a_second_run_writes_nothing_and_says_why(example):
    _, _, (_, second) = example
    assert second["outcome"] == "ok"
    for one in second["steps"]:
        assert sum(one[count] for count in ("created", "updated", "saved", "effects")) == 0
        assert one["why_zero"]
