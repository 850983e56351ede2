"""The settings, group by group: what each means, its unit and its limits."""

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from ivr.dialogue.ticket import TicketKind
from ivr.paths import SHARE


def _shipped(name: str) -> Path:
    """Return ``prompts/name`` in the working directory, or the shipped file if only that exists.

    When neither exists, the first is returned, so that an error names the place to create it.
    """
    here, shipped = Path("prompts") / name, SHARE / name
    return shipped if shipped.exists() and not here.exists() else here


class _Group(BaseModel):
    """One table of the TOML file. An unknown name in it is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class AgiSettings(_Group):
    """Settings of FastAGI, the port of this service at which Asterisk hands calls over to it.

    A program that can connect to this port can control calls: protect it with the token.
    """

    host: str = "127.0.0.1"
    """Address to listen on; keep it on loopback or on an internal network."""
    port: int = Field(4573, ge=1, le=65535)
    """TCP port to listen on."""
    token_file: Path | None = None
    """File with the token that the dialplan sends as its first argument. Connections without the
    token are refused; when no file is set, all connections are accepted."""


class AudioSettings(_Group):
    """Settings of AudioSocket, the port of this service to which Asterisk sends callers' audio."""

    host: str = "127.0.0.1"
    """Address to listen on; Asterisk is told to connect to the same address."""
    port: int = Field(9092, ge=1, le=65535)
    """TCP port to listen on."""


class AmiSettings(_Group):
    """Settings of Asterisk's manager interface (AMI). It only monitors: calls go on without it."""

    host: str = ""
    """Address of the PBX. Empty: AMI is not used."""
    port: int = Field(5038, ge=1, le=65535)
    """TCP port of the PBX."""
    user: str = "ivr"
    """User name, as in manager.conf."""
    secret_file: Path | None = None
    """File with the user's secret; needed when ``host`` is set."""


class PromptSettings(_Group):
    """Paths of the words of the sheet, and of the sound files made of them."""

    sheet: Path = Field(default_factory=lambda: _shipped("sheet.toml"))
    """Path of the etiquette sheet, sheet.toml. The tables of company, names, phrases and knowledge
    are read from the same directory."""
    directory: Path = Field(default_factory=lambda: _shipped("rendered"))
    """Directory of the sound files that ``ivr prompts render`` has made."""


class CallSettings(_Group):
    """Limits of calls: how many at a time, how long, and the pause that ends an utterance."""

    max_calls: int = Field(60, ge=1, le=1000)
    """Upper limit of calls at the same time; further calls are left to the dialplan. A call in
    which somebody talks takes 0.7 % of a core."""
    max_call_seconds: float = Field(600.0, ge=10, le=86400)
    """Seconds from the beginning of a call after which the caller hears the last words and the call
    is ended."""
    speech_end_seconds: float = Field(0.5, ge=0.2, le=3.0)
    """Seconds of silence after which an utterance of the caller has ended (endpointing)."""


class RecognitionSettings(_Group):
    """Settings of speech recognition: its model and its processes."""

    model: Path | None = None
    """Name of a model below ``models``, ``built-in``, or the directory of a model. Not set or
    empty: the model ``small`` if it is installed, else the built-in one, which is for trying and
    testing."""
    models: Path = Path("var/models")
    """Directory into which ``ivr models fetch`` puts the models."""
    workers: int = Field(1, ge=1, le=64)
    """Processes that recognise speech; each holds the model in memory and uses at most one core."""

    @field_validator("model", mode="before")
    @classmethod
    def _empty_is_not_set(cls, value: object) -> object:
        return value or None  # compose passes on a variable that is not set as an empty one


class RecordsSettings(_Group):
    """Settings of the records of calls and tickets: where they are kept, and for how long."""

    directory: Path = Path("var/records")
    """Directory of the spool (entries that the database does not have yet), and of the database
    itself unless ``database`` names another."""
    database: str = ""
    """URL of the database: sqlite:///FILE or postgresql://USER@HOST/NAME. Empty: the SQLite file
    records.db in ``directory``."""
    password_file: Path | None = None
    """File with the password of a PostgreSQL database."""
    site: int = Field(0, ge=0, le=3)
    """Number of this ``directory``, needed if several write tickets into the same database. Each
    directory needs its own number, so that no two tickets have the same ticket number."""
    keep_days: float = Field(180.0, gt=0)
    """Days for which ``ivr records prune`` keeps calls and tickets; unfinished tickets and their
    calls stay longer."""


class RecordingSettings(_Group):
    """Settings of the sound recordings of calls. Asterisk and the service share their directory."""

    mode: Literal["off", "on", "consent"] = "off"
    """``off``: no call is recorded. ``on``: every call is recorded, and every caller is told so.
    ``consent``: callers are told also that they may refuse, by key 0 or by words."""
    directory: Path = Path("var/recordings")
    """Directory of the recordings, with one subdirectory for each day. During a call Asterisk
    writes into the subdirectory ``incoming``."""
    pbx_directory: str = Field("", pattern=r"^(/[A-Za-z0-9_./-]+)?$", max_length=200)
    """Path of ``directory`` on the PBX. Empty: the path is the same there."""
    keep_days: float = Field(90.0, gt=0)
    """Days for which ``ivr records prune`` keeps recordings; those of calls with unfinished tickets
    stay longer."""
    min_free_gb: float = Field(2.0, ge=0)
    """Free space of the disk, in gigabytes (10^9 octets), below which calls are not recorded. A
    minute of a call takes 2 MB, and as much again while its two sides are joined."""

    @property
    def on_the_pbx(self) -> str:
        """The absolute path, on the PBX, of the directory of the recordings."""
        return self.pbx_directory or str(self.directory.absolute())


class NotifySettings(_Group):
    """Settings of the channels by which the supervisor is notified of tickets: webhook and mail."""

    kinds: tuple[TicketKind, ...] = (
        TicketKind.COMPLAINT,
        TicketKind.ABUSE,
        TicketKind.NUISANCE,
    )
    """Kinds of tickets of which the supervisor is notified when they are made. When the deadline of
    a ticket has passed, the supervisor is notified whatever its kind."""
    webhook: str = ""
    """URL to which each notification is posted as a JSON object. Empty: nothing is posted."""
    webhook_secret_file: Path | None = None
    """File with the key that signs posted notifications; needed when ``webhook`` is set."""
    mail_to: tuple[str, ...] = ()
    """Mail addresses to which notifications are sent. Empty: no mail is sent."""
    mail_from: str = ""
    """Mail address of the sender of notifications; needed when ``mail_to`` is set."""
    smtp_host: str = ""
    """Host name of the server that sends the mails; needed when ``mail_to`` is set."""
    smtp_port: int = Field(25, ge=1, le=65535)
    """TCP port of the mail server."""
    smtp_tls: Literal["none", "starttls", "tls"] = "none"
    """Encryption of the connection to the mail server: none, STARTTLS, or TLS from the start."""
    smtp_user: str = ""
    """User name for the mail server."""
    smtp_password_file: Path | None = None
    """File with the password of ``smtp_user``. Not set: no login."""


_EXTENSION = Field("", pattern="^([a-z][a-z0-9]{0,31})?$")


class TransferSettings(_Group):
    """Extensions of the dialplan's context ``ivr-transfer`` to which callers are transferred.

    An empty extension: there is no such transfer. Without ``human``, a caller who asks for a person
    is called back.
    """

    human: str = _EXTENSION
    """Extension of the people who answer calls."""
    supervisor: str = _EXTENSION
    """Extension of the supervisor who takes over abusive callers (row 24)."""
    automatic: str = _EXTENSION
    """Extension of the automatic desk, for nuisance callers who do not hang up (row 32)."""


class HoursSettings(_Group):
    """The working hours, in China's time. Nothing set: somebody works at any time."""

    week: dict[str, str] = {}
    """Working hours by day of the week (mon to sun), such as "09:00-12:00 13:30-18:00". Nobody
    works on a day that is left out."""
    holidays: tuple[date, ...] = ()
    """Dates on which nobody works although ``week`` has hours for their day of the week."""
    workdays: tuple[date, ...] = ()
    """Dates of Saturdays and Sundays on which people work, with the hours of a Monday."""


class ComplaintSettings(_Group):
    """Service times (row 28): hours until a complaint is answered, by class of customer.

    The class ``default`` is that of all customers who are in no other class.
    """

    simple: dict[str, float] = {}
    """Hours until a simple complaint is answered, by class of customer: whole numbers, 1 to 99."""
    complex: dict[str, float] = {}
    """Hours until a complex complaint is answered, by class of customer: whole numbers, 1 to 99."""
    customers: dict[str, tuple[str, ...]] = {}
    """Telephone numbers of customers, by class of customer."""


class LookUpSettings(_Group):
    """Settings of the company's system that answers the look-ups of knowledge.toml (row 17)."""

    url: str = Field("", pattern="^(https?://.+)?$")
    """URL to which a JSON object with look_up, key and caller is posted; the answer is a JSON
    object with found and values. Empty: nothing is posted."""
    python: str = Field("", pattern=r"^([\w.]+:\w+)?$")
    """``module:function`` that is called instead of ``url``, with look_up, key and caller; it
    returns a mapping with found and values. Empty: ``url`` is used."""
    seconds: float = Field(30.0, gt=0, le=120)
    """Seconds after which an unanswered look-up has failed; the caller is then called back."""


class MetricsSettings(_Group):
    """Settings of the port for Prometheus. Its figures of the service tell nothing of a caller."""

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = Field(0, ge=0, le=65535)
    """TCP port to listen on. 0: the metrics are not served."""


class ServiceSettings(_Group):
    """Settings of the service's process: how it stops, and what it logs."""

    drain_seconds: float = Field(60.0, ge=0, le=3600)
    """Seconds after SIGTERM after which the calls that still run are ended with an apology."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Log lines below this level are left out."""
    log_format: Literal["json", "console"] = "json"
    """``json``: one JSON object a line; ``console``: text for a terminal."""


class Settings(BaseSettings):
    """All settings, by group."""

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
        """Return the two sources of settings: the environment, which wins, and the TOML file."""
        return (env_settings, init_settings)
