"""The engine sherpa: voices of sherpa-onnx, whose neural models run here, without a network.

Voices under free licences exist for it, so that a commercial line needs no cloud
(``ivr voices fetch melo``). The package sherpa-onnx is the optional extra ``sherpa``. It takes
24 MB of memory, and a model up to 2 GB. Both are therefore loaded only in the processes that speak,
once in each.
"""

import importlib.metadata
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.clip import Take
from ivr.voice.duration import plausible
from ivr.voice.engine import PromptsFailed, RenderProgress
from ivr.voice.formats import is_wordless
from ivr.voice.lexicon import VoiceLexicon
from ivr.voice.sherpa_files import model_files, read_sherpa_voice
from ivr.voice.sherpa_trial import try_in_a_process
from ivr.voice.silent_stderr import silent_stderr
from ivr.voice.standard import SLOWER
from ivr.voice.voices import InstalledVoice
from ivr.words.catalogue import Licence

_FULL_SCALE = 32767
_LEAST_PEAK = 0.01
"""Lower limit for the peak of an utterance, as a share of full scale. Below it the utterance is
silence: models that say nothing still put out a little noise."""
_SILENCE_SECONDS = 2.0
"""Upper limit, in seconds, for the silence at both ends of an utterance together."""


@dataclass(frozen=True)
class Sherpa:
    """One voice of sherpa-onnx, as a speech engine. The same words give the same samples."""

    directory: Path
    """Directory of the voice's files."""
    files: InstalledVoice
    """The description of the voice: its name, family, files and licence."""
    speaker: int
    """Number of the speaker, from 0, in a model of several speakers."""
    version: str
    """Version of the package sherpa-onnx."""

    @classmethod
    def in_directory(cls, directory: Path, speaker: int | None = None) -> "Sherpa":
        """Return the voice whose files are in ``directory``.

        Without ``speaker`` it is the one that ``voice.json`` names. The model is not loaded here.
        Raise VoiceError if there is no voice in the directory, or if the package sherpa-onnx is not
        installed.
        """
        files = read_sherpa_voice(directory)
        chosen = files.speaker if speaker is None else speaker
        return cls(directory.absolute(), files, chosen, _installed_version())

    @property
    def name(self) -> str:
        """The name of the engine, as the list of rendered prompts has it."""
        return f"sherpa-onnx {self.version}"

    @property
    def voice(self) -> str:
        """The voice, as the list of rendered prompts has it: name, speaker, hash of the archive."""
        return ", ".join(
            (self.files.name, f"speaker {self.speaker}", self.files.sha256[:12])
        ).removesuffix(", ")

    @property
    def licence(self) -> Licence:
        """The licence of the voice, as its ``voice.json`` names it."""
        return Licence(self.files.licence, self.files.commercial)

    def source(self, take: Take) -> str:
        """Return "": a clip of ``take`` depends on nothing else than its words and the voice.

        Some other engines return a hash here, and a clip is rendered again when it changes.
        """
        return ""

    def prepare(self, takes: Sequence[Take], progress: RenderProgress) -> None:
        """Find out whether the voice can speak the utterances ``takes``.

        Raise PromptsFailed if it has no reading for a sign in one of them, and VoiceError if it
        cannot speak at all. For some broken models sherpa-onnx ends the process that loads them, so
        the shortest utterance is first spoken in a process of its own.
        """
        spoken = [take for take in takes if not all(is_wordless(clip) for clip in take.clips)]
        if not spoken:
            return
        lexicon = _lexicon(self)
        reasons: dict[str, str] = {}
        texts: list[str] = []
        for take in spoken:
            try:
                texts.append(lexicon.text(take.words))
            except VoiceError as error:
                reasons |= {clip.name: str(error) for clip in take.clips}
        if reasons:
            raise PromptsFailed(reasons)
        shortest = min(filter(None, texts), key=len, default="")
        if shortest:
            try_in_a_process(_speak, (self, shortest), self.files.name)

    def sound(self, take: Take) -> tuple[NDArray[np.int16], int]:
        """Return the utterance ``take`` as mono samples and their rate in Hz.

        The slow rendering is spoken slowly by the model: each sound lasts longer. Raise VoiceError
        if the voice has no reading for a sign, or if what it says cannot be the whole utterance.
        """
        with silent_stderr():
            text = _loaded_voice(self).lexicon.text(take.words)
        samples, rate = _speak(self, text, SLOWER if take.slow else 1.0)
        _refuse_implausible(samples, rate, text, slow=take.slow)
        return (np.clip(samples, -1.0, 1.0) * _FULL_SCALE).round().astype(np.int16), rate


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A voice that is loaded into this process."""

    model: Any
    lexicon: VoiceLexicon


_voices: dict[Path, _Loaded] = {}
"""The voices that are loaded into this process, by their directory."""


def _loaded_voice(engine: Sherpa) -> _Loaded:
    """Return the voice, loaded once per process. Raise VoiceError if it cannot be loaded."""
    if engine.directory not in _voices:
        lexicon = _lexicon(engine)
        _voices[engine.directory] = _Loaded(_model(engine), lexicon)
    return _voices[engine.directory]


def _lexicon(engine: Sherpa) -> VoiceLexicon:
    paths = model_files(engine.files, engine.directory)
    return VoiceLexicon.read(paths["lexicon"], *paths["tokens"])


def _model(engine: Sherpa) -> Any:
    """Return the model of a voice, loaded by sherpa-onnx.

    Raise VoiceError if the library is missing or refuses the files.
    """
    try:
        import sherpa_onnx
    except ImportError as error:
        raise _package_missing(error) from None
    files = {
        role: ",".join(str(path) for path in paths)
        for role, paths in model_files(engine.files, engine.directory).items()
    }
    # VITS and Matcha draw random numbers, so that the same words never sound the same. With a
    # scale of 0 they have no effect. Kokoro draws none.
    match engine.files.family:
        case "vits":
            family: Any = sherpa_onnx.OfflineTtsVitsModelConfig(
                **files, noise_scale=0.0, noise_scale_w=0.0
            )
        case "kokoro":
            family = sherpa_onnx.OfflineTtsKokoroModelConfig(**files)
        case "matcha":
            files["acoustic_model"] = files.pop("acoustic")
            family = sherpa_onnx.OfflineTtsMatchaModelConfig(**files, noise_scale=0.0)
    config = sherpa_onnx.OfflineTtsConfig(
        model=sherpa_onnx.OfflineTtsModelConfig(**{engine.files.family: family}, num_threads=1)
    )
    try:
        if not config.validate():
            raise ValueError(tr("the library refuses its files"))
        return sherpa_onnx.OfflineTts(config)
    except (RuntimeError, ValueError, IndexError, MemoryError) as error:
        raise _damaged(engine, error) from None


def _speak(engine: Sherpa, text: str, speed: float = 1.0) -> tuple[NDArray[np.float32], int]:
    """Return ``text`` as mono samples from -1 to 1 and their rate in Hz.

    ``speed`` is the pace as a share of the normal pace. Raise VoiceError if the voice cannot say
    it.
    """
    model = _loaded_voice(engine).model
    if engine.speaker >= max(1, model.num_speakers):
        raise VoiceError(
            tr("the voice {voice} has no speaker {speaker}: name one from 0 to {highest}").format(
                voice=engine.files.name,
                speaker=engine.speaker,
                highest=max(1, model.num_speakers) - 1,
            )
        )
    import sherpa_onnx  # loaded already, with the model

    settings = sherpa_onnx.GenerationConfig()
    settings.sid, settings.speed = engine.speaker, speed
    # By default the library shortens each pause of more than 0.2 s to a fifth.
    settings.silence_scale = 1.0
    try:
        audio = model.generate(text, settings)
    except (RuntimeError, ValueError, IndexError, MemoryError) as error:
        raise _damaged(engine, error) from None
    samples = np.asarray(audio.samples, np.float32)
    if not np.isfinite(samples).all() or np.abs(samples).max(initial=0.0) < _LEAST_PEAK:
        raise VoiceError(
            tr("the voice {voice} says nothing for {text!r}: write it in other words").format(
                voice=engine.files.name, text=text
            )
        )
    return samples, int(audio.sample_rate)


def _refuse_implausible(samples: NDArray[np.float32], rate: int, text: str, *, slow: bool) -> None:
    """Raise VoiceError if the samples are too short or too long to be the words of ``text``."""
    seconds = len(samples) / rate
    least, most = plausible(text, slow=slow)
    if not least <= seconds <= most + _SILENCE_SECONDS:
        raise VoiceError(
            tr(
                "the voice took {seconds:.1f} s for {text!r}, which takes from {least:.1f} to "
                "{most:.1f} s: write it in other words"
            ).format(seconds=seconds, text=text, least=least, most=most)
        )


def _installed_version() -> str:
    """Return the version of the package sherpa-onnx; raise VoiceError if it is not installed."""
    try:
        if importlib.util.find_spec("sherpa_onnx") is not None:
            return importlib.metadata.version("sherpa-onnx")
    except ImportError as error:
        raise _package_missing(error) from None
    raise _package_missing("sherpa_onnx")


def _package_missing(reason: object) -> VoiceError:
    return VoiceError(
        tr(
            "the engine sherpa needs the package sherpa-onnx ({reason}): run "
            "`.venv/bin/pip install -e '.[sherpa]'` in the checkout, or render with --engine espeak"
        ).format(reason=reason)
    )


def _damaged(engine: Sherpa, error: Exception) -> VoiceError:
    reason = str(error).strip().splitlines() or [type(error).__name__]
    return VoiceError(
        tr(
            "the voice {voice} in {directory} is damaged ({reason}): run "
            "`ivr voices fetch {voice} --again`"
        ).format(voice=engine.files.name, directory=engine.directory, reason=reason[0])
    )
