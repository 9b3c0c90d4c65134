"""Read leadloop.yaml: for a run (everything must be there) or for `validate` (every mistake, and what looks odd)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from connector.config.checks import absent_files, inline_secrets
from connector.config.connections import SpecOf
from connector.config.models import Config
from connector.config.reading import read_config
from connector.documents import Path as Place
from connector.documents import Places, refused
from connector.errors import ConfigError, Problem

CheckFiles = Callable[[Config, Places], Sequence[Problem]]
"""Loads the files that a configuration points at and tells their mistakes; called when all of them exist."""


class Report(Struct, frozen=True):
    """What `validate` found: mistakes, and what is allowed but deserves a look."""

    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def load(path: Path, environ: Mapping[str, str], spec_of: SpecOf) -> Config:
    """The configuration for a run. Raises ConfigError with every mistake; an unset variable is one.

    A refresh token may be absent: a person's sign-in (`leadloop auth`) grants it, and it is kept with the state.
    """
    reading = read_config(path, environ, spec_of)
    absent = reading.resolver.absent
    granted_later = [place for place in absent if _is_granted_later(place)]
    problems = [*(absent[place] for place in absent if place not in granted_later), *reading.problems]
    if reading.config is None or problems:
        raise refused(_in_order(problems))
    return reduce(_without_refresh_token, granted_later, reading.config)


def _is_granted_later(place: Place) -> bool:
    return place[2:] == ("credentials", "refresh_token")


def _told(place: Place, problem: Problem) -> Problem:
    """What is absent, in the words of `validate`: a token that a sign-in grants need not stand anywhere."""
    if not _is_granted_later(place):
        return problem
    remedy = f"set it where leadloop starts, or sign in: 'leadloop auth {place[1]}' keeps it with the state"
    return replace(problem, remedy=remedy)


def _without_refresh_token(config: Config, place: Place) -> Config:
    side, name = str(place[0]), str(place[1])
    group = dict(getattr(config, side))
    credentials = group[name].credentials.model_copy(update={"refresh_token": None})
    group[name] = group[name].model_copy(update={"credentials": credentials})
    return config.model_copy(update={side: group})


def validate(
    path: Path,
    environ: Mapping[str, str],
    spec_of: SpecOf,
    *,
    strict: bool = False,
    check_files: CheckFiles | None = None,
) -> Report:
    """Every mistake in the configuration and the files it names, without any network.

    An unset variable and a secret written in the file are warnings; with `strict` both are mistakes.
    """
    try:
        reading = read_config(path, environ, spec_of)
    except ConfigError as error:
        return Report(error.problems)
    problems, places = list(reading.problems), reading.resolver.places
    absent = [_told(place, problem) for place, problem in reading.resolver.absent.items()]
    warnings = [*absent, *inline_secrets(reading.data, places)]
    if reading.config is not None and check_files is not None and not any(absent_files(reading.config, places)):
        problems += check_files(reading.config, places)
    if strict:
        return Report(_in_order([*problems, *warnings]))
    return Report(_in_order(problems), _in_order(warnings))


def _in_order(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: (problem.file, problem.line, problem.column)))
