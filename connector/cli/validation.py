"""Everything that is wrong, or looks odd, in the configuration and in the files that it names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from connector import documents
from connector.adapter.registry import spec_of
from connector.config import Config, Report, validate
from connector.documents import Places, is_typographic
from connector.errors import ConfigError, Problem, StateError
from connector.loop.connect import Files, read_files
from connector.mapping import MarketingMapping
from connector.scoring import ScoringModel, oddities, unknown_names
from connector.state.lists import stored_assets, stored_types
from connector.state.store import Store


def everything_wrong(path: Path, environ: Mapping[str, str], today: date, *, strict: bool) -> Report:
    """Mistakes and warnings; with `strict` every warning is a mistake."""
    odd: list[Problem] = []

    def check_files(config: Config, places: Places) -> Sequence[Problem]:
        try:
            odd.extend(_oddities(config, read_files(config), places))
            odd.extend(_begins_ahead(config, places, today))
        except ConfigError as error:
            return error.problems
        return ()

    report = validate(path, environ, spec_of, strict=strict, check_files=check_files)
    if strict:
        return Report((*report.problems, *odd))
    return Report(report.problems, (*report.warnings, *odd))


def _oddities(config: Config, files: Files, places: Places) -> Iterator[Problem]:
    for marketing in files.marketing.values():
        yield from marketing.warnings
    for crm in files.crm.values():
        yield from crm.warnings
    spec, of_model = documents.read(config.scoring, ScoringModel)
    types, assets = _stored(config)
    types |= {name for mapping in files.marketing.values() for name in _types(mapping)}
    attributes = {line.to for mapping in files.marketing.values() for line in mapping.file.contact}
    yield from _taken_by_none(config, places, attributes)
    yield from _foreign_mappings(config, files, places)
    mapped = [one.places for one in files.marketing.values()] + [one.places for one in files.crm.values()]
    yield from _in_word_quotes([places, of_model, *mapped])
    yield from oddities(spec, of_model)
    yield from unknown_names(spec, of_model, attributes=attributes, types=types, assets=assets)


def _taken_by_none(config: Config, places: Places, filled: Collection[str]) -> Iterator[Problem]:
    """What `take` asks and no mapping fills: it would pass every lead by, without a word."""
    for name, crm in config.crm.items():
        for asked in crm.take or ():
            if asked not in filled:
                close = get_close_matches(asked, filled, n=1)
                remedy = (
                    f"did you mean '{close[0]}'?" if close else "name an attribute that a mapping of marketing fills"
                )
                message = f"no mapping fills the attribute '{asked}', and `take` finds it blank for every lead"
                yield places.key_problem(("crm", name, "take", asked), message, remedy)


def _begins_ahead(config: Config, places: Places, today: date) -> Iterator[Problem]:
    """A first day that is still to come, by a slip of the year: nothing would be read, without a word."""
    named = [("marketing", name, one.since) for name, one in config.marketing.items()]
    named += [("crm", name, one.since) for name, one in config.crm.items()]
    for side, name, since in named:
        if since is not None and since > today:
            remedy = "write how far back the first read goes"
            yield places.problem((side, name, "since"), "this day is still to come: nothing is read", remedy=remedy)


def _foreign_mappings(config: Config, files: Files, places: Places) -> Iterator[Problem]:
    """A mapping that names another platform than the connection's: a path that was copied and not changed."""
    named = [("marketing", name, files.marketing[name].platform, one.adapter) for name, one in config.marketing.items()]
    named += [("crm", name, files.crm[name].platform, one.adapter) for name, one in config.crm.items()]
    for side, name, platform, adapter in named:
        if platform != adapter:
            message = f"this mapping is for '{platform}', and the connection's adapter is '{adapter}'"
            yield places.problem((side, name, "mapping"), message, remedy="name the mapping of this platform")


def _in_word_quotes(files: Sequence[Places]) -> Iterator[Problem]:
    for places in files:
        for path, text in places.texts():
            if is_typographic(text):
                message = "these quotes are a part of the text, and are compared and sent with it"
                yield places.problem(path, message, remedy="write \" or ', or none")


def _types(mapping: MarketingMapping) -> Iterator[str]:
    """Types that the mapping gives by name; one taken from a field may be any of its values."""
    for line in mapping.file.activities:
        if isinstance(line.type, str):
            yield line.type
        else:
            yield from (str(value) for value in (line.type.values or {}).values())


def _stored(config: Config) -> tuple[set[str], set[str] | None]:
    """Types and assets of the stored activities. Without any, an asset that nobody knows says nothing."""
    try:
        store = Store.open_to_read(config.state)
    except StateError:
        return set(), None
    try:
        return stored_types(store.read()), stored_assets(store.read()) or None
    finally:
        store.close()
