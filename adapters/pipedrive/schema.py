"""What one company's fields, labels and stages are called, and by which ids: read from the account, kept for minutes.

Source: https://developers.pipedrive.com/docs/api/v1/DealFields, …/LeadLabels, …/Stages
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from adapters.pipedrive.api import Api
from adapters.pipedrive.columns import DEAL, LEAD, PERSON, Column, folded, standard
from adapters.pipedrive.values import type_of
from connector.model import Field, Json

T = TypeVar("T")

KEPT_FOR: Final = timedelta(minutes=10)
"""How long a name is believed: an admin may rename a field, or add an option, while we run."""
LISTS: Final[Mapping[str, str]] = {PERSON: "v2/personFields", LEAD: "v2/dealFields", DEAL: "v2/dealFields"}
LEAD_LABELS: Final = "v1/leadLabels"
_LABEL_CODES: Final = ("label_ids", "label")


class Labels(Struct, frozen=True):
    """The labels of one kind of record: names by id, and the field whose options they are (leads: none)."""

    names: Mapping[Any, str]
    field_code: str | None = None

    def id_of(self, name: str) -> Any:
        """The id of a label; None when there is no such label."""
        return next((one for one, label in self.names.items() if folded(label) == folded(name)), None)


class Stage(Struct, frozen=True):
    """A stage of a pipeline; `order` counts from 1 within it."""

    name: str
    order: int
    pipeline: str


class Schema:
    """The names and ids of one company. Threads may share it: at worst two of them ask for the same list."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._kept: dict[str, tuple[datetime, list[Json]]] = {}
        self._made: dict[str, tuple[list[Json], Any]] = {}

    def columns(self, object_name: str) -> Mapping[str, Column]:
        """Every field of an object by its name as it is compared; a standard one counts before a custom one."""
        rows = self._list(LISTS[object_name])
        return self._once(f"{object_name} columns", rows, lambda: _columns(object_name, rows))

    def find(self, object_name: str, name: str) -> Column | None:
        """A field by its name, or by the code that the API calls it."""
        columns = self.columns(object_name)
        by_name = columns.get(folded(name))
        return by_name or next((one for one in columns.values() if one.code == name), None)

    def named(self, object_name: str, code: str | None) -> str | None:
        """What people call the field of a code, for messages."""
        return next((one.name for one in self.columns(object_name).values() if one.code == code), code)

    def custom_names(self, object_name: str) -> list[str]:
        """The names of an object's custom fields; two may be the same."""
        return [one.name for one in map(_column, self._list(LISTS[object_name])) if one.custom]

    def described(self, object_name: str) -> list[Field]:
        """The fields of an object as the engine knows them, with the options that the account has."""
        choices = {"labels": {name: name for name in self.labels(object_name).names.values()}}
        if object_name == DEAL:
            stages = self.stages()
            choices["stage_id"] = {str(id_): f"{stage.pipeline}: {stage.name}" for id_, stage in stages.items()}
            choices["stage"] = {stage.name: stage.name for stage in stages.values()}
        fields = [one.described(object_name) for one in self.columns(object_name).values()]
        return [replace(one, options=choices[one.name]) if one.name in choices else one for one in fields]

    def labels(self, object_name: str) -> Labels:
        """The labels that records of an object may carry."""
        rows = self._list(LEAD_LABELS if object_name == LEAD else LISTS[object_name])
        return self._once(f"{object_name} labels", rows, lambda: _labels(object_name, rows))

    def stages(self) -> Mapping[int, Stage]:
        """The stages of all pipelines by id."""
        pipelines, rows = self._list("v2/pipelines"), self._list("v2/stages")
        return self._once("stages", rows, lambda: _stages(pipelines, rows))

    def activity_type(self) -> str:
        """The type of the tasks that we make: a call where the company has that, else its first type in use."""
        keys = [str(row["key_string"]) for row in self._list("v1/activityTypes") if row.get("active_flag", True)]
        return next((one for one in ("call", "task") if one in keys), keys[0] if keys else "call")

    def forget(self, older_than_s: float = 0) -> None:
        """Something is not as we believed: ask again for what was told longer ago than this."""
        now = self._api.client.now()
        for path, (at, _) in list(self._kept.items()):
            if (now - at).total_seconds() >= older_than_s:
                self._kept.pop(path, None)

    def _list(self, path: str) -> list[Json]:
        now = self._api.client.now()
        kept = self._kept.get(path)
        if kept is None or now - kept[0] > KEPT_FOR:
            kept = now, self._api.all(path) if path.startswith("v2/") else self._api.whole(path)
            self._kept[path] = kept
        return kept[1]

    def _once(self, name: str, rows: list[Json], make: Callable[[], T]) -> T:
        """What is made of a list, made once for as long as the list is the same."""
        made = self._made.get(name)
        if made is None or made[0] is not rows:
            made = rows, make()
            self._made[name] = made
        result: T = made[1]
        return result


def _columns(object_name: str, rows: list[Json]) -> dict[str, Column]:
    custom = {folded(one.name): one for one in map(_column, rows) if one.custom}
    return {**custom, **{folded(name): one for name, one in standard(object_name).items()}}


def _labels(object_name: str, rows: list[Json]) -> Labels:
    if object_name == LEAD:
        return Labels({row["id"]: str(row["name"]) for row in rows})
    own = (row for row in rows if row.get("field_code") in _LABEL_CODES and not row.get("is_custom_field"))
    field = next(own, None)
    return Labels(_options(field), str(field["field_code"])) if field else Labels({})


def _stages(pipelines: list[Json], rows: list[Json]) -> dict[int, Stage]:
    names = {row["id"]: str(row["name"]) for row in pipelines}
    found: dict[int, Stage] = {}
    orders: dict[int, int] = {}
    for row in sorted(rows, key=lambda row: (row["pipeline_id"], row["order_nr"], row["id"])):
        pipeline = row["pipeline_id"]
        orders[pipeline] = orders.get(pipeline, 0) + 1
        found[row["id"]] = Stage(str(row["name"]), orders[pipeline], names.get(pipeline, str(pipeline)))
    return found


def _column(row: Json) -> Column:
    options = _options(row)
    told = str(row.get("field_type"))
    return Column(
        name=str(row.get("field_name")),
        code=str(row.get("field_code")),
        type=type_of(told, options),
        options=options,
        custom=bool(row.get("is_custom_field")),
    )


def _options(row: Json) -> dict[int, str]:
    return {one["id"]: str(one["label"]) for one in row.get("options") or () if isinstance(one.get("id"), int)}
