"""The mapping file of a marketing connection, as an admin writes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from connector.documents import FileModel, Wrong
from connector.mapping.words import Table, Unmapped, Value, When, one_or_more
from connector.model import DECISION_KINDS

Event = Literal["mql", "accepted", "qualified", "rejected", "recycled", "won", "lost"]
"""What feedback, tasks and notes can wait for: the hand-off, and what sales decides."""
EVENTS: tuple[str, ...] = ("mql", *DECISION_KINDS)


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Events = Annotated[tuple[Event, ...], BeforeValidator(_listed), WithJsonSchema(one_or_more(EVENTS))]


class ContactLine(Value):
    """One attribute of ours. `when_blank: clear` (the default) follows the platform; `keep` leaves what we had;
    `fill_only` takes a value only where we have none.
    """  # fmt: skip

    to: str
    when_blank: Literal["keep", "clear", "fill_only"] = "clear"


class TypeFrom(FileModel):
    """An act's type as the platform says it, through a table; a word without an entry stays the platform's own."""

    from_: str = Field(alias="from", min_length=1)
    values: Table | None = None
    unmapped: Unmapped | None = None


class ActivityLine(FileModel):
    """One kind of act: when a record is one, and where its parts stand. Every part but `type` is a path.

    `of: contacts` makes acts from the contact's own record; `count: TotalVisits` implies it and makes as many acts as
    the column says. `fields` is the path of a form's answers, or each answer with its path.
    """

    type: str | TypeFrom
    when: When | None = None
    of: Literal["activities", "contacts"] = "activities"
    count: str | None = None
    id: str | None = None
    at: str | None = None
    asset: str | None = None
    url: str | None = None
    campaign: str | None = None
    channel: str | None = None
    seconds: str | None = None
    value: str | None = None
    fields: str | dict[str, str] | None = None
    by_machine: str | None = None

    @model_validator(mode="after")
    def _count_is_of_contacts(self) -> ActivityLine:
        if self.count is not None and "of" in self.model_fields_set and self.of != "contacts":
            raise Wrong("'count' counts a column of the contact", "write of: contacts, or leave 'of' out")
        if self.count is not None and self.id is not None:
            raise Wrong("'count' makes its own ids: column and number", "leave 'id' out")
        return self

    @property
    def of_contacts(self) -> bool:
        return self.of == "contacts" or self.count is not None


class FieldFeedback(Value):
    """A field of the contact in marketing automation that shows score, stage or decision."""

    to: str
    when_blank: Literal["keep", "clear"] = "keep"


class StageFeedback(FileModel):
    """Moves the contact to a stage of marketing automation when one of `on` happens."""

    stage: str = Field(min_length=1)
    on: Events


class EventFeedback(FileModel):
    """Tells marketing automation an event of its own vocabulary; `reason`, `value` and `fields` are paths."""

    event: str = Field(min_length=1)
    on: Events
    reason: str | None = None
    value: str | None = None
    fields: dict[str, str | Value] = Field(default_factory=dict)


class MarkFeedback(FileModel):
    """Base of tag and list: on when something happens, or on while a path is true and off when it is not."""

    on: Events | None = None
    while_: str | None = Field(default=None, alias="while")

    @model_validator(mode="after")
    def _one_of_both(self) -> MarkFeedback:
        if (self.on is None) == (self.while_ is None):
            raise Wrong("either 'on' or 'while' says when", "on: [mql], or while: lead.is_mql")
        return self


class TagFeedback(MarkFeedback):
    """A tag of the contact."""

    tag: str = Field(min_length=1)


class ListFeedback(MarkFeedback):
    """Membership of a list."""

    list: str = Field(min_length=1)


class NoteFeedback(FileModel):
    """A note on the contact: a path, or a text with {paths}."""

    note: str = Field(min_length=1)
    on: Events


FEEDBACK: Final[Mapping[str, type[FileModel]]] = {
    "to": FieldFeedback,
    "stage": StageFeedback,
    "event": EventFeedback,
    "tag": TagFeedback,
    "list": ListFeedback,
    "note": NoteFeedback,
}
"""Which word of a feedback line says its kind."""


def _kind(line: Any) -> str | None:
    """The name of the line's model, so that a mistake in it is told as one of this kind and of no other."""
    if isinstance(line, FileModel):
        return type(line).__name__
    keys = line if isinstance(line, dict) else ()
    return next((model.__name__ for word, model in FEEDBACK.items() if word in keys), None)


FeedbackLine = FieldFeedback | StageFeedback | EventFeedback | TagFeedback | ListFeedback | NoteFeedback
_Told = Annotated[
    Annotated[FieldFeedback, Tag("FieldFeedback")]
    | Annotated[StageFeedback, Tag("StageFeedback")]
    | Annotated[EventFeedback, Tag("EventFeedback")]
    | Annotated[TagFeedback, Tag("TagFeedback")]
    | Annotated[ListFeedback, Tag("ListFeedback")]
    | Annotated[NoteFeedback, Tag("NoteFeedback")],
    Discriminator(
        _kind,
        custom_error_type="feedback",
        custom_error_message=f"a line of feedback has one of: {', '.join(FEEDBACK)}",
    ),
]


class MarketingFile(FileModel):
    """The whole file. `key` is the column that holds a contact's id, for files; platforms have their own."""

    platform: str
    key: str | None = None
    contact: tuple[ContactLine, ...]
    activities: tuple[ActivityLine, ...] = ()
    feedback: tuple[_Told, ...] = ()
