"""The packages that are installed are those that pyproject.toml names, each with its hash."""

import re
import tomllib
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("file", "extras"),
    [("service", ()), ("tools", ("tools",)), ("venv", ("tools", "sherpa", "dev"))],
)
def test_every_pin_of_the_project_is_locked(root: Path, file: str, extras: tuple[str, ...]) -> None:
    """After a change of a dependency, `.ci/lock` writes the files anew."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    project = settings["project"]
    pins = [*settings["build-system"]["requires"], *project["dependencies"]]
    for extra in extras:
        pins += project["optional-dependencies"][extra]
    lines = (root / "requirements" / f"{file}.txt").read_text(encoding="utf-8").splitlines()
    locked = {line.removesuffix(" \\").partition(" ; ")[0] for line in lines if "==" in line}
    assert {re.sub(r"\[.*?\]|;.*", "", pin) for pin in pins} <= locked
    assert sum("--hash=sha256:" in line for line in lines) >= len(locked)
