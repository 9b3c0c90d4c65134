"""Writes that cannot be carried out: one alone, which spends no call, or all of a batch for want of one field."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from connector.errors import ConfigError, RecordError
from connector.model import LeadWrite, Outcome

FIELD_MISSING: Final = "field_missing"
"""The code of a row that names a field which the account does not have, or hides from our user."""


def prepares(connection: str) -> str:
    """What to do about fields of marketing that are missing: some are to be made, others may be misspelled."""
    return f"'leadloop prepare {connection}' makes those that feedback writes; or correct the mapping"


def check_write(write: LeadWrite, kinds: Collection[str], platform: str) -> None:
    """Raises RecordError for a write of no kind that the platform takes, or one that names neither record nor key.

    A creation under a blank key would make a new record each time that it is sent.
    """
    if write.kind not in kinds:
        raise RecordError(f"{platform} takes no writes of kind '{write.kind}'", code="unsupported")
    if write.kind == "record" and not (write.record_id or write.key):
        raise RecordError("a record is made under a key, and this write has none", code="blank_key")
    if write.kind != "record" and not write.record_id:
        raise RecordError(f"a {write.kind} hangs on a record, and this write names none", code="no_record")


def unusable(write: LeadWrite, kinds: Collection[str], platform: str) -> Outcome | None:
    """The outcome of a write that `check_write` finds wrong; None for a good one."""
    try:
        check_write(write, kinds, platform)
    except RecordError as error:
        return Outcome(
            write.effect, "rejected", record_id=write.record_id, object=write.object, code=error.code,
            text=error.message, hint=error.hint,
        )  # fmt: skip
    return None


def stop_if_nothing_fits(told: Sequence[Outcome], platform: str, connection: str, hint: str | None = None) -> None:
    """Raises ConfigError when every row of a batch names a missing field: it is the mapping's, and nobody's record.

    `hint`: what to do where leadloop cannot make fields.
    """
    if told and all(one.code == FIELD_MISSING for one in told):
        names = ", ".join(sorted({str(one.field) for one in told}))
        raise ConfigError(
            f"connection '{connection}': {platform} does not have, or hides from this user: {names}",
            code=FIELD_MISSING,
            hint=hint or f"'leadloop prepare {connection}' makes it; or correct its name in the mapping",
        )
