"""Settings: one TOML file, overridden by ``IVR_*`` environment variables, checked at start.

``IVR_AGI__PORT=4600`` is ``port`` in ``[agi]``. Every name that measures something carries its
unit. Secrets are read from files, never from the environment or the command line.
"""

import os
import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from ivr.dialogue.ticket import TicketKind
from ivr.paths import SHARE


class ConfigError(Exception):
    """The settings cannot be used; the message is one sentence that names setting and remedy."""


def _shipped(name: str) -> Path:
    """``prompts/name`` below the working directory or, when it is not there, the product's own."""
    here, shipped = Path("prompts") / name, SHARE / name
    return shipped if shipped.exists() and not here.exists() else here


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class AgiSettings(_Group):
    """FastAGI: where Asterisk hands calls over. Whoever reaches this port owns the PBX."""

    host: str = "127.0.0.1"
    """Address to listen on; keep it on loopback or an internal network."""
    port: int = Field(4573, ge=1, le=65535)
    token_file: Path | None = None
    """File with the token the dialplan sends as first argument; strays are refused."""


class AudioSettings(_Group):
    """AudioSocket: where Asterisk delivers the caller's audio."""

    host: str = "127.0.0.1"
    """Address to listen on, and the one Asterisk is told to connect to."""
    port: int = Field(9092, ge=1, le=65535)


class AmiSettings(_Group):
    """The manager interface: advisory only, calls go on without it."""

    host: str = ""
    """Empty: not used."""
    port: int = Field(5038, ge=1, le=65535)
    user: str = "ivr"
    secret_file: Path | None = None


class PromptSettings(_Group):
    """The words of the sheet and their rendered files."""

    sheet: Path = Field(default_factory=lambda: _shipped("sheet.toml"))
    directory: Path = Field(default_factory=lambda: _shipped("rendered"))


class CallSettings(_Group):
    """What one call may use."""

    max_calls: int = Field(60, ge=1, le=1000)
    """Calls at once; each talking one takes 0.7 % of a core. More are left to the dialplan."""
    max_call_seconds: float = Field(600.0, ge=10, le=86400)
    speech_end_seconds: float = Field(0.5, ge=0.2, le=3.0)
    """Silence that ends an utterance."""


class RecognitionSettings(_Group):
    """Speech to words."""

    model: Path | None = None
    """Directory of a Vosk model. Not set: the small official one below ``models`` when it is
    installed, else the built-in one, which understands synthetic test callers and no people."""
    models: Path = Path("var/models")
    """Where ``ivr models fetch`` puts the official models."""
    workers: int = Field(1, ge=1, le=64)
    """Processes that recognise; each holds the model in memory and uses at most one core."""


class RecordsSettings(_Group):
    """Where the record of each call goes."""

    directory: Path = Path("var/records")
    """What is not in the database yet, and the database itself unless another is named."""
    database: str = ""
    """URL: sqlite:///FILE or postgresql://USER@HOST/NAME. Empty: records.db in ``directory``."""
    password_file: Path | None = None
    """File with the password of a PostgreSQL database."""
    site: int = Field(0, ge=0, le=3)
    """Another one for each ``directory`` whose tickets go into one database: no two tickets have
    the same number then."""
    keep_days: float = Field(180.0, gt=0)
    """What ``ivr records prune`` leaves; unfinished tickets and their calls stay in any case."""


class RecordingSettings(_Group):
    """Whether the sound of calls is kept. Asterisk writes it, so both must see one directory."""

    mode: Literal["off", "on", "consent"] = "off"
    """``on``: every caller is told that he is recorded. ``consent``: he is told that he may refuse,
    by key 0 or by words."""
    directory: Path = Path("var/recordings")
    """The recordings, by day; in ``incoming`` below it Asterisk writes while a call lasts."""
    pbx_directory: str = Field("", pattern=r"^(/[A-Za-z0-9_./-]+)?$", max_length=200)
    """``directory`` as Asterisk sees it; empty: by the same path."""
    keep_days: float = Field(90.0, gt=0)
    """What ``ivr records prune`` leaves; those of calls with unfinished tickets stay."""
    min_free_gb: float = Field(2.0, ge=0)
    """With less than so many gigabytes (10^9 octets) free on its disk nothing is recorded. A minute
    of a call takes 2 MB, and as much again while its two sides are joined."""

    @property
    def on_the_pbx(self) -> str:
        """``directory`` as Asterisk is told it: an absolute path."""
        return self.pbx_directory or str(self.directory.absolute())


class NotifySettings(_Group):
    """How the supervisor learns of tickets."""

    kinds: tuple[TicketKind, ...] = (
        TicketKind.COMPLAINT,
        TicketKind.ABUSE,
        TicketKind.NUISANCE,
    )
    """Tickets that are told when they come in; every ticket is told when it is late."""
    webhook: str = ""
    """URL that a JSON object is posted to; empty: none."""
    webhook_secret_file: Path | None = None
    """File with the key of the signature."""
    mail_to: tuple[str, ...] = ()
    mail_from: str = ""
    smtp_host: str = ""
    smtp_port: int = Field(25, ge=1, le=65535)
    smtp_tls: Literal["none", "starttls", "tls"] = "none"
    smtp_user: str = ""
    smtp_password_file: Path | None = None
    """File with the password of ``smtp_user``; not set: no login."""


_EXTENSION = Field("", pattern="^([a-z][a-z0-9]{0,31})?$")


class TransferSettings(_Group):
    """Whom callers are put through to: extensions of the dialplan's context ``ivr-transfer``.

    Empty: nobody; who asks for a person is called back.
    """

    human: str = _EXTENSION
    """People who answer calls."""
    supervisor: str = _EXTENSION
    """Who takes over callers who rave (24)."""
    automatic: str = _EXTENSION
    """The automatic desk, for nuisance callers who do not hang up (32)."""


class HoursSettings(_Group):
    """When people work, in China's time. Nothing set: always."""

    week: dict[str, str] = {}
    """Times by day, mon to sun: "09:00-12:00 13:30-18:00". A day that is left out is not worked."""
    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()
    """Saturdays and Sundays that are worked, as a Monday is."""


class ComplaintSettings(_Group):
    """The table of service times (28): hours by class of customer, ``default`` for all others."""

    simple: dict[str, float] = {}
    complex: dict[str, float] = {}
    customers: dict[str, tuple[str, ...]] = {}
    """Numbers that call, by class of customer."""


class LookUpSettings(_Group):
    """What finds out the answers of knowledge.toml that must be looked up (17)."""

    url: str = Field("", pattern="^(https?://.+)?$")
    """A JSON object is posted to it: look_up, key, caller; the answer: found, values."""
    python: str = Field("", pattern=r"^([\w.]+:\w+)?$")
    """``module:function`` in its place: called with the same three, it returns the same."""
    seconds: float = Field(30.0, gt=0, le=120)
    """What takes longer has failed, and the caller is called back."""


class MetricsSettings(_Group):
    """What Prometheus asks: figures of the service, none of a caller."""

    host: str = "127.0.0.1"
    port: int = Field(0, ge=0, le=65535)
    """0: not used."""


class ServiceSettings(_Group):
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

    agi: AgiSettings = AgiSettings()
    audio: AudioSettings = AudioSettings()
    ami: AmiSettings = AmiSettings()
    prompts: PromptSettings = Field(default_factory=PromptSettings)
    call: CallSettings = CallSettings()
    recognition: RecognitionSettings = RecognitionSettings()
    records: RecordsSettings = RecordsSettings()
    recording: RecordingSettings = RecordingSettings()
    notify: NotifySettings = NotifySettings()
    transfer: TransferSettings = TransferSettings()
    hours: HoursSettings = HoursSettings()
    complaints: ComplaintSettings = ComplaintSettings()
    look_ups: LookUpSettings = LookUpSettings()
    metrics: MetricsSettings = MetricsSettings()
    service: ServiceSettings = ServiceSettings()

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


def load_settings(path: Path | None = None) -> Settings:
    """The settings of a TOML file and the environment; ConfigError names what is wrong."""
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8")) if path else {}
    except OSError as error:
        raise ConfigError(
            f"the settings file {path} cannot be read ({error.strerror}): give another --config"
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(f"the settings file {path} is not text: save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"the settings file {path} is not TOML ({error}): correct that line"
        ) from None
    _refuse_unknown_variables()
    try:
        return Settings(**values)
    except ValidationError as error:
        raise ConfigError(_sentence(error)) from None
    except SettingsError:
        raise ConfigError(
            "an IVR_* variable names a group of settings: name one setting, as IVR_AGI__PORT does"
        ) from None


def read_secret(path: Path | None, setting: str) -> SecretStr | None:
    """The first line of a secret's file; None when none is set. ConfigError when unreadable."""
    if path is None:
        return None
    try:
        secret = path.read_text(encoding="utf-8").partition("\n")[0].strip()
    except OSError as error:
        raise ConfigError(
            f"{setting} = {path} cannot be read ({error.strerror}): "
            "create the file or correct the setting"
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(f"{setting} = {path} is not text: write the secret as UTF-8") from None
    if not secret:
        raise ConfigError(f"{setting} = {path} is empty: put the secret into its first line")
    return SecretStr(secret)


def _refuse_unknown_variables() -> None:
    """Pydantic ignores a variable whose group it does not know, and with it a typing error.

    Variables without ``__`` belong to the containers (docker/.env.example), not to the service.
    """
    for variable in sorted(os.environ):
        group, _, setting = variable.removeprefix("IVR_").partition("__")
        if variable.startswith("IVR_") and setting and group.lower() not in Settings.model_fields:
            known = ", ".join(Settings.model_fields)
            raise ConfigError(f"{variable} is not a setting: known groups are {known}")


def _sentence(error: ValidationError) -> str:
    """The first problem of a validation as one sentence: setting, value, remedy."""
    problem = error.errors()[0]
    place = [str(part) for part in problem["loc"]]
    setting = ".".join(place)
    if problem["type"] == "extra_forbidden":
        field = Settings.model_fields.get(place[0])
        known = getattr(field.annotation if field else Settings, "model_fields", {})
        return f"{setting} is not a setting: known here are {', '.join(known)}"
    if problem["type"] == "model_type":
        return f"{setting} = {problem['input']!r} is not a group: write [{setting}] above it"
    unit = ", a number of seconds without a unit" if setting.endswith("_seconds") else ""
    remedy = problem["msg"].replace("Input should be", "give").replace(" a valid ", " a ")
    return f"{setting} = {problem['input']!r} cannot be used: {remedy}{unit}"
