"""Settings: one TOML file, overridden by ``IVR_*`` environment variables, checked at start.

``IVR_AGI__PORT=4600`` is ``port`` in ``[agi]``. Every name that measures something carries its
unit. Secrets are read from files, never from the environment or the command line.
"""

import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)


class ConfigError(Exception):
    """The settings cannot be used; the message is one sentence that names setting and remedy."""


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class Agi(_Group):
    """FastAGI: where Asterisk hands calls over. Whoever reaches this port owns the PBX."""

    host: str = "127.0.0.1"
    """Address to listen on; keep it on loopback or an internal network."""
    port: int = Field(4573, ge=1, le=65535)
    token_file: Path | None = None
    """File with the token the dialplan sends as first argument; strays are refused."""


class Audio(_Group):
    """AudioSocket: where Asterisk delivers the caller's audio."""

    host: str = "127.0.0.1"
    """Address to listen on, and the one Asterisk is told to connect to."""
    port: int = Field(9092, ge=1, le=65535)


class Ami(_Group):
    """The manager interface: advisory only, calls go on without it."""

    host: str = ""
    """Empty: not used."""
    port: int = Field(5038, ge=1, le=65535)
    user: str = "ivr"
    secret_file: Path | None = None


class Prompts(_Group):
    """The words of the sheet and their rendered files."""

    sheet: Path = Path("prompts/sheet.toml")
    directory: Path = Path("prompts/rendered")


class CallSettings(_Group):
    """What one call may use."""

    max_calls: int = Field(60, ge=1, le=1000)
    """Calls at once; each holds a voice detector of 10 MB. More are left to the dialplan."""
    max_call_seconds: float = Field(600.0, ge=10, le=86400)
    speech_end_seconds: float = Field(0.5, ge=0.2, le=3.0)
    """Silence that ends an utterance."""


class Records(_Group):
    """Where the record of each call goes."""

    directory: Path = Path("var/records")


class Service(_Group):
    """The process itself."""

    drain_seconds: float = Field(60.0, ge=0, le=3600)
    """After SIGTERM, how long running calls may take before they hear the apology."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(
        env_prefix="IVR_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    agi: Agi = Agi()
    audio: Audio = Audio()
    ami: Ami = Ami()
    prompts: Prompts = Prompts()
    call: CallSettings = CallSettings()
    records: Records = Records()
    service: Service = Service()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file; there is no other source."""
        return (env_settings, init_settings)


def load(path: Path | None = None) -> Settings:
    """The settings of a TOML file and the environment; ConfigError names what is wrong."""
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8")) if path else {}
    except OSError as error:
        raise ConfigError(
            f"the settings file {path} cannot be read ({error.strerror}): give another --config"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"the settings file {path} is not TOML: {error}") from None
    try:
        return Settings(**values)
    except ValidationError as error:
        raise ConfigError(_sentence(error)) from None


def read_secret(path: Path | None, setting: str) -> SecretStr | None:
    """The first line of a secret's file; None when none is set. ConfigError when unreadable."""
    if path is None:
        return None
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(
            f"{setting} = {path} cannot be read ({error.strerror}): "
            "create the file or correct the setting"
        ) from None
    if not secret:
        raise ConfigError(f"{setting} = {path} is empty: put the secret into its first line")
    return SecretStr(secret)


def _sentence(error: ValidationError) -> str:
    """The first problem of a validation as one sentence: setting, value, remedy."""
    problem = error.errors()[0]
    setting = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        group = Settings.model_fields.get(str(problem["loc"][0]))
        known = getattr(group.annotation if group else Settings, "model_fields", {})
        return f"{setting} is not a setting: known here are {', '.join(known)}"
    unit = " (a number of seconds)" if setting.endswith("_seconds") else ""
    return f"{setting} = {problem['input']!r} cannot be used{unit}: {problem['msg']}"
