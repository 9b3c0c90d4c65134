"""May we, and is everything there? The lines of `check` and `doctor` for one org."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from adapters.salesforce import describing
from adapters.salesforce.api import Api
from adapters.salesforce.history import TABLES, History
from adapters.salesforce.tasks import TASK
from connector.adapter import CheckLine, Options
from connector.errors import RemoteRefusal
from connector.model import Json

LOW_SHARE = 0.2


def lines(api: Api, options: Options, history: History, key_objects: Sequence[str]) -> Iterator[CheckLine]:
    """Limits, identity, fields of every object that the mapping names, history, and how tasks are kept single."""
    yield _limits(api.get("limits"))
    yield _identity(api)
    for object_name in dict.fromkeys([*key_objects, *(name for name in options.fields if name)]):
        yield from _object(api, options, object_name, has_key=object_name in key_objects)
        if object_name in TABLES and object_name in options.fields:
            yield _history(history, object_name)
    yield from _task_key(api, str(options.values.get("task_key") or ""))


def _limits(told: Json) -> CheckLine:
    daily: Mapping[str, int] = told.get("DailyApiRequests") or {}
    allowed, left = int(daily.get("Max", 0)), int(daily.get("Remaining", 0))
    what = f"{left} of {allowed} API calls left today"
    if left < allowed * LOW_SHARE:
        return CheckLine("warn", what, "other integrations use this budget too: see Setup > Company Information")
    return CheckLine("ok", what)


def own_user(api: Api) -> Json:
    """Who we are; empty where we may not know. An app without the scope `id` is refused here and still works."""
    answer = api.client.request("GET", "/services/oauth2/userinfo", accept=(403, 404))
    return dict(answer.json()) if answer.status == 200 else {}


def _identity(api: Api) -> CheckLine:
    told = own_user(api)
    if not told:
        return CheckLine("warn", "signed in; the app may not say as whom", "add the scope 'id' to the app to see it")
    return CheckLine("ok", f"signed in as user {told.get('user_id')} of org {told.get('organization_id')}")


def _object(api: Api, options: Options, object_name: str, *, has_key: bool) -> Iterator[CheckLine]:
    try:
        told = {one["name"]: one for one in api.describe(object_name)["fields"]}
    except RemoteRefusal as refusal:
        if refusal.means not in ("gone", "config"):
            raise
        yield CheckLine("fail", f"{object_name} cannot be seen", "give the integration user access to this object")
        return
    named = options.fields.get(object_name, ())
    missing = sorted(name for name in named if "." not in name and name not in told)
    if missing:
        yield CheckLine(
            "fail", f"{object_name} lacks, or hides from this user: {', '.join(missing)}",
            f"create the fields or set their field-level security; 'leadloop prepare {options.connection}' says how",
        )  # fmt: skip
    else:
        yield CheckLine("ok", f"{object_name}: all {len(named)} fields of the mapping are visible")
    if has_key:
        yield _key(object_name, options, told)


def _key(object_name: str, options: Options, told: Mapping[str, Json]) -> CheckLine:
    key = options.key
    if key is None:
        return CheckLine("fail", f"{object_name}: the mapping names no key", "set `key` to an External ID field")
    if key not in told:
        next_step = f"'leadloop prepare {options.connection}' says how to make it"
        return CheckLine("fail", f"{object_name}.{key} is missing or hidden", next_step)
    faults = describing.key_faults(told[key])
    if faults:
        return CheckLine("fail", f"{object_name}.{key}: {'; '.join(faults)}", "edit the field in Setup")
    return CheckLine("ok", f"{object_name}.{key} is an External ID and unique")


def _history(history: History, object_name: str) -> CheckLine:
    if history.is_kept(object_name):
        return CheckLine("ok", f"{object_name} keeps a history: decisions have their moment and author")
    return CheckLine(
        "warn", f"{object_name} keeps no history: decisions are dated by the poll that sees them",
        f"Setup > Object Manager > {object_name} > Set History Tracking",
    )  # fmt: skip


def _task_key(api: Api, key: str) -> Iterator[CheckLine]:
    if not key:
        return
    told = {one["name"]: one for one in api.describe(TASK)["fields"]}
    if key in told and told[key]["externalId"]:
        yield CheckLine("ok", f"{TASK}.{key} keeps tasks single")
    else:
        yield CheckLine("fail", f"{TASK}.{key} is missing, hidden or no External ID", "create it on Activity in Setup")
