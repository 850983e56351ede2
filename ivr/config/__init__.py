"""Settings: one TOML file, overridden by ``IVR_*`` environment variables, checked at the start.

``IVR_AGI__PORT=4600`` sets ``port`` in ``[agi]``. Every name that measures something carries its
unit. Secrets are read from files, never from the environment or the command line.
"""

from ivr.config.reading import ConfigError, load_settings, read_secret
from ivr.config.settings import (
    AgiSettings,
    AmiSettings,
    AudioSettings,
    CallSettings,
    ComplaintSettings,
    HoursSettings,
    LookUpSettings,
    MetricsSettings,
    NotifySettings,
    PromptSettings,
    RecognitionSettings,
    RecordingSettings,
    RecordsSettings,
    ServiceSettings,
    Settings,
    TransferSettings,
)

__all__ = [
    "AgiSettings",
    "AmiSettings",
    "AudioSettings",
    "CallSettings",
    "ComplaintSettings",
    "ConfigError",
    "HoursSettings",
    "LookUpSettings",
    "MetricsSettings",
    "NotifySettings",
    "PromptSettings",
    "RecognitionSettings",
    "RecordingSettings",
    "RecordsSettings",
    "ServiceSettings",
    "Settings",
    "TransferSettings",
    "load_settings",
    "read_secret",
]
