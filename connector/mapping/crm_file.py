"""The mapping file of a CRM connection, as an admin writes it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from connector.documents import FileModel
from connector.mapping.marketing_file import Events
from connector.mapping.words import DecisionWhen, Value
from connector.model import DecisionKind

Wins = Literal["leadloop", "crm", "crm_unless_blank", "newest", "most_restrictive"]
Key = Literal["leadloop_id", "email"]


class FieldLine(Value):
    """One field of the CRM's record.

    `required_default` is written where the CRM asks for a value and neither side has one. `when_blank` is what our
    blank does: `keep` theirs (the default), `clear` it, or `fill_only`: write only where theirs is blank.
    `wins` says whose value stays when both have one; not said, leadloop wins for score.*, lead.* and decision.*, and
    the CRM unless blank for contact.*. `label` is how a field is called when `prepare` makes it.
    """

    to: str = Field(min_length=1)
    only: str | None = None
    required_default: str | int | float | bool | None = None
    when_blank: Literal["keep", "clear", "fill_only"] = "keep"
    wins: Wins | None = None
    label: str | None = None


class PushWhen(FileModel):
    """When a changed score alone is worth a write: `points` more or fewer than the CRM shows."""

    points: int = Field(default=5, ge=1)


class Tag(FileModel):
    """A tag, label or topic that the record carries while a path of ours is true."""

    name: str = Field(min_length=1)
    while_: str = Field(default="lead.is_mql", alias="while")


class Task(FileModel):
    """A task for the owner, once per cycle; the subject is a text with {paths}."""

    on: Events
    subject: str = Field(min_length=1)
    body: str | None = None
    due_hours: float = Field(default=24, ge=0)


class Note(FileModel):
    """A note on the record, once per cycle: a path, or a text with {paths}."""

    on: Events
    body: str = Field(min_length=1)


class DecisionLine(FileModel):
    """What a record's fields say that sales decided; the first line that fits counts.

    `reason` is the field of the CRM's own reason, `reason_text` one of free words beside it, `amount` the value of a
    deal, `at` a field that holds the time of the decision where the record's own time says less.
    """

    is_: DecisionKind = Field(alias="is")
    object: str | None = None
    when: DecisionWhen
    reason: str | None = None
    reason_text: str | None = None
    amount: str | None = None
    at: str | None = None


def _one(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


class CrmFile(FileModel):
    """The whole file. `key` is the CRM field that holds leadloop_id; `also` are objects that the person may be on."""

    platform: str
    object: str = Field(min_length=1)
    also: tuple[str, ...] = ()
    key: str | None = None
    match: tuple[Key, ...] = ("leadloop_id", "email")
    push_when: PushWhen = PushWhen()
    fields: tuple[FieldLine, ...]
    tag: Tag | None = None
    task: Annotated[tuple[Task, ...], BeforeValidator(_one)] = ()
    note: Annotated[tuple[Note, ...], BeforeValidator(_one)] = ()
    protected: tuple[str, ...] = ()
    decisions: tuple[DecisionLine, ...] = ()

    def starting_at(self, object_name: str) -> CrmFile:
        """The same file with another object as the one that is created, and only those after it as `also`.

        The objects stand in the order in which a person moves on: a lead becomes a deal, of what is archived the
        person is left. Lines for an object before this one stay, and serve none. Raises ValueError for an unknown one.
        """
        objects = (self.object, *self.also)
        if object_name not in objects:
            raise ValueError(f"the mapping writes no '{object_name}': it has {', '.join(objects)}")
        kept = objects[objects.index(object_name) :]
        return self.model_copy(update={"object": kept[0], "also": kept[1:]})
