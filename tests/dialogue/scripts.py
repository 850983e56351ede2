"""Small scripts for the tests of a call."""

from ivr.dialogue.call import Call, Limits
from ivr.dialogue.meaning import Certainty, Intent, Meaning, Words
from ivr.dialogue.outcome import Outcome
from ivr.dialogue.row import Prompt, Row
from ivr.dialogue.verbs import Heard, listen, say

HELLO = Prompt("test", "hello", "你好")
UNDERSTOOD = Words(Meaning("我姓张", Intent.GIVE_NAME, Certainty.SURE, 1.0))
"""Words that the recogniser has found and understood."""
NO_WORDS = Words(Meaning("", Intent.OTHER, Certainty.UNSURE, 0.0))
"""The result for an utterance in which the recogniser found no words."""


def rows(id: str) -> Row:
    """Find no row: these scripts need none."""
    raise KeyError(id)


async def goodbye(outcome: Outcome) -> Outcome:
    """Say the last words."""
    await say(Prompt("test", "goodbye", "再见"), barge_in=False)
    return outcome


def call_of(*, barge_in: bool = True, limits: Limits | None = None) -> tuple[Call, list[Heard]]:
    """Return a call that says hello, listens for five seconds and ends, and what it has heard."""
    heard: list[Heard] = []

    async def script() -> Outcome:
        await say(HELLO, barge_in=barge_in)
        heard.append(await listen(5.0))
        return Outcome.NO_SOUND

    return Call(script, goodbye, rows, limits), heard
