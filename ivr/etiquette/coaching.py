"""When the caller is told what is wrong with his line: one place for every listen of a call.

A row says ``heard = await listen(...)`` and knows nothing of lines. What was heard comes through
here first: who cannot be understood is told why (rows 8, 9 and 10), and the row is answered with
what he says then, as if he had said it at once. Who is understood is not bothered.

Each row comes at most once in a call; after that the caller is served as well as can be. So
nothing here can hold a call open: silence, and the limits of the call, end it.
"""

from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from typing import Any, TypeVar

from ivr.dialogue.events import Condition
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.verbs import Heard, Listen, Nobody, Request, Speech, listen
from ivr.etiquette.courtesy import obliging
from ivr.etiquette.guest import Guest
from ivr.etiquette.line import doubt_of, fax, low_volume, noisy_line, speakerphone, trouble_of

T = TypeVar("T")
SubScript = Callable[[], Coroutine[Request, Any, Heard]]

DUE: Mapping[Condition, SubScript] = {
    Condition.TOO_QUIET: low_volume,  # 8
    Condition.HANDS_FREE: speakerphone,  # 9
    Condition.NOISE: noisy_line,  # 10
    Condition.FAX: fax,
}
"""What is due when this is why a caller cannot be understood."""

HOLD_LISTENS = 12
"""How often in a call one who plays us music is waited for, five seconds each: a minute on hold.
Who asks somebody a question is back by then; who is not has forgotten us."""


class Coach:
    """Deals with the line of one call; remembers what the caller has been told."""

    def __init__(self) -> None:
        self._said: set[SubScript] = set()
        self._hold_listens = HOLD_LISTENS
        self._met = False
        """Whether a caller has been heard: then noise without a voice is only his silence."""

    async def clear(self, heard: Heard) -> Heard:
        """What is heard once all has been done about the line that the sheet allows."""
        while True:
            if heard == Nobody(Condition.MUSIC) and self._hold_listens:
                self._hold_listens -= 1
                heard = await listen(5.0)
            elif (script := self._due(heard)) is not None:
                self._said.add(script)
                heard = await script()
            else:
                self._met = self._met or isinstance(heard, Speech)
                return heard

    def _due(self, heard: Heard) -> SubScript | None:
        trouble = trouble_of(heard) or doubt_of(heard)
        if isinstance(heard, Nobody):
            machine = heard.condition is Condition.FAX
            drowned = heard.condition is Condition.NOISE and not self._met  # whoever is there
            trouble = heard.condition if machine or drowned else None
        script = None if trouble is None else DUE.get(trouble)
        return None if script in self._said else script


class Attended(Awaitable[Outcome]):
    """``await Attended(script, guest)``: runs a script, and stands between it and the caller.

    What it says is said to this caller (:meth:`Guest.addressed`). What it hears has been through
    the coach, and what any row grants has been granted (:mod:`ivr.etiquette.courtesy`).
    """

    def __init__(self, script: Coroutine[Request, Any, Outcome], guest: Guest) -> None:
        self._script, self._guest = script, guest
        self._coach = Coach()

    def __await__(self) -> Generator[Request, Any, Outcome]:
        """Hands the script's requests on, and the answers back."""
        return (yield from self._run(self._script, attended=True))

    def _run(self, script: Coroutine[Request, Any, T], *, attended: bool) -> Generator[Any, Any, T]:
        answer: Any = None
        try:
            while True:
                try:
                    request = script.send(answer)
                except StopIteration as end:
                    result: T = end.value
                    return result
                answer = yield self._guest.addressed(request)
                if attended and isinstance(request, Listen):
                    attending = self._attend(answer, request.seconds)
                    answer = yield from self._run(attending, attended=False)
        finally:
            script.close()

    async def _attend(self, heard: Heard, seconds: float) -> Heard:
        heard = await self._coach.clear(heard)
        while (granted := obliging(self._guest, heard, seconds)) is not None:
            heard = await self._coach.clear(await granted)
        return heard
