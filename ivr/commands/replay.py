"""``ivr calls play``: the sound of a call, here or in a telephone."""

from pathlib import Path
from typing import Annotated

import typer

from ivr.config import ConfigError, load_settings
from ivr.records.command_line import Config, connected, fail
from ivr.records.recordings import NoRecordingError, file_of, is_as_kept, named


def play(
    name: Annotated[str, typer.Argument(help="As `list` shows it, a channel's id, or a ticket.")],
    to: Annotated[str, typer.Option(help="sip:NUMBER@HOST: into a call, not here.")] = "",
    user: Annotated[str, typer.Option(help="Account on the PBX.")] = "anonymous",
    password_file: Annotated[Path | None, typer.Option(help="File with its password.")] = None,
    config: Config = None,
) -> None:
    """Listen to a call: from this machine's loudspeaker (the caller on the left, the hotline on the
    right), or with --to in a telephone."""
    from ivr.softphone.wav import WavError, read_wav
    from ivr.voice import VoiceError
    from ivr.voice.play import Destination, play_file, play_into_call

    try:
        directory = load_settings(config).recording.directory
        with connected(config) as connection:
            row = named(connection, name)
        path = file_of(row, directory)
        if not is_as_kept(row, path):
            typer.echo(f"ivr: {path} is not what was recorded: its SHA-256 is another", err=True)
        if not to:
            play_file(path)
            return
        password = password_file.read_text(encoding="utf-8").strip() if password_file else ""
        play_into_call(read_wav(path), Destination.parse(to), user, password)
    except (ConfigError, NoRecordingError) as error:
        raise fail(error) from None
    except (VoiceError, WavError) as error:
        way = "" if to else ", and --to sip:NUMBER@HOST plays it in a telephone"
        raise fail(f"{error}; the recording is {path}{way}") from None
    except OSError as error:
        raise fail(
            f"{error.filename} cannot be read ({error.strerror}): run this as a user who may"
        ) from None
    typer.echo(f"{path} was played to {to}")
