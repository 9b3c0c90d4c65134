"""How an error ends a command: in words on stderr, as one document with `--json`, and with its exit code."""

from __future__ import annotations

import errno
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import click
from msgspec.structs import asdict

from connector.cli.caller import Caller
from connector.cli.output import print_json, visible
from connector.errors import ConfigError, LeadloopError
from connector.model import Json

PASSED_ON = (click.exceptions.Exit, click.Abort)


@contextmanager
def failing(context: click.Context, caller: Caller) -> Iterator[None]:
    """Whatever goes wrong inside is told and ends the command; nothing is shown that could be personal data."""
    try:
        yield
    except PASSED_ON:
        raise
    except click.ClickException as error:  # click itself tells it in words
        if caller.as_json:
            show_usage(error)
        raise
    except LeadloopError as error:
        _tell(caller, _document(error), _words(error))
        context.exit(error.exit_code)
    except Exception as error:  # a mistake of ours is told in one line, too
        if isinstance(error, OSError) and error.errno == errno.EPIPE:
            raise  # the reader of our output went away: click ends quietly
        _tell_unexpected(caller, error)
        context.exit(LeadloopError.exit_code)


def show_usage(error: click.ClickException) -> None:
    """A mistake of the call as a document."""
    document: Json = {"code": "usage", "message": error.format_message(), "hint": None, "problems": []}
    print_json({"outcome": "failed", "error": document})


def _words(error: LeadloopError) -> str:
    problems = error.problems if isinstance(error, ConfigError) else ()
    lines = [str(problem) for problem in problems] or [f"leadloop: {error.message}"]
    return "\n".join([*lines, f"hint: {error.hint}"] if error.hint else lines)


def _document(error: LeadloopError) -> Json:
    problems = error.problems if isinstance(error, ConfigError) else ()
    return {
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "problems": [asdict(problem) for problem in problems],
    }


def _tell(caller: Caller, document: Json, words: str) -> None:
    click.echo(visible(words), err=True)
    if caller.as_json:
        print_json({"outcome": "failed", "error": document})


def _tell_unexpected(caller: Caller, error: Exception) -> None:
    """The kind of error and where it happened; not its text, which may hold a person's data."""
    place = where(error)
    kind = type(error).__name__
    number = sha256(f"{kind} {place}".encode()).hexdigest()[:8]
    words = f"leadloop: this is a mistake in leadloop: {kind} at {place} (mistake {number}); --debug shows more"
    _tell(caller, {"code": "mistake", "message": words, "hint": None, "problems": []}, words)
    if caller.debug:
        click.echo("".join(traceback.format_exception(error)), err=True)


def where(error: BaseException) -> str:
    """The innermost places of a traceback, the last where it happened."""
    frames = traceback.extract_tb(error.__traceback__)
    return " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[-4:])
