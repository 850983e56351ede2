"""A public name of the package is defined in one module alone, so that it means one thing."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

MEANT = {
    "LIMITS": "each bench has limits under this name, beside its figures",
    "log": "each module's own logger, as structlog is used everywhere",
    "measure": "each bench is run by this function of its module",
    "T": "a type variable",
}
"""Names that more than one module may define, with the reason."""


def test_a_public_name_means_one_thing(root: Path) -> None:
    places: dict[str, set[str]] = defaultdict(set)
    for path in sorted((root / "ivr").rglob("*.py")):
        if "versions" not in path.parts:  # migrations all define what alembic asks for
            for name in _public_names(ast.parse(path.read_text(encoding="utf-8"))):
                places[name].add(str(path.relative_to(root)))
    clashes = {name: sorted(found) for name, found in places.items() if len(found) > 1}
    assert {name: found for name, found in clashes.items() if name not in MEANT} == {}
    assert sorted(MEANT) == sorted(name for name in MEANT if name in clashes)


def _public_names(module: ast.Module) -> Iterator[str]:
    for node in module.body:
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                found = [name]
            case ast.AsyncFunctionDef(name=name):
                found = [name]
            case ast.Assign(targets=targets):
                found = [target.id for target in targets if isinstance(target, ast.Name)]
            case ast.AnnAssign(target=ast.Name(id=name)):
                found = [name]
            case _:
                found = []
        yield from (name for name in found if not name.startswith("_"))
