"""Whom does a CRM know? Asked for many persons at once; an error about one of them holds up none of the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from connector.adapter import PersonKeys, Resolution
from connector.errors import LeadloopError, RecordError, RemoteRefusal
from connector.loop.context import Crm
from connector.loop.stuck import may_be_its_own

MOST: Final = 5
"""Errors in a row, about persons asked for one by one, that are not taken for their own any more."""
_OF_ONE: Final = ("record", "gone", "conflict")
"""What a refusal means that may be one person's; a field that is missing is everybody's."""

Told = dict[str, Resolution]
Failed = dict[str, LeadloopError]


def resolved(crm: Crm, keys: Sequence[PersonKeys]) -> tuple[Told, Failed]:
    """Answers, and errors of those about whom the CRM answers with one; both by leadloop_id.

    Where nobody is answered about, an error is not known to be one person's. Raises what is none, by its kind or as
    one of `MOST` in a row.
    """
    try:
        return {answer.leadloop_id: answer for answer in crm.adapter.resolve(keys)}, {}
    except LeadloopError as error:
        if not _may_be_its_own(error):
            raise
        if len(keys) == 1:
            return {}, {keys[0].leadloop_id: error}
    return _one_by_one(crm, keys)


def _one_by_one(crm: Crm, keys: Sequence[PersonKeys]) -> tuple[Told, Failed]:
    told: Told = {}
    failed: Failed = {}
    in_a_row = 0
    for key in keys:
        try:
            (told[key.leadloop_id],) = crm.adapter.resolve([key])
        except LeadloopError as error:
            in_a_row += 1
            if not _may_be_its_own(error) or in_a_row >= MOST:
                raise
            failed[key.leadloop_id] = error
        else:
            in_a_row = 0
    return told, failed


def _may_be_its_own(error: LeadloopError) -> bool:
    if isinstance(error, RemoteRefusal):
        return error.means in _OF_ONE
    return may_be_its_own(error)


def as_reject(error: LeadloopError, leadloop_id: str) -> RecordError:
    """The reject of a person who cannot be looked for."""
    hint = error.hint or "correct what marketing knows of them, then 'leadloop rejects replay NUMBER'"
    return RecordError(
        f"the CRM was asked for this lead: {error.message}", code=error.code, place=leadloop_id, hint=hint
    )
