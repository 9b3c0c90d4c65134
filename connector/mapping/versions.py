"""Which mapping is this? A short hash of what it says, so that comments and order of keys make no new version."""

from __future__ import annotations

import hashlib

from pydantic import BaseModel

SHOWN: int = 12


def version_of(file: BaseModel) -> str:
    """Twelve hexadecimal characters of the content's hash."""
    text = file.model_dump_json(by_alias=True, exclude_defaults=True)
    return hashlib.sha256(text.encode()).hexdigest()[:SHOWN]
