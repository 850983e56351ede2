"""``ivr models compare``: the same recordings for every model, and what is printed of them."""

import json
import shutil
from pathlib import Path

import pytest
import soundfile
from typer.testing import CliRunner, Result

from ivr.bench.model_comparison import ModelComparison
from ivr.bench.models_command import models_app
from ivr.bench.recognition_sounds import UNTRAINED
from ivr.recognition import embedded


def compare(*words: str) -> Result:
    return CliRunner().invoke(models_app, ["compare", *words])


def test_models_stand_side_by_side() -> None:
    compared = ModelComparison(3, 1)
    compared.figures["small"] = {"syllable_error_percent": 12.34, "recordings_sex_f": 2}
    compared.figures["x-asr"] = {"syllable_error_percent": 5.0, "worker_megabytes": 257.0}
    (first, small, x_asr) = compared.table().columns
    assert list(first.cells) == ["wrong syllables without tones, %", "memory of a worker, MB"]
    assert (small.header, list(small.cells)) == ("small", ["12.3", ""])
    assert (x_asr.header, list(x_asr.cells)) == ("x-asr", ["5.0", "257.0"])
    told = json.loads(compared.dump())
    assert (told["bench"], told["pass"], told["samples"], told["seed"]) == ("models", True, 3, 1)
    assert told["figures"]["small"] == {"syllable_error_percent": 12.34, "recordings_sex_f": 2}
    compared.problems.append("small: table.csv line 2: died")
    assert json.loads(compared.dump())["pass"] is False


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Return a corpus of two voices that the built-in model does not know; one line is wrong."""
    directory = tmp_path / "corpus"
    directory.mkdir()
    table = ["path,words,intent"]
    for voice in UNTRAINED:
        name = f"{voice.voice_name}.wav"
        samples, rate = voice.synthesise("我要投诉你们客服态度不好")
        soundfile.write(directory / name, samples, rate)
        table.append(f"{name},我要投诉你们客服态度不好,attitude_complaint")
    table.append(f"{name},幺三八三七幺二三四五六,")
    (directory / "table.csv").write_text("\n".join(table), encoding="utf-8")
    return directory


@pytest.mark.slow
def test_each_model_is_measured_on_the_same_recordings(corpus: Path, tmp_path: Path) -> None:
    shutil.copytree(embedded.unpacked(), tmp_path / "models" / "ours")
    (tmp_path / "ivr.toml").write_text(f'[recognition]\nmodels = "{tmp_path}/models"\n')
    config = ["--corpus", str(corpus), "--config", str(tmp_path / "ivr.toml")]
    told = compare("built-in", "ours", "--json", "--timed", "1", *config)
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    assert found["samples"] == 3
    built_in, ours = found["figures"]["built-in"], found["figures"]["ours"]
    assert list(found["figures"]) == ["built-in", "ours"]
    for name in ("syllable_error_percent", "character_error_percent", "intents_right_percent"):
        assert built_in[name] == ours[name], "it is the same model"
    assert built_in["intents_right_percent"] == 100
    assert built_in["numbers_right_percent"] == 0, "the wrong line"
    assert 25 < built_in["syllable_error_percent"] < 50
    for figures in (built_in, ours):
        assert 0 < figures["finalise_1_p50_ms"] <= figures["finalise_1_p95_ms"]
        assert figures["talking_calls_per_core"] > 1
        assert figures["worker_megabytes"] > 10
    shown = compare("ours", "--timed", "0", *config)
    assert shown.exit_code == 0, shown.output
    assert "intents right, %" in shown.stdout
    assert "memory" not in shown.stdout, "it was not timed"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nowhere"], "there is no model nowhere: fetch it, or name one of `ivr models list`"),
        (["."], "there is no model in .: give the directory of a speech model"),
        (["built-in"], "has no table.csv or table.tsv"),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    told = compare(*words, "--corpus", str(tmp_path))
    assert told.exit_code == 2
    assert says in told.stderr
    assert len(told.stderr.splitlines()) == 1
    assert told.stdout == ""
