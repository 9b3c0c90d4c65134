"""`leadloop --help`: quick, complete, and without what does not work yet."""

import json
import resource
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from connector.cli import main
from connector.cli.main import VERBS

LATER = {
    "mapping": {"preview", "diff"},
    "model": {"backtest", "diff"},
    "report": {"sla", "capacity", "scores", "traits", "definition"},
}
HELP = (
    "import sys; from connector.cli import main; main(['--help'], standalone_mode=False);"
    " print(*sys.modules, file=sys.stderr)"
)


def python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)


def leaves(command, words=()):
    """Every verb with the words that call it."""
    if isinstance(command, click.Group):
        for name in command.commands:
            yield from leaves(command.commands[name], (*words, name))
    else:
        yield words, command


def test_help_costs_less_than_four_tenths_of_a_second():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    python(HELP)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime) < 0.4


def test_help_imports_neither_the_models_nor_the_network_nor_a_verb():
    loaded = set(python(HELP).stderr.split())
    assert loaded.isdisjoint({"pydantic", "requests", "sqlite3", "structlog", "apscheduler", "connector.cli.run"})


@pytest.mark.parametrize("name", [name for name in VERBS if name in main.commands])
def test_the_line_in_help_is_the_verbs_own_first_sentence(name):
    assert main.commands[name].help.splitlines()[0] == VERBS[name][1]


def test_no_verb_that_comes_later_is_shown():
    assert {"override", "undo", "coach"}.isdisjoint(main.commands)
    for family, names in LATER.items():
        assert names.isdisjoint(main.commands[family].commands)
    options = {option for _, verb in leaves(main) for param in verb.params for option in param.opts}
    assert "--html" not in options


def test_every_verb_takes_the_common_options_after_it():
    for words, verb in leaves(main):
        options = {option for param in verb.params for option in param.opts}
        assert {"--config", "-c", "--json", "--debug"} <= options, words


def test_every_verb_says_in_a_sentence_what_it_does():
    for words, verb in leaves(main):
        assert (verb.help or "").rstrip().endswith("."), words


def test_the_configuration_may_be_named_before_or_after_the_verb_or_in_the_environment(company):
    path = str(company.config)
    calls = [(["-c", path, "validate", "--json"], {}), (["validate", "--json", "--config", path], {})]
    for args, environ in [*calls, (["validate", "--json"], {"LEADLOOP_CONFIG": path})]:
        result = CliRunner(env=environ).invoke(main, args)
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["ok"] is True


def test_a_verb_that_does_not_exist_is_a_usage_error():
    assert CliRunner().invoke(main, ["bogus"]).exit_code == 2
    assert CliRunner().invoke(main, ["report", "sla"]).exit_code == 2
