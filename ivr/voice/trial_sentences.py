"""Ten sentences of the sheet that show how well a voice speaks.

Each contains something that voices do badly: letters, a long row, digits in groups, a value that is
a clip of its own, a question, syllables without a tone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ivr.dialogue.row import Prompt, PromptId
from ivr.etiquette.sheet import Sheet
from ivr.translation import marked, tr
from ivr.words.composition import Composer, Vocabulary


@dataclass(frozen=True, slots=True)
class _Trial:
    """A prompt of the sheet that is one of the ten trial sentences, and the reason for it."""

    id: str
    listen_for: str
    """The point to listen for, in English."""
    values: Mapping[str, str] = field(default_factory=dict)
    """The value of each slot of the prompt."""


_TRIALS = (
    _Trial("greeting.ask", marked("the first impression, and the letters Q Q")),
    _Trial("noisy_line.farewell", marked("an apology with short pauses, and a question")),
    _Trial("attitude_complaint.ask", marked("a long row in one breath after another")),
    _Trial(
        "complaint_accepted.farewell",
        marked("a sentence of several clips: the joints at the name and the hours"),
        {"姓": "王", "先生": "先生", "N": "24"},
    ),
    # The two numbers together have all ten digits. The first one is the example of a mobile number
    # in ivr.understanding.numerals, the second one has the form of a ticket number.
    _Trial(
        "system.number_check",
        marked("a telephone number: each digit clear, a breath between groups"),
        {"电话": "13803712345"},
    ),
    _Trial(
        "system.ticket",
        marked("a ticket number: the voice goes down at its end only"),
        {"单号": "582369"},
    ),
    _Trial("company_facts.website", marked("Latin letters, one by one")),
    _Trial("purchase_intent.buyer", marked("a question with a choice: the voice stays up")),
    _Trial("take_note.ask", marked("syllables without a tone: 麻烦, 一下, 吗")),
    _Trial(
        "clarify.ask",
        marked("a value in the middle of a question"),
        {"意思": "wrong_number"},
    ),
)


@dataclass(frozen=True, slots=True)
class TrialSentence:
    """One of the ten trial sentences, with values such as a name inserted."""

    id: str
    """Id of the prompt, such as ``greeting.ask``."""
    prompt: Prompt
    """The text as it is spoken, and the clips that speak it."""
    listen_for: str
    """The point to listen for, in the language of the process."""


def trial_sentences(
    sheet: Sheet, vocabulary: Vocabulary, has: Callable[[str], bool]
) -> list[TrialSentence]:
    """Return those of the ten trial sentences that ``sheet`` has, with the clips that speak them.

    ``vocabulary`` has the values that can be inserted into sentences. ``has`` is a function that
    returns True if there is a clip with the given id. A value without a clip is replaced by neutral
    words, as in a call.
    """
    compose = Composer(vocabulary, has, sheet.forbidden_in)
    return [
        TrialSentence(trial.id, compose(prompt, trial.values), tr(trial.listen_for))
        for trial in _TRIALS
        if (prompt := _prompt(sheet, trial.id)) is not None
    ]


def trials_not_in(sheet: Sheet) -> list[str]:
    """Return the ids of those of the ten trial sentences that ``sheet`` does not have."""
    return [trial.id for trial in _TRIALS if _prompt(sheet, trial.id) is None]


def _prompt(sheet: Sheet, id: str) -> Prompt | None:
    row, key = PromptId.parse(id)
    words = sheet[row].say if row in sheet or row == sheet.system.id else {}
    return Prompt(row, key, words[key]) if key in words else None
