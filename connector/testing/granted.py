"""The access tokens that a simulated account gave: how long each is good, and what ends them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta


class AccessTokens:
    """Iterates over all tokens that the account remembers. `word` is what a token begins with.

    `most`: how many the account remembers; one more, and it forgets the first.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        life: timedelta,
        word: str = "simulated-access-",
        *,
        most: int | None = None,
    ) -> None:
        self.clock = clock
        self.life = life
        self.word = word
        self.most = most
        self.given = 0
        """How many were given so far: what else comes with a token may carry the same number."""
        self._until: dict[str, datetime] = {}

    def give(self) -> str:
        """A new token, good from now on."""
        self.given += 1
        token = f"{self.word}{self.given}"
        self._until[token] = self.clock() + self.life
        if self.most is not None and len(self._until) > self.most:
            del self._until[next(iter(self._until))]
        return token

    @property
    def life_s(self) -> int:
        """How long a token is good, as answers tell it."""
        return int(self.life.total_seconds())

    def knows(self, token: str) -> bool:
        """Was this token given, whether it is good any more or not?"""
        return token in self._until

    def is_good(self, token: str) -> bool:
        """Does this token open anything now?"""
        return self.knows(token) and self.clock() < self._until[token]

    def expire(self) -> None:
        """Every token has expired as of now."""
        self._until = dict.fromkeys(self._until, self.clock())

    def revoke(self) -> None:
        """The account knows none of them any more."""
        self._until.clear()

    def __iter__(self) -> Iterator[str]:
        return iter(self._until)
