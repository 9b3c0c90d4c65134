"""The state file, its key and its audit log: proven, copied, put back, renewed."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from connector.errors import StateError
from connector.http.tokens import Tokens
from connector.state.store import Store
from connector.state.tokens import SqliteTokens, key_beside, key_file, key_from, keys_beside
from tests.cli.company import ACTS

GRANTED = Tokens(access="at", refresh="rt")


def rows(path, sql):
    db = sqlite3.connect(path)
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


def test_a_sound_state_is_proven(ran):
    assert ran.json("state", "check")["problems"] == []


def test_a_cursor_that_does_not_fit_its_checksum_ends_with_5(ran):
    db = sqlite3.connect(ran.state)
    db.execute("""UPDATE cursors SET cursor = '{"files":{}}' WHERE stream = 'contacts'""")
    db.commit()
    db.close()
    result = ran.leadloop("state", "check")
    assert result.exit_code == 5
    assert "checksum" in result.stderr


def test_a_line_of_the_audit_log_that_was_changed_is_found(ran):
    ran.leadloop("pause")
    db = sqlite3.connect(ran.state)
    db.execute("DROP TRIGGER audit_is_append_only_update")
    db.execute("UPDATE audit SET actor = 'nobody'")
    db.commit()
    db.close()
    assert ran.leadloop("audit", "verify").exit_code == 5
    assert ran.leadloop("state", "check").exit_code == 5


def test_lines_cut_off_the_end_of_the_audit_log_are_missed(ran):
    for _ in range(2):
        ran.leadloop("pause")
    noted = ran.json("audit", "verify")["head"]
    ran.leadloop("resume")
    assert ran.json("audit", "verify", "--head", noted)["lines"] == 3
    db = sqlite3.connect(ran.state)
    db.execute("DROP TRIGGER audit_is_append_only_delete")
    db.execute("DELETE FROM audit WHERE id > 1")
    db.commit()
    for verb in (("audit", "verify"), ("state", "check"), ("doctor",)):
        said = ran.leadloop(*verb)
        assert said.exit_code == 5
        assert "the last 2 of 3 lines of the audit log are gone" in said.output
    db.execute("UPDATE audit_head SET lines = 1, hash = (SELECT hash FROM audit)")
    db.commit()
    db.close()
    assert ran.leadloop("audit", "verify").exit_code == 0
    said = ran.leadloop("audit", "verify", "--head", noted)
    assert said.exit_code == 5
    assert "had 2 lines when its head was noted, and has 1" in said.stderr


def test_a_head_that_nobody_told_is_a_mistake_of_the_call(ran):
    assert ran.leadloop("audit", "verify", "--head", "latest").exit_code == 2


def test_a_restore_stands_in_the_audit_log(ran, tmp_path):
    ran.leadloop("state", "backup", str(tmp_path / "copy.db"))
    ran.leadloop("state", "restore", str(tmp_path / "copy.db"))
    assert ("cli", "state restore") in rows(ran.state, "SELECT actor, action FROM audit")


def test_a_backup_is_made_beside_a_running_process_and_only_its_owner_may_read_it(ran, tmp_path):
    store = ran.store()
    with store.hold():
        ran.json("state", "backup", str(tmp_path / "copy.db"))
    store.close()
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    assert rows(tmp_path / "copy.db", "SELECT count(*) FROM people") == [(3,)]
    again = ran.leadloop("state", "backup", str(tmp_path / "copy.db"))  # never over another file
    assert again.exit_code == 2
    assert "name another file" in again.stderr


def test_a_backup_is_put_back_and_what_was_there_is_kept(ran, tmp_path):
    ran.leadloop("state", "backup", str(tmp_path / "copy.db"))
    ran.write("in/contacts.csv", "id,email,first_name,job_title,source\nc9,new@acme.example,New,CEO,Fair\n")
    ran.run()
    kept = ran.json("state", "restore", str(tmp_path / "copy.db"))["kept"]
    assert rows(ran.state, "SELECT count(*) FROM people") == [(3,)]
    assert rows(kept, "SELECT count(*) FROM people") == [(4,)]
    assert ran.run()["outcome"] == "ok"


def test_a_write_that_may_have_been_sent_since_the_backup_is_read_back_and_nothing_is_made_twice(ran, tmp_path):
    ran.leadloop("state", "backup", str(tmp_path / "copy.db"))
    db = sqlite3.connect(tmp_path / "copy.db")  # as if it had been made between the plan and the sending
    db.execute("UPDATE outbox SET state = 'planned', settled_at = NULL, record_id = NULL")
    db.execute("UPDATE desired SET record_id = NULL, have = NULL")
    db.commit()
    db.close()
    assert ran.json("state", "restore", str(tmp_path / "copy.db"))["read_back"] == 1
    ran.run()
    assert len(ran.leads.read_text().splitlines()) == 2
    assert rows(ran.state, "SELECT state, count(*) FROM outbox GROUP BY 1") == [("confirmed", 1)]


def test_who_was_erased_since_the_backup_is_erased_in_it_too_and_does_not_come_back(ran, tmp_path):
    ran.leadloop("state", "backup", str(tmp_path / "copy.db"))
    ran.leadloop("erase", "ana@acme.example", "--yes")
    assert ran.json("state", "restore", str(tmp_path / "copy.db"))["erased"] == 1
    assert b"ana@acme.example" not in ran.state.read_bytes()
    ran.write("in/acts.csv", ACTS + "c1,form_submission,2026-11-20T10:00:00Z,ebook-3\n")
    ran.run()
    assert ran.leadloop("explain", "ana@acme.example").exit_code == 1
    assert rows(ran.state, "SELECT count(*) FROM people WHERE erased_at IS NULL") == [(2,)]
    assert ("restore", "erase") in rows(ran.state, "SELECT actor, action FROM audit")


def test_who_was_erased_before_the_backup_stays_erased_and_is_not_counted(ran, tmp_path):
    ran.leadloop("erase", "ana@acme.example", "--yes")
    ran.leadloop("state", "backup", str(tmp_path / "copy.db"))
    ran.leadloop("erase", "bia@acme.example", "--yes")
    assert ran.json("state", "restore", str(tmp_path / "copy.db"))["erased"] == 1
    ran.run()
    assert rows(ran.state, "SELECT count(*) FROM contacts") == [(1,)]


def test_who_came_and_was_erased_since_the_backup_does_not_come_back(ran, tmp_path):
    ran.leadloop("state", "backup", str(tmp_path / "copy.db"))
    ran.write("in/contacts.csv", "id,email,first_name,job_title,source\nc9,new@acme.example,New,CEO,Fair\n")
    ran.run()
    ran.leadloop("erase", "new@acme.example", "--yes")
    assert ran.json("state", "restore", str(tmp_path / "copy.db"))["erased"] == 0
    ran.run()
    assert ran.leadloop("explain", "new@acme.example").exit_code == 1


def test_erasures_that_no_state_can_tell_of_are_asked_for(ran, tmp_path):
    ran.leadloop("state", "backup", str(tmp_path / "copy.db"))
    ran.leadloop("erase", "ana@acme.example", "--yes")
    ran.state.write_bytes(b"no database" * 1000)
    said = ran.leadloop("state", "restore", str(tmp_path / "copy.db"))
    assert "erase them" in said.stdout
    ran.state.unlink()
    assert ran.json("state", "restore", str(tmp_path / "copy.db"))["erased"] is None


def test_what_is_paused_stays_paused_when_a_backup_is_put_back(ran, tmp_path):
    ran.leadloop("state", "backup", str(tmp_path / "copy.db"))
    ran.leadloop("pause", "sales", "--because", "new owner")
    ran.json("state", "restore", str(tmp_path / "copy.db"))
    assert [one["why"] for one in ran.json("status")["paused"]] == ["new owner"]


def test_what_a_killed_restore_left_behind_does_not_get_into_the_next(ran, tmp_path):
    ran.leadloop("state", "backup", str(tmp_path / "copy.db"))
    fresh = ran.state.with_name("leadloop.db.restoring")
    shutil.copy(tmp_path / "copy.db", fresh)
    killed = Store.open(fresh)
    with killed.write() as tx:
        tx.execute("INSERT INTO meta VALUES ('of the killed one', '')")
    shutil.copy(f"{fresh}-wal", tmp_path / "wal")
    killed.close()
    shutil.copy(tmp_path / "wal", f"{fresh}-wal")
    ran.json("state", "restore", str(tmp_path / "copy.db"))
    assert rows(ran.state, "SELECT * FROM meta WHERE key = 'of the killed one'") == []
    assert ran.json("state", "check")["problems"] == []
    assert [one.name for one in ran.state.parent.glob("*restoring*")] == []


def test_the_database_of_another_program_is_not_replaced_by_a_backup(ran, tmp_path):
    ran.leadloop("state", "backup", str(tmp_path / "copy.db"))
    ran.state.unlink()
    songs(ran.state)
    before = ran.state.read_bytes()
    assert ran.leadloop("state", "restore", str(tmp_path / "copy.db")).exit_code == 5
    assert ran.state.read_bytes() == before


def test_a_backup_with_a_row_that_rotted_is_refused(ran, tmp_path):
    ran.leadloop("state", "backup", str(tmp_path / "copy.db"))
    db = sqlite3.connect(tmp_path / "copy.db")
    db.execute("UPDATE outbox SET fields = '{}'")
    db.commit()
    db.close()
    said = ran.leadloop("state", "restore", str(tmp_path / "copy.db"))
    assert said.exit_code == 5
    assert "checksum" in said.stderr


def test_a_state_in_use_is_not_replaced(ran, tmp_path):
    ran.leadloop("state", "backup", str(tmp_path / "copy.db"))
    store = ran.store()
    with store.hold():
        assert ran.leadloop("state", "restore", str(tmp_path / "copy.db")).exit_code == 6
    store.close()


def test_a_damaged_backup_is_refused_and_nothing_changes(ran, tmp_path):
    (tmp_path / "copy.db").write_bytes(b"no database" * 1000)
    before = ran.state.read_bytes()
    assert ran.leadloop("state", "restore", str(tmp_path / "copy.db")).exit_code == 5
    assert ran.state.read_bytes() == before


def songs(path):
    """The database of another program."""
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE songs (title TEXT)")
    db.close()


def test_what_is_no_backup_of_ours_is_refused_with_what_to_name(ran, tmp_path):
    songs(tmp_path / "songs.db")
    (tmp_path / "empty.db").touch()
    before = ran.state.read_bytes()
    for name in ("songs.db", "empty.db"):
        said = ran.leadloop("state", "restore", str(tmp_path / name))
        assert said.exit_code == 5
        assert "is no backup of leadloop" in said.stderr
        assert "'leadloop state backup FILE' wrote" in said.stderr
    assert ran.state.read_bytes() == before


def test_a_damaged_state_can_be_replaced_by_a_backup(ran, tmp_path):
    ran.leadloop("state", "backup", str(tmp_path / "copy.db"))
    ran.state.write_bytes(b"no database" * 1000)
    assert ran.leadloop("status").exit_code == 5
    ran.json("state", "restore", str(tmp_path / "copy.db"))
    assert ran.leadloop("status").exit_code == 0


def test_migrate_leaves_a_state_of_today_as_it_is(ran):
    assert ran.json("state", "migrate")["schema"] >= 1


@pytest.fixture
def granted(ran):
    """A state that keeps the tokens of one connection, under the key beside it."""
    store = ran.store()
    SqliteTokens(store, [key_beside(store.path)]).load("rd", "hash", GRANTED)
    store.close()
    return ran


def opened(company, *keys):
    store = company.store()
    try:
        return SqliteTokens(store, keys).load("rd", "hash", Tokens())
    finally:
        store.close()


def test_a_new_key_opens_the_tokens_and_the_old_one_does_not(granted):
    old = key_beside(granted.state)
    assert granted.json("keys", "rotate") == {"sealed": 1}
    new = key_beside(granted.state)
    assert new != old
    assert opened(granted, new) == GRANTED
    assert key_file(granted.state).stat().st_mode & 0o777 == 0o600


def test_a_rotation_that_was_killed_after_sealing_is_finished_by_the_next(granted):
    old, following = key_beside(granted.state), Fernet.generate_key()
    store = granted.store()
    SqliteTokens(store, [following, old]).seal_again()  # the process died here: both keys are on disk
    store.close()
    key_file(granted.state).with_name("leadloop.db.key.next").write_bytes(following)
    assert granted.json("keys", "rotate") == {"sealed": 1}
    assert opened(granted, key_beside(granted.state)) == GRANTED


def test_a_run_between_a_killed_rotation_and_the_next_opens_the_tokens_too(granted):
    old, following = key_beside(granted.state), Fernet.generate_key()
    store = granted.store()
    SqliteTokens(store, [following, old]).seal_again()
    store.close()
    key_file(granted.state).with_name("leadloop.db.key.next").write_bytes(following)
    assert opened(granted, *keys_beside(granted.state)) == GRANTED


def test_a_disk_that_was_full_when_the_first_key_was_made_leaves_none(tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(StateError, match="No space left on device") as caught:
        patched.setattr("os.fsync", full)
        key_beside(tmp_path / "leadloop.db")
    assert "space" in caught.value.hint
    assert list(tmp_path.iterdir()) == []
    key = key_beside(tmp_path / "leadloop.db")
    assert [path.name for path in tmp_path.iterdir()] == ["leadloop.db.key"]
    assert key_beside(tmp_path / "leadloop.db") == key


def test_of_two_processes_that_make_the_first_key_at_once_both_have_the_same(tmp_path, monkeypatch):
    state = tmp_path / "leadloop.db"
    link, theirs = os.link, Fernet.generate_key()

    def another_was_first(source, target):
        Path(target).write_bytes(theirs)
        link(source, target)

    monkeypatch.setattr("os.link", another_was_first)
    assert key_beside(state) == theirs


def test_a_key_file_is_made_where_a_file_has_one_name_alone(tmp_path, monkeypatch):
    def refuses(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refuses)
    assert key_beside(tmp_path / "leadloop.db") == key_file(tmp_path / "leadloop.db").read_bytes()
    assert len(list(tmp_path.iterdir())) == 1


def test_a_key_file_without_a_key_says_what_to_put_back_or_take_away(tmp_path):
    key_file(tmp_path / "leadloop.db").write_bytes(b"")
    with pytest.raises(StateError, match="holds no key") as caught:
        key_beside(tmp_path / "leadloop.db")
    assert "put back the key" in caught.value.hint
    assert key_file(tmp_path / "leadloop.db").read_bytes() == b""


def test_a_configured_key_takes_over_from_the_file_and_from_the_one_before(granted, tmp_path):
    granted.configure(secret_key="first secret, long enough")
    assert granted.json("keys", "rotate") == {"sealed": 1}
    assert opened(granted, key_from("first secret, long enough")) == GRANTED
    (tmp_path / "before").write_text("first secret, long enough\n")
    granted.configure(secret_key="second secret, long enough")
    assert granted.json("keys", "rotate", "--old-key-file", str(tmp_path / "before")) == {"sealed": 1}
    assert opened(granted, key_from("second secret, long enough")) == GRANTED


def test_an_old_key_that_is_no_text_is_told_as_such(granted, tmp_path):
    granted.configure(secret_key="first secret, long enough")
    (tmp_path / "before").write_bytes(b"\xff\xfe\x00")
    said = granted.leadloop("keys", "rotate", "--old-key-file", str(tmp_path / "before"))
    assert said.exit_code == 2
    assert "no key can be read from" in said.stderr


def test_keys_are_not_changed_under_a_running_process(granted):
    store = granted.store()
    with store.hold():
        assert granted.leadloop("keys", "rotate").exit_code == 6
    store.close()


def test_acts_are_not_lost_by_any_of_this(granted, tmp_path):
    assert rows(granted.state, "SELECT count(*) FROM activities") == [(len(ACTS.splitlines()) - 1,)]
