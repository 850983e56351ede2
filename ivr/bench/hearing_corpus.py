"""Read a directory of recordings that operators have made of their own lines and labelled.

Each recording becomes a window (test recording) of the bench ``hearing``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ivr.bench.hearing_labels import LabelledRow, read_labels
from ivr.bench.hearing_stream import class_of
from ivr.commands.hear import HearError, Recording
from ivr.dialogue.events import Condition
from ivr.hearing.frames import FRAME, FRAME_SECONDS
from ivr.hearing.g711 import Samples
from ivr.lab.corpus import CorpusError
from ivr.lab.corpus.callers import STILL
from ivr.lab.corpus.window import Truth, Window
from ivr.translation import tr

# Names that the columns of a labels file may have.
FILE = ("file", "path", "wav", "filename", "file_name", "name", "audio", "recording")
LABEL = ("label", "class", "condition", "verdict", "category", "expected", "truth")
_PROMPT = ("reference", "prompt", "reference_file", "prompt_file", "reference_wav", "prompt_wav")
PROMPT_START = tuple(
    f"{what}_start{unit}" for what in ("reference", "prompt") for unit in ("", "_s", "_ms")
)
ONSET = tuple(
    f"{what}{unit}"
    for what in ("onset", "speech_start", "speech_onset")
    for unit in ("", "_s", "_ms")
)
END = tuple(
    f"{what}{unit}" for what in ("end", "speech_end", "offset") for unit in ("", "_s", "_ms")
)
ALIASES = {
    Condition.OK: "clean normal speech good clear caller okay fine handset",
    Condition.TOO_QUIET: "quiet low_volume low faint soft whisper",
    Condition.HANDS_FREE: "speakerphone handsfree speaker_phone speaker far far_field reverb"
    " reverberant reverberation",
    Condition.NOBODY: "silence silent no_sound empty no_speech no_voice breathing breath room"
    " room_noise comfort_noise dtx clicks",
    Condition.NOISE: "noisy noisy_line noise_only background_noise babble tv television street",
    Condition.DEAD_LINE: "dead idle",
    Condition.NO_RTP: "no_packets",
    Condition.TONE: "tones dtmf ringback ring_back ringing busy howler dial_tone beep",
    Condition.FAX: "cng ced modem fax_tone",
    Condition.MUSIC: "moh hold music_on_hold hold_music",
    Condition.OWN_PROMPT: "echo own_echo prompt_echo own_prompt_echo echo_only",
}
"""Other words that a label may use for a verdict. The key is the verdict; the value is the words,
separated by spaces. For example, the label ``clean`` means Condition.OK."""
BARGE_IN = ("barge_in", "double_talk", "bargein", "doubletalk")
"""Labels of recordings in which the caller speaks over our prompt."""


@dataclass(frozen=True, slots=True)
class _Label:
    group: str
    condition: Condition


def labelled_recordings(directory: Path) -> Iterator[tuple[str, Window]]:
    """Yield a pair for each labelled recording in ``directory``: its name, and its window.

    A window is a test recording in the form that the bench plays. Raise CorpusError for an error in
    the labels or when a recording cannot be read; the message names the entry of the labels file.
    """
    for number, row in enumerate(read_labels(directory)):
        try:
            yield _window(directory, row, number)
        except (HearError, ValueError) as error:
            raise CorpusError(f"{row.place}: {error}") from None


def label_of(word: str) -> _Label:
    """Return what the label ``word`` means: a group of recordings, and the right verdict on them.

    For example, ``clean`` means the group "ok" and the verdict Condition.OK. Raise ValueError if
    the label is unknown.
    """
    plain = word.strip().lower().replace("-", "_").replace(" ", "_")
    if plain in BARGE_IN:
        return _Label("barge_in", Condition.OK)
    for condition, aliases in ALIASES.items():
        if plain == condition.value or plain in aliases.split():
            return _Label(class_of(condition).value, condition)
    known = ", ".join([*(condition.value for condition in ALIASES), BARGE_IN[0]])
    raise ValueError(tr("the label {word!r} is none of {known}").format(word=word, known=known))


def _window(directory: Path, row: LabelledRow, number: int) -> tuple[str, Window]:
    name, word = row.first(FILE), row.first(LABEL)
    if name is None or word is None:
        missing, names = ("file", FILE) if name is None else ("label", LABEL)
        raise ValueError(
            tr("no {missing}: name its column {names}").format(
                missing=missing, names=" or ".join(names)
            )
        )
    label = label_of(word)
    samples = Recording.read(_found(directory, name)).samples
    count = len(samples) // FRAME
    frames = [((n + 1) * FRAME_SECONDS, samples[n * FRAME : (n + 1) * FRAME]) for n in range(count)]
    prompt: Samples | None = None
    start = row.seconds(PROMPT_START)
    if (reference := row.first(_PROMPT)) is not None:
        prompt = Recording.read(_found(directory, reference)).samples
    seconds = count * FRAME_SECONDS
    end = row.seconds(END)
    # The ear (the detectors) reports an end of speech only after silence. An end that less than
    # STILL (1.3 s) of the recording follows is therefore left out.
    reportable = end is not None and end + STILL <= seconds
    truth = Truth(kind=word, onset_s=row.seconds(ONSET), end_s=end if reportable else None)
    window = Window(
        label.group, number, label.condition, seconds, frames, truth, prompt, start or 0.0
    )
    return name, window


def _found(directory: Path, name: str) -> Path:
    """Return the path of the recording ``name`` in ``directory``.

    ``.wav`` is added if ``directory`` has no file ``name`` and the name has no suffix. The path may
    not exist.
    """
    path = directory / name
    return path if path.is_file() or path.suffix else path.with_suffix(".wav")
