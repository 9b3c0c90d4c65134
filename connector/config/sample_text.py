"""The text of a commented leadloop.yaml, made from what the chosen adapters declare.

So it names the credentials and options that they really take: an option exists once, in the adapter's spec.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from connector.adapter.declared import LIMIT_OPTIONS, Option, Spec
from connector.config.connections import needs_auth_url, needs_base_url
from connector.config.models import Side

SCORING = "scoring/b2b.yaml"
REASONS = "reasons.yaml"
SCHEMA = "leadloop.schema.json"

_HEAD = """\
# leadloop's configuration. Check it with: leadloop validate
# ${NAME} is an environment variable (see .env.example), ${file:path} the text of a file.
# Paths are relative to this file. Every key is explained in docs/configuration.md.

state: state/leadloop.db
# secret_key: ${LEADLOOP_SECRET_KEY}    # encrypts stored tokens; without it a key file is kept beside the state
time_zone: UTC                          # reports, cron and the age of activities; such as America/Sao_Paulo
"""

_TAIL = f"""
scoring: mappings/{SCORING}
reasons: mappings/{REASONS}            # the CRM's wording of rejections -> the list of reasons

# identity: {{plus_addresses: distinct, shared_mailboxes: [info, contact, contato, compras, sales, vendas]}}
# consent: {{unknown: pass, email_denied: hold}}
# schedule: {{pull: 5m, push: 1m, decisions: 5m, feedback: 15m, reconcile: "0 3 * * *"}}
# server: {{listen: 127.0.0.1:8321}}
"""

_CRM_LINES = (
    "create: when_missing                # or never: only records that exist already are written",
    "write: linked                       # create at MQL only, keep linked records current; or mql, or all",
    "# take: {country: [BR]}               # which leads go to this CRM; default: all",
)
_NETWORK_CRM_LINES = (
    "# daily_share: 0.5                    # of the account's daily API budget",
    "guard: {creates: 500, changes_percent: 20}   # what one run writes beyond this is held until a person releases it",
)


class SampleConnection(Struct, frozen=True):
    """A connection of the sample: its name, and the adapter behind it."""

    side: Side
    name: str
    spec: Spec

    @property
    def mapping(self) -> str:
        """The shipped mapping to begin with, by its name below `mappings/`."""
        return f"{self.spec.name}-marketing.yaml" if self.side == "marketing" else f"{self.spec.name}.yaml"

    def variable(self, key: str) -> str:
        """The environment variable that the sample names for one of its keys."""
        return f"{self.name}_{key}".upper().replace("-", "_")


def configuration(connections: Sequence[SampleConnection], ask: Callable[[str], None], *, has_schema: bool) -> str:
    """The text of leadloop.yaml; `ask` is told each variable that it names."""
    lines = [f"# yaml-language-server: $schema={SCHEMA}\n"] if has_schema else []
    lines.append(_HEAD)
    for side in ("marketing", "crm"):
        members = [connection for connection in connections if connection.side == side]
        lines += [f"\n{side}:\n"] if members else []
        lines += [f"{line}\n" for member in members for line in _connection(member, ask)]
    return "".join([*lines, _TAIL])


def _connection(connection: SampleConnection, ask: Callable[[str], None]) -> Iterator[str]:
    spec = connection.spec
    yield f"  {connection.name}:".ljust(40) + f"# {spec.title}; the name is yours to choose"
    yield f"    adapter: {spec.name}"
    body = [*_credentials(connection, ask), *_addresses(connection, ask), f"mapping: mappings/{connection.mapping}"]
    body += [line for option in spec.options for line in _option(connection, option, ask)]
    body += _limits(spec)
    body += ["# since: 2026-01-01                   # how far back the first read goes"]
    if connection.side == "crm":
        body += [*_CRM_LINES, *(_NETWORK_CRM_LINES if spec.network else ())]
    yield from (f"    {line}" for line in body)


def _credentials(connection: SampleConnection, ask: Callable[[str], None]) -> Iterator[str]:
    ways = [auth.credentials for auth in connection.spec.auth]
    for way in ways[:1]:
        yield "credentials:"
        yield from (f"  {key}: {_reference(connection, key, ask)}" for key in way)
    for way in ways[1:]:
        yield f"  # or instead: {', '.join(way)}"


def _addresses(connection: SampleConnection, ask: Callable[[str], None]) -> Iterator[str]:
    if needs_base_url(connection.spec):
        yield f"base_url: {_reference(connection, 'base_url', ask)}"
    if needs_auth_url(connection.spec):
        yield f"auth_url: {_reference(connection, 'auth_url', ask)}"
    elif connection.spec.auth_url:
        yield "# where to sign in, if elsewhere: another data centre, a sandbox, an address of your own"
        yield f"# auth_url: {connection.spec.auth_url}"


def _limits(spec: Spec) -> Iterator[str]:
    """The calls that the lowest plan allows, as far as `limits` can change them."""
    windows = {LIMIT_OPTIONS.get(limit.per_s): limit.calls for limit in spec.limits if limit.is_plan}
    shown = ", ".join(f"{option}: {calls}" for option, calls in windows.items() if option)
    if shown:
        yield "# calls that your plan allows; if not said, those of the lowest plan:"
        yield f"# limits: {{{shown}}}"


def _option(connection: SampleConnection, option: Option, ask: Callable[[str], None]) -> Iterator[str]:
    yield f"# {option.help}" + (f" ({' | '.join(option.choices)})" if option.choices else "")
    if not option.required:
        example = option.default or next(iter(option.choices), "…")
        # In quotes: a default such as 61.0 or *.csv would not be read as a text.
        example = f'"{example}"' if option.type in ("text", "texts") else example
        yield f"# {option.name}: " + (f"[{example}]" if option.type == "texts" else example)
        return
    examples = {"number": "1", "boolean": "false"}
    example = next(iter(option.choices), None) or examples.get(option.type) or _reference(connection, option.name, ask)
    yield f"{option.name}: " + (f'["{example}"]' if option.type == "texts" else example)


def _reference(connection: SampleConnection, key: str, ask: Callable[[str], None]) -> str:
    name = connection.variable(key)
    ask(name)
    return f"${{{name}}}"
