"""The first thing that is wrong at the start is named in one sentence."""

from pathlib import Path
from typing import Any

import pytest

from ivr.service.app import Hotline
from ivr.service.loading import StartError, load_catalogue, load_sheet, load_voice_detector
from tests.service.running import settings_for


def test_the_error_at_the_start_is_one_sentence_that_names_the_setting(
    root: Path, tmp_path: Path
) -> None:
    def sentence(**groups: dict[str, Any]) -> str:
        with pytest.raises(StartError) as raised:
            Hotline(settings_for(root, tmp_path, **groups))
        assert "\n" not in str(raised.value)
        return str(raised.value)

    (tmp_path / "file").touch()
    nowhere = tmp_path / "nowhere"
    assert "prompts.sheet" in sentence(prompts={"sheet": nowhere})
    assert "has no rows" in sentence(prompts={"sheet": tmp_path / "file"})
    assert "ivr prompts render" in sentence(prompts={"directory": nowhere})
    assert "agi.token_file" in sentence(agi={"token_file": nowhere})
    assert "records.directory" in sentence(records={"directory": tmp_path / "file"})
    (tmp_path / "sheet.toml").write_bytes((root / "prompts" / "sheet.toml").read_bytes())
    (tmp_path / "company.toml").write_bytes((root / "prompts" / "company.toml").read_bytes())
    (tmp_path / "surnames.toml").write_text("[names]")
    assert "unknown table names" in sentence(prompts={"sheet": tmp_path / "sheet.toml"})
    assert "notify.webhook_secret_file" in sentence(notify={"webhook": "http://desk/"})
    assert "records.database is not a URL" in sentence(records={"database": "nonsense"})
    assert "ami.secret_file is not set" in sentence(ami={"host": "127.0.0.1"})
    assert "ami.secret_file = " in sentence(ami={"host": "127.0.0.1", "secret_file": nowhere})


def test_a_prompt_that_has_no_file_stops_the_start(root: Path, tmp_path: Path) -> None:
    rendered = root / "prompts" / "rendered"
    (tmp_path / "manifest.json").write_bytes((rendered / "manifest.json").read_bytes())
    settings = settings_for(root, tmp_path, prompts={"directory": tmp_path})
    with pytest.raises(StartError, match=r"prompts.directory: prompt .* has no file"):
        load_catalogue(settings, load_sheet(settings))


def test_a_voice_detector_that_cannot_be_loaded_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.recognition.silero.files", lambda package: tmp_path)
    with pytest.raises(StartError, match=r"silero_vad.onnx of the package .* cannot be read"):
        load_voice_detector()
