"""A folder of recordings with a labels file, as windows: what ops measure their own lines with."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ivr.bench.hearing_labels import Row, rows
from ivr.dialogue.events import Condition
from ivr.hear import HearError, Recording
from ivr.hearing.frames import FRAME, FRAME_SECONDS
from ivr.hearing.g711 import Samples
from ivr.lab.corpus import CorpusError
from ivr.lab.corpus.window import Truth, Window

FILE = ("file", "path", "wav", "filename", "name", "audio")
LABEL = ("label", "class", "condition", "verdict")
PROMPT = ("reference", "prompt")
PROMPT_START = ("reference_start", "prompt_start", "reference_start_s", "prompt_start_s")
ONSET = ("onset", "onset_s", "speech_start")
ALIASES = {
    Condition.OK: "clean normal speech good clear caller",
    Condition.TOO_QUIET: "quiet low_volume low faint",
    Condition.HANDS_FREE: "speakerphone handsfree speaker_phone far reverb reverberant",
    Condition.NOBODY: "silence silent no_sound empty no_speech breathing room",
    Condition.NOISE: "noisy noisy_line babble tv",
    Condition.DEAD_LINE: "dead idle",
    Condition.NO_RTP: "no_packets",
    Condition.TONE: "tones dtmf ringback ring_back busy howler",
    Condition.FAX: "cng ced modem",
    Condition.MUSIC: "moh hold music_on_hold",
    Condition.OWN_PROMPT: "echo own_echo prompt_echo",
}
BARGE_IN = ("barge_in", "double_talk", "bargein")
_GROUPS = {
    Condition.DEAD_LINE: Condition.NOBODY,
    Condition.NO_RTP: Condition.NOBODY,
    Condition.FAX: Condition.TONE,
}


@dataclass(frozen=True, slots=True)
class _Label:
    group: str
    condition: Condition


def recordings(directory: Path) -> Iterator[tuple[str, Window]]:
    """Each labelled file with its name; CorpusError names what is wrong, and in which line."""
    for number, row in enumerate(rows(directory)):
        try:
            yield _window(directory, row, number)
        except (HearError, ValueError) as error:
            raise CorpusError(f"{row.place}: {error}") from None


def label_of(word: str) -> _Label:
    """What a label means; ValueError for one that means nothing."""
    plain = word.strip().lower().replace("-", "_").replace(" ", "_")
    if plain in BARGE_IN:
        return _Label("barge_in", Condition.OK)
    for condition, aliases in ALIASES.items():
        if plain == condition.value or plain in aliases.split():
            return _Label(_GROUPS.get(condition, condition).value, condition)
    known = ", ".join([*(condition.value for condition in ALIASES), BARGE_IN[0]])
    raise ValueError(f"the label {word!r} is none of {known}")


def _window(directory: Path, row: Row, number: int) -> tuple[str, Window]:
    name, word = row.first(FILE), row.first(LABEL)
    if name is None or word is None:
        missing, names = ("file", FILE) if name is None else ("label", LABEL)
        raise ValueError(f"no {missing}: it may be called {', '.join(names)}")
    label = label_of(word)
    samples = Recording.read(_found(directory, name)).samples
    count = len(samples) // FRAME
    frames = [((n + 1) * FRAME_SECONDS, samples[n * FRAME : (n + 1) * FRAME]) for n in range(count)]
    prompt: Samples | None = None
    start = row.seconds(PROMPT_START)
    if (reference := row.first(PROMPT)) is not None:
        prompt = Recording.read(_found(directory, reference)).samples
    truth = Truth(kind=word, onset_s=row.seconds(ONSET))
    seconds = count * FRAME_SECONDS
    window = Window(
        label.group, number, label.condition, seconds, frames, truth, prompt, start or 0.0
    )
    return name, window


def _found(directory: Path, name: str) -> Path:
    """The file, also when its name was given without its suffix."""
    path = directory / name
    return path if path.is_file() or path.suffix else path.with_suffix(".wav")
