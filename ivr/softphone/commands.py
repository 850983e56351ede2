"""``ivr softphone``: place one call from a terminal and say what was heard."""

import asyncio
import contextlib
import json
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ivr.command_line import (
    JsonOption,
    PasswordFileOption,
    UserOption,
    fail,
    formerly,
    password_in,
)
from ivr.softphone.matching import heard_prompts
from ivr.softphone.phone import Softphone
from ivr.softphone.recording import CallRecording
from ivr.softphone.script import (
    CODECS,
    Action,
    ComfortNoise,
    Digits,
    HangUpStep,
    Noise,
    NoRtp,
    PlayedSound,
    Silence,
    Tone,
)
from ivr.softphone.summary import call_summary, print_summary, refusal
from ivr.softphone.wav import WavError, read_wav
from ivr.translation import tr
from ivr.words.catalogue import RENDERINGS, Catalogue, CatalogueError

softphone_app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Place a test call to a PBX by SIP."
)

_EPILOG = """\
--do says what the caller does; several are done in the order of the command line:

  say:FILE.wav   silence:SECONDS   tone:HZ:SECONDS   noise:DBOV:SECONDS   no-rtp:SECONDS
  comfort-noise:SECONDS   digits:12#   hang-up

SECONDS of silence, no-rtp and comfort-noise may be left out: until the end. Examples:

  ivr softphone call 700 --user 6001 --password-file pw

  ivr softphone call 700 --user 6001 --password-file pw --do silence:2 --do say:hello.wav

  ivr softphone call 700 --do no-rtp --out call.wav --prompts prompts/rendered --json

  ivr softphone call 700 --do noise:-60:3 --do digits:12# --do silence:1 --do hang-up
"""


class WrongInput(Exception):
    """An argument of the command line cannot be used; the message says how to correct it."""


def parse_action(text: str) -> Action:
    """Return the action that ``text``, the value of the option ``--do``, means.

    For example, ``silence:2`` means two seconds of silence. Raise WrongInput, WavError or
    ValueError when the text is no action or its values are wrong.
    """
    name, _, rest = text.partition(":")
    match name, rest.split(":") if rest else []:
        case "say", [_, *_]:
            return PlayedSound(read_wav(Path(rest)))
        case "silence", seconds if len(seconds) < 2:
            return Silence(*map(_seconds, seconds))
        case "no-rtp", seconds if len(seconds) < 2:
            return NoRtp(*map(_seconds, seconds))
        case "comfort-noise", seconds if len(seconds) < 2:
            return ComfortNoise(_seconds(seconds[0])) if seconds else ComfortNoise()
        case "tone", [hz, seconds]:
            return Tone(_number(hz, 1, 4000, "Hz"), _seconds(seconds))
        case "noise", [dbov, seconds]:
            return Noise(_seconds(seconds), _number(dbov, -96, 0, "dBov"))
        case "digits", [keys]:
            return Digits(keys)
        case "hang-up", []:
            return HangUpStep()
        case _:
            raise WrongInput(
                tr("--do {text} is not an action; `--help` lists them").format(text=text)
            )


def _seconds(text: str) -> float:
    return _number(text, 0.02, 86400, tr("seconds"))


def _number(text: str, least: float, most: float, unit: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not least <= value <= most:
        raise WrongInput(
            tr("{text!r} is not a number of {unit} from {least:g} to {most:g}").format(
                text=text, unit=unit, least=least, most=most
            )
        )
    return value


def _server(text: str) -> tuple[str, int]:
    host, _, port = text.partition(":")
    if not host or (port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536)):
        raise WrongInput(tr("--server {text} is not HOST or HOST:PORT").format(text=text))
    return host, int(port or 5060)


async def _placed(
    phone: Softphone,
    number: str,
    script: Sequence[Action],
    codec: str,
    max_seconds: float,
    progress: Callable[[str], None],
) -> CallRecording:
    """Call ``number`` with ``phone``, let the caller act out ``script``, and return the recording.

    ``codec`` is the name of the codec. The caller hangs up ``max_seconds`` after dialling.
    ``progress`` is called with a text for the terminal: once at dialling, then every second after
    the answer.
    """
    async with phone:
        call = phone.dial(number, script, codec=CODECS[codec], max_seconds=max_seconds)
        progress(tr("calling {number}").format(number=number))

        async def watch() -> None:
            if await call.answered():
                for seconds in range(86400):
                    progress(
                        tr("answered; {seconds} s, {packets} packets received").format(
                            seconds=seconds, packets=call.packets
                        )
                    )
                    await asyncio.sleep(1.0)

        watching = asyncio.create_task(watch())
        try:
            return await call.ended()
        finally:
            watching.cancel()


@softphone_app.callback()
def _group() -> None:
    """Keep the word `call` in the command line: typer drops it when it is the only command."""


@softphone_app.command("call", epilog=_EPILOG, context_settings=formerly(record="out"))
def call_command(
    number: Annotated[str, typer.Argument(help="The number to dial.")],
    server: Annotated[str, typer.Option(help="HOST:PORT of the PBX.")] = "127.0.0.1:5060",
    user: UserOption = "anonymous",
    password_file: PasswordFileOption = None,
    do: Annotated[
        list[str] | None, typer.Option(help="What the caller does; see below. Repeat it for more.")
    ] = None,
    codec: Annotated[
        str, typer.Option(help="alaw or ulaw.", autocompletion=lambda: list(CODECS))
    ] = "alaw",
    max_seconds: Annotated[
        float, typer.Option(min=0.1, help="Seconds after dialling when the caller hangs up.")
    ] = 120.0,
    out: Annotated[
        Path | None,
        typer.Option(help="WAV file to write: the caller on the left, the PBX on the right."),
    ] = None,
    prompts: Annotated[
        Path | None,
        typer.Option(help="Directory of the rendered prompts, to tell which were heard."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Call NUMBER, do what --do says, and report what was heard and when.

    Ends with 0 when the call was answered, 1 when it was not, 2 when the input is wrong.
    """
    try:
        if codec not in CODECS:
            raise WrongInput(tr("--codec {codec} is neither alaw nor ulaw").format(codec=codec))
        script = [parse_action(text) for text in do or []]
        catalogue = Catalogue.load(prompts) if prompts else None
        if out is not None and not out.parent.is_dir():
            raise WrongInput(
                tr("--out {out}: there is no directory {directory}").format(
                    out=out, directory=out.parent
                )
            )
        phone = Softphone(_server(server), user, password_in(password_file))
    except (WrongInput, WavError, CatalogueError, ValueError, OSError) as error:
        raise fail(error) from None

    try:
        with _status() as show:
            recording = asyncio.run(_placed(phone, number, script, codec, max_seconds, show))
        heard = heard_prompts(recording, catalogue, RENDERINGS) if catalogue else []
        if out is not None:
            recording.save_wav(out)
    except (OSError, ValueError) as error:
        raise fail(
            tr("the call to {number} on {server} failed: {error}").format(
                number=number, server=server, error=error
            ),
            1,
        ) from None

    figures = call_summary(recording, heard)
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False, indent=1))
    elif recording.answered is not None:
        print_summary(figures)
    if recording.answered is None:
        raise fail(refusal(recording, user, server), 1)


@contextlib.contextmanager
def _status() -> Iterator[Callable[[str], None]]:
    """Yield a function that shows a text on stderr; each text replaces the one before.

    If stderr is no terminal, the function does nothing.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda text: None
        return
    with console.status("") as status:
        yield status.update
