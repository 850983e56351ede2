"""Decide when the caller is told that their line is bad, for all rows of a call.

A row says ``heard = await listen(...)`` and does not handle bad lines. The answer passes
through this module first. If the caller cannot be understood, rows 8, 9 and 10 tell them why, and
the listening row receives what they say after that. A caller who is understood is not disturbed.

Each of these rows runs at most once in a call; after that the caller is served as well as possible.
For this reason no row about the line can keep a call open: silence and the limits of the call end
the call.
"""

from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from ivr.dialogue.events import Condition
from ivr.dialogue.expected import Expected
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
"""The script to run for each bad condition of the line: for example, row 8 (:func:`low_volume`) for
TOO_QUIET. A fax machine that calls has a script too."""

HOLD_LISTENS = 12
"""Maximum number of listens in one call, five seconds each, that wait for music on the caller's
side to end: 12 × 5 s = 60 s. After them the music counts as silence. A caller who has put us on
hold to ask somebody a question is back within a minute, or has forgotten us."""


class Coach:
    """Runs the rows of the etiquette sheet about a bad telephone line, each at most once in a call.

    One object serves one call.
    """

    def __init__(self) -> None:
        self._said: set[SubScript] = set()
        self._hold_listens = HOLD_LISTENS
        self._caller_heard = False
        """Whether the caller has spoken in this call. If so, noise without a voice counts as
        silence, and no longer as a noisy line (row 10)."""

    async def clear(self, heard: Heard) -> Heard:
        """Run the rows about the bad telephone line in ``heard``; return what is heard after them.

        Each row runs at most once in a call. If ``heard`` is music from the caller's side, wait for
        its end, for at most a minute in one call. If nothing is to be done, return ``heard``. Raise
        CallOver if one of the rows ends the call.
        """
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
        """Return the script that DUE has for the condition of the telephone line in ``heard``.

        Return None if the condition needs no script, or if the script has already run in this call.
        """
        trouble = trouble_of(heard) or doubt_of(heard)
        if isinstance(heard, Nobody):
            machine = heard.condition is Condition.FAX
            only_noise = heard.condition is Condition.NOISE and not self._caller_heard
            trouble = heard.condition if machine or only_noise else None
        script = None if trouble is None else DUE.get(trouble)
        return None if script in self._said else script


class Attended(Awaitable[Outcome]):
    """``await Attended(script, guest)`` runs a script and deals with bad lines for it.

    Each prompt of the script gets the caller's name and volume (:meth:`Guest.addressed`). Each
    answer to a listen is handled before the script receives it. If the line is bad, the row about
    it runs (:class:`Coach`). A wish that every row grants, such as 再说一遍, is granted
    (:mod:`ivr.etiquette.courtesy`).
    """

    def __init__(self, script: Coroutine[Request, Any, Outcome], guest: Guest) -> None:
        self._script, self._guest = script, guest
        self._coach = Coach()

    def __await__(self) -> Generator[Request, Any, Outcome]:
        """Yield the script's requests and return its outcome."""
        return (yield from self._run(self._script, attended=True))

    def _run(
        self,
        script: Coroutine[Request, Any, T],
        *,
        attended: bool,
        expected: Expected | None = None,
    ) -> Generator[Any, Any, T]:
        """Yield the requests of ``script``, pass the answers on to it, and return its result.

        If ``attended`` is True, each answer to a Listen goes through :meth:`_attend` first, and
        ``script`` receives the result. :meth:`_attend` handles bad lines and wishes such as
        再说一遍. It is itself run with ``attended=False``, so that the rows in it receive each
        answer unchanged. ``expected`` is the kind of answer to the question before them: the
        caller may still give it.
        """
        answer: Any = None
        try:
            while True:
                try:
                    request = script.send(answer)
                except StopIteration as end:
                    result: T = end.value
                    return result
                if isinstance(request, Listen) and request.expected is None:
                    request = replace(request, expected=expected)
                answer = yield self._guest.addressed(request)
                if attended and isinstance(request, Listen):
                    attending = self._attend(answer, request.seconds)
                    answer = yield from self._run(
                        attending, attended=False, expected=request.expected
                    )
        finally:
            script.close()

    async def _attend(self, heard: Heard, seconds: float) -> Heard:
        """Handle ``heard``, the answer to a listen of ``seconds``, before the row receives it.

        If the line is bad, the row about it (8, 9 or 10) runs. If the caller has a wish that every
        row grants, such as 再说一遍, it is granted. Return what is heard after that, or ``heard``
        itself if nothing had to be done.
        """
        heard = await self._coach.clear(heard)
        while (granted := grant(self._guest, heard, seconds)) is not None:
            heard = await self._coach.clear(await granted)
        return heard
