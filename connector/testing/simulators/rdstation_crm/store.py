"""The rows of the simulated account: what both versions of the API read and write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final

from connector.testing.simulators.rdstation_crm import wording

Row = dict[str, Any]
OWNER: Final = "62e000000000000000000001"
"""The user whose token signs in; what is made through the API is theirs."""
SELLER: Final = "62e000000000000000000002"
PIPELINES: Final = (
    ("Funil de Vendas 01", ("Sem contato", "Contato feito", "Identificação do interesse", "Proposta enviada")),
    ("Pós-venda", ("Entrada", "Em andamento")),
)
REASONS: Final = (
    "Sem orçamento", "Sem timing", "Sem contato", "Dados inválidos", "Fora do perfil", "Não é o decisor",
    "Concorrente", "Já é cliente", "Duplicado", "Fornecedor", "Outro", "Reciclar: sem timing",
)  # fmt: skip
OPTIONS: Final = ("option", "multiple_choice")
TYPES: Final = ("text", "date", *OPTIONS)
SHORTEST: Final = 2


@dataclass(slots=True)
class FieldDef:
    """A custom field of deals."""

    id: str
    label: str
    type: str = "text"
    options: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        """What version 2 calls it."""
        return self.label.casefold().replace(" ", "_")


@dataclass(slots=True)
class Store:
    """Rows by id.

    `search_lag_s` is how long a search does not show a new contact; `is_fuzzy`: it also shows those whose address only
    holds what was searched for.
    """

    clock: Callable[[], datetime]
    search_lag_s: float = 20.0
    is_fuzzy: bool = False
    contacts: dict[str, Row] = field(default_factory=dict)
    deals: dict[str, Row] = field(default_factory=dict)
    tasks: dict[str, Row] = field(default_factory=dict)
    notes: dict[str, Row] = field(default_factory=dict)
    fields: dict[str, FieldDef] = field(default_factory=dict)
    stages: list[Row] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        for pipeline, names in PIPELINES:
            pipeline_id = self.new_id()
            for order, name in enumerate(names, 1):
                self.stages.append(
                    {
                        "id": self.new_id(),
                        "name": name,
                        "order": order,
                        "pipeline_id": pipeline_id,
                        "pipeline": pipeline,
                    }
                )
        self.reasons = {self.new_id(): wording for wording in REASONS}

    def new_id(self) -> str:
        """24 hexadecimal digits."""
        return f"6503{next(self._numbers):020x}"

    def stage(self, stage_id: str) -> Row:
        return next(one for one in self.stages if one["id"] == stage_id)

    # Contacts.

    def make_contact(self, values: Mapping[str, Any], *, checked: bool = True) -> Row:
        """A new contact. Raises Refused when it is checked, as the API does."""
        name = str(values.get("name") or "")
        if checked and len(name) < SHORTEST:
            raise wording.unfit("name", wording.TOO_SHORT)
        if checked and any(one["name"].casefold() == name.casefold() for one in self.contacts.values()):
            raise wording.name_taken(name)
        now = self.clock()
        row: Row = {
            "id": self.new_id(), "name": name, "job_title": values.get("job_title"),
            "emails": list(values.get("emails") or ()), "phones": list(values.get("phones") or ()),
            "created_at": now, "updated_at": now, "visible_at": now + timedelta(seconds=self.search_lag_s),
        }  # fmt: skip
        self.contacts[row["id"]] = row
        return row

    def change_contact(self, row: Row, values: Mapping[str, Any]) -> Row:
        """A contact changed; lists are replaced, its deals too when they are given."""
        for deal in self.deals.values():
            if "deal_ids" in values:
                others = [one for one in deal["contact_ids"] if one != row["id"]]
                deal["contact_ids"] = [*others, row["id"]] if deal["id"] in values["deal_ids"] else others
        row.update({name: values[name] for name in ("name", "job_title", "emails", "phones") if name in values})
        row["updated_at"] = self.clock()
        return row

    def contacts_with(self, email: str) -> list[Row]:
        """What a search for an address finds by now, in any case."""
        wanted = email.strip().lower()
        return [
            row
            for row in self.contacts.values()
            if row["visible_at"] <= self.clock() and any(self._finds(wanted, one["email"]) for one in row["emails"])
        ]

    def _finds(self, wanted: str, email: str) -> bool:
        return wanted in email.lower() if self.is_fuzzy else wanted == email.lower()

    def deals_of(self, contact_id: str) -> list[Row]:
        return [deal for deal in self.deals.values() if contact_id in deal["contact_ids"]]

    # Deals.

    def make_deal(self, values: Mapping[str, Any], by: str = OWNER, at: datetime | None = None) -> Row:
        """A new deal, always ongoing."""
        now = at or self.clock()
        stage_id = values.get("stage_id") or self.stages[0]["id"]
        row: Row = {
            "id": self.new_id(), "name": values["name"], "status": "ongoing", "stage_id": stage_id,
            "owner_id": values.get("owner_id") or by, "lost_reason_id": None, "lost_note": None, "total_price": 0,
            "rating": values.get("rating") or 1, "closed_at": None, "created_at": now, "updated_at": now,
            "custom": dict(values.get("custom") or {}), "contact_ids": list(values.get("contact_ids") or ()),
            "moves": [(stage_id, now)],
        }  # fmt: skip
        self.deals[row["id"]] = row
        return row

    def change_deal(self, row: Row, values: Mapping[str, Any], at: datetime | None = None) -> Row:
        """A deal changed; custom fields that are not named keep their values."""
        now = at or self.clock()
        if values.get("stage_id", row["stage_id"]) != row["stage_id"]:
            row["moves"].append((values["stage_id"], now))
        row["custom"].update(values.get("custom") or {})
        row.update({name: value for name, value in values.items() if name != "custom"})
        row["updated_at"] = now
        return row

    # Custom fields.

    def add_field(self, label: str, type_: str = "text", options: tuple[str, ...] = ()) -> FieldDef:
        made = FieldDef(self.new_id(), label, type_, options)
        self.fields[made.id] = made
        return made

    def field_named(self, label: str) -> FieldDef:
        return next(one for one in self.fields.values() if one.label == label)

    def checked(self, custom: Mapping[str, Any]) -> Row:
        """Values of custom fields by id, as they are kept. Raises Refused."""
        return {code: self._checked(code, value) for code, value in custom.items()}

    def _checked(self, code: str, value: Any) -> Any:
        field = self.fields.get(code)
        if field is None:
            raise wording.no_field(code)
        if value is None:
            return None
        if field.type == "text" and (not isinstance(value, str) or len(value) < SHORTEST):
            raise wording.unfit(field.label, wording.TOO_SHORT)
        chosen = value if isinstance(value, list) else [value]
        if field.type in OPTIONS and not set(chosen) <= set(field.options):
            raise wording.unfit(field.label, "não está incluído na lista")
        return value
