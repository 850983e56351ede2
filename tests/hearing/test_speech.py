"""The table of speech: start, end, dismissal, veto, and holes in the audio."""

import math

from hypothesis import given
from hypothesis import strategies as st

from ivr.dialogue.events import (
    Event,
    SpeechDismissed,
    SpeechEnded,
    SpeechPossible,
    SpeechStarted,
)
from ivr.hearing.frames import CHUNK_SECONDS
from ivr.hearing.speech import (
    CONFIRM,
    GIVE_UP,
    LATENCY_SECONDS,
    PATIENCE,
    RELEASE_SECONDS,
    SpeechTable,
    State,
)


def heard(table: SpeechTable, probabilities: list[float], begin: float = 0.0) -> list[Event]:
    """What a table makes of chunks that follow one another from ``begin`` on."""
    found: list[Event] = []
    for index, probability in enumerate(probabilities, 1):
        found += table.hear(probability, begin + index * CHUNK_SECONDS)
    return found


def levelled(table: SpeechTable, chunks: list[tuple[float, float]]) -> list[Event]:
    """As :func:`heard`, of chunks with a probability and a level."""
    found: list[Event] = []
    for index, (probability, level) in enumerate(chunks, 1):
        found += table.hear(probability, index * CHUNK_SECONDS, level)
    return found


def test_speech_starts_when_enough_chunks_are_voiced() -> None:
    """The onset is the beginning of the first of them."""
    found = heard(SpeechTable(), [0.0, 0.0] + [0.8] * CONFIRM)
    assert [type(event) for event in found] == [SpeechPossible, SpeechStarted]
    assert isinstance(found[1], SpeechStarted)
    assert math.isclose(found[1].onset, 2 * CHUNK_SECONDS - LATENCY_SECONDS)


def test_a_clear_voice_needs_a_chunk_less() -> None:
    """Three in a row, none of them doubtful."""
    assert isinstance(heard(SpeechTable(), [0.95] * (CONFIRM - 1))[-1], SpeechStarted)
    assert isinstance(heard(SpeechTable(), [0.95, 0.95, 0.0, 0.95])[-1], SpeechPossible)


def test_a_short_noise_is_possible_and_then_dismissed() -> None:
    """One chunk less than it takes."""
    found = heard(SpeechTable(), [0.8] * (CONFIRM - 1) + [0.0] * GIVE_UP)
    assert [type(event) for event in found] == [SpeechPossible, SpeechDismissed]


def test_crackle_is_dismissed_in_the_end() -> None:
    """Voiced now and then, never often enough: undecided for half a second at most."""
    found = heard(SpeechTable(), [0.9, 0.0, 0.0] * 40)
    assert {type(event) for event in found} == {SpeechPossible, SpeechDismissed}
    assert found.count(SpeechDismissed()) >= 120 // (PATIENCE + 3)


def test_a_hole_in_a_word_does_not_split_its_beginning() -> None:
    """Two unvoiced chunks between voiced ones are part of speech."""
    found = heard(SpeechTable(), [0.9, 0.9, 0.0, 0.0, 0.9, 0.9])
    assert isinstance(found[-1], SpeechStarted)


def test_speech_ends_after_its_hang_time() -> None:
    """It lasted from the onset to the last voiced chunk."""
    table = SpeechTable(hang_seconds=0.5)
    found = heard(table, [0.9] * 10 + [0.0] * 16)
    assert isinstance(found[-1], SpeechEnded)
    assert not any(isinstance(event, SpeechEnded) for event in heard(SpeechTable(), [0.9] * 24))
    assert math.isclose(found[-1].seconds, 10 * CHUNK_SECONDS + LATENCY_SECONDS)


def test_a_pause_shorter_than_the_hang_time_ends_nothing() -> None:
    """People breathe."""
    found = heard(SpeechTable(hang_seconds=0.5), ([0.9] * 10 + [0.0] * 16) * 3)
    assert sum(isinstance(event, SpeechEnded) for event in found) == 3
    found = heard(SpeechTable(hang_seconds=0.5), ([0.9] * 10 + [0.0] * 14) * 3)
    assert sum(isinstance(event, SpeechEnded) for event in found) == 0


def test_what_is_faint_beside_the_voice_is_none() -> None:
    """The detector lets go of a voice late: what follows 20 dB below it does not count."""
    for level, ends in ((-55.0, True), (-44.0, False)):
        chunks = [(0.9, -25.0)] * 10 + [(0.9, level)] * 17
        found = levelled(SpeechTable(hang_seconds=0.5), chunks)
        assert any(isinstance(event, SpeechEnded) for event in found) is ends


def test_who_turns_away_from_his_telephone_goes_on_speaking() -> None:
    """His loud voice is forgotten before his utterance ends."""
    fading = [(0.9, -25.0 - 0.6 * n) for n in range(60)]
    assert isinstance(levelled(SpeechTable(), fading)[-1], SpeechStarted)


def test_the_clock_ends_speech_when_no_audio_comes() -> None:
    """RTP stops in the middle of a word: the utterance ends all the same."""
    table = SpeechTable(hang_seconds=0.5)
    heard(table, [0.9] * 10)
    last = 10 * CHUNK_SECONDS
    end = last - RELEASE_SECONDS + 0.5
    assert table.next_deadline() == end
    assert table.wake(end - 0.01) == []
    assert table.wake(end) == [SpeechEnded(last + LATENCY_SECONDS)]
    assert table.next_deadline() is None


def test_the_echo_has_a_veto() -> None:
    """Confirmed by voice, refused by waveform: dismissed, and tried anew."""
    table = SpeechTable()
    found = [
        table.hear(0.8, i * CHUNK_SECONDS, is_echo=lambda: True) for i in range(1, CONFIRM + 1)
    ]
    assert found[-1] == [SpeechDismissed()]
    assert table.state is State.QUIET


def test_a_hole_forgets_what_was_only_possible() -> None:
    """But not speech that had started."""
    table = SpeechTable()
    heard(table, [0.9])
    assert table.lose_track() == [SpeechDismissed()]
    heard(table, [0.9] * CONFIRM)
    assert table.lose_track() == []
    assert table.speaking


@given(st.lists(st.floats(0, 1), max_size=300))
def test_whatever_comes_the_events_are_in_order(probabilities: list[float]) -> None:
    """Possible, then started or dismissed; started, then ended; never two at once."""
    allowed = {
        None: {SpeechPossible},
        SpeechPossible: {SpeechStarted, SpeechDismissed},
        SpeechStarted: {SpeechEnded},
        SpeechDismissed: {SpeechPossible},
        SpeechEnded: {SpeechPossible},
    }
    before: type | None = None
    for event in heard(SpeechTable(), probabilities):
        assert type(event) in allowed[before]
        before = type(event)
