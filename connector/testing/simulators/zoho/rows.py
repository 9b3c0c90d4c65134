"""Rows as the API makes and changes them, held against the fields of the account.

A field that the account does not have is ignored without a word, and choices take any text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from connector.testing.simulators.zoho.store import Store
from connector.testing.simulators.zoho.users import INTEGRATION_USER, user
from connector.testing.simulators.zoho.wording import Row, fault, saved

MAX_ROWS: Final = 100
DEMANDED: Final[Mapping[str, Sequence[str]]] = {
    "Leads": ("Last_Name", "Company"), "Contacts": ("Last_Name",), "Deals": ("Deal_Name", "Stage"),
    "Tasks": ("Subject",), "Notes": ("Note_Content", "Parent_Id"),
}  # fmt: skip


class Rows:
    """What the API says of each row that it is given."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def insert(self, module: str, index: int, sent: Row) -> Row:
        """Make a row."""
        refusal = self._faults(module, index, sent, None)
        return refusal or saved(self._make(module, sent), "insert")

    def update(self, module: str, index: int, sent: Row) -> Row:
        """Change a row by its id."""
        place = f"$.data[{index}].id"
        row = self.store.rows[module].get(str(sent.get("id")))
        if row is None:
            return fault("INVALID_DATA", "the id given seems to be invalid", api_name="id", json_path=place)
        if row.get("Converted__s"):
            return fault("CONVERTED_RECORD", "the record is converted", api_name="id", json_path=place)
        if row["id"] in self.store.locked:
            self.store.locked.discard(row["id"])
            return fault("RECORD_LOCKED", "the record is locked", id=row["id"])
        refusal = self._faults(module, index, sent, row)
        return refusal or saved(self._change(module, row, sent), "update")

    def upsert(self, module: str, index: int, sent: Row, checked: Sequence[str]) -> Row:
        """Change the row that holds the value of a checked field, the first of several, else make one.

        Converted leads are not among them.
        """
        for name in checked:
            found = self.holding(module, name, sent.get(name))
            if found is not None:
                refusal = self._faults(module, index, sent, found)
                return refusal or saved(self._change(module, found, sent), "update", field=name, is_upsert=True)
        refusal = self._faults(module, index, sent, None)
        return refusal or saved(self._make(module, sent), "insert", is_upsert=True)

    def holding(self, module: str, name: str, value: Any) -> Row | None:
        """The live row that holds a value."""
        if value in (None, ""):
            return None
        wanted = str(value).casefold()
        rows = self.store.rows[module].values()
        return next(
            (row for row in rows if str(row.get(name)).casefold() == wanted and not row.get("Converted__s")), None
        )

    def _faults(self, module: str, index: int, sent: Row, row: Row | None) -> Row | None:
        fields = self.store.fields[module]
        for name in DEMANDED[module]:
            place = f"$.data[{index}].{name}"
            if (row is None or name in sent) and sent.get(name) in (None, ""):
                return fault("MANDATORY_NOT_FOUND", "required field not found", api_name=name, json_path=place)
        for name, value in sent.items():
            place = f"$.data[{index}].{name}"
            wrong = fields[name].fault(value, place) if name in fields else None
            if wrong is not None:
                return wrong
            other = self.holding(module, name, value) if name in fields and fields[name].unique else None
            if other is not None and (row is None or other["id"] != row["id"]):
                return fault("DUPLICATE_DATA", "duplicate data", api_name=name, json_path=place, id=other["id"])
        return self._parent_fault(module, index, sent)

    def _parent_fault(self, module: str, index: int, sent: Row) -> Row | None:
        """Tasks and notes hang on a record that is there."""
        for name in ("What_Id", "Who_Id", "Parent_Id") if module in ("Tasks", "Notes") else ():
            parent = sent.get(name)
            if parent is None:
                continue
            of_notes = (parent.get("module") or {}).get("api_name")
            where = of_notes or ("Contacts" if name == "Who_Id" else sent.get("$se_module"))
            if str(parent.get("id")) not in self.store.rows.get(str(where), {}):
                return fault("INVALID_DATA", api_name=name, json_path=f"$.data[{index}].{name}")
        return None

    def _kept(self, module: str, sent: Row) -> Row:
        known = self.store.fields[module]
        return {name: value for name, value in sent.items() if name in known and name != "id"}

    def _make(self, module: str, sent: Row) -> Row:
        blank: Row = {"id": self.store.new_id(), "Owner": user(INTEGRATION_USER), "Tag": []}
        if module == "Leads":
            blank |= {"Converted__s": False, "Lead_Status": None}
        return self.store.put(module, blank, self._kept(module, sent), INTEGRATION_USER)

    def _change(self, module: str, row: Row, sent: Row) -> Row:
        return self.store.put(module, row, self._kept(module, sent), INTEGRATION_USER)
