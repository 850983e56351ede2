"""Functions that say a prompt with a mark of its purpose: farewell, question or aside.

The mark decides how the caller's answer is understood: 没有了 is a goodbye after
请问还有什么可以帮助您？, and silence is treated differently after a farewell.
:class:`ivr.etiquette.guest.Guest` remembers the last prompt with its mark. A prompt said by
:func:`ivr.dialogue.verbs.say` has no mark. The call itself treats every marked request as a plain
:class:`~ivr.dialogue.verbs.Say`.
"""

from ivr.dialogue.row import Prompt
from ivr.dialogue.verbs import Ask, Say


class Farewell(Say):
    """A goodbye after which the caller is expected to hang up; a silent caller hears row 35.

    The last words of rows 2, 8, 10 and 35 are no farewells in this sense: the service hangs up
    after them by itself.
    """

    __slots__ = ()


class AnythingElse(Say):
    """The question 请问还有什么可以帮助您？ (anything else?) of rows 33 and 35."""

    __slots__ = ()


class IsItClear(Say):
    """The question 请问我刚才的解释您是否明白？ (was my explanation clear?) of row 16."""

    __slots__ = ()


class Aside(Say):
    """A request about how the caller speaks, such as 请您大声一点 (please speak up).

    The caller's next words do not answer this request but the question that was asked before it.
    """

    __slots__ = ()


def say_farewell(prompt: Prompt, **values: str) -> Ask[None]:
    """Say the goodbye ``prompt``, which the caller cannot interrupt, and mark it as a Farewell.

    The caller is expected to hang up after it. ``values`` fill the slots of the prompt.
    """
    return Ask(Farewell(prompt, barge_in=False, values=values))


def ask_for_more(prompt: Prompt) -> Ask[None]:
    """Return the request that asks ``prompt``: does the caller want anything else?

    It is an AnythingElse, so the caller's answer is understood as an answer to this question.
    """
    return Ask(AnythingElse(prompt, barge_in=True))


def ask_if_clear(prompt: Prompt) -> Ask[None]:
    """Return the request that asks ``prompt``: was the explanation clear?

    It is an IsItClear, so the caller's answer is understood as an answer to this question.
    """
    return Ask(IsItClear(prompt, barge_in=True))


def say_aside(prompt: Prompt, *, barge_in: bool = True, **values: str) -> Ask[None]:
    """Say ``prompt``, a request such as 请您大声一点 (please speak up), and mark it as an Aside.

    The caller's next words then count as the answer to the question before the request.
    """
    return Ask(Aside(prompt, barge_in, values))
