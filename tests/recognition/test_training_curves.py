"""The choice of what the models of the training's curves are trained with."""

import random
from pathlib import Path

import pytest

from tools.tiny_vosk.curves import Trial
from tools.tiny_vosk.speech import person_size

DIRECTORIES = ("espeak", "natural", "people", "natural-0", "people-0")


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    for name in DIRECTORIES:
        (tmp_path / name).mkdir()
        for seed in range(4):
            (tmp_path / name / f"{name.partition('-')[0]}-{seed:04}.npz").touch()
    return tmp_path


def test_a_share_is_the_same_of_each_kind_of_speech(corpora: Path) -> None:
    files = Trial("data", share=2).files(corpora)
    assert [str(path.relative_to(corpora)) for path in files] == [
        f"{kind}/{kind}-{seed}.npz"
        for kind in ("espeak", "natural", "people")
        for seed in ("0000", "0002")
    ]


def test_the_own_size_of_each_speaker_takes_the_place_of_any(corpora: Path) -> None:
    files = Trial("sizes", share=4, sizes=0).files(corpora)
    assert [path.parent.name for path in files] == ["espeak", "natural-0", "people-0"]


def test_a_model_on_two_curves_is_trained_once() -> None:
    assert Trial("data", share=1).name == Trial("width", width=512).name
    assert Trial("data", share=4).name != Trial("width", width=512).name


def test_persons_have_the_sizes_that_are_asked_for() -> None:
    chooser = random.Random(1)
    found = {
        count: {person_size(0.74, 1.22, count, chooser) for _ in range(100)} for count in (0, 1, 3)
    }
    assert found[0] == {1.0}
    assert found[1] == {0.74}
    assert sorted(found[3]) == pytest.approx([0.74, 0.98, 1.22])
    assert len({person_size(0.74, 1.22, None, chooser) for _ in range(100)}) == 100
