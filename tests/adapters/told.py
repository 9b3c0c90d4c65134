"""An answer by itself, for what adapters read out of answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from requests.structures import CaseInsensitiveDict

from connector.errors import RetryableError


@dataclass
class Told:
    """What a platform told, as far as adapters look at it. A text as `body` is what stands there instead of JSON."""

    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 400
    date: datetime | None = None

    def __post_init__(self) -> None:
        self.headers = CaseInsensitiveDict(self.headers)

    @property
    def content(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()

    def json(self, only: Any = None) -> Any:
        if isinstance(self.body, str):
            raise RetryableError("no JSON")
        return self.body
