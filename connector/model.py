"""The domain: what a lead, an act, a score and a decision are. Pure values, no behaviour that needs the world.

Times are aware UTC datetimes everywhere. Points are integers in milli-points (`_mp`), so that sums depend on no
order. Raw records stay plain dicts until a mapping has read them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal

from msgspec import Struct, field

Json = dict[str, Any]

ATTRIBUTES: Final = (
    "email", "first_name", "last_name", "company", "job_title", "phone", "country", "state", "city", "segment",
    "company_size", "company_type", "funding", "goals", "website", "source", "language", "birth_date", "gender",
    "education", "technical_level",
)  # fmt: skip
"""Attributes that every mapping may fill, beside `custom.*`, the channel attributes and the two consent lanes."""

CHANNEL_ATTRIBUTES: Final = (
    "channel",
    "source",
    "campaign",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_content",
    "utm_term",
)

ACTIVITY_TYPES: Final = (
    "form_submission", "page_view", "email_open", "email_click", "email_reply", "download", "webinar", "event", "chat",
    "whatsapp_reply", "sms_reply", "social_follow", "social_interaction", "ad_click", "subscribe", "flow_completed",
    "call", "meeting", "trial_started", "product_use", "service_request", "unsubscribe", "spam_complaint", "bounce",
)  # fmt: skip
"""The words that all platforms share; a platform's own word is kept where none fits, and can be scored too."""

Stage = Literal["lead", "mql", "accepted", "qualified", "won", "lost"]
STAGES: Final[tuple[Stage, ...]] = ("lead", "mql", "accepted", "qualified", "won", "lost")

DecisionKind = Literal["accepted", "qualified", "rejected", "recycled", "won", "lost"]
DECISION_KINDS: Final[tuple[DecisionKind, ...]] = ("accepted", "qualified", "rejected", "recycled", "won", "lost")

REASONS: Final = (
    "no_budget", "bad_timing", "no_contact", "invalid_data", "no_fit", "no_authority", "competitor",
    "existing_customer", "duplicate", "not_a_buyer", "other", "none_given",
)  # fmt: skip
"""Why sales rejects or loses a lead. The codes are fixed; `reasons.yaml` maps each CRM's wording onto them."""

Consent = Literal["granted", "denied", "unknown"]
Precision = Literal["exact", "date", "poll"]
"""How well the time of a decision is known: to the moment, to the day, or only that it happened between two polls."""

LANES: Final = ("email", "contact")
"""Consent lanes: `email` (may be mailed) and `contact` (may be passed to sales)."""


class Contact(Struct, frozen=True):
    """A person as one marketing connection knows them, after mapping.

    `attributes` uses our names (`job_title`, `custom.plan`); blanks are left out. `consent` maps a lane to a word.
    `updated_at` is the source's own time of the last change, when it gives one. `silent` are lanes whose fields the
    record does not have at all (not blank: absent), so that it takes back no opt-out.
    """

    id: str
    attributes: Mapping[str, Any]
    consent: Mapping[str, Consent]
    updated_at: datetime | None = None
    silent: tuple[str, ...] = ()


class Activity(Struct, frozen=True):
    """One act. `key` is unique within its connection: the platform's id, or a hash of its content.

    `by_machine` is what the platform says or the engine found; `None` means nobody said.
    """

    key: str
    type: str
    at: datetime
    asset: str | None = None
    url: str | None = None
    campaign: str | None = None
    channel: str | None = None
    seconds: float | None = None
    value: float | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    by_machine: bool | None = None


class Person(Struct, frozen=True):
    """What scoring knows of a lead besides the acts: attributes by our names, blanks left out."""

    attributes: Mapping[str, Any]


class Recycled(Struct, frozen=True):
    """A rejection that changes what older acts are worth: occurrences before `at` count `factor` (1, 0.5 or 0)."""

    at: datetime
    factor: float


class ReceiptLine(Struct, frozen=True):
    """One reason for points: the rule's name, what it added (milli-points), and why in a sentence.

    `kind`: interest, channel, undesirable, recycle, limit (what cap or floor cut), withheld (by machine, 0 points),
    expired or decayed details stay in `why`.
    """

    rule: str
    points_mp: int
    why: str
    kind: str = "interest"
    newest: str = ""
    """When and about what the newest act was, in short, as a salesperson reads it: `2 days ago (demo-request)`."""


class Score(Struct, frozen=True):
    """Grade and points with their receipt; the receipt's lines sum to `points_mp` by construction.

    `profile_percent` and `completeness` are whole percents, rounded down. `combined` is the 1 to 100 view.
    `profile` names the ideal-customer profile that fitted best (`default` when the model has one).
    `receipt` is empty when the caller asked for totals only. `tracks` maps mql/pql/service to the machine's verdict.
    """

    grade: str
    profile_percent: int
    completeness: int
    points_mp: int
    combined: int
    dimensions: Mapping[str, int] = field(default_factory=dict)
    vetoes: tuple[str, ...] = ()
    receipt: tuple[ReceiptLine, ...] = ()
    next_change_at: datetime | None = None
    profile: str = "default"
    profile_lines: tuple[ReceiptLine, ...] = ()
    positive_mp: int = 0
    track_points: Mapping[str, int] = field(default_factory=dict)
    """Milli-points of a track for which only some groups count; a track that is not named here has `points_mp`."""

    @property
    def points(self) -> int:
        """Whole points as shown and pushed: rounded down."""
        return self.points_mp // 1000


class Decision(Struct, frozen=True):
    """What sales did with a lead, in our words, with the CRM's own words kept beside them."""

    kind: DecisionKind
    at: datetime
    precision: Precision = "exact"
    reason: str | None = None
    reason_text: str | None = None
    by: str | None = None
    """The CRM's user id, when it says; never a name or an address."""
    amount: float | None = None
    object: str = ""
    record_id: str = ""
    rule: int = 0
    """Which line of the mapping's `decisions` fitted, counted from 1."""


class Field(Struct, frozen=True):
    """A field that an account really has. `name` is what the API calls it, `label` what people see.

    `type`: text, number, integer, boolean, date, datetime, picklist, multi, reference, or the platform's own word.
    `options` are the API values of a picklist mapped to their labels. `max_length` counts characters.
    """

    object: str
    name: str
    label: str = ""
    type: str = "text"
    options: Mapping[str, str] = field(default_factory=dict)
    max_length: int | None = None
    writable: bool = True
    required: bool = False
    unique: bool = False
    custom: bool = False


class CrmRecord(Struct, frozen=True):
    """A CRM record as it stands: the fields that the mapping names, under the platform's names.

    `links` name related records: `{"contact": [("Contact", "003…")], "deal": [("Opportunity", "006…")], …}`.
    `history` is oldest first and only there when the platform keeps one. `converted_to` and `merged_into` name
    the record on which the person now is.
    """

    object: str
    id: str
    fields: Mapping[str, Any]
    changed_at: datetime
    changed_by: str | None = None
    email: str | None = None
    key: str | None = None
    """The value of the mapping's key field (our `leadloop_id`), when the record carries it."""
    links: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    history: Sequence[FieldChange] = ()
    created_at: datetime | None = None
    precision: Precision = "exact"


class FieldChange(Struct, frozen=True):
    """One line of a CRM's own history: which field changed when, by whom, from what to what."""

    at: datetime
    field: str
    old: Any
    new: Any
    by: str | None = None
    precision: Precision = "exact"


class LeadWrite(Struct, frozen=True):
    """One remote effect that the engine wants: one outbox row.

    `effect` is the row's own key, unique for ever; where a platform takes an idempotency or external key for tasks
    and events, it is sent. `kind`: record, tag, task, note (CRM); field, tag, stage, event, list, note (marketing).
    `fields` are platform names and values, ready to send. `name` is the tag, stage, event or list. `on=False` takes
    the tag away. `record_id` None with kind `record` creates, under `key` (leadloop_id). `fresh` may use the reserve.
    `poll` is what the adapter gave with its outcome `pending`, handed back to `read_back`.
    """

    effect: str
    kind: str
    key: str
    object: str = ""
    record_id: str | None = None
    email: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    on: bool = True
    fresh: bool = False
    poll: Json | None = None


class Outcome(Struct, frozen=True):
    """What became of one write.

    `unknown`: it may or may not have been applied. `pending`: taken for later; `poll` is the adapter's own token for
    asking again. `conflict` names the records that exist already. `retry_after_s` with `rejected` means: this row may
    be sent again after that (a lock, a limit per record); without it the row waits for a person or a new value.
    """

    effect: str
    status: Literal["created", "updated", "unchanged", "rejected", "conflict", "unknown", "pending"]
    record_id: str | None = None
    object: str | None = None
    code: str | None = None
    text: str | None = None
    field: str | None = None
    existing: Sequence[tuple[str, str]] = ()
    poll: Json | None = None
    retry_after_s: float | None = None
    moved: bool = False
    """With `rejected`: the record was converted, merged or deleted meanwhile; resolve the person again."""
    hint: str | None = None
    """What a person can do about it, where that is known; the reject shows it."""


class ReadBack(Struct, frozen=True):
    """How one write's target stands now.

    `present`: the effect's record, tag, task, event is there. `fields` are the current values of the fields that the
    write names (empty when absent). `unclear`: the platform cannot tell (yet).
    """

    effect: str
    present: bool
    record_id: str | None = None
    object: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    unclear: bool = False
