"""Reads the settings and the secrets; says in one sentence what is wrong with them."""

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError
from pydantic_settings import SettingsError

from ivr.config.settings import Settings
from ivr.translation import library_tr, tr


class ConfigError(Exception):
    """The settings cannot be used; the message is one sentence that names setting and remedy."""


def load_settings(path: Path | None = None) -> Settings:
    """Return the settings from the environment (``IVR_*``), the file ``path`` and the defaults.

    The environment overrides the file, and the file overrides the defaults. When ``path`` is None,
    no file is read. Raise ConfigError, which names what is wrong.
    """
    values: dict[str, Any] = {} if path is None else _read_toml(path)
    _refuse_unknown_variables()
    try:
        return Settings(**values)
    except ValidationError as error:
        raise ConfigError(_sentence(error)) from None
    except SettingsError:
        raise ConfigError(
            tr(
                "an IVR_* variable names a whole group of settings: name one setting "
                "of it, as IVR_AGI__PORT does"
            )
        ) from None


def read_secret(path: Path | None, setting: str) -> SecretStr | None:
    """Return the first line of a file that holds a secret, or None when ``path`` is None.

    ``setting`` is the name of the setting that gives ``path``, such as ``agi.token_file``. Raise
    ConfigError when the file cannot be read, is not text or has an empty first line.
    """
    if path is None:
        return None
    try:
        secret = path.read_text(encoding="utf-8").partition("\n")[0].strip()
    except OSError as error:
        raise ConfigError(
            tr(
                "{setting} = {path} cannot be read ({reason}): create the file or "
                "correct the setting"
            ).format(setting=setting, path=path, reason=error.strerror)
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(
            tr("{setting} = {path} is not text: write the secret as UTF-8").format(
                setting=setting, path=path
            )
        ) from None
    if not secret:
        raise ConfigError(
            tr("{setting} = {path} is empty: put the secret into its first line").format(
                setting=setting, path=path
            )
        )
    return SecretStr(secret)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            tr("the settings file {path} cannot be read ({reason}): give another --config").format(
                path=path, reason=error.strerror
            )
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(
            tr("the settings file {path} is not text: save it as UTF-8").format(path=path)
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            tr("the settings file {path} is not TOML ({error}): correct that line").format(
                path=path, error=error
            )
        ) from None


def _refuse_unknown_variables() -> None:
    """Raise ConfigError for an ``IVR_GROUP__SETTING`` variable whose group does not exist.

    Pydantic ignores such a variable, so a misspelt name would go unnoticed. Variables without
    ``__`` belong to the containers (docker/.env.example), not to the service.
    """
    for variable in sorted(os.environ):
        group, _, setting = variable.removeprefix("IVR_").partition("__")
        if variable.startswith("IVR_") and setting and group.lower() not in Settings.model_fields:
            known = ", ".join(Settings.model_fields)
            raise ConfigError(
                tr("{variable} is not a setting: known groups are {known}").format(
                    variable=variable, known=known
                )
            )


def _sentence(error: ValidationError) -> str:
    """Return the first problem that pydantic found, as one sentence: setting, value, remedy."""
    problem = error.errors()[0]
    place = [str(part) for part in problem["loc"]]
    setting = ".".join(place)
    if problem["type"] == "extra_forbidden":
        field = Settings.model_fields.get(place[0])
        known = getattr(field.annotation if field else Settings, "model_fields", {})
        return tr("{setting} is not a setting: known here are {known}").format(
            setting=setting, known=", ".join(known)
        )
    if problem["type"] == "model_type":
        return tr("{setting} = {value!r} is not a group: write [{setting}] above it").format(
            setting=setting, value=problem["input"]
        )
    sentence = tr("{setting} = {value!r} cannot be used: {remedy}")
    if setting.endswith("_seconds"):
        sentence = tr(
            "{setting} = {value!r} cannot be used: {remedy}, a number of seconds without a unit"
        )
    remedy = library_tr(problem["msg"]).replace("Input should be", "give")
    remedy = remedy.replace(" a valid ", " a ")
    return sentence.format(setting=setting, value=problem["input"], remedy=remedy)
