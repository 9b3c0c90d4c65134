"""What one connection's account says: credentials, scopes, and whether its fields fit the mapping."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from connector.cli.lines import Line, attempt, ok, warn
from connector.errors import ConfigError
from connector.http import HttpClient
from connector.loop.context import Crm, Loop, Marketing
from connector.mapping import Finding, check_crm, check_marketing
from connector.model import Field

CLOCKS_APART = timedelta(minutes=1)
"""Sign-ins by a signed assertion fail soon after this; windows of reading shift by it."""


def connections(loop: Loop, name: str | None = None) -> list[Marketing | Crm]:
    """The connections, or the one of that name. Raises ConfigError when there is none."""
    found: list[Marketing | Crm] = [*loop.marketing, *loop.crm]
    if name is None:
        return found
    named = [one for one in found if one.name == name]
    if not named:
        known = ", ".join(one.name for one in found)
        raise ConfigError(f"no connection is called '{name}'", code="unknown_connection", hint=f"configured: {known}")
    return named


def check_lines(loop: Loop, name: str | None = None) -> list[Line]:
    """Everything that the accounts say of themselves and of the mappings; one that fails hides no other."""
    return [line for one in connections(loop, name) for line in attempt(one.name, partial(_lines, one))]


def _lines(one: Marketing | Crm) -> Iterator[Line]:
    if isinstance(client := one.adapter.client, HttpClient):
        client.prove_credentials()
    for line in one.adapter.check():
        yield Line(one.name, line.level, line.what, line.next_step, code=1)
    yield from _clock(one)
    findings = mapping_findings(one)
    for finding in findings:
        place = f"{finding.problem.file}:{finding.problem.line}: {finding.problem.message}"
        yield Line(one.name, finding.level, place, finding.problem.remedy, code=ConfigError.exit_code)
    if not findings:
        yield ok(one.name, "the mapping fits the account's fields")


def _clock(one: Marketing | Crm) -> Iterator[Line]:
    client = one.adapter.client
    if isinstance(client, HttpClient) and abs(client.clock_ahead) > CLOCKS_APART:
        side = "ahead of" if client.clock_ahead > timedelta() else "behind"
        span = timedelta(seconds=round(abs(client.clock_ahead).total_seconds()))
        yield warn(one.name, f"its clock is {span} {side} ours", "set this machine's clock by NTP")


def mapping_findings(one: Marketing | Crm) -> list[Finding]:
    """Where the mapping and the account's real fields do not fit."""
    if isinstance(one, Marketing):
        return check_marketing(one.mapping, one.adapter.fields(), connection=one.name)
    unique = one.spec.capabilities.upsert
    return check_crm(one.mapping, fields_of(one), unique_key=unique, connection=one.name)


def fields_of(one: Marketing | Crm) -> list[Field]:
    """The account's real fields, of every object that the mapping names."""
    if isinstance(one, Marketing):
        return list(one.adapter.fields())
    objects = dict.fromkeys([*one.mapping.objects, *one.mapping.reads])
    return [field for name in objects for field in one.adapter.fields(name)]
