"""The files of an unpacked archive: whole or only named, kept or deleted."""

from pathlib import Path

import pytest

from ivr.fetching.content import has_content, remove_unused
from tests.fetching.client import POINTER


@pytest.mark.parametrize(
    ("content", "whole"), [(b"a model", True), (b"", False), (POINTER, False), (None, False)]
)
def test_a_file_is_whole_if_it_has_content_of_its_own(
    tmp_path: Path, content: bytes | None, whole: bool
) -> None:
    path = tmp_path / "model.onnx"
    if content is not None:
        path.write_bytes(content)
    assert has_content(path) is whole
    assert not has_content(tmp_path)


def test_only_what_is_used_stays_and_what_says_who_made_it(tmp_path: Path) -> None:
    unused = ["bpe.model", "test_wavs/0.wav", "dict/a/b"]
    for name in ["model.onnx", "tokens.txt", "LICENSE", "README.md", *unused]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "dict" / "tokens.txt").touch()
    remove_unused(tmp_path, {"model.onnx", "tokens.txt"})
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")}
    assert left == {"model.onnx", "tokens.txt", "LICENSE", "README.md"}
