"""Verbs of every day: what failed, what is held, pauses, cursors, backfills; done at once or asked of the holder."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from connector.cli import main
from connector.cli.asking import ASKED
from connector.loop.requests import perform
from connector.state import operation
from connector.state.store import Store
from tests.cli.company import CONTACTS

BROKEN = CONTACTS + "c4,only-two\n"


@pytest.fixture
def broken(company):
    """The company after a run that met a broken line."""
    company.write("in/contacts.csv", BROKEN)
    company.run(code=1)
    return company


def holder(store):
    """A process that holds the state and carries out what it is asked while the verb sleeps."""

    def sleep(_):
        for one in operation.asked(store.read()):
            with store.write(step=True) as tx:
                operation.answer(tx, one.id, perform(tx, store, one.verb, one.args), store.now())

    return sleep


def test_a_reject_is_listed_shown_and_dropped(broken):
    (reject,) = broken.json("rejects", "list")["rejects"]
    assert (reject["connection"], reject["code"], reject["place"]) == ("export", "too_few_columns", "contacts.csv:5")
    assert "contacts.csv:5" in broken.leadloop("rejects", "list").stdout
    assert broken.json("rejects", "show", str(reject["id"]))["raw"]
    assert broken.json("rejects", "drop", str(reject["id"])) == {"dropped": 1}
    assert broken.json("rejects", "list")["rejects"] == []
    assert len(broken.json("rejects", "list", "--state", "dropped")["rejects"]) == 1


def test_rejects_are_told_apart_by_connection_and_code(broken):
    assert broken.json("rejects", "list", "--connection", "sales")["rejects"] == []
    assert broken.json("rejects", "list", "--code", "blank_key")["rejects"] == []
    assert broken.json("rejects", "list", "--connection", "sells", code=2)["error"]["code"] == "unknown_connection"


def test_tables_show_the_clock_of_the_company_and_json_utc(broken):
    broken.configure(time_zone="Asia/Kolkata")
    (reject,) = broken.json("rejects", "list")["rejects"]
    assert "first_at: 2026-11-20 17:30\n" in broken.leadloop("rejects", "show", str(reject["id"])).stdout
    assert broken.json("rejects", "show", str(reject["id"]))["first_at"].endswith("Z")
    assert "2026-11-20 17:30" in broken.leadloop("cursor", "list").stdout


def test_a_number_that_is_no_reject_ends_with_1(broken):
    assert broken.json("rejects", "show", "99", code=1)["error"]["code"] == "no_reject"
    assert broken.json("rejects", "drop", "99", code=1)["error"]["code"] == "no_reject"


def test_a_replay_closes_the_reject_until_it_fails_again(broken):
    assert broken.json("rejects", "replay", "--connection", "export") == {"replayed": 1}
    assert broken.json("rejects", "list")["rejects"] == []


def test_held_writes_are_listed_and_released(company):
    company.configure(
        crm={"sales": {**json.loads(company.config.read_text())["crm"]["sales"], "guard": {"creates": 0}}}
    )
    company.run()
    (held,) = company.json("held", "list")["held"]
    assert (held["connection"], held["kind"], held["creates"]) == ("sales", "record", True)
    assert not company.leads.exists()
    assert company.json("held", "release", "sales") == {"released": 1}
    company.run()
    assert len(company.leads.read_text().splitlines()) == 2


def test_a_connection_that_is_none_is_refused_before_anything_is_released_or_tried_again(broken):
    for verb in (["held", "release", "sale"], ["rejects", "replay", "--connection", "exprt"]):
        refused = broken.leadloop(*verb)
        assert refused.exit_code == 2
        assert "configured: export, sales" in refused.stderr
    assert len(broken.json("rejects", "list")["rejects"]) > 0


def test_a_pause_stops_writes_until_resume_and_says_so(company):
    company.run("--only", "pull", "--only", "score")
    assert company.json("pause", "sales", "--because", "a migration") == {"paused": "sales"}
    report = company.run("--only", "push")
    assert "paused" in report["steps"][0]["why_zero"]
    assert company.json("status")["paused"][0]["why"] == "a migration"
    assert company.json("resume", "sales") == {"resumed": "sales", "was_paused": True}
    assert company.run("--only", "push")["steps"][0]["created"] == 1


def test_a_pause_works_beside_the_process_that_holds_the_state(ran):
    store = ran.store()
    with store.hold():
        assert ran.json("pause") == {"paused": "*"}
        assert operation.is_paused(store.read(), "sales")
    store.close()
    assert ran.slept == []


def test_a_change_beside_a_running_process_is_carried_out_by_it(broken):
    store = broken.store()
    with store.hold():
        result = broken.leadloop("rejects", "replay", "--json", sleep=holder(store))
    store.close()
    assert json.loads(result.stdout) == {"replayed": 1}


def test_what_goes_wrong_in_the_running_process_is_told_by_the_verb(broken):
    store = broken.store()
    with store.hold():
        result = broken.leadloop("rejects", "drop", "99", sleep=holder(store))
    store.close()
    assert result.exit_code == 1
    assert "no open reject has the number 99" in result.stderr


def test_a_process_that_is_busy_is_waited_for_five_seconds_and_then_left_to_it(broken):
    store = broken.store()
    with store.hold():
        result = broken.leadloop("rejects", "replay")
        assert [one.verb for one in operation.asked(store.read())] == ["rejects replay"]
    store.close()
    assert (result.exit_code, result.stdout.strip()) == (0, ASKED)
    assert sum(broken.slept) == pytest.approx(5)


def test_a_cursor_is_listed_reset_and_set_and_the_old_one_kept(ran):
    cursors = {(one["connection"], one["stream"]): one["cursor"] for one in ran.json("cursor", "list")["cursors"]}
    before = cursors["export", "contacts"]
    assert ran.json("cursor", "reset", "export", "contacts")["cursor"] is None
    assert ran.run()["steps"][0]["read"] == 3
    assert ran.json("cursor", "set", "export", "contacts", json.dumps(before))["cursor"] == before
    assert ran.run()["steps"][0]["read"] == 0


@pytest.mark.parametrize("args", [["set", "export", "contacts", "{"], ["set", "export", "contacts", "[1]"]])
def test_a_cursor_that_is_no_object_is_a_usage_error(ran, args):
    assert ran.leadloop("cursor", *args).exit_code == 2


def test_a_stream_that_was_never_read_is_told_with_those_that_were(ran):
    document = ran.json("cursor", "reset", "export", "kontacts", code=2)
    assert document["error"]["hint"] == "it has: activities, contacts"


def test_a_backfill_waits_behind_everything_fresh(ran):
    assert ran.json("backfill", "export", "--since", "2026-01-01")["connection"] == "export"
    assert ran.json("backfill", "sales", code=2)["error"]["hint"] == "configured: export"
    assert ran.leadloop("backfill", "export", "--since", "yesterday").exit_code == 2


def test_everything_that_a_person_changed_stands_in_the_audit_log(ran):
    ran.leadloop("pause")
    ran.leadloop("resume")
    ran.leadloop("held", "release")
    proven = ran.json("audit", "verify")
    assert (proven["lines"], proven["broken_at"]) == (3, None)
    assert proven["head"].startswith("3:")


def test_a_verb_that_would_change_a_state_makes_none(company):
    for verb in (["pause"], ["held", "release"], ["rejects", "replay"], ["backfill", "export"]):
        assert company.json(*verb, code=5)["error"]["code"] == "no_state"
    assert not company.state.exists()


def test_time_that_passed_since_shows_in_status(ran):
    ran.now += timedelta(days=1)
    status = ran.json("status")
    writes = {one["name"]: one["writes"] for one in status["connections"]}["sales"]
    assert writes["total"] == writes["confirmed"] == 1
    assert status["outcome"] == "ok"


def test_a_reject_that_is_not_there_is_replayed_by_nobody(ran):
    for verb in ("replay", "drop"):
        error = ran.json("rejects", verb, "99", code=1)["error"]
        assert (error["code"], error["hint"]) == ("no_reject", "see 'leadloop rejects list'")


@pytest.mark.parametrize("value", ["nonsense", "[1]", '{"files": {}, "files": {}}', '{"foo": 1}', "{}"])
def test_a_cursor_that_the_stream_never_has_is_not_set(ran, value):
    assert ran.leadloop("cursor", "set", "export", "contacts", value).exit_code == 2
    assert "files" in ran.json("cursor", "list")["cursors"][1]["cursor"]


def test_a_cursor_that_cannot_be_read_names_the_command_that_resets_it(ran):
    assert ran.leadloop("cursor", "set", "export", "contacts", '{"files": {}}').exit_code == 0
    line = next(one for one in ran.run(code=2)["steps"] if one["stream"] == "contacts")
    assert (line["error"], line["hint"]) == (
        "the stored cursor cannot be read", "run 'leadloop cursor reset export contacts'",
    )  # fmt: skip
    assert "from its beginning" in ran.leadloop("cursor", "reset", "export", "contacts").stdout
    ran.run()


@pytest.mark.parametrize("asked", [("backfill", "export"), ("rejects", "replay")])
def test_files_are_read_again_whole_for_what_was_asked_for_by_its_id(company, asked):
    company.write("in/contacts.csv", CONTACTS.replace("c3,caio@acme.example", ",caio@acme.example"))
    company.run(code=1)
    assert company.leadloop(*asked).exit_code == 0
    report = company.json("run", "--once", code=1 if asked[0] == "rejects" else 0)  # the line is as bad as before
    (contacts,) = [line for line in report["steps"] if line["stream"] == "contacts"]
    assert contacts["read"] == 3
    assert {line["error"] for line in report["steps"]} == {None}
    assert company.json("run", "--once")["outcome"] == "ok"


def test_a_backfill_leaves_acts_that_come_in_one_feed_to_the_cursor(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    assert runner.invoke(main, ["init", "--marketing", "hubspot", "--crm", "csv"]).exit_code == 0
    document = YAML(typ="safe").load(tmp_path / "leadloop.yaml")
    (name,) = document["marketing"]
    Store.open(tmp_path / document["state"]).close()
    told = runner.invoke(main, ["backfill", name])
    assert f"cursor reset {name} activities" in told.stdout
    assert json.loads(runner.invoke(main, ["backfill", name, "--json"]).stdout)["streams"] == ["contacts"]
