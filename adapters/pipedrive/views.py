"""A record of Pipedrive as mappings see it: one value per name, whatever version told it and in what shape."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from adapters.pipedrive.columns import LEAD, OF_PERSON, PERSON, Column
from adapters.pipedrive.schema import Schema
from adapters.pipedrive.values import decoded
from connector.errors import ContractError
from connector.model import Json


def moment(text: Any) -> datetime:
    """A time as any of the versions writes it; without an offset it is UTC. Raises ContractError."""
    try:
        at = datetime.fromisoformat(str(text))
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ContractError("Pipedrive told a moment that cannot be read", code="bad_time") from error


def raw(object_name: str, row: Json, column: Column) -> Any:
    """What stands in the place of a field: version 1 keeps custom fields at the top, version 2 in a group."""
    if column.custom:
        custom = row if object_name == LEAD else row.get("custom_fields") or {}
        return custom.get(column.code)
    return row.get(column.code)


def key_of(object_name: str, row: Json, column: Column | None) -> str | None:
    """The leadloop_id that a record carries."""
    value = raw(object_name, row, column) if column else None
    return str(value) if value else None


def primary(entries: Any) -> str | None:
    """The first address or number of a person: the primary one, else any."""
    listed = [one for one in entries or () if isinstance(one, Mapping) and one.get("value")]
    best = next((one for one in listed if one.get("primary")), listed[0] if listed else None)
    return str(best["value"]) if best else None


def emails_of(person: Json) -> list[str]:
    """All addresses of a person, as they are compared."""
    return [str(one["value"]).strip().lower() for one in person.get("emails") or () if one.get("value")]


class View:
    """Reads fields by their names. `person` is the person behind a lead or deal, where it is known."""

    def __init__(self, schema: Schema, key: str | None) -> None:
        self._schema = schema
        self._key = key

    def fields(self, object_name: str, row: Json, names: Any, person: Json | None = None) -> dict[str, Any]:
        """The values of these fields; one that the company does not have is blank."""
        return {name: self.value(object_name, row, name, person) for name in names}

    def value(self, object_name: str, row: Json, name: str, person: Json | None = None) -> Any:
        """The value of a field."""
        column = self._schema.find(object_name, name)
        if column is None:
            return None
        if not column.custom and column.name in OF_PERSON:
            return _of_person(row if object_name == PERSON else person, column.name)
        if not column.custom and column.name == "is_ours":
            key = self._schema.find(object_name, self._key) if self._key else None
            return key_of(object_name, row, key) is not None
        if not column.custom and column.name in _DERIVED:
            return _DERIVED[column.name](self._schema, object_name, row)
        return decoded(column, raw(object_name, row, column))


def _of_person(person: Json | None, name: str) -> Any:
    if person is None:
        return None
    return person.get("name") if name == "name" else primary(person.get(f"{name}s"))


def _labels(schema: Schema, object_name: str, row: Json) -> list[str] | None:
    names = schema.labels(object_name).names if row.get("label_ids") else {}
    return [names[one] for one in row.get("label_ids") or () if one in names] or None


def _money(_schema: Schema, _object: str, row: Json) -> Any:
    """The amount: leads keep it together with its currency."""
    value = row.get("value")
    return value.get("amount") if isinstance(value, Mapping) else value


def _currency(_schema: Schema, _object: str, row: Json) -> Any:
    value = row.get("value")
    return value.get("currency") if isinstance(value, Mapping) else row.get("currency")


def _stage(part: str) -> Any:
    def read(schema: Schema, _object: str, row: Json) -> Any:
        stage = schema.stages().get(int(row.get("stage_id") or 0))
        return getattr(stage, part) if stage else None

    return read


_DERIVED: Mapping[str, Any] = {
    "labels": _labels, "value": _money, "currency": _currency, "stage": _stage("name"), "stage_order": _stage("order"),
    "pipeline": _stage("pipeline"),
}  # fmt: skip
