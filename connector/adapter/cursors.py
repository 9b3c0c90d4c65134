"""A stored cursor that its adapter cannot read: a person set it, or another version wrote it."""

from __future__ import annotations

from typing import Final

from connector.errors import ConfigError

BAD_CURSOR: Final = "bad_cursor"


def unreadable() -> ConfigError:
    """The error for a cursor that is not ours. The engine knows the stream's name, and adds how it is reset."""
    return ConfigError("the stored cursor cannot be read", code=BAD_CURSOR)
