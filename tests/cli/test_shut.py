"""Where nobody lets us look: a volume that another user made. It is told as that, and nothing is taken for absent."""

import os
import sqlite3
from pathlib import Path

import pytest


@pytest.fixture
def shut(monkeypatch):
    """What lies in a folder is out of our reach, as behind a folder of another user's (0700)."""
    stat = os.stat

    def keep_out(folder):
        def look(path, *args, **more):
            if folder in Path(os.fspath(path)).parents:
                raise PermissionError(13, "Permission denied", str(path))
            return stat(path, *args, **more)

        monkeypatch.setattr("os.stat", look)

    return keep_out


@pytest.mark.parametrize("verb", ["run --once", "run --once --dry-run", "status", "state check", "pause", "doctor"])
def test_a_state_behind_a_folder_of_somebody_else_ends_with_5(ran, shut, verb):
    shut(ran.state.parent)
    said = ran.leadloop(*verb.split())
    assert said.exit_code == 5
    assert "this user may not read or write it" in said.output
    assert "let the user of leadloop read and write the file and its folder" in said.output


def test_validate_takes_no_shut_folder_for_a_mistake_of_the_configuration(ran, shut):
    shut(ran.state.parent)
    assert ran.leadloop("validate").exit_code == 0


@pytest.mark.parametrize("verb", ["status", "validate", "model test"])
def test_a_configuration_behind_a_shut_folder_is_told_as_such(ran, shut, verb):
    shut(ran.folder)
    said = ran.leadloop(*verb.split())
    assert said.exit_code == 2
    assert "cannot be read: Permission denied" in said.stderr


def test_a_backup_into_a_shut_folder_is_told_as_such(ran, shut, tmp_path):
    (tmp_path / "theirs").mkdir()
    shut(tmp_path / "theirs")
    said = ran.leadloop("state", "backup", str(tmp_path / "theirs" / "copy.db"))
    assert said.exit_code == 5
    assert "this user may not read or write it" in said.stderr


def test_a_backup_that_cannot_be_read_is_not_called_foreign(ran, tmp_path, monkeypatch):
    ran.leadloop("state", "backup", str(tmp_path / "copy.db"))
    connect = sqlite3.connect

    def read_only_media(path, *args, **more):
        if "copy.db" in str(path):
            error = sqlite3.OperationalError("attempt to write a readonly database")
            error.sqlite_errorcode = sqlite3.SQLITE_READONLY
            raise error
        return connect(path, *args, **more)

    monkeypatch.setattr("sqlite3.connect", read_only_media)
    said = ran.leadloop("state", "restore", str(tmp_path / "copy.db"))
    assert said.exit_code == 5
    assert "copy.db cannot be read: attempt to write a readonly database" in said.stderr
    assert "copy it into a folder that this user may read and write" in said.stderr
