"""Where nobody lets us look: a volume that another user made. It is told as that, and nothing is taken for absent."""

import os
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
