"""Stand-ins for the parts of a live call, which only remember what they were told."""

import asyncio
from collections.abc import Callable
from typing import Any

from ivr.call.live_call import LiveCall
from ivr.dialogue.commands import Play
from ivr.dialogue.events import PromptFinished
from ivr.dialogue.meaning import Certainty, Intent, Meaning, Words
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.ticket import Ticket
from ivr.hearing.g711 import Samples
from tests.virtual_time import running_loop

PROMPT_SECONDS = 2.0


class Line:
    """A line on which every prompt takes two seconds."""

    def __init__(self) -> None:
        self.said: list[tuple[float, str]] = []
        self.stopped: list[int] = []
        self.hung_up: tuple[float, Outcome] | None = None
        self.over = asyncio.Event()
        self.ends: asyncio.TimerHandle | None = None
        self.live: LiveCall | None = None
        self.loop = running_loop()
        self.answered = self.loop.time()

    @property
    def now(self) -> float:
        return round(self.loop.time() - self.answered, 6)

    def play(self, play: Play) -> None:
        self.said.append((self.now, play.prompt.id))
        self.ends = self.loop.call_later(PROMPT_SECONDS, self._ended, play.play)

    def stop(self, play: int) -> None:
        self.stopped.append(play)
        assert self.ends is not None
        self.ends.cancel()

    def hang_up(self, outcome: Outcome) -> None:
        self.hung_up = (self.now, outcome)
        self.over.set()

    def transfer(self, target: str) -> None:
        self.transferred = (self.now, target)
        self.over.set()

    def hand_back(self) -> None:
        self.handed_back = self.now
        self.over.set()

    def _ended(self, play: int) -> None:
        assert self.live is not None
        self.live.deliver(PromptFinished(play), self.loop.time())


class Record:
    """A record that keeps its notes in memory."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.closed: list[Outcome] = []
        self.number: str | None = "582369"
        """The number of the next ticket; None if it cannot be kept."""

    def note(self, what: Any, now: float) -> None:
        self.events.append(what)

    def make_ticket(self, ticket: Ticket, now: float, made: Callable[[str | None], None]) -> None:
        asyncio.get_running_loop().call_soon(lambda: made(self.number))

    def close(self, outcome: Outcome, now: float) -> None:
        self.closed.append(outcome)


class Recorder:
    """A recorder that counts its orders."""

    def __init__(self) -> None:
        self.started = self.dropped = 0

    def start(self) -> None:
        self.started += 1

    def drop(self) -> None:
        self.dropped += 1


class Recogniser:
    """A recogniser that finds the same words in every utterance, ``seconds`` after its end."""

    def __init__(self, text: str = "你好", seconds: float = 0.05) -> None:
        self.words: Words | None = Words(Meaning(text, Intent.HELLO, Certainty.SURE, 1.0))
        self.seconds = seconds
        self.fed: list[int] = []
        """The number of samples of each utterance so far."""
        self.pauses: list[str] = []
        """``pause`` and ``go_on``, as it was told."""
        self.cancelled = 0

    def __call__(self, appeared: Callable[[Meaning | None], None]) -> "Recogniser":
        self.appeared = appeared
        self.fed.append(0)
        return self

    def feed(self, samples: Samples) -> None:
        self.fed[-1] += len(samples)

    def pause(self) -> None:
        self.pauses.append("pause")

    def go_on(self) -> None:
        self.pauses.append("go_on")

    async def finish(self) -> Words | None:
        await asyncio.sleep(self.seconds)
        return self.words

    def cancel(self) -> None:
        self.cancelled += 1
