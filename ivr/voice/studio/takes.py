"""Find the takes of the script's lines in a session, with the recogniser's help."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from ivr.hearing.g711 import Samples
from ivr.hearing.level import gain
from ivr.translation import tr
from ivr.understanding.syllables import syllables_of
from ivr.voice import VoiceError
from ivr.voice.standard import LEVEL_DBOV
from ivr.voice.studio.evidence import (
    HeardPassage,
    SessionEvidence,
    WantedLine,
    is_noise,
)
from ivr.voice.studio.matching import Reading, match, probabilities
from ivr.voice.studio.passages import (
    SessionLevels,
    passages,
    session_levels,
)
from ivr.voice.studio.result import (
    GOOD_SIMILARITY,
    FoundSession,
    LineTakes,
    SessionFile,
    Stray,
    StudioTake,
    doubts_about,
)
from ivr.voice.studio.script import ScriptLine

WordsIn = Callable[[Samples], str]
"""A recogniser: a function that returns the words in audio (16-bit, mono, 8 kHz). It is called by
several threads at the same time."""
CutProgress = Callable[[float, float], None]
"""A function that is told the seconds of the session heard so far, and those of all."""

_FULL_SCALE, _OFTEN = 32700, 5
"""Audio is overdriven if at least 5 of its samples have a magnitude of 32700 or more."""
_LEAST_EXPLAINED, _LEAST_FOLLOWING = 0.8, 0.9
"""Least share of the speech in an unknown voice that must belong to lines, and least share of lines
that must follow the one before. Sessions of a script have 0.97 and more, those of other scripts 0.9
and less of either, unless the lengths of their lines happen to be alike (in a simulation)."""
_ROUNDS = 3
"""Number of times that the session is matched. Each time, the speaker's pace and the recogniser's
errors are estimated anew; three times are enough."""


def find_takes(
    files: Sequence[Path],
    lines: Sequence[ScriptLine],
    words_in: WordsIn,
    *,
    slow: bool = False,
    progress: CutProgress = lambda done, of: None,
) -> FoundSession:
    """Find all readings (takes) of the script's ``lines`` in the recordings ``files``.

    The recordings are in the order of time. Each has a part of the script in the order of the
    lines, and may begin with any line. ``words_in`` is the recogniser. ``slow`` says that the lines
    were read slowly. ``progress`` is called with the seconds heard so far and the seconds of all.
    Raise VoiceError if a recording cannot be used, or if it is no session of these lines.
    """
    wanted = [WantedLine.of(line.words, slow=slow) for line in lines]
    measured = [session_levels(file) for file in files]
    seconds = sum(levels.seconds for levels in measured)
    found: list[_FoundFile] = []
    before = 0.0
    for file, levels in zip(files, measured, strict=True):
        heard = []
        for passage in _heard(file, levels, words_in):
            heard.append(passage)
            progress(before + passage.end, seconds)
        before += levels.seconds
        found.append(_matched(file, levels, heard, wanted))
    takes: list[list[StudioTake]] = [[] for _ in lines]
    for place, take in (take for one in found for take in one.takes):
        takes[place].append(take)
    return FoundSession(
        tuple(one.file for one in found),
        tuple(LineTakes(line, tuple(its)) for line, its in zip(lines, takes, strict=True)),
        tuple(stray for one in found for stray in one.strays),
    )


@dataclass(frozen=True, slots=True)
class _FoundFile:
    """The takes (readings of lines) found in one recording, each with the index of its line."""

    file: SessionFile
    takes: Sequence[tuple[int, StudioTake]]
    strays: Sequence[Stray]


def _heard(file: Path, levels: SessionLevels, words_in: WordsIn) -> Iterator[HeardPassage]:
    """Yield the passages of a recording with the words that ``words_in`` recognises in them.

    The recogniser gets all of them at the level of a prompt, because the levels of studios differ.
    """
    factor = gain(LEVEL_DBOV - levels.speech_dbov)

    def words(samples: Samples) -> str:
        return words_in(np.clip(samples * factor, -32768, 32767).astype(np.int16))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for found in passages(file, levels):
            heard = pool.map(words, [passage.samples for passage in found])
            for passage, text in zip(found, heard, strict=True):
                loud = np.count_nonzero(np.abs(passage.samples.astype(np.int32)) >= _FULL_SCALE)
                sounds = syllables_of(text).sounds
                yield HeardPassage(passage.start, passage.end, text, sounds, bool(loud >= _OFTEN))


def _matched(
    file: Path,
    levels: SessionLevels,
    heard: Sequence[HeardPassage],
    wanted: Sequence[WantedLine],
) -> _FoundFile:
    """Return the takes, and the sounds that belong to no line, in the recording ``file``.

    ``heard`` are its passages. ``wanted`` are the lines of the script. Raise VoiceError if the
    passages do not fit the script.
    """
    evidence = SessionEvidence(wanted, heard)
    readings = match(evidence)
    for _ in range(_ROUNDS - 1):
        evidence.learn(readings)
        readings = match(evidence)
    if not _fits(readings, heard, evidence):
        raise VoiceError(
            tr(
                "{file} is no session of this script, or its lines are not separated by a second "
                "of silence: give the sheet and the options that the script was printed with"
            ).format(file=file)
        )
    used = {place for one in readings for place in one.places}
    strays = [
        Stray(file, one.start, one.end, one.words, is_noise(one))
        for place, one in enumerate(heard)
        if place not in used
    ]
    report = SessionFile(
        file,
        levels.seconds,
        levels.speech_dbov,
        levels.noise_dbov,
        evidence.understood,
        evidence.error,
    )
    takes = [
        (one.line, _take(file, one, probability, heard, evidence, levels.seconds))
        for one, probability in zip(readings, probabilities(evidence, readings), strict=True)
    ]
    return _FoundFile(report, takes, strays)


def _fits(
    readings: Sequence[Reading], heard: Sequence[HeardPassage], evidence: SessionEvidence
) -> bool:
    """Return True if the recording is a session of the script, False if it seems to be another one.

    ``readings`` are the lines found among ``heard``, all passages of the recording. If the
    recogniser understands the speaker, one good take is enough: the rest may be of other lines.
    Otherwise most of the speech must belong to lines, and most lines must follow each other as in
    the script.
    """
    if evidence.understood:
        return any((evidence.similarity(one) or 0.0) >= GOOD_SIMILARITY for one in readings)
    used = {place for one in readings for place in one.places}
    seconds = [one.end - one.start for one in heard]
    explained = sum(seconds[place] for place in used)
    speech = sum(seconds[at] for at, one in enumerate(heard) if at in used or not is_noise(one))
    following = sum(later.line - earlier.line <= 1 for earlier, later in pairwise(readings))
    return (
        bool(readings)
        and explained >= _LEAST_EXPLAINED * speech
        and following >= _LEAST_FOLLOWING * (len(readings) - 1)
    )


def _take(
    file: Path,
    reading: Reading,
    probability: float,
    heard: Sequence[HeardPassage],
    evidence: SessionEvidence,
    seconds: float,
) -> StudioTake:
    """Return ``reading`` as a take, with its times, words, probability and doubts.

    ``heard`` are all passages of the recording ``file``, whose length is ``seconds``.
    """
    parts = [heard[place] for place in reading.places]
    before, after = heard[: reading.first][-1:], heard[reading.first + reading.count :][:1]
    start, end = parts[0].start, parts[-1].end
    words = "".join(one.words for one in parts)
    similarity = evidence.similarity(reading)
    return StudioTake(
        file,
        start,
        end,
        words,
        similarity,
        probability,
        (
            start - (before[0].end if before else 0.0),
            max(0.0, (after[0].start if after else seconds) - end),
        ),
        doubts_about(
            words,
            similarity,
            probability,
            understood=evidence.understood,
            overdriven=any(one.overdriven for one in parts),
        ),
    )
