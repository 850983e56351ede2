"""Recognise a recording as a call does: detect the speech, then decode each span of speech.

The recogniser is fed the 0.3 s before the onset, the speech, and the silence that ends it. It is
fed nothing else of the recording, just as in a call.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ivr.dialogue.events import SpeechEnded, SpeechStarted
from ivr.hearing.ear import Ear, VoiceDetector
from ivr.hearing.frames import FRAME, FRAME_SECONDS, RATE
from ivr.hearing.g711 import Samples
from ivr.hearing.speech import LOOK_BACK_SECONDS
from ivr.recognition.engine import SpeechModel
from ivr.recognition.transcript import Transcript


@dataclass(frozen=True, slots=True)
class SpeechSpan:
    """A span of speech from ``start`` to ``end``, in seconds from the start of the recording."""

    start: float
    end: float


def speech_spans(samples: Samples, detector: VoiceDetector) -> Iterator[SpeechSpan]:
    """Yield the span of each utterance in ``samples`` (16-bit, 8 kHz), in order of time.

    A span is what a call gives to the recogniser: from 0.3 s before the onset of the speech to the
    end of the silence that ends the utterance. ``detector`` is a voice detector that has heard
    nothing yet.
    """
    ear = Ear(detector, 0.0)
    onset: float | None = None
    now = 0.0
    for at in range(0, len(samples) - FRAME + 1, FRAME):
        now = at / RATE + FRAME_SECONDS
        for event in ear.hear(samples[at : at + FRAME], now):
            if isinstance(event, SpeechStarted):
                onset = event.onset
            elif isinstance(event, SpeechEnded) and onset is not None:
                yield SpeechSpan(max(0.0, onset - LOOK_BACK_SECONDS), now)
                onset = None
    if onset is not None:  # the speech lasts to the end of the recording
        yield SpeechSpan(max(0.0, onset - LOOK_BACK_SECONDS), len(samples) / RATE)


def transcribe(
    samples: Samples, model: SpeechModel, detector: VoiceDetector
) -> list[tuple[SpeechSpan, Transcript]]:
    """Return the span and the transcript of each utterance in ``samples`` (16-bit, 8 kHz).

    ``detector``, which has heard nothing yet, finds the utterances. ``model`` decodes them in this
    process, without recognition workers.
    """
    return [
        (span, model.decode(samples[round(span.start * RATE) : round(span.end * RATE)]))
        for span in speech_spans(samples, detector)
    ]
