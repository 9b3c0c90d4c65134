"""What ids stand for: tags, accounts, campaigns, forms, lists, automations and links by their names.

Acts and contacts name these by number; scoring models and people by name. Tags and accounts, of which every contact
may have some, are listed once; everything else is asked for by id, each once.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct, field

from adapters.activecampaign.asking import API, everything, is_given, table
from connector.adapter import Client
from connector.errors import ContractError
from connector.model import Json

KINDS: Final = {
    "tags": ("tag", "tag"),
    "accounts": ("account", "name"),
    "campaigns": ("campaign", "name"),
    "forms": ("form", "name"),
    "lists": ("list", "name"),
    "automations": ("automation", "name"),
    "links": ("link", "link"),
}
"""Address → the key of a single answer, and what holds the name."""
LISTED: Final = ("tags", "accounts")


class Names(Struct):
    """Asks once, remembers for as long as the adapter lives."""

    client: Client
    told: dict[str, dict[str, str]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def name_of(self, kind: str, id_: object) -> str | None:
        """The name; the number itself where the thing is gone or may not be seen; None when there is no id."""
        if not is_given(id_):
            return None
        number = str(id_)
        known = self.told.get(kind)
        if known is None:
            known = self.told[kind] = self._all(kind) if kind in LISTED else {}
        if number not in known:
            known[number] = self._one(kind, number)
        return known[number]

    def learn(self, kind: str, found: Json) -> None:
        """A row that an answer brought along spares a call."""
        holds = KINDS[kind][1]
        if found.get("id") and found.get(holds):
            self.told.setdefault(kind, {})[str(found["id"])] = str(found[holds])

    def tag_id(self, name: str, *, make: bool) -> str | None:
        """The id of a tag by its name (whatever its case); made when it is missing and `make` says so."""
        key = name.casefold()
        found = self.tags.get(key) or self._searched(name) or (self._made(name) if make else None)
        if found is not None:
            self.tags[key] = found
        return found

    def forget_tag(self, name: str) -> None:
        """Somebody may have deleted it: it is looked up anew."""
        self.tags.pop(name.casefold(), None)

    def _searched(self, name: str) -> str | None:
        """The search finds whatever holds the name, tags of templates, too."""
        for row in everything(self.client, "tags", "tags", {"search": name}):
            if str(row.get("tag", "")).casefold() == name.casefold() and row.get("tagType", "contact") == "contact":
                return str(row["id"])
        return None

    def _made(self, name: str) -> str:
        tag = {"tag": name, "tagType": "contact", "description": "written by leadloop"}
        made = table(self.client.request("POST", f"{API}/tags", json={"tag": tag})).get("tag")
        if not isinstance(made, dict) or not made.get("id"):
            raise ContractError("a tag was made without an id")
        return str(made["id"])

    def _all(self, kind: str) -> dict[str, str]:
        holds = KINDS[kind][1]
        return {str(row["id"]): str(row.get(holds) or row["id"]) for row in everything(self.client, kind, kind)}

    def _one(self, kind: str, number: str) -> str:
        answer = self.client.request("GET", f"{API}/{kind}/{number}", accept={403, 404})
        one, holds = KINDS[kind]
        found = table(answer).get(one) if answer.status == 200 else None
        return str((found or {}).get(holds) or number) if isinstance(found, dict) else number
