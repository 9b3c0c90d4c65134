"""What `doctor` looks at, in order: the configuration, this machine, the state, the accounts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import partial

from connector.cli import machine
from connector.cli.caller import Caller
from connector.cli.checking import check_lines
from connector.cli.connected import specs
from connector.cli.context import accounts, config_of
from connector.cli.lines import Line, attempt, fail, ok, warn
from connector.cli.proving import problems_of
from connector.cli.validation import everything_wrong
from connector.config import Config
from connector.errors import ConfigError, StateError
from connector.state import operation
from connector.state.store import Store, told
from connector.state.unusable import is_there


def doctor_lines(caller: Caller) -> list[Line]:
    """Every line. Without a configuration that can be used, nothing but this machine can be looked at."""
    lines = list(machine.lines())
    try:
        config = config_of(caller)
    except ConfigError as error:
        problems = error.problems or (error.message,)
        return lines + [fail("files", str(one), error.hint, error.exit_code) for one in problems]
    lines += attempt("files", partial(_files, caller))
    lines += machine.lines_of_state(config.state)
    lines += [line for look in (_state, _keys, _promises) for line in attempt("state", partial(look, caller, config))]
    lines += attempt("accounts", partial(_accounts, caller))
    return lines


def _files(caller: Caller) -> Iterator[Line]:
    report = everything_wrong(caller.config_path, caller.environ, caller.now().date(), strict=False)
    for problem in report.problems:
        yield fail("files", str(problem), "correct it, then 'leadloop validate'", ConfigError.exit_code)
    for problem in report.warnings:
        yield warn("files", str(problem))
    if not report.problems and not report.warnings:
        yield ok("files", f"{caller.config_path} and the files it names are valid")


def _state(caller: Caller, config: Config) -> Iterator[Line]:
    if not is_there(config.state):
        yield ok("state", "there is none yet; the first run makes it")
        return
    with closing(Store.open_to_read(config.state, now=caller.now)) as store, told(config.state):
        found = problems_of(store)
        for text in found:
            yield fail(
                "state", text, "stop the daemon, then 'leadloop state restore FILE' with a backup", StateError.exit_code
            )
        if not found:
            yield ok("state", "sound")
        yield ok("state", "a process runs on it" if store.is_held_elsewhere() else "no process runs on it now")
        for pause in operation.pauses(store.read()):
            yield warn("state", f"writes of {pause['name']} are paused since {pause['since']}", "leadloop resume")


def _keys(_: Caller, config: Config) -> Iterator[Line]:
    if config.secret_key is None and any(spec.network for _, _, _, spec in specs(config)):
        yield warn(
            "state", "the key of the stored tokens lies beside them", "configure secret_key and keep it elsewhere"
        )


def _promises(_: Caller, config: Config) -> Iterator[Line]:
    for name, _side, _connection, spec in specs(config):
        if not spec.capabilities.exactly_once:
            yield warn(
                name, f"{spec.title} cannot exclude a duplicate after a lost answer", "see its page in docs/adapters"
            )
        if spec.unverified:
            told = f"{len(spec.unverified)} statements of {spec.title} are not confirmed by a live account yet"
            yield ok(name, f"{told}; its page in docs/adapters and 'leadloop adapters --json' list them")


def _accounts(caller: Caller) -> Iterator[Line]:
    with accounts(caller) as loop:
        yield from check_lines(loop)
