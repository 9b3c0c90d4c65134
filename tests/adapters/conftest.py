"""What the tests of all adapters share: simulated platforms, and what the real ones answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from connector.testing.conformance.clock import Clock
from connector.testing.simulator import Simulator


@pytest.fixture
def simulated() -> Iterator[Callable[..., tuple[Any, Clock]]]:
    """Starts a platform's simulator on a clock that waits for nobody, until the test ends; keywords go to it."""
    with ExitStack() as stack:

        def start(kind: type[Simulator], **keywords: Any) -> tuple[Any, Clock]:
            clock = Clock()
            return stack.enter_context(kind(clock=clock.now, monotonic=clock.monotonic, **keywords)), clock

        yield start
