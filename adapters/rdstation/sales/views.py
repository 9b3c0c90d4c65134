"""A deal as mappings see it: one value per name, whichever version told it and in what shape."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from adapters.rdstation.sales.columns import OF_CONTACT, Column
from adapters.rdstation.sales.rows import Contact, Deal, Move
from adapters.rdstation.sales.schema import Schema
from adapters.rdstation.sales.values import decoded
from connector.model import FieldChange

_OF_STAGE: Final = {"stage": "name", "stage_order": "order", "pipeline": "pipeline", "pipeline_id": "pipeline_id"}


class View:
    """Reads fields by their names. `key` is the name of the field that holds our key."""

    def __init__(self, schema: Schema, key: str | None) -> None:
        self._schema = schema
        self._key = key

    def fields(self, deal: Deal, names: Iterable[str], contact: Contact | None) -> dict[str, Any]:
        """The values of these fields; one that the account does not have is blank."""
        return {name: self.value(deal, name, contact) for name in names}

    def value(self, deal: Deal, name: str, contact: Contact | None) -> Any:
        """The value of a field; `contact` is the deal's first one, where it is known."""
        column = self._schema.find(name)
        if column is None:
            return None
        if column.custom:
            return decoded(column, deal.custom.get(column.code))
        if column.name in OF_CONTACT:
            return getattr(contact, OF_CONTACT[column.name]) if contact else None
        return self._standard(deal, column)

    def key_of(self, deal: Deal) -> str | None:
        """The leadloop_id that a deal carries."""
        column = self._schema.find(self._key) if self._key else None
        value = deal.custom.get(column.code) if column else None
        return str(value) if value else None

    def history(self, deal: Deal, names: Iterable[str]) -> list[FieldChange]:
        """The stages that a deal went through, as changes of what mappings ask of stages. Nobody is named there."""
        found: list[FieldChange] = []
        before: Move | None = None
        for move in deal.moves:
            for name in names:
                old, new = (self._of_move(one, name) for one in (before, move))
                if new != old:
                    found.append(FieldChange(move.at, name, old, new))
            before = move
        return found

    def _standard(self, deal: Deal, column: Column) -> Any:
        if column.name == "is_ours":
            return self.key_of(deal) is not None
        if column.name in ("stage", "stage_order", "pipeline"):
            return getattr(self._schema.stage(deal.stage_id), _OF_STAGE[column.name], None)
        if column.name == "lost_reason":
            return self._schema.reason(deal.lost_reason_id) or deal.lost_reason
        if column.name in ("created_at", "updated_at"):
            return getattr(deal, column.name).isoformat()
        return getattr(deal, column.name)

    def _of_move(self, move: Move | None, name: str) -> Any:
        if move is None:
            return None
        if name == "stage_id":
            return move.stage_id
        part = _OF_STAGE.get(name)
        return getattr(self._schema.stage(move.stage_id), part, None) if part else None
