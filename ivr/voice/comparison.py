"""Let every voice on this machine speak the same sentences, so that a person can choose one."""

import multiprocessing
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from pathlib import Path

from ivr.etiquette.sheet import Sheet
from ivr.translation import tr
from ivr.voice import VoiceError
from ivr.voice.clip import Clip, clips_of, takes_of
from ivr.voice.clip_cache import ClipCache
from ivr.voice.current import clip_hash
from ivr.voice.engine import Engine, PromptsFailed, RenderProgress
from ivr.voice.engine_choice import EngineName, EngineOptions, engine_from
from ivr.voice.trial_sentences import TrialSentence, trial_sentences, trials_not_in
from ivr.voice.voices import KNOWN_VOICES, installed_names, licence_of
from ivr.voice.workshop import end_with_parent, render_takes
from ivr.words.catalogue import SOUNDS, Catalogue, Licence
from ivr.words.composition import Vocabulary


@dataclass(frozen=True, slots=True)
class SpokenSentence:
    """One sentence as one voice speaks it on a telephone line, or the reason why it does not."""

    text: str
    alaw: bytes = b""
    """A-law audio at 8 kHz; empty if the voice does not speak the sentence. The clips of a composed
    sentence follow each other without a gap. In a call, up to 40 ms pass until Asterisk begins the
    next file."""
    failure: str = ""
    """Why the voice does not speak the sentence; empty if it does."""


@dataclass(frozen=True, slots=True)
class ComparedVoice:
    """One voice with the sentences that it speaks."""

    name: str
    """The name by which the user knows it: ``baker``, ``melo`` …"""
    engine: str
    """The engine and the voice, as the manifest names them; empty if the voice cannot be used."""
    licence: Licence
    in_use: bool = False
    """True if the rendered prompts are spoken by this voice."""
    failure: str = ""
    """Why the voice speaks none of the sentences; empty if it speaks at least one."""
    sentences: Mapping[str, SpokenSentence] = field(default_factory=dict)
    """The sentences by the id of their prompt."""


@dataclass(frozen=True, slots=True)
class VoiceComparison:
    """The same sentences in several voices."""

    sentences: Sequence[TrialSentence]
    voices: Sequence[ComparedVoice]
    """The voice of the rendered prompts comes first; those that cannot speak come last."""
    left_out: Sequence[str]
    """Ids of the trial sentences that the sheet does not have."""


def compare_voices(
    sheet: Sheet,
    vocabulary: Vocabulary,
    catalogue: Catalogue,
    cache: ClipCache,
    progress: RenderProgress,
) -> VoiceComparison:
    """Return the trial sentences as every voice on this machine speaks them.

    The voices are the fetched ones, espeak, and the voice of the prompts in ``catalogue``, which
    may be a service or a person. ``vocabulary`` has the values that are inserted into sentences.
    Clips that are in ``cache`` are not spoken again. After each voice, ``progress`` is called with
    the number of finished voices and the number of all. For a voice that cannot speak, the result
    has the reason instead of audio; nothing is raised.
    """
    spoken = {clip.prompt.id: clip for clip in clips_of(sheet) if clip.form.rendering == "normal"}
    sentences = trial_sentences(sheet, vocabulary, spoken.__contains__)
    ids = dict.fromkeys(id for one in sentences for id in one.prompt.clips)
    wanted = [spoken[id] for id in ids]
    names = [*installed_names(), EngineName.ESPEAK]
    voices = []
    for number, name in enumerate(names, 1):
        voices.append(_compared(str(name), sheet, sentences, wanted, cache))
        progress(number, len(names))
    manifest = catalogue.manifest
    used = f"{manifest.engine} · {manifest.voice}"
    voices = [replace(voice, in_use=voice.engine == used) for voice in voices]
    if not any(voice.in_use for voice in voices):
        voices.append(_rendered(sheet, vocabulary, catalogue, used))
    voices.sort(key=lambda voice: (not voice.in_use, bool(voice.failure)))
    return VoiceComparison(sentences, voices, trials_not_in(sheet))


def _compared(
    name: str,
    sheet: Sheet,
    sentences: Sequence[TrialSentence],
    clips: Sequence[Clip],
    cache: ClipCache,
) -> ComparedVoice:
    """Let the voice ``name`` speak ``sentences``; return the voice with their audio.

    ``clips`` are all clips that the sentences consist of. If the voice cannot be used, its
    ``failure`` says why, and it has no sentences.
    """
    licence = licence_of(name) if name in KNOWN_VOICES else Licence()
    engines = {EngineName.BAKER, EngineName.ESPEAK}
    options = EngineOptions(EngineName(name)) if name in engines else None
    try:
        engine, _ = engine_from(options or EngineOptions(EngineName.SHERPA, name), sheet)
        sounds = _speak(engine, clips, cache)
    except (VoiceError, OSError) as error:
        return ComparedVoice(name, "", licence, failure=str(error))
    spoken = {one.id: _joined(one, sounds) for one in sentences}
    silent = not any(sentence.alaw for sentence in spoken.values())
    failure = next((sentence.failure for sentence in spoken.values()), "") if silent else ""
    names = f"{engine.name} · {engine.voice}"
    return ComparedVoice(name, names, engine.licence, failure=failure, sentences=spoken)


def _rendered(
    sheet: Sheet, vocabulary: Vocabulary, catalogue: Catalogue, names: str
) -> ComparedVoice:
    """Return the voice of the rendered prompts, with the trial sentences made from its files.

    ``names`` are the engine and the voice, for the field ``engine`` of the result.
    """
    sentences = trial_sentences(sheet, vocabulary, catalogue.__contains__)
    ids = {id for one in sentences for id in one.prompt.clips if id in catalogue}
    paths = {id: path for id in ids if (path := catalogue.path(id)).is_file()}
    sounds = _Sounds({id: path.read_bytes() for id, path in paths.items()})
    spoken = {one.id: _joined(one, sounds) for one in sentences}
    return ComparedVoice(
        tr("rendered prompts"), names, catalogue.manifest.licence, in_use=True, sentences=spoken
    )


@dataclass(frozen=True, slots=True)
class _Sounds:
    """The audio of clips in one voice, and why some clips have none."""

    alaw: Mapping[str, bytes]
    """The audio of each clip, by its id."""
    failures: Mapping[str, str] = field(default_factory=dict)
    """For each clip that the voice cannot speak, the reason, by the clip's id."""


def _joined(sentence: TrialSentence, sounds: _Sounds) -> SpokenSentence:
    clips = sentence.prompt.clips
    for id in clips:
        if id not in sounds.alaw:
            reason = sounds.failures.get(id) or tr("not rendered")
            return SpokenSentence(sentence.prompt.text, failure=reason)
    return SpokenSentence(sentence.prompt.text, b"".join(sounds.alaw[id] for id in clips))


def _speak(engine: Engine, clips: Sequence[Clip], cache: ClipCache) -> _Sounds:
    """Return the audio of ``clips`` in the voice of ``engine``, from ``cache`` or spoken now.

    They are spoken in a new process. The model of a voice takes up to 2 GB of memory, which is free
    again when the process ends. Raise VoiceError if the voice cannot speak at all; if single clips
    cannot be spoken, the result has the reasons.
    """
    kept = dict(_kept(engine, clips, cache))
    missing = [clip for clip in clips if clip.prompt.id not in kept]
    if not missing:
        return _Sounds(kept)
    spawning = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(1, spawning, initializer=end_with_parent) as pool:
            made = pool.submit(_render, engine, missing, cache).result()
    except BrokenProcessPool:
        raise VoiceError(
            tr(
                "the process of the voice {voice} ended early, perhaps because memory ran out: "
                "close other programs, or fetch the voice again"
            ).format(voice=engine.voice)
        ) from None
    return _Sounds({**kept, **made.alaw}, made.failures)


def _kept(engine: Engine, clips: Sequence[Clip], cache: ClipCache) -> Iterator[tuple[str, bytes]]:
    """Yield id and a-law audio of each clip that ``cache`` has in the voice of ``engine``."""
    for take in takes_of(clips):
        source = engine.source(take)
        for clip in take.clips:
            if found := cache.get(clip_hash(clip, engine.name, engine.voice, source)):
                yield clip.prompt.id, found.contents["alaw"]


def _render(engine: Engine, clips: Sequence[Clip], cache: ClipCache) -> _Sounds:
    """Return the audio of ``clips``, spoken now in this process and stored in ``cache``.

    Clips that cannot be spoken are in the ``failures`` of the result. PromptsFailed is not raised
    for them, because it cannot be sent to another process. Raise VoiceError if the voice is
    unusable.
    """
    ids = {clip.name: clip.prompt.id for clip in clips}
    failures: dict[str, str] = {}
    try:
        engine.prepare(takes_of(clips), _silent)
    except PromptsFailed as error:
        failures = {ids[name]: reason for name, reason in error.reasons.items()}
        clips = [clip for clip in clips if clip.prompt.id not in failures]
        engine.prepare(takes_of(clips), _silent)
    alaw = {}
    with tempfile.TemporaryDirectory(prefix="ivr-") as place:
        into = Path(place)
        (into / SOUNDS).mkdir(parents=True)
        for made in render_takes(engine, takes_of(clips), into, 1, cache):
            if made.failure:
                failures |= {clip.prompt.id: made.failure for clip in made.take.clips}
            for recording in made.recordings:
                alaw[recording.id] = (into / recording.file("alaw")).read_bytes()
    return _Sounds(alaw, failures)


def _silent(done: int, of: int) -> None:
    """Do nothing: the progress within one voice is not shown.

    ``done`` is the number of prompts made so far, ``of`` the number of all.
    """
