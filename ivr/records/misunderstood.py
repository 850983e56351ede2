"""Find in the records what callers said that was not understood, or only after asking back.

The rows 15 (clarify), 25 (ask_repeat) and 11 (dialect) ask a caller back. An utterance that one of
them answers was not understood, and neither was one that gets no such row because the hotline has
given up asking.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select

from ivr.dialogue.meaning import Certainty, Intent, Meaning, Words
from ivr.records.calls import CallRow, fetched_rows, steps_of
from ivr.records.recordings import of_call
from ivr.records.schema import calls_table, reviews_table, steps_table

ASKING_BACK = ("clarify", "ask_repeat", "dialect")
"""Ids of the rows that ask a caller back."""

_SHORTEST = 8
"""Fewest signs of a call's id in the name of an utterance; a ticket's number is shorter."""


@dataclass(slots=True)
class Misunderstood:
    """One utterance of a caller that was not understood at once, and how the call went on."""

    call: str
    """Our id of the call."""
    step: int
    """Number of the step SpeechEnded in the call."""
    at: float
    """Onset of the speech, in seconds from the answer of the call."""
    seconds: float
    """Length of the speech."""
    words: Words | None
    """The recognised words; None if the recogniser lost the words."""
    asked: str = ""
    """Id of the row that asked back; empty if the hotline gave up asking."""
    then: str = ""
    """Id of the first row after it that does not ask back; empty if there was none."""
    outcome: str = ""
    """Outcome of the call; empty while it lasts."""
    recording: str = ""
    """File of the recording below recording.directory; empty if there is none to listen to."""
    start: float = 0.0
    """Onset of the speech, in seconds from the beginning of the recording."""

    @property
    def name(self) -> str:
        """The name of the utterance for people, such as ``0f3a52c1-17``: the first 8 signs of the
        call's id, and the number of the step."""
        return f"{self.call[:8]}-{self.step}"

    @property
    def text(self) -> str:
        """The recognised text; empty if there is none."""
        return "" if self.words is None else self.words.meaning.text


def misunderstood_utterances(
    connection: Connection, since: datetime | None = None
) -> list[Misunderstood]:
    """Return the misunderstood utterances that no person has reviewed, those of newer calls first.

    ``since`` is the earliest start of their calls; None means all calls.
    """
    rows = or_(*(steps_table.c.fields == {"row": row} for row in ASKING_BACK))
    asked_back = select(steps_table.c.call).where(steps_table.c.what == "EnterRow", rows)
    query = select(calls_table).where(calls_table.c.call.in_(asked_back))
    if since is not None:
        query = query.where(calls_table.c.started >= since)
    calls = fetched_rows(connection, query.order_by(calls_table.c.started.desc()))
    found = [one for call in calls for one in misunderstood_of(connection, call)]
    done = {(row["call"], row["step"]) for row in fetched_rows(connection, select(reviews_table))}
    return [one for one in found if (one.call, one.step) not in done]


def misunderstood_of(connection: Connection, call: CallRow) -> list[Misunderstood]:
    """Return the misunderstood utterances of ``call``, in the order in which they were spoken.

    ``call`` is the call's row of the database. Utterances that were reviewed are included.
    """
    steps = steps_of(connection, call["call"])
    found = list(_in_steps(call, steps))
    recording = of_call(connection, call["call"])
    gone = recording is None or recording["problem"] or recording["removed"]
    begun = next((step["at"] for step in steps if step["what"] == "StartRecording"), None)
    for one in found:
        if recording is not None and not gone and begun is not None and begun <= one.at:
            one.recording, one.start = recording["file"], round(one.at - begun, 3)
    return found


def utterance_named(connection: Connection, name: str) -> Misunderstood | None:
    """Return the misunderstood utterance with the name ``name``, or None if there is none.

    A name such as ``0f3a52c1-17`` has the beginning of the call's id and the number of the step.
    """
    call, _, step = name.rpartition("-")
    if len(call) < _SHORTEST or not step.isdecimal():
        return None
    query = select(calls_table).where(calls_table.c.call.startswith(call, autoescape=True))
    for row in fetched_rows(connection, query):
        for one in misunderstood_of(connection, row):
            if one.step == int(step):
                return one
    return None


def note_review(connection: Connection, one: Misunderstood, intent: Intent | None) -> None:
    """Store that a person has reviewed the utterance ``one``, so that it is not listed again.

    ``intent`` is what the caller wanted, in that person's judgement; None means that there is
    nothing to learn from the utterance. An earlier review of it is replaced.
    """
    key = reviews_table.c.call == one.call, reviews_table.c.step == one.step
    connection.execute(delete(reviews_table).where(*key))
    row = {"call": one.call, "step": one.step, "intent": intent, "reviewed": datetime.now(UTC)}
    connection.execute(insert(reviews_table).values(row))


def _in_steps(call: CallRow, steps: Iterable[Mapping[str, Any]]) -> Iterator[Misunderstood]:
    """Yield the misunderstood utterances of ``call`` in the order in which they were spoken.

    ``steps`` are the call's rows of the table ``steps``, in order.
    """
    said: list[Misunderstood] = []
    again: set[int] = set()  # steps of the utterances that answer a row that asked back
    onset, asking, waiting = 0.0, False, False
    for step in steps:
        fields = step["fields"]
        match step["what"]:
            case "SpeechStarted":
                onset = fields["onset"]
            case "SpeechEnded":
                words = _words(fields.get("words"))
                if words is not None and words.none:
                    continue  # a sound without words is not taken for speech
                said.append(
                    Misunderstood(
                        call["call"], step["step"], onset, fields["seconds"], words,
                        outcome=call["outcome"] or "",
                    )
                )  # fmt: skip
                if asking:
                    again.add(step["step"])
                waiting = True
            case "EnterRow":
                asking = fields["row"] in ASKING_BACK
                if waiting and asking:
                    said[-1].asked = fields["row"]
                waiting = False
                if not asking:
                    for one in said:
                        one.then = one.then or fields["row"]
    for one in said:
        if (one.asked or one.step in again) and not (one.words is not None and one.words.sure):
            yield one


def _words(fields: Mapping[str, Any] | None) -> Words | None:
    """Return the recognised words from ``fields``, the value ``words`` of a SpeechEnded step.

    Return None if there are none, because the recogniser lost them.
    """
    if not fields:
        return None
    meaning = fields["meaning"]
    return Words(
        Meaning(
            meaning["text"], Intent(meaning["intent"]), Certainty(meaning["certainty"]),
            meaning["score"],
        ),
        fields["confidence"],
        fields.get("unknown", 0.0),
    )  # fmt: skip
