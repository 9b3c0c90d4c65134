"""One stream of one step, guarded: an error stops this stream, says so, and leaves the others alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Protocol, TypeVar

from connector.adapter.cursors import BAD_CURSOR
from connector.errors import AuthError, ConfigError, LeadloopError, LockedError, RetryableError, StateError
from connector.logs import Log, place_of
from connector.loop.context import Loop
from connector.loop.tally import Tally
from connector.state import operation
from connector.state.store import told


class Named(Protocol):
    """A connection, as far as guarding needs it."""

    @property
    def name(self) -> str: ...
    @property
    def requests(self) -> Callable[[], int]: ...


C = TypeVar("C", bound=Named)

REFUSED_S = 900.0
"""How long a connection whose credentials were refused is left alone: asking again and again locks accounts."""


def guarded(loop: Loop, connection: C, step: str, stream: str, work: Callable[[Loop, C, Tally], None]) -> Tally:
    """Run `work` and put what stopped it into its line, its wait and the log. Only StateError goes on upwards."""
    tally = Tally(step, connection.name, stream)
    log = loop.log.bind(run=loop.run, step=step, connection=connection.name, stream=stream)
    until = operation.waits_until(loop.store.read(), connection.name, f"{step}/{stream}", loop.world.now())
    if until is not None:
        tally.why_zero = f"waits until {until[:10]} {until[11:16]} UTC; 'leadloop status' says for what"
        tally.exit_code, tally.passed_over = 4, True
        return tally
    if loop.refused.get(connection.name, float("-inf")) > loop.world.monotonic():
        tally.why_zero = "its credentials were refused a moment ago"
        tally.exit_code, tally.passed_over = AuthError.exit_code, True
        return tally
    began, before = loop.world.monotonic(), connection.requests()
    try:
        with told(loop.store.path):  # a damaged page shows in a reading, too: from such a state nothing may be sent
            work(loop, connection, tally)
    except (StateError, LockedError):
        raise
    except AuthError as error:
        loop.refused[connection.name] = loop.world.monotonic() + REFUSED_S
        _stopped(loop, connection.name, f"{step}/{stream}", error, tally)
        log.error("credentials refused", code=error.code, text=error.message, hint=error.hint)
    except LeadloopError as error:
        if error.code == BAD_CURSOR:
            error.hint = f"run 'leadloop cursor reset {connection.name} {stream}'"
            log = log.bind(**_origin(error))
        _stopped(loop, connection.name, f"{step}/{stream}", error, tally)
        log.warning("stream stopped", code=error.code, text=error.message, hint=error.hint)
    except Exception as error:  # noqa: BLE001 - a mistake of ours in one stream must not stop the others
        tally.error, tally.exit_code = f"unexpected {type(error).__name__}", 1
        tally.hint = "this is a mistake in leadloop; the log line has the place"
        log.error("stream failed", error=type(error).__name__, place=place_of(error))
    else:
        if tally.trouble is None:
            _went_well(loop, connection.name, f"{step}/{stream}", log)
        else:
            _stopped(loop, connection.name, f"{step}/{stream}", tally.trouble, tally)
            log.warning("some left for later", code=tally.trouble.code, text=tally.trouble.message)
    tally.requests = connection.requests() - before
    tally.duration_s = round(loop.world.monotonic() - began, 3)
    return tally


def _origin(error: LeadloopError) -> dict[str, str]:
    """What an error was made of, for the log: should the cursor not be to blame, this is where to look."""
    cause = error.__cause__
    return {} if cause is None else {"error": type(cause).__name__, "place": place_of(cause)}


def _stopped(loop: Loop, connection: str, stream: str, error: LeadloopError, tally: Tally) -> None:
    tally.error, tally.hint = error.message, error.hint
    tally.exit_code = error.exit_code if isinstance(error, AuthError | ConfigError | RetryableError) else 1
    if loop.stopping():
        return  # the process ends: nothing of the platform's stands in the way of the next start
    wait_s = error.retry_after_s if isinstance(error, RetryableError) else None
    now = loop.world.now()
    until = None if wait_s is None else now + timedelta(seconds=wait_s)
    with loop.store.write(step=True) as tx:
        # Refused credentials are one thing to people, however each platform calls it.
        code = "auth" if isinstance(error, AuthError) else error.code
        operation.wait(tx, connection, stream, code, error.message, error.hint, until, now)


def _went_well(loop: Loop, connection: str, stream: str, log: Log) -> None:
    standing = (
        loop.store.read()
        .execute("SELECT 1 FROM waits WHERE connection = ? AND stream = ?", (connection, stream))
        .fetchone()
    )
    if standing is None:
        return
    with loop.store.write(durable=False, step=True) as tx:
        operation.recovered(tx, connection, stream)
    log.info("recovered")
