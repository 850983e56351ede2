"""``ivr calls play``: plays the recording of a call on this machine or in a telephone.

The commands that only read the records are in :mod:`ivr.records.call_commands`. This one is not,
because the package ``ivr.records`` may not import the packages that play sounds.
"""

from pathlib import Path
from typing import Annotated

import typer

from ivr.command_line import (
    ConfigOption,
    PasswordFileOption,
    UserOption,
    fail,
    password_in,
    settings_or_exit,
)
from ivr.commands.review import sound_of
from ivr.hearing.g711 import Samples
from ivr.records.call_commands import calls_app
from ivr.records.command_line import connected
from ivr.records.misunderstood import utterance_named
from ivr.records.recordings import NoRecordingError, file_of, is_as_kept, named
from ivr.softphone.wav import WavError, read_wav
from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.play import Destination, play_file, play_here, play_into_call


@calls_app.command("play")
def play_call(
    name: Annotated[
        str,
        typer.Argument(
            help="Call as `list` shows it, channel id, or ticket; or an utterance of `review`."
        ),
    ],
    to: Annotated[
        str, typer.Option("--to", help="Play it in a telephone: sip:NUMBER@HOST or …@HOST:PORT.")
    ] = "",
    user: UserOption = "anonymous",
    password_file: PasswordFileOption = None,
    config: ConfigOption = None,
) -> None:
    """Listen to a call, the caller on the left and the hotline on the right.

    It is played by this machine's loudspeaker, or with --to in a telephone.
    """
    directory = settings_or_exit(config).recording.directory
    try:
        with connected(config) as connection:
            if (one := utterance_named(connection, name)) is not None:
                _play_utterance(sound_of(connection, one, directory), name, to, user, password_file)
                return
            row = named(connection, name)
        path = file_of(row, directory)
        if not is_as_kept(row, path):
            typer.echo(
                tr("ivr: {path} is not what was recorded: its SHA-256 is another").format(
                    path=path
                ),
                err=True,
            )
        _play(path, to, user, password_file)
    except NoRecordingError as error:
        raise fail(error) from None
    except OSError as error:
        raise fail(
            tr("{file} cannot be read ({reason}): run this as a user who may").format(
                file=error.filename, reason=error.strerror
            )
        ) from None


def _play_utterance(
    sound: Samples, name: str, to: str, user: str, password_file: Path | None
) -> None:
    """Play ``sound``, the caller's side of one utterance: 16-bit samples at 8 kHz.

    It is played by this machine, or to the SIP address ``to`` if that is not "". ``name`` is the
    name of the utterance for the message. ``user`` and ``password_file`` are for the login at the
    SIP server. If it cannot be played, the program ends with a sentence.
    """
    try:
        if not to:
            play_here(sound)
            return
        play_into_call(sound, Destination.parse(to), user, password_in(password_file))
    except VoiceError as error:
        raise fail(error) from None
    typer.echo(tr("{path} was played to {to}").format(path=name, to=to))


def _play(path: Path, to: str, user: str, password_file: Path | None) -> None:
    try:
        if not to:
            play_file(path)
            return
        destination = Destination.parse(to)
        play_into_call(read_wav(path), destination, user, password_in(password_file))
    except (VoiceError, WavError) as error:
        if to:
            raise fail(
                tr("{error}; the recording is {path}").format(error=error, path=path)
            ) from None
        raise fail(
            tr(
                "{error}; the recording is {path}, and --to sip:NUMBER@HOST plays it in a telephone"
            ).format(error=error, path=path)
        ) from None
    typer.echo(tr("{path} was played to {to}").format(path=path, to=to))
