"""The engine sherpa through the real sherpa-onnx, with toy voices that hum."""

import json
import os
import pickle
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from ivr.dialogue.row import Prompt
from ivr.voice import VoiceError
from ivr.voice.clip import Clip, Form, Take
from ivr.voice.context import NO_CONTEXT
from ivr.voice.engine import PromptsFailed
from ivr.voice.sherpa import Sherpa
from ivr.words.catalogue import SILENCE, Licence
from tests.voice.toy_vits import LETTERS, LEXICON, RATE, TOKEN_SECONDS, Kind, write_toy_voice


def take(words: str, *, slow: bool = False) -> Take:
    form = Form("slow" if slow else "normal")
    return Take(words, slow, NO_CONTEXT, (Clip(Prompt.named("greeting.ask", words), form),))


def prepare(voice: Sherpa, *words: str) -> None:
    voice.prepare([take(each) for each in words], lambda done, of: None)


pytestmark = pytest.mark.slow  # most tests start a process that loads the library


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Sherpa:
    return Sherpa.in_directory(write_toy_voice(tmp_path_factory.mktemp("voices") / "toy"))


def test_speaks_at_the_rate_of_its_model(toy: Sherpa) -> None:
    samples, rate = toy.sound(take("您好，请稍等。"))
    assert rate == RATE
    assert len(samples) == pytest.approx(12 * TOKEN_SECONDS * RATE, abs=2)
    assert samples.dtype == np.int16
    assert np.abs(samples).max() == pytest.approx(0.5 * 32767, abs=200)


def test_samples_beyond_full_scale_are_clipped(tmp_path: Path) -> None:
    samples, _ = Sherpa.in_directory(write_toy_voice(tmp_path, peak=1.5)).sound(take("您好"))
    assert (samples.max(), samples.min()) == (32767, -32767)
    assert np.abs(np.diff(samples.astype(np.int32))).max() < 20_000


def test_the_same_words_give_the_same_samples(toy: Sherpa) -> None:
    first, _ = toy.sound(take("您好"))
    other, _ = toy.sound(take("好您"))
    again, _ = toy.sound(take("您好"))
    assert np.array_equal(first, again)
    assert len(first) == len(other)


def test_slow_lasts_longer_by_the_models_own_length(toy: Sherpa) -> None:
    normal, _ = toy.sound(take("请稍等"))
    slow, _ = toy.sound(take("请稍等", slow=True))
    assert len(slow) == pytest.approx(len(normal) / 0.75, abs=2)
    assert np.array_equal(slow[: len(normal)], normal)  # not stretched


def test_another_speaker_sounds_different_and_is_named(toy: Sherpa) -> None:
    other = Sherpa.in_directory(toy.directory, speaker=2)
    assert not np.array_equal(other.sound(take("您好"))[0], toy.sound(take("您好"))[0])
    assert toy.voice == "toy, speaker 0, 0123456789ab"
    assert other.voice == "toy, speaker 2, 0123456789ab"
    assert toy.name == other.name == "sherpa-onnx 2.0.1"
    assert toy.licence == Licence("MIT", True)


def test_a_speaker_that_the_voice_does_not_have_is_named(toy: Sherpa) -> None:
    with pytest.raises(VoiceError, match="the voice toy has no speaker 3: name one from 0 to 2"):
        prepare(Sherpa.in_directory(toy.directory, speaker=3), "您好")


def test_it_is_sent_to_processes_without_its_model(toy: Sherpa) -> None:
    toy.sound(take("您好"))
    assert pickle.loads(pickle.dumps(toy)) == toy
    assert len(pickle.dumps(toy)) < 2000


def test_clips_without_words_need_no_voice(toy: Sherpa) -> None:
    silence = Take("", False, NO_CONTEXT, (Clip(Prompt.named(SILENCE, ""), Form()),))
    broken = Sherpa(toy.directory / "nowhere", toy.files, 0, toy.version)
    broken.prepare([silence], lambda done, of: None)


def test_a_voice_that_works_is_ready(toy: Sherpa) -> None:
    prepare(toy, "您好", "请稍等")


def test_letters_are_spelt_out_for_a_voice_that_knows_none(toy: Sherpa) -> None:
    spelt, _ = toy.sound(take("QQ"))
    written, _ = toy.sound(take("扣扣"))
    assert np.array_equal(spelt, written)


@pytest.fixture(scope="module", params=["melo", "kokoro"])
def english(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sherpa:
    """Return a voice that reads letters: the library reads its words in another way."""
    directory = tmp_path_factory.mktemp("voices") / request.param
    return Sherpa.in_directory(write_toy_voice(directory, request.param, lexicon=LEXICON | LETTERS))


def test_a_voice_of_two_languages_reads_letters(english: Sherpa) -> None:
    prepare(english, "QQ，hello！")
    letters, rate = english.sound(take("QQ"))
    assert rate == RATE
    assert len(letters) >= 4 * TOKEN_SECONDS * RATE - 2


def test_other_families_are_slow_and_repeatable_as_well(english: Sherpa) -> None:
    normal, _ = english.sound(take("请稍等。"))
    again, _ = english.sound(take("请稍等。"))
    slow, _ = english.sound(take("请稍等。", slow=True))
    assert np.array_equal(normal, again)
    assert len(slow) == pytest.approx(len(normal) / 0.75, abs=4)
    other = Sherpa.in_directory(english.directory, speaker=2)
    assert not np.array_equal(other.sound(take("请稍等。"))[0], normal)


def test_a_long_pause_of_the_model_stays(tmp_path: Path) -> None:
    melo = Sherpa.in_directory(write_toy_voice(tmp_path, "melo"))
    samples, _ = melo.sound(take("您好，静静静，您好"))  # the library speaks each part alone
    pause = np.flatnonzero(np.abs(samples) > 300)
    assert np.diff(pause).max() == pytest.approx(7 * TOKEN_SECONDS * RATE, abs=20)


def test_a_sign_without_a_reading_is_named_with_its_prompt(toy: Sherpa) -> None:
    with pytest.raises(PromptsFailed) as failed:
        prepare(toy, "您好", "您谢")
    assert list(failed.value.reasons) == ["greeting.ask"]
    assert "no reading for '谢' in '您谢'" in failed.value.reasons["greeting.ask"]
    with pytest.raises(VoiceError, match="no reading for '谢'"):
        toy.sound(take("您谢"))


def test_silence_is_an_error(toy: Sherpa) -> None:
    with pytest.raises(VoiceError, match="the voice toy says nothing for '静'"):
        toy.sound(take("静"))


def test_audio_too_short_for_its_words_is_an_error(toy: Sherpa) -> None:
    with pytest.raises(VoiceError, match=r"took 0\.2 s for '您短短短', which takes from 0\.4"):
        toy.sound(take("您短短短"))


def test_nothing_of_the_library_is_written_to_stderr(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    directory = write_toy_voice(tmp_path, lexicon=LEXICON | {"坏": "unknown"})
    Sherpa.in_directory(directory).sound(take("您好"))
    os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"


@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        ("vits", "sample_rate"),
        ("vits", "n_speakers"),
        ("vits", "language"),
        ("kokoro", "style_dim"),
    ],
)
def test_missing_metadata_ends_only_a_process_of_its_own(
    tmp_path: Path, kind: Kind, entry: str
) -> None:
    voice = Sherpa.in_directory(write_toy_voice(tmp_path, kind, without=entry))
    with pytest.raises(VoiceError) as failed:
        prepare(voice, "您好")
    assert str(failed.value) == (
        "the voice toy cannot be used, because sherpa-onnx failed with it (exit code 255: "
        f"'{entry}' does not exist in the metadata); fetch the voice again with `ivr voices fetch`"
    )


def test_a_matcha_voice_gets_its_files_to_the_library(tmp_path: Path) -> None:
    """The toy is no Matcha model, but the library must have loaded it as one to miss an entry."""
    names = {"acoustic": "model.onnx", "vocoder": "model.onnx"}
    texts = {"lexicon": "lexicon.txt", "tokens": "tokens.txt"}
    write_toy_voice(tmp_path, family="matcha", files=names | texts)
    with pytest.raises(VoiceError, match="'use_eos_bos' does not exist in the metadata"):
        prepare(Sherpa.in_directory(tmp_path), "您好")


def test_a_garbage_model_is_one_sentence(tmp_path: Path) -> None:
    (write_toy_voice(tmp_path) / "model.onnx").write_bytes(b"no model at all" * 100)
    with pytest.raises(
        VoiceError, match=r"^the voice toy in \S+ is damaged \(.*\): run `ivr voices fetch toy"
    ):
        prepare(Sherpa.in_directory(tmp_path), "您好")


def test_a_model_cut_off_is_one_sentence(tmp_path: Path) -> None:
    model = write_toy_voice(tmp_path) / "model.onnx"
    model.write_bytes(model.read_bytes()[:-100])
    with pytest.raises(VoiceError, match=r"^the voice toy .*`ivr voices fetch toy --again`") as e:
        prepare(Sherpa.in_directory(tmp_path), "您好")
    assert "\n" not in str(e.value)


@pytest.mark.parametrize("file", ["model.onnx", "lexicon.txt", "tokens.txt"])
@pytest.mark.parametrize("damage", ["missing", "empty"])
def test_a_missing_file_is_named(tmp_path: Path, file: str, damage: str) -> None:
    path = write_toy_voice(tmp_path) / file
    path.unlink()
    if damage == "empty":
        path.touch()
    with pytest.raises(
        VoiceError, match=rf"\(.*{file} is missing\)|because \S+{file} is missing or"
    ):
        prepare(Sherpa.in_directory(tmp_path), "您好")


def test_tokens_that_the_model_does_not_have_are_one_sentence(tmp_path: Path) -> None:
    tokens = write_toy_voice(tmp_path) / "tokens.txt"
    lines = tokens.read_text(encoding="utf-8").splitlines()
    tokens.write_text("\n".join(f"{line}00" for line in lines), encoding="utf-8")
    with pytest.raises(
        VoiceError, match=r"^the voice toy in \S+ is damaged \(.*\): run `ivr voices fetch toy"
    ):
        prepare(Sherpa.in_directory(tmp_path), "您好")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"engine": "espeak"}, r"voice\.json does not describe a voice for .*\(espeak, vits\)"),
        ({"family": "piper"}, r"voice\.json does not describe a voice for .*\(sherpa, piper\)"),
        ({"files": ["model.onnx"]}, r"is damaged \(voice\.json: files: "),
        ({"speaker": -1}, r"is damaged \(voice\.json: speaker: "),
    ],
)
def test_a_wrong_voice_json_is_named(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    write_toy_voice(tmp_path, **change)
    with pytest.raises(VoiceError, match=reason):
        Sherpa.in_directory(tmp_path)


def test_a_voice_json_without_a_role_names_it(tmp_path: Path) -> None:
    write_toy_voice(tmp_path, files={"model": "model.onnx", "tokens": "tokens.txt"})
    with pytest.raises(VoiceError, match=r"voice\.json names no file for lexicon"):
        prepare(Sherpa.in_directory(tmp_path), "您好")


@pytest.mark.parametrize("content", [None, "", "no JSON", json.dumps([1])])
def test_a_directory_without_a_voice_is_named(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "voice.json").write_text(content)
    with pytest.raises(VoiceError, match=r"voice\.json: .*`ivr voices fetch"):
        Sherpa.in_directory(tmp_path)


class NotInstalled:
    """Finds no package sherpa_onnx, as where the extra is not installed."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Raise the error of an import that fails; leave all other modules to other finders."""
        if name == "sherpa_onnx":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


def test_a_missing_package_is_named_with_its_remedy(
    toy: Sherpa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "meta_path", [NotInstalled(), *sys.meta_path])
    monkeypatch.delitem(sys.modules, "sherpa_onnx", raising=False)
    with pytest.raises(VoiceError, match=r"needs the package sherpa-onnx .* -e '\.\[sherpa\]'"):
        Sherpa.in_directory(toy.directory)
    unloaded = Sherpa(write_toy_voice(tmp_path), toy.files, 0, toy.version)
    with pytest.raises(VoiceError, match=r"needs the package sherpa-onnx .* -e '\.\[sherpa\]'"):
        unloaded.sound(take("您好"))
