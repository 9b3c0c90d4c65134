"""The tables, as migrations. A released migration is never edited: the next change is a new step.

Times are UTC ISO-8601 text with microseconds (`…Z`), so that text order is time order. Points are milli-points.
Rows that must not rot silently (cursors, outbox) carry a checksum of their own: SQLite's integrity check does not
see a flipped bit inside a payload. Checks are spelled with OR: of an IN list SQLite makes a table anew for every row
that it checks, which costs as much as the row.
"""

from __future__ import annotations

from typing import Final

SCHEMA_VERSION: Final = 7
"""What this program writes. A database of a higher version is refused, of a lower one migrated."""

PEOPLE = """
CREATE TABLE people (
    id INTEGER PRIMARY KEY,
    leadloop_id TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL,
    merged_into INTEGER REFERENCES people (id),
    dirty INTEGER NOT NULL DEFAULT 0,
    next_change_at TEXT,
    erased_at TEXT
) STRICT;
CREATE INDEX people_dirty ON people (dirty DESC, id) WHERE dirty > 0;
CREATE INDEX people_due ON people (next_change_at) WHERE next_change_at IS NOT NULL;

CREATE TABLE identities (
    system TEXT NOT NULL,
    key TEXT NOT NULL,
    person_id INTEGER NOT NULL REFERENCES people (id),
    role TEXT NOT NULL DEFAULT 'own' CHECK (role = 'own' OR role = 'alias' OR role = 'merged'),
    since TEXT NOT NULL,
    PRIMARY KEY (system, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX identities_person ON identities (person_id);

CREATE TABLE contacts (
    connection TEXT NOT NULL,
    id TEXT NOT NULL,
    person_id INTEGER NOT NULL REFERENCES people (id),
    packed TEXT NOT NULL,
    updated_at TEXT,
    known_at TEXT NOT NULL,
    read_at TEXT NOT NULL,
    gone_at TEXT,
    PRIMARY KEY (connection, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contacts_person ON contacts (person_id);

CREATE TABLE contact_versions (
    connection TEXT NOT NULL,
    id TEXT NOT NULL,
    known_at TEXT NOT NULL,
    packed TEXT NOT NULL,
    PRIMARY KEY (connection, id, known_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE activities (
    id INTEGER PRIMARY KEY,
    connection TEXT NOT NULL,
    key TEXT NOT NULL,
    person_id INTEGER NOT NULL REFERENCES people (id),
    type TEXT NOT NULL,
    at TEXT NOT NULL,
    packed TEXT NOT NULL,
    known_at TEXT NOT NULL,
    UNIQUE (connection, key)
) STRICT;
CREATE INDEX activities_person ON activities (person_id, at);

CREATE TABLE erased (
    key_hash BLOB PRIMARY KEY,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

READING = """
CREATE TABLE cursors (
    connection TEXT NOT NULL,
    stream TEXT NOT NULL,
    cursor TEXT,
    checksum BLOB NOT NULL,
    moved_at TEXT NOT NULL,
    fresh_at TEXT,
    PRIMARY KEY (connection, stream)
) STRICT, WITHOUT ROWID;

CREATE TABLE cursor_history (
    id INTEGER PRIMARY KEY,
    connection TEXT NOT NULL,
    stream TEXT NOT NULL,
    cursor TEXT,
    at TEXT NOT NULL,
    run TEXT,
    why TEXT NOT NULL
) STRICT;
CREATE INDEX cursor_history_of ON cursor_history (connection, stream, id);

CREATE TABLE to_read (
    connection TEXT NOT NULL,
    stream TEXT NOT NULL,
    id TEXT NOT NULL,
    lane INTEGER NOT NULL DEFAULT 0,
    since TEXT,
    changed_at TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at TEXT,
    PRIMARY KEY (connection, stream, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX to_read_order ON to_read (connection, stream, lane, changed_at DESC);

CREATE TABLE sweep_seen (
    connection TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (connection, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE rejects (
    id INTEGER PRIMARY KEY,
    connection TEXT NOT NULL,
    stream TEXT NOT NULL,
    key TEXT NOT NULL,
    code TEXT NOT NULL,
    field TEXT,
    place TEXT,
    text TEXT NOT NULL,
    hint TEXT,
    raw TEXT,
    first_at TEXT NOT NULL,
    last_at TEXT NOT NULL,
    times INTEGER NOT NULL DEFAULT 1,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state = 'open' OR state = 'closed' OR state = 'dropped'),
    run TEXT,
    UNIQUE (connection, stream, key, code)
) STRICT;
CREATE INDEX rejects_open ON rejects (connection, stream) WHERE state = 'open';

CREATE TABLE unmapped (
    connection TEXT NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    times INTEGER NOT NULL,
    last_at TEXT NOT NULL,
    PRIMARY KEY (connection, field, value)
) STRICT, WITHOUT ROWID;
"""

LEADS = """
CREATE TABLE scores (
    person_id INTEGER PRIMARY KEY REFERENCES people (id),
    model TEXT NOT NULL,
    at TEXT NOT NULL,
    grade TEXT NOT NULL,
    points_mp INTEGER NOT NULL,
    profile_percent INTEGER NOT NULL,
    completeness INTEGER NOT NULL,
    combined INTEGER NOT NULL,
    profile TEXT NOT NULL,
    dimensions TEXT NOT NULL,
    vetoes TEXT NOT NULL,
    tracks TEXT NOT NULL
) STRICT;

CREATE TABLE receipts (
    id INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES people (id),
    at TEXT NOT NULL,
    occasion TEXT NOT NULL CHECK (occasion = 'handoff' OR occasion = 'override' OR occasion = 'decision'),
    model TEXT NOT NULL,
    score TEXT NOT NULL
) STRICT;
CREATE INDEX receipts_person ON receipts (person_id, id);

CREATE TABLE lifecycle (
    id INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES people (id),
    cycle INTEGER NOT NULL,
    stage TEXT NOT NULL,
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    precision TEXT NOT NULL DEFAULT 'exact',
    by TEXT NOT NULL CHECK (by = 'rule' OR by = 'sales' OR by = 'person'),
    origin TEXT NOT NULL DEFAULT 'leadloop' CHECK (origin IN ('leadloop', 'sales')),
    implied INTEGER NOT NULL DEFAULT 0,
    fast INTEGER NOT NULL DEFAULT 0,
    track TEXT NOT NULL DEFAULT 'mql',
    reason TEXT,
    reason_text TEXT,
    actor TEXT,
    connection TEXT,
    decision_id INTEGER REFERENCES decisions (id),
    receipt_id INTEGER REFERENCES receipts (id),
    model TEXT,
    known_at TEXT NOT NULL
) STRICT;
CREATE INDEX lifecycle_person ON lifecycle (person_id, id);
CREATE INDEX lifecycle_kind ON lifecycle (kind, at);

CREATE TABLE leads (
    person_id INTEGER PRIMARY KEY REFERENCES people (id),
    stage TEXT NOT NULL,
    cycle INTEGER NOT NULL,
    since TEXT NOT NULL,
    mql_at TEXT,
    pushed_at TEXT,
    fast INTEGER NOT NULL DEFAULT 0,
    track TEXT NOT NULL DEFAULT 'mql',
    decided_at TEXT,
    decision TEXT,
    reason TEXT,
    rejected_at TEXT,
    rejected_known_at TEXT,
    crm TEXT,
    model TEXT
) STRICT;
CREATE INDEX leads_stage ON leads (stage);

CREATE TABLE decisions (
    id INTEGER PRIMARY KEY,
    connection TEXT NOT NULL,
    object TEXT NOT NULL,
    record_id TEXT NOT NULL,
    person_id INTEGER REFERENCES people (id),
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    precision TEXT NOT NULL,
    reason TEXT,
    reason_text TEXT,
    by TEXT,
    amount REAL,
    rule INTEGER NOT NULL,
    known_at TEXT NOT NULL,
    key TEXT NOT NULL,
    UNIQUE (connection, object, record_id, key)
) STRICT;
CREATE INDEX decisions_person ON decisions (person_id, at);
"""

WRITING = """
CREATE TABLE desired (
    connection TEXT NOT NULL,
    person_id INTEGER NOT NULL REFERENCES people (id),
    object TEXT NOT NULL DEFAULT '',
    record_id TEXT,
    want TEXT NOT NULL,
    have TEXT,
    points_mp INTEGER NOT NULL DEFAULT 0,
    have_points_mp INTEGER,
    due INTEGER NOT NULL DEFAULT 0,
    fresh INTEGER NOT NULL DEFAULT 0,
    wanted_at TEXT NOT NULL,
    confirmed_at TEXT,
    resolved_at TEXT,
    effects TEXT NOT NULL DEFAULT '[]',
    limited INTEGER NOT NULL DEFAULT 0,
    refused TEXT,
    shown TEXT,
    PRIMARY KEY (connection, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX desired_due ON desired (connection, fresh DESC, wanted_at) WHERE due = 1;
CREATE INDEX desired_person ON desired (person_id);

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    effect TEXT NOT NULL UNIQUE,
    connection TEXT NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('marketing', 'crm')),
    person_id INTEGER NOT NULL REFERENCES people (id),
    cycle INTEGER NOT NULL,
    kind TEXT NOT NULL,
    object TEXT NOT NULL DEFAULT '',
    record_id TEXT,
    name TEXT NOT NULL DEFAULT '',
    is_on INTEGER NOT NULL DEFAULT 1,
    creates INTEGER NOT NULL DEFAULT 0,
    fresh INTEGER NOT NULL DEFAULT 0,
    limited INTEGER NOT NULL DEFAULT 0,
    fields TEXT NOT NULL,
    before TEXT,
    points_mp INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'planned' CHECK (
        state = 'planned' OR state = 'held' OR state = 'sent' OR state = 'unknown' OR state = 'pending'
        OR state = 'confirmed' OR state = 'rejected' OR state = 'suppressed' OR state = 'replaced'),
    why TEXT,
    waits_for INTEGER REFERENCES outbox (id),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at TEXT,
    planned_at TEXT NOT NULL,
    sent_at TEXT,
    settled_at TEXT,
    code TEXT,
    text TEXT,
    poll TEXT,
    run TEXT,
    epoch INTEGER,
    checksum BLOB NOT NULL
) STRICT;
CREATE INDEX outbox_open ON outbox (connection, state, fresh DESC, id)
    WHERE state IN ('planned', 'held', 'sent', 'unknown', 'pending');
CREATE UNIQUE INDEX outbox_in_flight ON outbox (connection, person_id) WHERE state IN ('sent', 'unknown', 'pending');
CREATE INDEX outbox_counts ON outbox (connection, state);
CREATE INDEX outbox_person ON outbox (person_id, id);

CREATE TABLE crm_records (
    connection TEXT NOT NULL,
    object TEXT NOT NULL,
    id TEXT NOT NULL,
    person_id INTEGER REFERENCES people (id),
    fields TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    changed_by TEXT,
    links TEXT NOT NULL DEFAULT '{}',
    seen_at TEXT NOT NULL,
    gone_at TEXT,
    PRIMARY KEY (connection, object, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE crm_looked_at (
    connection TEXT NOT NULL,
    object TEXT NOT NULL,
    id TEXT NOT NULL,
    fields TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (connection, object, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX crm_records_person ON crm_records (person_id) WHERE person_id IS NOT NULL;
"""

OPERATION = """
CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    outcome TEXT,
    report TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE requests (
    id INTEGER PRIMARY KEY,
    verb TEXT NOT NULL,
    args TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    done_at TEXT,
    result TEXT
) STRICT;
CREATE INDEX requests_open ON requests (id) WHERE done_at IS NULL;

CREATE TABLE pauses (
    name TEXT PRIMARY KEY,
    since TEXT NOT NULL,
    why TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE holder (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    epoch INTEGER NOT NULL,
    pid INTEGER NOT NULL,
    host TEXT NOT NULL,
    since TEXT NOT NULL
) STRICT;
INSERT INTO holder VALUES (1, 0, 0, '', '');

CREATE TABLE waits (
    connection TEXT NOT NULL,
    stream TEXT NOT NULL,
    until TEXT,
    code TEXT NOT NULL,
    text TEXT NOT NULL,
    hint TEXT,
    since TEXT NOT NULL,
    times INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (connection, stream)
) STRICT, WITHOUT ROWID;

CREATE TABLE versions (
    kind TEXT NOT NULL,
    version TEXT NOT NULL,
    first_at TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (kind, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    before_hash BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE TRIGGER audit_is_append_only_update BEFORE UPDATE ON audit
    BEGIN SELECT RAISE (ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_append_only_delete BEFORE DELETE ON audit
    BEGIN SELECT RAISE (ABORT, 'the audit log is append-only'); END;
"""

ACCOUNTS = """
CREATE TABLE tokens (
    connection TEXT PRIMARY KEY,
    sealed BLOB NOT NULL,
    configured_hash TEXT NOT NULL,
    lease_by TEXT,
    lease_until TEXT,
    updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE budgets (
    account TEXT NOT NULL,
    bucket TEXT NOT NULL,
    slot TEXT NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (account, bucket, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE account_pauses (
    account TEXT NOT NULL,
    bucket TEXT NOT NULL,
    until TEXT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (account, bucket)
) STRICT, WITHOUT ROWID;
"""

AUDIT_HEAD = """
CREATE TABLE audit_head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    lines INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;
INSERT INTO audit_head SELECT 1, count(*), coalesce((SELECT hash FROM audit ORDER BY id DESC LIMIT 1), x'') FROM audit;
CREATE TRIGGER audit_moves_its_head AFTER INSERT ON audit
    BEGIN UPDATE audit_head SET lines = lines + 1, hash = NEW.hash; END;
"""
"""A chain whose last lines were cut off is still a chain: how long it is, and how it ends, stands apart from it."""

LEFT_BEHIND = """
UPDATE desired SET moved_from = (
    SELECT o.record_id FROM outbox AS o WHERE o.person_id = desired.person_id AND o.connection = desired.connection
        AND o.side = 'crm' AND o.kind = 'record' AND o.state = 'confirmed' ORDER BY o.id DESC LIMIT 1
) WHERE record_id IS NULL AND resolved_at IS NULL;
UPDATE people SET dirty = max(dirty, 1) WHERE id IN (SELECT person_id FROM desired WHERE moved_from IS NOT NULL);
"""
"""Records that were converted while their leads were taken back or blocked were lost sight of until now."""


def steps() -> list[tuple[str, list[str]]]:
    """All migrations, oldest first, as (name, statements); the first `user_version` of them stand in a database."""
    tables = (PEOPLE, READING, LEADS, WRITING, OPERATION, ACCOUNTS)
    empty = "TEXT NOT NULL DEFAULT '{}'"
    return [
        ("m001_first_tables", [statement for script in tables for statement in _statements(script)]),
        (
            "m002_our_fields_in_the_crm",
            [f"ALTER TABLE desired ADD COLUMN {column} {empty}" for column in ("have_at", "corrected")],
        ),
        (
            "m003_looking_later",
            [
                "ALTER TABLE desired ADD COLUMN look_at TEXT",
                "ALTER TABLE desired ADD COLUMN looked_in_vain INTEGER NOT NULL DEFAULT 0",
            ],
        ),
        ("m004_head_of_the_audit_log", _statements(AUDIT_HEAD)),
        (
            "m005_held_writes_by_lead",
            ["CREATE INDEX outbox_held ON outbox (connection, person_id) WHERE state = 'held' OR why = 'released'"],
        ),
        (
            "m006_records_that_moved",
            [
                "ALTER TABLE desired ADD COLUMN moved_from TEXT",
                "ALTER TABLE desired ADD COLUMN may_create INTEGER NOT NULL DEFAULT 1",
                *_statements(LEFT_BEHIND),
            ],
        ),
        (
            "m007_marks_and_effects_of_before",
            [
                "ALTER TABLE desired ADD COLUMN marks_before TEXT NOT NULL DEFAULT '[]'",
                "ALTER TABLE lifecycle ADD COLUMN lead TEXT NOT NULL DEFAULT ''",
            ],
        ),
    ]


def _statements(script: str) -> list[str]:
    """Split a script at the semicolons that end statements (a trigger's body keeps its own)."""
    parts: list[str] = []
    for line in script.splitlines():
        if not parts or (parts[-1].endswith(";") and not _inside_trigger(parts[-1])):
            parts.append(line)
        else:
            parts[-1] += "\n" + line
    return [part for part in parts if part.strip()]


def _inside_trigger(part: str) -> bool:
    return "CREATE TRIGGER" in part and not part.rstrip().endswith("END;")
