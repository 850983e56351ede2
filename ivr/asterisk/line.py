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
"""Keys that end a sound."""
SILENCE_SECONDS = 2.3
"""Seconds of one piece of silence. Pieces are short, so that the dead-man timer is never armed for
long; and no wait of whole seconds ends in the first moments of a piece, when a stream cannot be cut
yet."""
FIRST_SIGN_SECONDS = 2.0
"""Seconds of the dead-man timer that the dialplan sets before the first command: IVR_FIRST_SIGN in
ivr-globals.conf."""
GRACE_SECONDS = 2.5
"""Seconds by which the dead-man timer is longer than the sound."""


Errand = Callable[[], bytes]
"""Makes a command that must not cut a prompt; called when the command can be sent."""


class AgiLine:
    """A :class:`ivr.call.ports.Line` on one FastAGI session."""

    def __init__(
        self,
        session: AgiSession,
        catalogue: Catalogue,
        report: Callable[[Event, float], None],
    ) -> None:
        """``report`` is called with every event of the line and its time."""
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
        """Clip and sample at which a prompt goes on that was stopped by a key."""
        self._variables: dict[str, str] = {}
        """Variables of the caller's channel that are set together with the next timer."""
        self._armed_until = self._loop.time() + FIRST_SIGN_SECONDS
        self._changed = asyncio.Event()

    # ivr.call.ports.Line

    def play(self, play: Play) -> None:
        """Play a prompt now."""
        self._next, self._current = play, None
        self._resume_at = (0, 0)
        self._changed.set()

    def stop(self, play: int) -> None:
        """Cut a prompt, if it is still played; silence follows at once."""
        if self._next is not None and self._next.play == play:
            self._next = None
        if self._current is not None and self._current.play == play:
            self._current = None
            self._changed.set()

    def hang_up(self, outcome: Outcome) -> None:
        """End the call by intention.

        IVR_OUTCOME tells the dialplan the outcome, and IVR_DONE that the call has ended by
        intention; AGISTATUS does not tell that.
        """
        self._variables |= {"IVR_OUTCOME": outcome, "IVR_DONE": "1"}
        self._hanging_up = True
        self._changed.set()

    def transfer(self, target: str) -> None:
        """End the call by intention; the dialplan goes on in its context ``ivr-transfer``."""
        self._variables |= {
            "IVR_OUTCOME": Outcome.TRANSFERRED, "IVR_TRANSFER": target, "IVR_DONE": "1",
        }  # fmt: skip
        self._hanging_up = True
        self._changed.set()

    def hand_back(self) -> None:
        """Leave the call to the PBX, without IVR_DONE: it acts as if the service had died."""
        self._handing_back = self._hanging_up = True
        self._changed.set()

    # For the other parts of the call.

    def send_between_prompts(self, errand: Errand) -> None:
        """Send a command as soon as it cuts no prompt."""
        self._errands.append(errand)
        if self._current is None:
            self._changed.set()

    def tell(self, name: str, value: str) -> None:
        """Set a variable of the caller's channel, by the command that sets the next timer: no sound
        waits for it."""
        self._variables[name] = value

    async def run(self) -> None:
        """Carry out what is asked for until the call is over."""
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
        """Play a prompt or a piece of silence, to its end or until something else is asked for."""
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
        """Return the clips to play one after the other, without those that are not rendered."""
        if play is None:
            return [self._catalogue[SILENCE]]
        missing = [id for id in play.prompt.clips if id not in self._catalogue]
        if missing:
            log.error(
                "clip_not_rendered",
                prompt=play.prompt.id,
                clips=missing,
                remedy="ivr prompts render",
            )
        return [
            self._catalogue.clip(id, play.rendering)
            for id in play.prompt.clips
            if id in self._catalogue
        ]

    async def _arm_dead_man(self, seconds: float) -> None:
        """Let the PBX take the caller back GRACE_SECONDS after a sound of this length."""
        limit = seconds + GRACE_SECONDS
        self._armed_until = self._loop.time() + limit
        self._variables["TIMEOUT(absolute)"] = f"{limit:.1f}"
        await self._set()

    async def _set(self) -> None:
        """Set the variables that wait, the timer among them, by one command."""
        variables, self._variables = self._variables, {}
        await self._session.ask(set_variables(variables))

    async def _until_changed(
        self, stream: "asyncio.Future[Answered | None]", limit: float
    ) -> Answered | None:
        """Return the reply that ends the sound, or None when something else is to be done first.

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
        """Report how a prompt ended; ``spoken`` says whether any clip of it was played."""
        if not spoken:
            self._failed(play, "the PBX has no such file", at)
        elif self._is_over(play):
            self._report(PromptFinished(play.play), at)

    def _key_stopped(self, play: Play | None, clip: int, sample: int) -> None:
        """Let a prompt that must be heard out go on where a key has stopped it."""
        if play is not None and self._current is play and not play.barge_in:
            self._next, self._resume_at = play, (clip, sample)
        else:
            self._is_over(play)

    def _is_over(self, play: Play | None) -> bool:
        """Note that nothing of the prompt is left to play; return False if it was cut before."""
        if play is None or self._current is not play:
            return False
        self._current = None
        return True

    def _report_key(self, stream: "asyncio.Future[Answered | None]") -> None:
        """Report a key that ended the sound, also when the sound was being cut at that moment."""
        answered = None if stream.cancelled() or stream.exception() else stream.result()
        if answered is not None and answered.reply.key:
            self._report(KeyPressed(answered.reply.key), answered.at)

    async def _was_spoken(
        self, clip: RenderedPrompt, play: Play | None, answered: Answered
    ) -> bool:
        """Return whether a clip was played.

        Asterisk replies alike to a missing file and to a hang-up, so the state of the channel is
        asked for. Raise LineClosed on a hang-up, and when the silence is missing.
        """
        if answered.reply.code == 200 and not answered.reply.result.startswith("-"):
            return True
        status = await self._session.ask(command("CHANNEL", "STATUS"))
        if status.code != 200 or status.result != "6":
            raise LineClosed("the channel is down")
        if play is None:
            raise LineClosed("the PBX has no ivr/silence-10: run `ivr prompts install`")
        log.error(
            "clip_missing_on_pbx",
            prompt=play.prompt.id,
            clip=clip.sound,
            remedy="ivr prompts install",
        )
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
    """Return the command to play a clip from a sample on; of the silence, only its last piece."""
    if play is None:
        offset = int((clip.seconds - SILENCE_SECONDS) * 8000)
    return stream_file(clip.sound, _KEYS, offset)
