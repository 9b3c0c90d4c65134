"""`leadloop run --once`: what it reports, what it leaves, and what a dry run leaves alone."""

import csv
import hashlib
import json
import signal
import sqlite3
from datetime import timedelta

import pytest

from connector.loop.run import run_once
from tests.cli.company import ACTS, CONTACTS, DECISIONS, marketing

NEW_MQL = "c2,form_submission,2026-11-19T10:00:00Z,ebook-2\n"


def lines(report, step):
    return [line for line in report["steps"] if line["step"] == step]


def files_of(company):
    """Every file of the company with a digest of its content; a lock and an empty journal hold none."""
    paths = [path for path in company.folder.rglob("*") if path.is_file() and not path.name.endswith("-shm")]
    paths = [path for path in paths if path.stat().st_size]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def tables_of(company):
    """Every row of the state by its table."""
    db = sqlite3.connect(company.state)
    try:
        names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: db.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() for name in names}  # noqa: S608
    finally:
        db.close()


def test_a_run_reads_scores_and_hands_the_mql_over(company):
    report = company.run()
    assert report["outcome"] == "ok"
    assert {line["read"] for line in lines(report, "pull")} == {3}
    assert all(line["read"] == line["saved"] + line["unchanged"] + line["rejected"] for line in lines(report, "pull"))
    (lead,) = csv.DictReader(company.leads.read_text(encoding="utf-8").splitlines())
    assert (lead["email"], lead["grade"], lead["score"]) == ("ana@acme.example", "A", "60")


def test_a_second_run_sends_nothing_and_says_why(ran):
    report = ran.run()
    assert sum(line["created"] + line["updated"] for line in report["steps"]) == 0
    assert all(line["why_zero"] for line in report["steps"] if not line["read"])


def test_people_get_a_table_and_one_line_that_says_how_it_went(company):
    result = company.leadloop("run", "--once")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0].split()[:3] == ["step", "connection", "stream"]
    assert result.stdout.rstrip().endswith(": ok")


def test_one_step_of_one_connection_can_be_asked_for(company):
    report = company.run("--only", "pull", "--connection", "export")
    assert {(line["step"], line["connection"]) for line in report["steps"]} == {("pull", "export")}


def test_a_decision_of_sales_comes_back_with_the_next_run(ran):
    ran.write("decisions.csv", DECISIONS)
    report = ran.run()
    assert lines(report, "decisions")[0]["saved"] == 1
    told = ran.json("explain", "c1")
    assert told["history"][-1]["reason"] == "invalid_data"


HAND_RAISERS = """\
profile: {attributes: {job_title: {weight: 1, answers: [{grade: 10, words: [ceo]}]}}}
interest: {groups: {ebook: {points: 30, when: {type: form_submission}}}}
qualification: {mql: {thresholds: {A: 50}, hand_raise: {when: {type: chat}}}}
recycle: {other: {score: halve}}
"""


@pytest.mark.parametrize("decided_at", ["2026-11-20T12:30:00Z", "2026-11-20"])
def test_a_rejection_dated_by_the_day_alone_is_newer_than_what_the_lead_did_before_it_was_read(company, decided_at):
    company.write("model.yaml", HAND_RAISERS)
    company.configure(scoring="model.yaml")
    did = ("form_submission,2026-11-20T08:00:00Z", "form_submission,2026-11-20T09:00:00Z", "chat,2026-11-20T10:00:00Z")
    company.write("in/acts.csv", "\n".join(["id,type,at", *(f"c1,{one}" for one in did)]))
    company.run()
    company.write("decisions.csv", f"id,decision,reason,decided_at\nc1,rejected,other,{decided_at}\n")
    company.run()
    company.run()
    lead = company.json("explain", "c1")
    assert (lead["stage"], lead["cycle"], lead["score"]["points"]) == ("lead", 2, 30)
    assert lead["mql"]["why_not"][-1] == "sales gave it back on 2026-11-20 (other): nothing new counts since"


def test_an_act_dated_ahead_that_was_known_before_the_rejection_is_nothing_new(company):
    ahead = "id,type,at,asset\nc1,form_submission,2026-11-20T08:00:00Z,ebook-1\nc1,form_submission,{},ebook-2\n"
    company.write("in/acts.csv", ahead.format("2026-11-27T08:00:00Z"))
    company.run()
    company.write("decisions.csv", "id,decision,reason,decided_at\nc1,rejected,other,2026-11-20T12:30:00Z\n")
    company.run()
    company.run()
    assert company.json("explain", "c1")["stage"] == "lead"


TWO_TRACKS = """\
profile: {attributes: {job_title: {weight: 1, answers: [{grade: 10, words: [ceo]}]}}}
interest:
  groups:
    ebook: {points: 30, when: {type: form_submission}, window_days: 3}
    trial: {points: 30, when: {type: trial_started}}
qualification:
  mql: {thresholds: {A: 30}, groups: [ebook]}
  pql: {thresholds: {A: 30}, groups: [trial]}
"""


def test_a_lead_that_leaves_one_track_stays_an_mql_by_another_that_lets_it_in(company):
    company.write("model.yaml", TWO_TRACKS)
    company.configure(scoring="model.yaml")
    company.write(
        "in/acts.csv", "id,type,at\nc1,form_submission,2026-11-20T08:00:00Z\nc1,trial_started,2026-11-20T09:00:00Z\n"
    )
    company.run()
    assert company.json("explain", "c1")["mql"]["track"] == "mql"
    company.now += timedelta(days=4)
    company.run()
    lead = company.json("explain", "c1")
    assert (lead["stage"], lead["mql"]["is"], lead["mql"]["track"]) == ("mql", True, "pql")


def test_a_bad_line_is_a_reject_and_the_run_ends_with_1(company):
    company.write("in/contacts.csv", CONTACTS + "c4,only-two\n")
    report = company.run(code=1)
    assert report["outcome"] == "partial"
    assert company.run()["outcome"] == "ok"  # an old reject changes no code


def test_a_dry_run_shows_each_write_before_and_after(ran):
    ran.write("in/acts.csv", ACTS + NEW_MQL + "c1,form_submission,2026-11-19T10:00:00Z,ebook-3\n")
    writes = {one["action"]: one for one in ran.run("--dry-run")["writes"]}
    assert writes["create"]["fields"]["score"] == {"before": None, "after": 60}
    assert writes["update"]["fields"]["score"] == {"before": 60, "after": 90}
    assert {one["connection"] for one in writes.values()} == {"sales"}


def test_a_dry_run_leaves_every_file_as_it_is(ran):
    before = files_of(ran)
    ran.write("in/acts.csv", ACTS + NEW_MQL)
    changed = files_of(ran)
    ran.run("--dry-run")
    assert files_of(ran) == changed
    assert {name for name in changed if changed[name] != before.get(name)} == {"acts.csv"}


def test_a_dry_run_over_a_network_keeps_tokens_and_counts_of_calls_and_nothing_else(company, rd):
    company.configure(marketing=marketing(rd))
    assert company.leadloop("prepare", "rd").exit_code == 0
    rd.add("ana@acme.example", name="Ana Silva")
    company.run()
    before = tables_of(company)
    rd.add("eva@acme.example", name="Eva Silva")
    report = company.run("--dry-run")
    after = tables_of(company)
    assert lines(report, "pull")[0]["requests"] > 0
    assert {one["connection"] for one in report["writes"]} == {"rd"}
    assert lines(report, "feedback")[0]["requests"] == 0
    assert {name for name in after if after[name] != before[name]} <= {"tokens", "budgets", "account_pauses"}


def test_a_dry_run_without_a_state_makes_none(company):
    before = files_of(company)
    assert len(company.run("--dry-run")["writes"]) == 1
    assert files_of(company) == before
    assert not company.state.parent.exists()


def test_what_a_dry_run_showed_is_what_the_run_then_writes(company):
    shown = company.run("--dry-run")["writes"][0]["fields"]
    company.run()
    (lead,) = csv.DictReader(company.leads.read_text(encoding="utf-8").splitlines())
    assert lead["score"] == str(shown["score"]["after"])
    assert lead["email"] == shown["email"]["after"]


def test_a_dry_run_says_in_words_what_it_would_write(company):
    text = company.leadloop("run", "--once", "--dry-run").stdout
    assert "create" in text
    assert "score: None -> 60" in text


@pytest.mark.parametrize("option", [["--only", "pull"], ["--connection", "export"], ["--dry-run"]])
def test_what_belongs_to_one_pass_is_refused_for_the_daemon(company, option):
    result = company.leadloop("run", *option)
    assert result.exit_code == 2
    assert "--once" in result.stderr


def test_an_unknown_connection_is_told_with_those_that_are_configured(company):
    document = company.json("run", "--once", "--connection", "sells", code=2)
    assert document["error"]["hint"] == "configured: export, sales"
    assert not company.state.exists()


def test_stdout_holds_one_document_and_nothing_else(company):
    result = company.leadloop("run", "--once", "--json")
    assert json.loads(result.stdout)["run"]


def test_what_marketing_knows_newly_of_a_lead_goes_into_the_file_of_sales(ran):
    ran.write("in/contacts.csv", CONTACTS.replace("c1,ana@acme.example,Ana,CEO", "c1,anna@acme.example,Anna,CTO"))
    ran.run()
    [line] = [one for one in ran.leads.read_text().splitlines() if "@" in one]
    assert "anna@acme.example,Anna," in line
    assert "CTO" in line


def test_a_pass_that_a_signal_cuts_short_is_told_as_such_and_is_no_success(company, monkeypatch):
    def signalled(loop, **keys):
        signal.raise_signal(signal.SIGTERM)
        return run_once(loop, **keys)

    monkeypatch.setattr("connector.cli.passes.run_once", signalled)
    stopped = company.leadloop("run", "--once")
    assert stopped.exit_code == 1
    assert "partial, stopped by a signal before its end" in stopped.stdout
    assert company.json("run", "--once", code=1)["stopped"] is True
    assert company.json("status")["last_run"]["outcome"] == "partial"
    monkeypatch.undo()
    assert "stopped" not in company.run()
