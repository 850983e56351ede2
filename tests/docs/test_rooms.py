"""docs/design.md shows the layers of import-linter, which are the rooms of the package."""

import re
import tomllib
from pathlib import Path


def test_design_shows_the_layers_of_import_linter(root: Path) -> None:
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    design = (root / "docs" / "design.md").read_text(encoding="utf-8")
    shown = re.search(r"^## Rooms$.*?^```\n(.*?)^```$", design, re.DOTALL | re.MULTILINE)
    assert shown is not None
    assert layers == shown[1].splitlines()
