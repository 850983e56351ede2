"""Decide when the caller is told that their line is bad: one place for every listen of a call.

A row says ``heard = await listen(...)`` and does not handle lines. What was heard passes through
this module first. A caller who cannot be understood is told why (rows 8, 9 and 10), and the row
receives what they say after that. A caller who is understood is not disturbed.

Each of these rows comes at most once in a call; after that the caller is served as well as
possible. For this reason nothing here can keep a call open: silence and the limits of the call
end it.
"""

from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from typing import Any, TypeVar

from ivr.dialogue.events import Condition
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.verbs import Heard, Listen, Nobody, Request, Speech, listen
from ivr.etiquette.courtesy import grant
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
"""The row for each reason why a caller cannot be understood."""

HOLD_LISTENS = 12
"""How many listens of five seconds a call spends on a caller who plays music to us: a minute.
A caller who has asked somebody a question is back by then, or has forgotten us."""


class Coach:
    """Handles the bad lines of one call, and remembers what the caller has been told."""

    def __init__(self) -> None:
        self._said: set[SubScript] = set()
        self._hold_listens = HOLD_LISTENS
        self._caller_heard = False
        """Whether a caller was heard; afterwards noise without a voice is a silent caller."""

    async def clear(self, heard: Heard) -> Heard:
        """Return what is heard after everything has been done about the line that is allowed."""
        while True:
            if heard == Nobody(Condition.MUSIC) and self._hold_listens:
                self._hold_listens -= 1
                heard = await listen(5.0)
            elif (script := self._due(heard)) is not None:
                self._said.add(script)
                heard = await script()
            else:
                self._caller_heard = self._caller_heard or isinstance(heard, Speech)
                return heard

    def _due(self, heard: Heard) -> SubScript | None:
        """Return the row that ``heard`` calls for, or None if there is none or it was said."""
        trouble = trouble_of(heard) or doubt_of(heard)
        if isinstance(heard, Nobody):
            machine = heard.condition is Condition.FAX
            only_noise = heard.condition is Condition.NOISE and not self._caller_heard
            trouble = heard.condition if machine or only_noise else None
        script = None if trouble is None else DUE.get(trouble)
        return None if script in self._said else script


class Attended(Awaitable[Outcome]):
    """``await Attended(script, guest)`` runs a script and stands between it and the caller.

    Each prompt is addressed to this caller (:meth:`Guest.addressed`). Each answer to a listen has
    passed through the coach, and what every row grants has been granted
    (:mod:`ivr.etiquette.courtesy`).
    """

    def __init__(self, script: Coroutine[Request, Any, Outcome], guest: Guest) -> None:
        self._script, self._guest = script, guest
        self._coach = Coach()

    def __await__(self) -> Generator[Request, Any, Outcome]:
        """Yield the script's requests and return its outcome."""
        return (yield from self._run(self._script, attended=True))

    def _run(self, script: Coroutine[Request, Any, T], *, attended: bool) -> Generator[Any, Any, T]:
        """Yield the requests of ``script`` and return its result.

        ``attended`` is False for the scripts of this class itself, whose answers pass unchanged.
        """
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
        """Return what the row receives for ``heard``, which answered a listen of ``seconds``."""
        heard = await self._coach.clear(heard)
        while (granted := grant(self._guest, heard, seconds)) is not None:
            heard = await self._coach.clear(await granted)
        return heard
