"""The account's contact fields: which there are, how their values travel, and making those that feedback writes.

A custom field is called by its personalisation tag (`LEADLOOP_SCORE`), which people see as %LEADLOOP_SCORE%.
Source: https://developers.activecampaign.com/reference/contact-custom-fields-api-guide
Quirk:  a new field is shown nowhere until it is related to a list; list 0 stands for all of them.
Quirk:  several values of one field travel as `||a||b||`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from adapters.activecampaign.asking import API, everything, table
from connector.adapter import Client
from connector.errors import AuthError, RecordError, RemoteRefusal
from connector.model import Field, Json

T = TypeVar("T")
AGAIN_AFTER: Final = timedelta(minutes=1)
STANDARD: Final = {"email": "Email", "firstName": "First name", "lastName": "Last name", "phone": "Phone"}
"""Fields that every account has and that may be written."""
BESIDE: Final = (
    "id", "orgname", "cdate", "udate", "deleted", "bounced_hard", "bounced_soft", "tags", "lists", "subscription",
    "accounts", "contactData",
)  # fmt: skip
"""What a flattened record holds besides (read-only)."""
TYPES: Final = {
    "text": "text", "textarea": "text", "hidden": "text", "date": "date", "datetime": "datetime", "number": "number",
    "currency": "number", "dropdown": "picklist", "radio": "picklist", "listbox": "multi", "checkbox": "multi",
}  # fmt: skip
TEXT_LENGTH: Final = 255
_EVERY_LIST: Final = "0"
_MARK: Final = "||"


class Fields:
    """The fields of contacts, asked for once; again when a name is not among them, a minute later at the earliest."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._rows: dict[str, Json] | None = None
        self._names: dict[str, str] = {}
        self._asked_at: datetime | None = None

    def all(self) -> dict[str, Json]:
        """Custom fields by name, as ActiveCampaign describes them."""
        return self._asked() if self._rows is None else self._rows

    def name_of(self, id_: str) -> str:
        """The name of a custom field by its id; the id itself when there is none."""
        return self._by_id().get(id_) or self._looked_again(self._by_id).get(id_, id_)

    def get(self, name: str) -> Json:
        """A custom field by its name, whatever its case. Raises RecordError when the account has none."""
        key = name.upper()
        found = self.all().get(key) or self._looked_again(self.all).get(key)
        if found is None:
            raise RecordError(f"the account has no contact field '{name}'", code="unknown_field", field=name)
        return found

    def kind_of(self, name: str) -> str:
        """Its type in our words; text for what is not a custom field."""
        kind = str(self.all().get(name.upper(), {}).get("type"))
        return TYPES.get(kind, "text")

    def body_of(self, values: Mapping[str, Any]) -> tuple[Json, list[Json]]:
        """Values as a contact carries them: standard ones, and `{"field": id, "value": …}` for the others.

        Raises RecordError when the account lacks one of them.
        """
        standard: Json = {}
        custom: list[Json] = []
        for name, value in values.items():
            if name in STANDARD:
                standard[name] = as_sent(value)
            else:
                custom.append({"field": str(self.get(name)["id"]), "value": as_sent(value)})
        return standard, custom

    def make(self, plan: Sequence[str]) -> dict[str, str]:
        """Make the missing fields of the plan, as texts; field name → `exists`, `created`, or why not."""
        there = self._asked()
        return {name: "exists" if name in STANDARD or name.upper() in there else self._made(name) for name in plan}

    def _asked(self) -> dict[str, Json]:
        self._rows = {name_in(row): row for row in everything(self._client, "fields", "fields")}
        self._names = {str(row["id"]): name for name, row in self._rows.items()}
        self._asked_at = self._client.now()
        return self._rows

    def _by_id(self) -> dict[str, str]:
        self.all()
        return self._names

    def _looked_again(self, look: Callable[[], dict[str, T]]) -> dict[str, T]:
        """Somebody may have made the field meanwhile; not every write to a field that is missing takes a call."""
        if self._asked_at is None or self._client.now() - self._asked_at >= AGAIN_AFTER:
            self._asked()
        return look()

    def _made(self, name: str) -> str:
        title = name.replace("_", " ").capitalize()
        body = {"title": title, "type": "text", "perstag": name.upper(), "visible": 1}
        try:
            made = table(self._client.request("POST", f"{API}/fields", json={"field": body})).get("field") or {}
            related = {"fieldRel": {"field": str(made.get("id")), "relid": _EVERY_LIST}}
            self._client.request("POST", f"{API}/fieldRels", json=related)
        except (RemoteRefusal, AuthError) as refusal:
            return f"{refusal.code}: {refusal.message}"
        self._rows = None
        called = name_in(made)
        return "created" if called == name.upper() else f"ActiveCampaign called it '{called}': correct the mapping"


def name_in(row: Mapping[str, Any]) -> str:
    """What a field is called: its personalisation tag without signs around it, else its id."""
    return str(row.get("perstag") or row.get("id")).strip("%").upper()


def fields_of(table_of: Fields) -> list[Field]:
    """All fields: the standard ones, the account's own, and what a record holds beside them."""
    found = [Field("", name, label, unique=name == "email") for name, label in STANDARD.items()]
    found += [_field(name, row) for name, row in table_of.all().items()]
    return found + [Field("", name, writable=False) for name in BESIDE]


def _field(name: str, row: Mapping[str, Any]) -> Field:
    kind = str(row.get("type"))
    return Field(
        object="",
        name=name,
        label=str(row.get("title") or ""),
        type=TYPES.get(kind, kind),
        max_length=TEXT_LENGTH if kind == "text" else None,
        required=str(row.get("isrequired")) == "1",
        custom=True,
    )


def as_sent(value: Any) -> str:
    """A value as a field takes it: always a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return _MARK + "".join(f"{item}{_MARK}" for item in value) if value else ""
    return str(value)


def as_read(value: Any) -> Any:
    """A value as it was meant: a list where several travelled as one text."""
    text = str(value) if value is not None else ""
    if len(text) > len(_MARK) and text.startswith(_MARK) and text.endswith(_MARK):
        return [item for item in text.split(_MARK) if item]
    return value


def is_same(ours: Any, theirs: Any, kind: str) -> bool:
    """Does the field hold what was written? A date may come back with a time and an offset."""
    sent, held = as_sent(ours), as_sent(theirs)
    if kind in ("date", "datetime") and sent and held:
        return sent[:10] == held[:10]
    return sent == held
