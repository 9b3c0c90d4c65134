"""Verbs about files alone: `init`, `validate`, `model test`. No network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from msgspec.structs import asdict

from connector.adapter.registry import installed, spec_of
from connector.cli.caller import Caller, Family, Verb
from connector.cli.context import config_to_look, has_config, path_of
from connector.cli.output import show
from connector.cli.validation import everything_wrong
from connector.config import json_schema
from connector.config.samples import write_samples
from connector.errors import ConfigError, Problem
from connector.model import Json
from connector.scoring import TestResult, load_model, run_tests


@click.command(cls=Verb)
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path, file_okay=False))
@click.option("--marketing", multiple=True, required=True, metavar="ADAPTER", help="A marketing adapter (repeatable).")
@click.option("--crm", multiple=True, metavar="ADAPTER", help="A CRM adapter (repeatable).")
@click.pass_obj
def init(caller: Caller, folder: Path, marketing: tuple[str, ...], crm: tuple[str, ...]) -> None:
    """Write commented sample files that `validate` accepts."""
    schema = json_schema(
        [spec_of("marketing", name) for name in installed("marketing")],
        [spec_of("crm", name) for name in installed("crm")],
    )
    written = write_samples(folder, marketing, crm, spec_of, schema)
    lines = [*map(str, written), "", f"next: edit {folder / 'leadloop.yaml'}, then run 'leadloop validate' there"]
    show(caller, {"written": [str(path) for path in written]}, "\n".join(lines))


@click.command(cls=Verb)
@click.option("--strict", is_flag=True, help="Take warnings as mistakes.")
@click.pass_context
def validate(context: click.Context, strict: bool) -> None:
    """Check the configuration and the files it names, without any network."""
    caller: Caller = context.obj
    report = everything_wrong(path_of(caller), caller.environ, caller.now().date(), strict=strict)
    document = {
        "ok": not report.problems,
        "problems": [asdict(problem) for problem in report.problems],
        "warnings": [asdict(warning) for warning in report.warnings],
    }
    show(caller, document, _report(caller.config_path, report.problems, report.warnings))
    if report.problems:
        context.exit(ConfigError.exit_code)


def _report(path: Path, problems: Sequence[Problem], warnings: Sequence[Problem]) -> str:
    lines = [*map(str, problems), *(f"warning: {warning}" for warning in warnings)]
    if problems:
        return "\n".join([*lines, f"{len(problems)} to correct"])
    return "\n".join([*lines, f"{path} and the files it names are valid"])


@click.group(cls=Family)
def model() -> None:
    """Try the scoring model: `model test`."""


@model.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_context
def test(context: click.Context, file: Path | None) -> None:
    """Run the tests that a scoring model carries."""
    caller: Caller = context.obj
    path, zone = _model_file(caller, file)
    compiled = load_model(path, time_zone=zone)
    results = run_tests(compiled)
    lines = [_result(path, result) for result in results] or [f"{path} carries no tests"]
    show(caller, {"model": compiled.version, "tests": [_test(result) for result in results]}, "\n".join(lines))
    if not all(result.passed for result in results):
        context.exit(1)


def _model_file(caller: Caller, file: Path | None) -> tuple[Path, str]:
    """The file and the time zone in which days are counted: the configuration's; UTC without one."""
    if file is not None and not has_config(caller):
        return file, "UTC"
    config = config_to_look(caller)
    return file or config.scoring, config.time_zone


def _test(result: TestResult) -> Json:
    return {"line": result.line, "name": result.name, "passed": result.passed, "differs": result.differs}


def _result(path: Path, result: TestResult) -> str:
    place = f"{path}:{result.line}: {result.name}: {'passed' if result.passed else 'FAILED'}"
    differs = [f"    {key}: expected {one['expected']}, got {one['got']}" for key, one in result.differs.items()]
    return "\n".join([place, *differs])
