"""From the text of leadloop.yaml to its model; absent values and unknown adapters are told and do not stop it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from msgspec import Struct

from connector.adapter.declared import Spec
from connector.config.checks import SIDES, absent_files, together
from connector.config.connections import SpecOf, config_model
from connector.config.models import Config, Side
from connector.config.references import Resolver
from connector.documents import Path as Place
from connector.documents import checked, parse, text_of
from connector.errors import ConfigError, Problem


class Reading(Struct, frozen=True):
    """A file as far as it could be read. `config` is None when the models refused it."""

    config: Config | None
    data: Any
    resolver: Resolver
    problems: Sequence[Problem]


def read_config(path: Path, environ: Mapping[str, str], spec_of: SpecOf) -> Reading:
    """The file with everything that is wrong in it. Raises ConfigError when it cannot be read at all."""
    data, places = parse(text_of(path), str(path))
    resolver = Resolver(places, environ, path.absolute().parent)
    resolved = resolver.resolve(data)
    model, problems = _model_for(resolved, resolver, spec_of)
    config, refusals = _modelled(resolved, resolver, model)
    problems = [*resolver.problems, *problems, *refusals]
    if config is not None:
        config = config.read_from(path.absolute())
        problems += [*together(config, places), *absent_files(config, places)]
    return Reading(config, data, resolver, problems)


def _model_for(data: Any, resolver: Resolver, spec_of: SpecOf) -> tuple[type[Config], list[Problem]]:
    """The model for the adapters that the file names. A connection whose adapter is unknown is told and taken out."""
    specs: dict[Side, dict[str, Spec]] = {"marketing": {}, "crm": {}}
    problems: list[Problem] = []
    for side, name, adapter in list(_adapters(data)):
        place = (side, name, "adapter")
        try:
            specs[side][str(adapter)] = _spec(side, adapter, spec_of)
        except ConfigError as error:
            del data[side][name]
            if place not in resolver.absent:
                problems.append(resolver.places.problem(place, error.message, remedy=error.hint))
    return config_model(list(specs["marketing"].values()), list(specs["crm"].values())), problems


def _spec(side: Side, adapter: Any, spec_of: SpecOf) -> Spec:
    if not isinstance(adapter, str):
        raise ConfigError("'adapter' is missing", hint="add a line 'adapter: …'")
    return spec_of(side, adapter)


def _adapters(data: Any) -> Iterator[tuple[Side, str, Any]]:
    for side in SIDES:
        group = data.get(side) if isinstance(data, dict) else None
        for name, connection in group.items() if isinstance(group, dict) else ():
            if isinstance(connection, dict):
                yield side, name, connection.get("adapter")


def _modelled(data: Any, resolver: Resolver, model: type[Config]) -> tuple[Config | None, list[Problem]]:
    """The data as a model. Where nothing but absent values is in the way, as if those lines were not there."""
    try:
        return checked(data, model, resolver.places), []
    except ConfigError as error:
        absent = {resolver.places.dotted(place): place for place in resolver.absent}
        problems = [problem for problem in error.problems if problem.path not in absent]
        in_the_way = [absent[problem.path] for problem in error.problems if problem.path in absent]
    if problems or not in_the_way:
        return None, problems
    try:
        return checked(_without(data, in_the_way), model, resolver.places), []
    except ConfigError as error:
        return None, [problem for problem in error.problems if problem.path not in absent]


def _without(data: Any, places: Sequence[Place]) -> Any:
    data = deepcopy(data)
    for place in places:
        holder = data
        for step in place[:-1]:
            holder = holder[step]
        if isinstance(holder, dict):
            del holder[place[-1]]
    return data
