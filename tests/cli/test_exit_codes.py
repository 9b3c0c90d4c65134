"""What a command ends with when something is in its way, and that it says so without a traceback."""

import json
import os
import subprocess
import sys

import pytest

from connector.cli import context
from connector.errors import AuthError, ConfigError, LockedError, QuotaError, RecordError, StateError
from tests.cli.company import marketing, unused_port

SECRET = "hunter2-canary"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RecordError("x"), 1),
        (ConfigError("x"), 2),
        (AuthError("x"), 3),
        (QuotaError("x"), 4),
        (StateError("x"), 5),
        (LockedError("x"), 6),
    ],
)
def test_each_kind_of_error_has_its_code_and_is_told_in_words(company, monkeypatch, error, code):
    def refuse(caller):
        raise error

    monkeypatch.setattr(context, "config_to_look", refuse)
    result = company.leadloop("status")
    assert (result.exit_code, result.stderr, result.stdout) == (code, "leadloop: x\n", "")


def test_a_mistake_of_ours_is_one_line_with_its_place_and_no_value(company, monkeypatch):
    def break_down(caller):
        raise KeyError("ana@acme.example")

    monkeypatch.setattr(context, "config_to_look", break_down)
    result = company.leadloop("status")
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert "KeyError at" in result.stderr
    assert "test_exit_codes.py:" in result.stderr
    assert "ana@" not in result.output
    assert "Traceback" in company.leadloop("status", "--debug").stderr


def test_an_error_with_json_is_one_document_too(company):
    document = company.json("status", code=5)
    assert document["outcome"] == "failed"
    assert document["error"]["code"] == "no_state"
    assert "run --once" in document["error"]["hint"]


@pytest.mark.parametrize(
    "call", [["--bogus", "status"], ["explain"], ["state", "backup"], ["stats"], ["rejects", "list", "--bogus"]]
)
def test_a_mistake_of_the_call_with_json_is_one_document_too(company, call):
    error = company.json(*call, code=2)["error"]
    assert error["code"] == "usage"
    assert error["message"]


def test_a_wrong_configuration_ends_with_2_and_names_file_line_and_column(company):
    company.configure(shedule={"pull": "5m"})
    result = company.leadloop("run", "--once")
    assert result.exit_code == 2
    assert "leadloop.yaml:1:" in result.stderr
    assert not company.state.exists()


@pytest.mark.parametrize("verb", [["status"], ["validate"], ["run", "--once"], ["check"]])
def test_without_a_configuration_the_way_to_one_is_told(company, verb):
    company.config.unlink()
    error = company.json(*verb, code=2)["error"]
    assert (error["code"], "leadloop init" in error["hint"]) == ("no_config", True)


def test_refused_credentials_end_with_3(company, rd):
    credentials = {**rd.credentials, "refresh_token": SECRET}
    company.configure(marketing=marketing(rd, credentials=credentials))
    result = company.leadloop("run", "--once", "--json")
    assert result.exit_code == 3
    assert "leadloop auth rd" in result.stdout
    assert SECRET not in result.output
    assert company.leadloop("status").exit_code == 3  # the image's health check sees it, too


def test_a_platform_that_is_not_there_ends_with_4(company, rd):
    company.configure(marketing=marketing(rd, base_url=f"http://127.0.0.1:{unused_port()}"))
    assert company.leadloop("run", "--once").exit_code == 4


def test_a_file_that_is_no_state_ends_with_5(company):
    company.write("state/leadloop.db", "this is no database, however long it may be" * 100)
    for verb in (["run", "--once"], ["status"], ["pause"], ["state", "check"]):
        result = company.leadloop(*verb)
        assert result.exit_code == 5, result.output
        assert "Traceback" not in result.output


def test_a_state_that_another_process_holds_ends_a_run_with_6_and_names_the_process(ran):
    store = ran.store()
    with store.hold():
        result = ran.leadloop("run", "--once")
    store.close()
    assert result.exit_code == 6
    assert f"process {os.getpid()}" in result.stderr


def test_of_several_the_credentials_come_before_the_rejects(company, rd):
    company.write("in/contacts.csv", "id,email\nc4,only,three,cells\n")
    own = json.loads(company.config.read_text())["marketing"]
    company.configure(marketing={**own, **marketing(rd, credentials={**rd.credentials, "refresh_token": SECRET})})
    assert company.leadloop("run", "--once").exit_code == 3


def test_the_installed_command_keeps_data_and_logs_apart(company, rd):
    company.configure(marketing=marketing(rd, credentials={**rd.credentials, "refresh_token": SECRET}))
    code = "import sys; from connector.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, "-c", str(company.config), "run", "--once", "--json"],
        capture_output=True, text=True, check=False, timeout=60, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert done.returncode == 3
    assert json.loads(done.stdout)["outcome"]
    logs = [json.loads(line) for line in done.stderr.splitlines()]
    assert {"credentials refused"} <= {line["event"] for line in logs}
