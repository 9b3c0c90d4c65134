"""Requests that verbs leave while a daemon holds the state, and how they are carried out.

The same functions serve both ways: beside a daemon a verb records its request and the holder carries it out next; with
no holder the verb takes the lock and carries it out itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from connector.errors import LeadloopError, RecordError
from connector.logs import Log, place_of
from connector.loop.context import Loop
from connector.loop.join import join
from connector.model import Json
from connector.state import audit, desired, operation, outbox, people, reading
from connector.state.clock import moment_or_none
from connector.state.erase import erase_person
from connector.state.operation import Asked
from connector.state.store import Store, Tx

log = Log()

Work = Callable[[Tx, Store, Json], Json]

TOLD_AGAIN: Final = ("decisions", "removals")
"""Streams of which a record is asked for by itself only where it was not read whole: else it is read when the platform
tells it anew."""


def carry_out(loop: Loop) -> int:
    """Carry out what was asked for, each in a transaction of its own; how many."""
    waiting = operation.asked(loop.store.read())
    for one in waiting:
        try:
            with loop.store.write(step=True) as tx:
                operation.answer(tx, one.id, perform(tx, loop.store, one.verb, one.args), loop.world.now())
        except LeadloopError:
            raise
        except Exception as error:  # noqa: BLE001 - unanswered it would stand before all that is asked later, for ever
            _answer_mistake(loop, one, error)
        if one.verb == "erase":
            loop.store.empty_log()
    return len(waiting)


def _answer_mistake(loop: Loop, one: Asked, error: Exception) -> None:
    kind, place = type(error).__name__, place_of(error)
    log.error("request failed", verb=one.verb, error=kind, place=place)
    told = {"error": f"this is a mistake in leadloop: {kind} at {place}", "code": "mistake", "hint": None}
    with loop.store.write(step=True) as tx:
        operation.answer(tx, one.id, told, loop.world.now())


def perform(tx: Tx, store: Store, verb: str, args: Json) -> Json:
    """Do one request whole or not at all; what went wrong is part of the answer."""
    tx.execute("SAVEPOINT request")
    try:
        result = WORK[verb](tx, store, args)
    except LeadloopError as error:
        tx.execute("ROLLBACK TO request")
        return {"error": error.message, "code": error.code, "hint": error.hint}
    audit.record(tx, args.get("actor", "cli"), verb, str(args.get("subject", "")), result, store.now())
    return result


def _release(tx: Tx, _store: Store, args: Json) -> Json:
    """Let what is held go, worked out anew: sales may have written there meanwhile."""
    persons = outbox.release(tx, args.get("connection"))
    people.mark_dirty(tx, persons, level=2)
    return {"released": len(persons)}


def _replay(tx: Tx, store: Store, args: Json) -> Json:
    """Give parked records another chance: contacts are read again, refused writes are planned again."""
    wanted = [
        one
        for one in reading.rejects(tx, connection=args.get("connection"))
        if args.get("id") in (None, one.id) and args.get("code") in (None, one.code)
    ]
    if not wanted and args.get("id") is not None:
        raise _no_reject(args["id"])
    left = [one for one in wanted if one.stream in TOLD_AGAIN and not _is_named(tx, one)]
    if left and args.get("id") is not None:
        raise _is_told_again(left[0])
    wanted = [one for one in wanted if one not in left]
    for one in wanted:
        if one.stream in ("contacts", "named_contacts"):
            reading.want_read_again(tx, one.connection, one.key)
        elif one.stream in ("activities", "decisions"):
            reading.read_now(tx, one.connection, one.key)
        else:
            outbox.try_again(tx, one.connection, one.key, one.stream, store.now())
            desired.wish_again(tx, one.connection, one.key)
            people.mark_dirty(tx, people.persons_by_leadloop_id(tx, [one.key]).values(), level=2)
        tx.execute("UPDATE rejects SET state = 'closed' WHERE id = ?", (one.id,))
    return {"replayed": len(wanted)} | ({"left": len(left)} if left else {})


def _drop(tx: Tx, _store: Store, args: Json) -> Json:
    done = tx.execute("UPDATE rejects SET state = 'dropped' WHERE id = ? AND state = 'open'", (args["id"],))
    if not done.rowcount:
        raise _no_reject(args["id"])
    return {"dropped": done.rowcount}


def _is_named(tx: Tx, one: reading.Reject) -> bool:
    """Is it a record that is asked for by its id, since it was not read whole?"""
    return reading.is_named(tx, one.connection, one.stream, one.key)


def _is_told_again(one: reading.Reject) -> RecordError:
    reset = f"'leadloop cursor reset {one.connection} {one.stream}'"
    return RecordError(
        f"reject {one.id} is of a stream that is not read record by record",
        code="not_replayable",
        hint=f"correct the record over there and save it: it is read then; or {reset} reads all of them again",
    )


def _no_reject(number: int) -> RecordError:
    return RecordError(f"no open reject has the number {number}", code="no_reject", hint="see 'leadloop rejects list'")


def _join(tx: Tx, store: Store, args: Json) -> Json:
    # A running process may have joined or erased one of them between the person's look and this.
    (loser, loser_erased), (winner, winner_erased) = (people.who_is(tx, args[name]) for name in ("loser", "winner"))
    if loser_erased or winner_erased:
        raise RecordError("one of them was erased: nothing of them is known any more", code="erased_lead")
    if loser == winner:
        raise RecordError("both are the same lead already", code="same_lead")
    join(tx, loser, winner, store.now())
    return {"joined": 1}


def _set_cursor(tx: Tx, store: Store, args: Json) -> Json:
    connection, stream = args["connection"], args["stream"]
    reading.keep_cursor(tx, connection, stream, store.now(), "", args["verb"])
    reading.move_cursor(tx, connection, stream, args.get("cursor"), store.now())
    return {"connection": connection, "stream": stream, "cursor": args.get("cursor")}


def _backfill(tx: Tx, _store: Store, args: Json) -> Json:
    streams = args.get("streams", ("contacts", "activities"))
    n = reading.want_everyone(tx, args["connection"], moment_or_none(args.get("since")), streams)
    return {"connection": args["connection"], "to_read": n, "streams": list(streams)}


def _erase(tx: Tx, store: Store, args: Json) -> Json:
    person, _ = people.who_is(tx, args["person"])
    return erase_person(tx, person, store.now(), args["salt"])


def _pause(tx: Tx, store: Store, args: Json) -> Json:
    operation.pause(tx, args["name"], store.now(), args.get("why", "asked for"))
    return {"paused": args["name"]}


def _resume(tx: Tx, _store: Store, args: Json) -> Json:
    return {"resumed": args["name"], "was_paused": operation.resume(tx, args["name"])}


WORK: dict[str, Work] = {
    "held release": _release,
    "rejects replay": _replay,
    "rejects drop": _drop,
    "identity join": _join,
    "cursor set": _set_cursor,
    "backfill": _backfill,
    "erase": _erase,
    "pause": _pause,
    "resume": _resume,
}
