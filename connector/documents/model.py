"""What a model of such a file is built from."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class FileModel(BaseModel):
    """Base of models for files: frozen, unknown keys are mistakes, and a number is never infinite or undefined."""

    # defer_build: a part is built with the file it stands in, not once more for itself.
    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=False, defer_build=True
    )


class Wrong(ValueError):
    """What a validator of a model raises: `remedy` tells what is allowed, in words for the person who edits."""

    def __init__(self, message: str, remedy: str | None = None) -> None:
        super().__init__(message)
        self.remedy = remedy
