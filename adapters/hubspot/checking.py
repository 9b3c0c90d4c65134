"""May we, and is everything there? The lines of `check` and `doctor` for one account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adapters.hubspot.api import OPTIONAL, Api
from adapters.hubspot.properties import is_unique
from connector.adapter import CheckLine
from connector.model import Json


def of_object(
    api: Api, connection: str, name: str, fields: Sequence[str], key: str | None = None
) -> Iterator[CheckLine]:
    """Are the properties that the mapping names there, and can the key be one?"""
    listed = api.properties(name)
    if listed is None:
        yield _absent(name)
        return
    told = {str(one["name"]): one for one in listed}
    missing = sorted(set(fields) - told.keys())
    if missing:
        yield CheckLine("fail", f"{name} have no property {', '.join(missing)}", f"run 'leadloop prepare {connection}'")
    else:
        yield CheckLine("ok", f"{name}: all {len(fields)} properties of the mapping are there")
    if key is not None:
        yield _key(name, key, told, connection)


def _absent(name: str) -> CheckLine:
    if name in OPTIONAL:
        step = "it needs Sales Hub Professional and the scope crm.objects.leads.read; else take its decisions out"
        return CheckLine("warn", f"the account, or the token, does not have the object '{name}': it is not read", step)
    return CheckLine("fail", f"the account does not have the object '{name}'", "correct the mapping")


def _key(name: str, key: str, told: dict[str, Json], connection: str) -> CheckLine:
    if key not in told:
        return CheckLine("fail", f"{name} have no property {key}, our key", f"run 'leadloop prepare {connection}'")
    if not is_unique(name, told[key]):
        step = f"delete it and run 'leadloop prepare {connection}': HubSpot cannot make it unique later"
        return CheckLine("fail", f"{name}.{key} takes the same value twice", step)
    return CheckLine("ok", f"{name}.{key} refuses duplicate values: nobody is made twice")
