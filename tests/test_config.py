"""Settings: their defaults and sources; an error is one sentence with setting, value, remedy."""

import os
from pathlib import Path

import pytest

from ivr.config import ConfigError, Settings, load_settings, read_secret


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("IVR_")]:
        monkeypatch.delenv(name)


def loaded(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "ivr.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path)


def test_every_setting_has_a_default() -> None:
    settings = load_settings()
    assert settings.agi.host == "127.0.0.1"
    assert settings.ami.host == ""
    assert settings.prompts.sheet.is_file()


def test_the_sheet_of_the_checkout_is_found_from_anywhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings().prompts.sheet.is_file()
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "sheet.toml").touch()
    assert load_settings().prompts.sheet == Path("prompts/sheet.toml")


def test_the_environment_wins_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("IVR_AGI__PORT", "4600")
    settings = loaded(tmp_path, '[agi]\nport = 4601\nhost = "10.0.0.1"\n')
    assert (settings.agi.port, settings.agi.host) == (4600, "10.0.0.1")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[agi]\nprot = 1\n", ["agi.prot is not a setting", "port", "token_file"]),
        ("[agy]\nport = 1\n", ["agy is not a setting", "agi, audio"]),
        ("agi = 5\n", ["agi = 5 is not a group", "[agi]"]),
        (
            '[call]\nmax_call_seconds = "5 min"\n',
            ["call.max_call_seconds = '5 min'", "give a number", "seconds without a unit"],
        ),
        (
            '[service]\ndrain_seconds = "5s"\n',
            ["service.drain_seconds = '5s'", "a number of seconds without a unit"],
        ),
        ("[call]\nmax_calls = 0\n", ["call.max_calls = 0", "greater than or equal to 1"]),
        ("[agi]\nport = 70000\n", ["agi.port = 70000", "65535"]),
        ("[service]\ndrain_seconds = nan\n", ["service.drain_seconds = nan"]),
        ('[service]\nlog_level = "loud"\n', ["service.log_level = 'loud'", "'info'"]),
        ("[call]\nmax_call_seconds = 5s\n", ["ivr.toml is not TOML", "line 2", "correct"]),
    ],
)
def test_the_error_about_a_wrong_file_is_one_sentence(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    with pytest.raises(ConfigError) as raised:
        loaded(tmp_path, text)
    sentence = str(raised.value)
    assert "\n" not in sentence
    assert [word for word in words if word not in sentence] == []


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("IVR_AGI__PROT", "1", ["agi.prot is not a setting"]),
        ("IVR_AGY__PORT", "1", ["IVR_AGY__PORT is not a setting", "agi, audio"]),
        ("IVR_AGI", "no json", ["IVR_AGI__PORT"]),
        ("IVR_AGI__PORT", "4573 ", []),
        ("IVR_CALL__SPEECH_END_SECONDS", "500ms", ["call.speech_end_seconds = '500ms'", "seconds"]),
    ],
)
def test_the_error_about_a_wrong_variable_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: list[str]
) -> None:
    monkeypatch.setenv(name, value)
    if not words:
        assert load_settings().agi.port == 4573
        return
    with pytest.raises(ConfigError) as raised:
        load_settings()
    assert [word for word in words if word not in str(raised.value)] == []


def test_variables_of_the_containers_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_SIP_PORT", "5061")
    monkeypatch.setenv("IVR_CONFIG", "/nowhere")
    load_settings()


def test_a_missing_file_a_directory_and_a_binary_file_are_errors(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere.toml cannot be read .*: give another --config"):
        load_settings(tmp_path / "nowhere.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(tmp_path)
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="is not text: save it as UTF-8"):
        load_settings(tmp_path / "binary.toml")


def test_a_secret_is_the_first_line_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    assert read_secret(None, "agi.token_file") is None
    with pytest.raises(ConfigError, match=r"^agi.token_file = .* cannot be read"):
        read_secret(path, "agi.token_file")
    path.write_text("\n")
    with pytest.raises(ConfigError, match="is empty"):
        read_secret(path, "agi.token_file")
    path.write_bytes(b"\xff\xff")
    with pytest.raises(ConfigError, match="is not text"):
        read_secret(path, "agi.token_file")
    path.write_text("abc \nsecond line\n")
    secret = read_secret(path, "agi.token_file")
    assert secret is not None
    assert secret.get_secret_value() == "abc"
    assert "abc" not in repr(secret)


def test_the_example_file_loads_and_changes_only_paths(root: Path) -> None:
    """asterisk-conf/ivr.toml is the file that operators copy to /etc/ivr/ivr.toml."""
    example = load_settings(root / "asterisk-conf" / "ivr.toml")
    assert example.agi.port == Settings().agi.port
    assert example.records.directory == Path("/var/lib/ivr/records")
