"""The model of a connection as one adapter declares it: its credentials, its options, the addresses it needs.

An option exists once, in the adapter's spec. From there come its check here, its line in the JSON Schema and its line
in the sample that `init` writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, Field, SecretStr, create_model

from connector.adapter.declared import OAuth, Option, Spec
from connector.config.kinds import Name, Text, WebAddress
from connector.config.models import Config, Connection, Credentials, CrmConnection, Guard, MarketingConnection, Side
from connector.documents import Wrong

SpecOf = Callable[[Side, str], Spec]
"""Looks an adapter up by side and name. Raises ConfigError, its hint naming those installed."""

C = TypeVar("C", bound=Connection)
_TYPES: Mapping[str, Any] = {"text": Text, "texts": tuple[Text, ...], "number": float, "boolean": bool}
_SECRET = Annotated[SecretStr, Field(min_length=1)]


def config_model(marketing: Sequence[Spec], crm: Sequence[Spec]) -> type[Config]:
    """The configuration's model for these adapters: `adapter:` tells which connection is checked by which."""
    groups: dict[str, Any] = {
        "marketing": (_named(_one_of(MarketingConnection, marketing)), ...),
        "crm": (_named(_one_of(CrmConnection, crm)), {}),
    }
    return create_model("Config", __base__=Config, **groups)


def _named(connection: Any) -> Any:
    return Mapping[Name, connection]


def _one_of(base: type[C], specs: Sequence[Spec]) -> Any:
    models = [_connection(base, spec) for spec in specs]
    if len(models) < 2:  # pydantic tells members of a union apart, and one is no union
        return models[0] if models else base
    return Annotated[reduce(or_, models), Field(discriminator="adapter")]


def _connection(base: type[C], spec: Spec) -> type[C]:
    title = f"{spec.name}_{'crm' if base is CrmConnection else 'marketing'}"
    fields: dict[str, Any] = {option.name: _option(option) for option in spec.options}
    fields["adapter"] = (Literal[spec.name], Field(description=spec.title))
    fields["credentials"] = _credentials(title, spec)
    if needs_base_url(spec):
        fields["base_url"] = (WebAddress, Field(description="the account's own address"))
    if needs_auth_url(spec):
        fields["auth_url"] = (WebAddress, Field(description="where the account signs in"))
    if base is CrmConnection and spec.network:
        fields["guard"] = (Guard, Guard())
    return create_model(title, __base__=base, **fields)


def needs_base_url(spec: Spec) -> bool:
    """Is the API's address the account's own, told by neither the declaration nor the sign-in?"""
    told = any(isinstance(auth, OAuth) and auth.base_from for auth in spec.auth)
    return spec.network and not spec.base_url and not told


def needs_auth_url(spec: Spec) -> bool:
    """Does the sign-in happen at an address that only the account knows?"""
    return not spec.auth_url and any(isinstance(auth, OAuth) and "{auth}" in auth.token_url for auth in spec.auth)


def _option(option: Option) -> Any:
    kind = Literal[option.choices] if option.choices else _TYPES[option.type]
    if option.required:
        return kind, Field(description=option.help)
    if option.default is None:
        return kind | None, Field(default=None, description=option.help)
    default = (option.default,) if option.type == "texts" else option.default
    return kind, Field(default=default, validate_default=True, description=option.help)


def _credentials(title: str, spec: Spec) -> Any:
    alternatives = [auth.credentials for auth in spec.auth]
    names = dict.fromkeys(name for alternative in alternatives for name in alternative)
    fields: dict[str, Any] = dict.fromkeys(names, (_SECRET | None, None))
    model = create_model(f"{title}_credentials", __base__=Credentials, **fields)
    if not names:
        return model, model()
    return Annotated[model, AfterValidator(_complete(alternatives))], Field()


def _complete(alternatives: Sequence[tuple[str, ...]]) -> Callable[[Credentials], Credentials]:
    """Are all credentials of one way to sign in given? Named as missing is what the likeliest way still lacks."""
    ways = " — or ".join(", ".join(alternative) for alternative in alternatives)

    def check(credentials: Credentials) -> Credentials:
        given = credentials.given()
        lacks = [[name for name in alternative if name not in given] for alternative in alternatives]
        if all(lacks):
            raise Wrong(_missing(min((len(names), names) for names in lacks)[1]), f"give {ways}")
        return credentials

    return check


def _missing(names: Sequence[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    if len(quoted) == 1:
        return f"{quoted[0]} is missing"
    return f"{', '.join(quoted[:-1])} and {quoted[-1]} are missing"
