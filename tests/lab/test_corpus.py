"""The corpus: its levels are true, seeds repeat it, and the splits share nothing."""

from collections.abc import Iterator

import numpy as np
import pytest

from ivr.dialogue.events import Condition
from ivr.hearing.frames import FRAME, RATE
from ivr.hearing.level import active_speech_level, dbov
from ivr.lab.corpus import CorpusError, callers, debian, noises, sources, telephone
from ivr.lab.corpus.line import Order, SimulatedLine
from ivr.lab.corpus.recipes import (
    CASES,
    CLASSES,
    NATURAL,
    NUISANCES,
    SWEEPS,
    make_window,
    sweep_orders,
)
from ivr.lab.corpus.rooms import decay_time, room
from ivr.lab.corpus.sources import Speaker, Split
from ivr.lab.corpus.talk import Stock
from ivr.lab.corpus.window import Window
from ivr.voice.voices import voices_directory

SPLITS = pytest.mark.parametrize(
    "split", [Split.DEV, pytest.param(Split.TEST, marks=pytest.mark.slow)]
)


@pytest.fixture(scope="module", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Use a cache directory of the tests' own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IVR_VOICES", str(voices_directory()))
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


def _stock(split: Split) -> Stock:
    return Stock.of(split, recorded=False)


def _sound(window: Window) -> np.ndarray:
    return np.concatenate([frame for _, frame in window.frames])


@pytest.mark.slow
@SPLITS
@pytest.mark.parametrize(
    "group",
    [
        pytest.param(group, marks=[pytest.mark.slow] if group == "ok" else [])
        for group in [*CLASSES, *NUISANCES, *CASES]
    ],
)
def test_the_same_order_makes_the_same_samples(group: str, split: Split) -> None:
    first, again = (make_window(Order(group, 3), 11, _stock(split)) for _ in range(2))
    other = make_window(Order(group, 3), 12, _stock(split))
    assert first.truth == again.truth
    assert [at for at, _ in first.frames] == [at for at, _ in again.frames]
    assert all(
        np.array_equal(a, b) for (_, a), (_, b) in zip(first.frames, again.frames, strict=True)
    )
    assert first.truth != other.truth


@pytest.mark.slow
@pytest.mark.parametrize("group", NATURAL)
def test_natural_voices_are_like_other_voices_but_natural(group: str) -> None:
    """The other windows stay as they were: the natural speakers are not drawn for them."""
    window, again = (make_window(Order(group, 3), 11, _stock(Split.TEST)) for _ in range(2))
    assert window.truth == again.truth
    assert np.array_equal(_sound(window), _sound(again))
    assert (window.truth.voice or "natural").startswith("natural")
    plain = make_window(Order(group.removeprefix("natural_"), 3), 11, _stock(Split.TEST))
    assert plain.label is window.label
    assert not [one for one in _stock(Split.TEST).speakers if one.name.startswith("natural")]


@pytest.mark.slow
def test_natural_voices_are_in_one_split_only() -> None:
    """They are one person's."""
    assert not _stock(Split.DEV).natural().speakers


@pytest.mark.slow
@pytest.mark.parametrize("level", [-44.0, -36.0, -20.0])
def test_a_swept_caller_has_the_level_of_the_truth(level: float) -> None:
    for number in range(4):
        window = make_window(Order("level", number, level), 5, _stock(Split.DEV))
        if len(window.frames) == 250:  # lost packets change the activity
            measured = active_speech_level(_sound(window), RATE).level_dbov
            assert measured == pytest.approx(level, abs=0.5)


@SPLITS
def test_the_noise_is_as_far_below_the_caller_as_its_truth_says(
    split: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    sounds: list[np.ndarray] = []
    frames = SimulatedLine.frames

    def keep(self: SimulatedLine, sound: np.ndarray, random: np.random.Generator) -> object:
        sounds.append(sound)
        return frames(self, sound, random)

    monkeypatch.setattr(SimulatedLine, "frames", keep)
    for number in range(6):
        window = make_window(Order("snr", number, 0.0), 7, _stock(split))
        truth = window.truth
        assert truth.snr_db == pytest.approx(0.0, abs=0.5)
        # At 0 dB and full activity both together are 3 dB above each of them.
        assert truth.noise_dbov == pytest.approx(truth.speech_dbov, abs=0.5)
        assert -27.0 < dbov(sounds[-1]) < -22.0


@pytest.mark.parametrize("kind", list(noises.STATIONARY))
def test_noise_of_any_scale_is_brought_to_its_level(kind: str) -> None:
    made = noises.STATIONARY[kind](np.random.default_rng(1), 2 * RATE)
    for scale in (1e-9, 1.0, 1e5):
        assert dbov(telephone.at_level(made * scale, -30.0)) == pytest.approx(-30.0, abs=0.1)


@SPLITS
@pytest.mark.parametrize("rt60", [0.4, 0.8])
def test_a_room_has_its_reverberation_time_and_ratio(split: Split, rt60: float) -> None:
    made = room(np.random.default_rng(2), split, rt60, -4.0)
    assert decay_time(made.response[1:]) == pytest.approx(rt60, rel=0.2)
    direct = made.response[0] ** 2
    assert 10 * np.log10(direct / np.sum(made.response[1:] ** 2)) == pytest.approx(-4.0, abs=0.1)


@pytest.mark.slow
def test_the_splits_share_no_voice_language_sentence_or_music() -> None:
    dev, test = Split.DEV, Split.TEST
    names = [{speaker.name for speaker in _stock(split).speakers} for split in Split]
    assert not names[0] & names[1]
    for which in (0, 1):
        assert not {a[which] for a in sources.RECORDED[dev]} & {
            b[which] for b in sources.RECORDED[test]
        }
    assert not set(sources._MANDARIN[dev]) & set(sources._MANDARIN[test])
    assert not set(sources.RECORDED_MUSIC[dev]) & set(sources.RECORDED_MUSIC[test])


@pytest.mark.slow
@SPLITS
@pytest.mark.parametrize(
    ("group", "low", "high"), [("ok", -34, -16), ("too_quiet", -54, -42), ("hands_free", -36, -22)]
)
def test_clear_callers_have_clear_levels_and_ratios(
    group: str, low: float, high: float, split: Split
) -> None:
    least = {"ok": 16.0, "too_quiet": 13.5, "hands_free": 14.5}[group]
    for number in range(12):
        truth = make_window(Order(group, number), 3, _stock(split)).truth
        assert low <= (truth.speech_dbov or 0) <= high
        assert (truth.snr_db or 0) >= least
        if group == "hands_free":
            assert 0.4 <= (truth.rt60_s or 0) <= 0.8
            assert -8 <= (truth.drr_db or 9) <= 0


@pytest.mark.slow
def test_an_echo_has_its_return_loss() -> None:
    window = make_window(Order("erl", 1, 20.0), 4, _stock(Split.TEST))
    assert window.prompt is not None
    heard, delay = _sound(window), window.truth.echo_delay_s or 0
    assert 0.02 <= delay <= 0.45
    # A part of the echo is outside the window, hence the tolerance.
    assert dbov(window.prompt) - dbov(heard) == pytest.approx(20.0, abs=2.5)


@pytest.mark.slow
@SPLITS
def test_every_window_has_whole_frames_in_order_of_time(split: Split) -> None:
    orders = [Order(group, n) for group in (*CLASSES, *NUISANCES, *CASES) for n in range(3)]
    for order in [*orders, *sweep_orders(1)]:
        window = make_window(order, 1, _stock(split))
        times = [at for at, _ in window.frames]
        assert times == sorted(times)
        assert all(len(frame) == FRAME and frame.dtype == np.int16 for _, frame in window.frames)
        assert all(0 < at <= window.seconds + 1e-9 for at in times)
        assert isinstance(window.label, Condition)


def test_every_sweep_has_a_recipe() -> None:
    assert {order.group for order in sweep_orders(1)} == set(SWEEPS)


def test_without_recordings_a_caller_has_a_synthetic_voice() -> None:
    window = callers.ok(np.random.default_rng(1), _stock(Split.DEV), Order("ok", 1))
    speakers: tuple[Speaker, ...] = _stock(Split.DEV).speakers
    assert window.truth.voice in {speaker.name for speaker in speakers}


def test_without_apt_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(CorpusError, match=r"apt-get is missing: unpack .*it-wav into"):
        debian.package("asterisk-core-sounds-it-wav")
