"""What is installed elsewhere: the wheel carries the packages whole, with the files that admins start from."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("connector", "adapters", "mappings")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "wheel", str(ROOT)]
    offline = ["--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    subprocess.run([*build, *offline], check=True)
    return next(folder.glob("leadloop-*.whl"))


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_carries_every_file_of_the_packages(wheel):
    tracked = subprocess.run(
        ["git", "ls-files", *PACKAGES], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    assert set(tracked) - names_in(wheel) == set()


def test_the_wheel_carries_the_licence_and_nothing_of_the_tests(wheel):
    names = names_in(wheel)
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == set(PACKAGES)


def test_every_entry_point_names_a_module_in_the_wheel(wheel):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    points = [
        *project["scripts"].values(),
        *(one for group in project["entry-points"].values() for one in group.values()),
    ]
    modules = {point.partition(":")[0].replace(".", "/") for point in points}
    names = names_in(wheel)
    assert {one for one in modules if f"{one}.py" not in names and f"{one}/__init__.py" not in names} == set()


def test_the_contract_of_adapters_can_be_imported_from_the_wheel(wheel, tmp_path):
    say = "import connector.adapter, mappings; print(connector.adapter.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", say],
        cwd=tmp_path,
        env={"PYTHONPATH": str(wheel)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert str(wheel) in done.stdout
