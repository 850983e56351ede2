"""The service's image has the packages of requirements/service.txt, and no others."""

import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from ivr.cli import SUB_COMMANDS

IMPORTING = """
import importlib, sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {missing!r}:
            raise ModuleNotFoundError(f"no module {{name}}", name=name)

sys.meta_path.insert(0, Missing())
importlib.import_module({module!r})
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", ["serve", "doctor", "models", "tickets", "calls", "records", "prompts"]
)
def test_what_is_run_in_the_image_imports_only_what_it_has(root: Path, command: str) -> None:
    lines = (root / "requirements" / "service.txt").read_text(encoding="utf-8").splitlines()
    there = {_plain(line.partition("==")[0]) for line in lines if "==" in line} | {"ivr"}
    missing = {
        module
        for module, distributions in packages_distributions().items()
        if there.isdisjoint(map(_plain, distributions))
    }
    module = SUB_COMMANDS[command][0].partition(":")[0]
    source = IMPORTING.format(missing=missing, module=module)
    ran = subprocess.run([sys.executable, "-c", source], cwd=root, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def _plain(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()
