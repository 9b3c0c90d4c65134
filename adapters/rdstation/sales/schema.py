"""What one account calls its fields, stages and reasons, and by which ids: read from it, kept for minutes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from msgspec.structs import replace

from adapters.rdstation.sales.api import Api, FieldRow, Stage
from adapters.rdstation.sales.columns import Column, folded, standard, type_of
from adapters.rdstation.sales.rows import LOST, ONGOING, PAUSED, WON
from connector.model import Field

T = TypeVar("T")

KEPT_FOR: Final = timedelta(minutes=10)
"""How long a name is believed: an admin may rename a field, or add an option, while we run."""


class Schema:
    """The names and ids of one account. Threads may share it: at worst two of them ask for the same list."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._kept: dict[str, tuple[datetime, Any]] = {}

    def columns(self) -> Mapping[str, Column]:
        """Every field of deals by its name as it is compared; a standard one counts before a custom one."""
        return self._once("fields", lambda: _columns(self._api.fields()))

    def find(self, name: str) -> Column | None:
        """A field by its name, or by the code that the API calls it."""
        columns = self.columns()
        return columns.get(folded(name)) or next((one for one in columns.values() if one.code == name), None)

    def named(self, code: str | None) -> str | None:
        """What people call the field of a code, for messages."""
        return next((one.name for one in self.columns().values() if one.code == code), code)

    def custom_names(self) -> list[str]:
        """The names of the account's own fields; one that several have is there as often."""
        return self._once("labels", lambda: [row.label for row in self._api.fields()])

    def stages(self) -> Mapping[str, Stage]:
        """The stages of all pipelines by id, in their order."""
        return self._once("stages", lambda: {stage.id: stage for stage in self._api.stages()})

    def reasons(self) -> Mapping[str, str]:
        """The wordings of reasons why deals are lost, by id."""
        return self._once("reasons", self._api.lost_reasons)

    def stage(self, stage_id: str | None) -> Stage | None:
        """A stage by its id, asked for once more when it may be new."""
        return self._by_id("stages", self.stages, stage_id)

    def reason(self, reason_id: str | None) -> str | None:
        """A reason's wording by its id, asked for once more when it may be new."""
        return self._by_id("reasons", self.reasons, reason_id)

    def first_stage(self, pipeline: str | None) -> Stage | None:
        """Where new deals begin: the first stage of a pipeline by its name or id, or of the account's first one."""
        stages = self.stages().values()
        wanted = [one for one in stages if pipeline is None or pipeline == one.pipeline_id]
        wanted = wanted or [one for one in stages if folded(one.pipeline) == folded(pipeline or "")]
        return next((one for one in wanted if one.order == 1), None)

    def described(self) -> list[Field]:
        """The fields of deals as the engine knows them, with the choices that the account has."""
        stages = self.stages().values()
        choices = {
            "status": {word: word for word in (ONGOING, PAUSED, WON, LOST)},
            "stage": {one.name: one.name for one in stages},
            "stage_id": {one.id: f"{one.pipeline}: {one.name}" for one in stages},
            "pipeline": {one.pipeline: one.pipeline for one in stages},
            "pipeline_id": {one.pipeline_id: one.pipeline for one in stages},
            "lost_reason": {wording: wording for wording in self.reasons().values()},
            "lost_reason_id": dict(self.reasons()),
        }
        fields = [one.described() for one in self.columns().values()]
        return [replace(one, options=choices[one.name]) if one.name in choices else one for one in fields]

    def forget(self, older_than_s: float = 0) -> None:
        """Something is not as we believed: ask again for what was told longer ago than this."""
        now = self._api.client.now()
        for name, (at, _) in list(self._kept.items()):
            if (now - at).total_seconds() >= older_than_s:
                self._kept.pop(name, None)

    def _by_id(self, name: str, ask: Callable[[], Mapping[str, T]], id_: str | None) -> T | None:
        if id_ is None:
            return None
        found = ask().get(id_)
        if found is None and self._age_s(name) > 0:
            self._kept.pop(name, None)
            found = ask().get(id_)
        return found

    def _age_s(self, name: str) -> float:
        return (self._api.client.now() - self._kept[name][0]).total_seconds()

    def _once(self, name: str, ask: Callable[[], T]) -> T:
        now = self._api.client.now()
        kept = self._kept.get(name)
        if kept is None or now - kept[0] > KEPT_FOR:
            kept = now, ask()
            self._kept[name] = kept
        result: T = kept[1]
        return result


def _columns(rows: list[FieldRow]) -> dict[str, Column]:
    custom = {
        folded(row.label): Column(
            row.label, row.code, type_of(row.type, row.options), row.options, custom=True, required=row.required
        )
        for row in rows
    }
    return {**custom, **{folded(name): one for name, one in standard().items()}}
