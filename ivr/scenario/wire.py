"""Find the prompts of the sheet that a caller heard, from the packets of the call.

First, the rendered files of sentence parts and of values are found by correlation. Each file that
was heard is one piece. Each sound outside these files is a piece too. Then pieces are joined to
sentences: a piece joins if it is a later part of the same sentence and follows without a pause.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ivr.dialogue.row import MUSIC, Prompt, Slot, parts
from ivr.etiquette.sheet import Sheet
from ivr.hearing.frames import RATE
from ivr.scenario.caller import LEAD_IN_SECONDS, TAIL_SECONDS
from ivr.scenario.seen import SpokenPrompt
from ivr.scenario.stage import Stage
from ivr.scenario.steps import Hears, Scenario
from ivr.softphone.matching import HeardPrompt, heard_prompts
from ivr.softphone.recording import CallRecording
from ivr.softphone.sentences import heard_sentence
from ivr.words.catalogue import RENDERINGS, Rendering

APART_SECONDS = 0.22
"""Least silence, in seconds, that separates two sentences; within a sentence it is shorter. Between
the words of two sentences there are 0.23 s: 0.15 s at the end of the first file and 0.08 s at the
beginning of the second."""
LEAST_SECONDS = 0.1
"""Least length, in seconds, at which a sound outside the prompts' files counts as heard. Shorter
sound is only the border of two files or the rest of a prompt that was cut off."""
_NAMES = "name."
"""Beginning of the ids of all clips that are spoken surnames."""
_BLOCK = 80
"""Number of samples in a block: 10 ms. The level of sound is measured block by block."""
_QUIET = 32768.0 * 10 ** (-50 / 20)
"""Limit for quiet: -50 dBov as a root mean square of 16-bit samples. A block (10 ms) below it is
quiet."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A sound that the caller heard: one rendered clip, or a sound that is no clip.

    Times are seconds after the answer of the call.
    """

    start: float
    end: float
    places: Mapping[str, int]
    """The positions at which the clip may stand: ``places[sentence id]`` is the index of its part
    in that sentence. It is empty for a value, and for a sound that is no clip."""
    complete: bool = True
    rendering: Rendering | None = None
    correlation: float = 1.0


class Sentences:
    """The sheet's sentences as lists of parts; a part is a clip of words, or a slot for a value."""

    def __init__(self, sheet: Sheet) -> None:
        self.prompts: dict[str, Prompt] = {prompt.id: prompt for prompt in sheet.prompts()}
        self.parts: dict[str, list[Prompt | Slot]] = {
            id: [part for part in parts(prompt) if not isinstance(part, str)]
            for id, prompt in self.prompts.items()
        }
        self.places: dict[str, dict[str, int]] = {}
        """The positions of each clip of words: ``places[clip id][sentence id]`` is the index of its
        part."""
        for id, of in self.parts.items():
            for place, part in enumerate(of):
                if isinstance(part, Prompt):
                    self.places.setdefault(part.id, {})[id] = place

    def begun(self, piece: Piece) -> dict[str, int]:
        """Return the sentences that may begin with ``piece``.

        The key is the sentence's id, the value the index of the part that ``piece`` is in it.
        """
        if piece.places:
            before = {id: self.parts[id][:place] for id, place in piece.places.items()}
            return {
                id: place for id, place in piece.places.items()
                if not any(isinstance(part, Prompt) for part in before[id])
            }  # fmt: skip
        return {id: 0 for id, of in self.parts.items() if isinstance(of[0], Slot)}

    def extended(self, at: Mapping[str, int], piece: Piece) -> dict[str, int]:
        """Return those of the sentences ``at`` that may continue with ``piece``.

        ``at`` are the sentences that the pieces before may belong to: the key is the sentence's id,
        the value the index of the part that was heard last. In the result, the value is the index
        of the part that ``piece`` is.
        """
        further: dict[str, int] = {}
        for id, place in at.items():
            of = self.parts[id]
            if piece.places:
                if place < piece.places.get(id, -1):
                    further[id] = piece.places[id]
            elif isinstance(of[place], Slot):
                further[id] = place
            elif place + 1 < len(of) and isinstance(of[place + 1], Slot):
                further[id] = place + 1
        return further


def spoken_prompts(
    recording: CallRecording, scenario: Scenario, stage: Stage
) -> list[SpokenPrompt]:
    """Return the prompts that the caller heard in an answered call, in the order of time.

    ``recording`` is the recording of the call, ``scenario`` names the prompts and values that may
    be expected, ``stage`` has the sheet and the rendered files.
    """
    assert recording.answered is not None
    sentences = Sentences(stage.sheet)
    wanted = [step for step in scenario.steps if isinstance(step, Hears)]
    filled = [prompt for step in wanted if (prompt := stage.filled(step)) is not None]
    names = {clip for prompt in filled for clip in prompt.clips}
    among = frozenset(
        id for id in stage.catalogue.manifest.recordings
        if not id.startswith(_NAMES) or id in names
    )  # fmt: skip
    clips = heard_prompts(recording, stage.catalogue, RENDERINGS, among)
    origin = recording.answered
    known = [_piece(clip, sentences, origin) for clip in clips]
    spoken_by_bot = [piece for clip, piece in zip(clips, known, strict=True) if clip.id != MUSIC.id]
    sounds = _between(recording, known)
    pieces = sorted([*spoken_by_bot, *sounds], key=lambda piece: piece.start)
    heard = list(_joined(pieces, sentences))
    return [_with_values(one, filled, recording, stage) for one in heard]


def _piece(clip: HeardPrompt, sentences: Sentences, origin: float) -> Piece:
    places: dict[str, int] = {}
    for id in clip.same_sound_ids:
        places |= sentences.places.get(id, {})
    return Piece(
        clip.start - origin, clip.end - origin, places, clip.complete, clip.rendering,
        clip.correlation,
    )  # fmt: skip


def _between(recording: CallRecording, pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Yield each sound of at least 0.1 s (LEAST_SECONDS) that lies outside ``pieces``.

    ``pieces`` are the clips that have been found in the call.
    """
    timeline = recording.timeline
    offset = timeline.start - (recording.answered or timeline.start)
    blocks = timeline.samples[: len(timeline.samples) // _BLOCK * _BLOCK].astype(np.float64)
    loud = np.sqrt(np.mean(blocks.reshape(-1, _BLOCK) ** 2, axis=1)) > _QUIET
    for piece in pieces:
        first, last = ((time - offset) * RATE / _BLOCK for time in (piece.start, piece.end))
        loud[max(0, round(first)) : max(0, round(last) + 2)] = False
    active = np.flatnonzero(loud)
    if not len(active):
        return
    apart = np.flatnonzero(np.diff(active) > APART_SECONDS * RATE / _BLOCK) + 1
    for blocks_of in np.split(active, apart):
        start = offset + int(blocks_of[0]) * _BLOCK / RATE
        end = offset + (int(blocks_of[-1]) + 1) * _BLOCK / RATE
        if end - start >= LEAST_SECONDS:
            yield Piece(start - LEAD_IN_SECONDS, end + TAIL_SECONDS, {})


def _joined(pieces: Sequence[Piece], sentences: Sentences) -> Iterator[SpokenPrompt]:
    """Join pieces that follow each other in a sentence; yield each sentence that was heard.

    ``pieces`` must be in the order of time.
    """
    group: list[Piece] = []
    at: dict[str, int] = {}
    for piece in pieces:
        follows = bool(group) and piece.start - group[-1].end < APART_SECONDS
        further = sentences.extended(at, piece) if follows else {}
        if group and not further:
            yield _sentence(group, at, sentences)
            group = []
        at = further or sentences.begun(piece)
        group.append(piece)
    if group:
        yield _sentence(group, at, sentences)


def _sentence(group: Sequence[Piece], at: Mapping[str, int], sentences: Sentences) -> SpokenPrompt:
    words = [piece for piece in group if piece.places]
    known = at if words else {}  # a sound without any words is no sentence
    whole = {id for id, place in known.items() if place == len(sentences.parts[id]) - 1}
    ids = frozenset(whole or known)
    # A short clip, as of a digit, may be taken for another rendering.
    longest = max(words or group, key=lambda piece: piece.end - piece.start)
    return SpokenPrompt(
        ids,
        sentences.prompts[min(ids)].text if ids else "",
        group[0].start,
        group[-1].end,
        bool(whole) and all(piece.complete for piece in group),
        longest.rendering or "normal",
        min((piece.correlation for piece in words), default=0.0),
    )


def _with_values(
    heard: SpokenPrompt, filled: Sequence[Prompt], recording: CallRecording, stage: Stage
) -> SpokenPrompt:
    """Return ``heard`` with the wanted values in its slots, if these values were heard.

    ``filled`` are the prompts that the scenario wants to hear, with their values. If all clips of
    such a prompt are found in ``recording`` where ``heard`` begins, the result has its text and the
    times of these clips. Otherwise ``heard`` is returned unchanged.
    """
    for prompt in filled:
        if prompt.id not in heard.ids:
            continue
        timeline = recording.timeline
        first = heard.start + (recording.answered or 0.0) - timeline.start
        after = max(0, round((first - LEAD_IN_SECONDS) * RATE))
        clips = heard_sentence(
            recording, stage.catalogue, prompt.clips, heard.rendering, after=after
        )
        if all(clip.heard for clip in clips):
            origin = recording.answered or 0.0
            return SpokenPrompt(
                heard.ids, prompt.text, clips[0].start - origin, clips[-1].end - origin, True,
                heard.rendering, min(clip.correlation for clip in clips),
            )  # fmt: skip
    return heard
