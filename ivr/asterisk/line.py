"""The caller's line: plays prompts, sends silence between them, keeps the dead-man timer armed.

Everything that the caller hears goes through one loop, which sends one command at a time. Before
each sound the PBX's own timer (``TIMEOUT(absolute)``, see asterisk-conf/ivr-hotline.conf) is set to
a little more than the length of the sound: if this process dies, hangs or is stopped, Asterisk
takes the caller back.

A composed sentence is one sound for all other modules. Here its clips follow one another without a
pause, under one timer, and a clip that the PBX does not have is left out.
"""

import asyncio
from collections import deque
from collections.abc import Callable

import structlog

from ivr.asterisk.agi_server import AgiSession, Answered, LineClosed
from ivr.asterisk.agi_wire import command, set_variables, stream_file
from ivr.dialogue.commands import Play
from ivr.dialogue.events import (
    CallerHungUp,
    Event,
    KeyPressed,
    LineLost,
    PromptFailed,
    PromptFinished,
)
from ivr.dialogue.outcome import Outcome
from ivr.words.catalogue import SILENCE, Catalogue, RenderedPrompt

log = structlog.get_logger()

_KEYS = "0123456789*#"
"""Telephone keys that stop the sound that is being played."""
SILENCE_SECONDS = 2.3
"""Seconds of silence that one command plays between prompts; few, to keep the dead-man timer short.
The number is not whole: else a wait of whole seconds could end just as a new silence begins. A
sound cannot be cut in its first moments."""
FIRST_SIGN_SECONDS = 2.0
"""Length in seconds of the first dead-man timer, which the dialplan sets before our first command:
IVR_FIRST_SIGN in ivr-globals.conf."""
GRACE_SECONDS = 2.5
"""Seconds for which the dead-man timer runs longer than the sound that it guards."""
Errand = Callable[[], bytes]
"""An errand: a command for Asterisk that must not cut a prompt, and waits until none is played. The
function is called when the command can be sent, and returns its octets."""


class AgiLine:
    """The line to the caller: a :class:`ivr.call.ports.Line` on one FastAGI session."""

    def __init__(
        self,
        session: AgiSession,
        catalogue: Catalogue,
        report: Callable[[Event, float], None],
    ) -> None:
        """Prepare the line; ``report`` is called with each event and its time (loop's clock, s)."""
        self._session = session
        self._catalogue = catalogue
        self._report = report
        self._loop = asyncio.get_running_loop()
        self._next: Play | None = None
        self._current: Play | None = None
        self._errands: deque[Errand] = deque()
        self._hanging_up = False
        self._handing_back = False
        self._resume_at = (0, 0)
        """Index of the clip, and sample in it (8 kHz), at which the next prompt begins. It is
        (0, 0) except for a prompt that goes on after a key has stopped it."""
        self._variables: dict[str, str] = {}
        """Variables of the caller's channel that wait to be set together with the next timer."""
        self._armed_until = self._loop.time() + FIRST_SIGN_SECONDS
        self._changed = asyncio.Event()

    # ivr.call.ports.Line

    def play(self, play: Play) -> None:
        """Play the prompt of ``play`` now, and cut the prompt that is being played."""
        self._next, self._current = play, None
        self._resume_at = (0, 0)
        self._changed.set()

    def stop(self, play: int) -> None:
        """Cut the prompt with the number ``play``, if it is being played or is about to begin."""
        if self._next is not None and self._next.play == play:
            self._next = None
        if self._current is not None and self._current.play == play:
            self._current = None
            self._changed.set()

    def hang_up(self, outcome: Outcome) -> None:
        """End the call because the dialogue is over; set IVR_OUTCOME, and set IVR_DONE to 1.

        The dialplan needs IVR_DONE: AGISTATUS is SUCCESS even when the service has died.
        """
        self._variables |= {"IVR_OUTCOME": outcome, "IVR_DONE": "1"}
        self._hanging_up = True
        self._changed.set()

    def transfer(self, target: str) -> None:
        """End the session; the PBX sends the call to ``target`` in its context ``ivr-transfer``."""
        self._variables |= {
            "IVR_OUTCOME": Outcome.TRANSFERRED, "IVR_TRANSFER": target, "IVR_DONE": "1",
        }  # fmt: skip
        self._hanging_up = True
        self._changed.set()

    def hand_back(self) -> None:
        """Leave the call to the PBX without setting IVR_DONE, as if the service had died."""
        self._handing_back = self._hanging_up = True
        self._changed.set()

    # For the other parts of the call.

    def send_between_prompts(self, errand: Errand) -> None:
        """Send the command that ``errand`` returns, as soon as it cuts no prompt."""
        self._errands.append(errand)
        if self._current is None:
            self._changed.set()

    def tell(self, name: str, value: str) -> None:
        """Set a variable of the caller's channel, together with the next dead-man timer.

        One command sets both, so that no sound has to wait for a second command.
        """
        self._variables[name] = value

    async def run(self) -> None:
        """Play prompts, and silence between them, until the call is over; then close the session.

        Errands (commands that must not cut a prompt) are carried out between prompts.
        """
        try:
            while not self._hanging_up:
                if self._errands:
                    await self._session.ask(self._errands.popleft()())
                else:
                    await self._one_sound()
            if not self._handing_back:
                await self._set()
        except LineClosed as closed:
            self._ended(str(closed))
        finally:
            self._session.close()

    async def _one_sound(self) -> None:
        """Play the next prompt, or silence if there is none, to its end or until it is cut."""
        self._changed.clear()
        self._current, self._next = self._next, None
        play = self._current
        clips = self._clips(play)
        if play is not None and not clips:
            self._failed(play, "it is not rendered", self._loop.time())
            return
        seconds = sum(clip.seconds for clip in clips) if play else SILENCE_SECONDS
        await self._arm_dead_man(seconds)
        spoken, at = False, 0.0
        first, offset = self._resume_at if play else (0, 0)
        for number, clip in enumerate(clips[first:], first):
            if self._changed.is_set():
                return  # something else has been asked for
            stream = self._session.stream(_command(clip, play, offset))
            stream.add_done_callback(self._report_key)
            answered = await self._until_changed(stream, seconds + GRACE_SECONDS)
            if answered is None:
                return
            if answered.reply.key:
                self._key_stopped(play, number, answered.reply.endpos)
                return
            spoken |= await self._was_spoken(clip, play, answered)
            at, offset = answered.at, 0
        if play is not None:
            self._sound_ended(play, spoken, at)

    def _clips(self, play: Play | None) -> list[RenderedPrompt]:
        """Return the clips of a prompt (None: of silence), without those that are not rendered."""
        if play is None:
            return [self._catalogue[SILENCE]]
        missing = [id for id in play.prompt.clips if id not in self._catalogue]
        if missing:
            log.error(
                "clip_not_rendered", prompt=play.prompt.id, clips=missing,
                reason="prompts.directory has no sound files for these clips",
                effect="the caller hears the prompt without them; if no clip is left, the apology",
                remedy="run `ivr prompts render` and `ivr prompts install`, restart the service",
            )  # fmt: skip
        return [
            self._catalogue.clip(id, play.rendering)
            for id in play.prompt.clips
            if id in self._catalogue
        ]

    async def _arm_dead_man(self, seconds: float) -> None:
        """Set the timer by which the PBX takes the caller back, to ``seconds`` + 2.5 s from now."""
        limit = seconds + GRACE_SECONDS
        self._armed_until = self._loop.time() + limit
        self._variables["TIMEOUT(absolute)"] = f"{limit:.1f}"
        await self._set()

    async def _set(self) -> None:
        """Set all waiting variables of the caller's channel, and the timer, by one command."""
        variables, self._variables = self._variables, {}
        await self._session.ask(set_variables(variables))

    async def _until_changed(
        self, stream: "asyncio.Future[Answered | None]", limit: float
    ) -> Answered | None:
        """Return the reply to ``stream`` when the sound ends; None if another action comes first.

        Raise LineClosed when neither happens within ``limit`` seconds: the PBX is frozen.
        """
        changed = self._loop.create_task(self._changed.wait())
        try:
            done, _ = await asyncio.wait(
                (stream, changed), timeout=limit, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            changed.cancel()
        if not done:
            raise LineClosed("the PBX does not say that the sound has ended")
        return stream.result() if stream.done() else None

    def _sound_ended(self, play: Play, spoken: bool, at: float) -> None:
        """Report that a prompt ended at ``at``, or that it failed if no clip was ``spoken``."""
        if not spoken:
            self._failed(play, "the PBX has no such file", at)
        elif self._is_over(play):
            self._report(PromptFinished(play.play), at)

    def _key_stopped(self, play: Play | None, clip: int, sample: int) -> None:
        """Let a prompt go on at ``sample`` (8 kHz) of ``clip``, where a key has stopped it.

        A prompt that may be cut by keys does not go on: it is over.
        """
        if play is not None and self._current is play and not play.barge_in:
            self._next, self._resume_at = play, (clip, sample)
        else:
            self._is_over(play)

    def _is_over(self, play: Play | None) -> bool:
        """Mark a prompt as ended; return False if it was cut before or is None, else True."""
        if play is None or self._current is not play:
            return False
        self._current = None
        return True

    def _report_key(self, stream: "asyncio.Future[Answered | None]") -> None:
        """Report the key that ended a sound, even if the sound was being cut at that moment."""
        answered = None if stream.cancelled() or stream.exception() else stream.result()
        if answered is not None and answered.reply.key:
            self._report(KeyPressed(answered.reply.key), answered.at)

    async def _was_spoken(
        self, clip: RenderedPrompt, play: Play | None, answered: Answered
    ) -> bool:
        """Return True if ``clip`` was played, False if the PBX does not have its file.

        Asterisk replies alike to a missing file and to a hang-up, so the state of the channel is
        asked for. Raise LineClosed on a hang-up, and when the file of silence is missing.
        """
        if answered.reply.code == 200 and not answered.reply.result.startswith("-"):
            return True
        status = await self._session.ask(command("CHANNEL", "STATUS"))
        if status.code != 200 or status.result != "6":
            raise LineClosed("the channel is down")
        if play is None:
            raise LineClosed("the PBX has no ivr/silence-10: run `ivr prompts install`")
        log.error(
            "clip_missing_on_pbx", prompt=play.prompt.id, clip=clip.sound,
            reason="Asterisk could not play this sound file: it is missing or unreadable",
            effect="the caller hears the prompt without it; if no clip is left, the apology",
            remedy="run `ivr prompts install`",
        )  # fmt: skip
        return False

    def _failed(self, play: Play, reason: str, at: float) -> None:
        if self._is_over(play):
            self._report(PromptFailed(play.play, reason), at)

    def _ended(self, reason: str) -> None:
        """Report that the session has ended: by a hang-up, by the dead-man timer or by a fault."""
        now = self._loop.time()
        if now >= self._armed_until:
            self._report(LineLost("the dead-man timer took the caller back"), now)
        elif self._session.caller_hung_up or reason == "the channel is down":
            self._report(CallerHungUp(), now)
        else:
            self._report(LineLost(reason), now)


def _command(clip: RenderedPrompt, play: Play | None, offset: int) -> bytes:
    """Return the command that plays ``clip`` from the sample ``offset`` (8 kHz) on.

    If ``play`` is None, the clip is silence, and only its last SILENCE_SECONDS are played.
    """
    if play is None:
        offset = int((clip.seconds - SILENCE_SECONDS) * 8000)
    return stream_file(clip.sound, _KEYS, offset)
