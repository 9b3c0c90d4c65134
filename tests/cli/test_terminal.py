"""What people word elsewhere (forms, reasons, errors of platforms) is shown on a terminal, and never obeyed by it."""

import json

import pytest
from click.testing import CliRunner

from connector.cli import main
from connector.cli.caller import Caller
from connector.cli.output import table, visible

CLEARS = "\x1b[2J"
"""What clears a terminal; the single character of it is \x9b."""
ACTS = f"""\
id,type,at,asset
c1,form_submission,2026-11-18T10:00:00Z,"ebook-{CLEARS}one"
c1,form_submission,2026-11-19T10:00:00Z,ebook-2
"""
DECISIONS = """\
id,decision,reason,note,decided_at
c1,rejected,Nobody,"ring\x07 twice\x9b2J
  2026-11-20 12:31  won by sales (cycle 1)",2026-11-20T12:30:00Z
"""


@pytest.fixture
def told(company):
    company.write("in/acts.csv", ACTS)
    company.write("decisions1.csv", DECISIONS)
    company.run()
    company.run()
    return company


def on_a_terminal(company, *args):
    caller = Caller(environ={}, now=lambda: company.now, sleep=company.slept.append)
    return CliRunner().invoke(main, ["--config", str(company.config), *args], obj=caller, color=True).output


@pytest.mark.parametrize(
    "verb",
    [
        ["explain", "ana@acme.example"],
        ["explain", "ana@acme.example", "--json"],
        ["export", "ana@acme.example"],
        ["report", "reasons"],
        ["report", "sources"],
        ["report", "sources", "--csv"],
        ["explain", f"nobody{CLEARS}"],
        ["check", f"nobody{CLEARS}"],
    ],
)
def test_nothing_that_anybody_worded_commands_the_terminal(told, verb):
    said = on_a_terminal(told, *verb)
    assert said
    assert not set(said) & {"\x1b", "\x9b", "\x07"}


def test_what_it_was_can_still_be_read_on_the_line_where_it_belongs(told):
    said = on_a_terminal(told, "explain", "ana@acme.example")
    assert '("ring\\x07 twice\\x9b2J' in " ".join(said.split())
    assert not [line for line in said.splitlines() if line.startswith("  2026-11-20 12:31")]
    document = json.loads(on_a_terminal(told, "explain", "ana@acme.example", "--json"))
    [rejected] = [one for one in document["history"] if one["kind"] == "rejected"]
    assert rejected["reason_text"].startswith("ring\x07 twice\x9b2J\n")


def test_a_terminal_that_lacks_a_character_gets_it_spelled_out(company):
    company.write("in/acts.csv", ACTS.replace(CLEARS, "📣–"))
    company.run()
    call = ["--config", str(company.config), "report", "sources"]
    caller = Caller(environ={}, now=lambda: company.now, sleep=company.slept.append)
    told = CliRunner(charset="latin-1").invoke(main, call, obj=caller)
    assert (told.exit_code, told.exception) == (0, None)
    assert "ebook-\\U0001f4e3\\u2013one" in told.stdout_bytes.decode("latin-1")
    document = CliRunner(charset="latin-1").invoke(main, [*call, "--json"], obj=caller).stdout_bytes
    assert "📣–" in str(json.loads(document.decode("latin-1")))


def test_what_would_be_read_backwards_is_shown_in_the_order_in_which_it_stands():
    assert visible("form \u202egnp.exe\u2069 \u2028x") == "form \\u202egnp.exe\\u2069 \\u2028x"
    assert visible("שלום — 👩\u200d💻") == "שלום — 👩\u200d💻"


def test_a_row_of_a_table_is_one_line():
    said = table([{"id": 1, "text": "no such field\r\n2  all is well"}], ("id", "text"))
    assert len(said.splitlines()) == 2
