"""The state table of speech: start, end, dismissal, veto, and missing audio."""

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
    """Return the events of a table for chunks that follow one another from ``begin`` on."""
    found: list[Event] = []
    for index, probability in enumerate(probabilities, 1):
        found += table.hear(probability, begin + index * CHUNK_SECONDS)
    return found


def levelled(table: SpeechTable, chunks: list[tuple[float, float]]) -> list[Event]:
    """Return the same for chunks with a probability and a level."""
    found: list[Event] = []
    for index, (probability, level) in enumerate(chunks, 1):
        found += table.hear(probability, index * CHUNK_SECONDS, level)
    return found


def test_speech_starts_when_enough_chunks_are_voiced() -> None:
    """The onset is the beginning of the first one, less the latency."""
    found = heard(SpeechTable(), [0.0, 0.0] + [0.8] * CONFIRM)
    assert [type(event) for event in found] == [SpeechPossible, SpeechStarted]
    assert isinstance(found[1], SpeechStarted)
    assert math.isclose(found[1].onset, 2 * CHUNK_SECONDS - LATENCY_SECONDS)


def test_a_clear_voice_needs_a_chunk_less() -> None:
    """Three chunks in a row of high probability are enough."""
    assert isinstance(heard(SpeechTable(), [0.95] * (CONFIRM - 1))[-1], SpeechStarted)
    assert isinstance(heard(SpeechTable(), [0.95, 0.95, 0.0, 0.95])[-1], SpeechPossible)


def test_a_short_noise_is_possible_and_then_dismissed() -> None:
    """It has one chunk less than speech needs."""
    found = heard(SpeechTable(), [0.8] * (CONFIRM - 1) + [0.0] * GIVE_UP)
    assert [type(event) for event in found] == [SpeechPossible, SpeechDismissed]


def test_crackle_is_dismissed_in_the_end() -> None:
    """It is voiced now and then but never often enough; it stays undecided for 0.5 s at most."""
    found = heard(SpeechTable(), [0.9, 0.0, 0.0] * 40)
    assert {type(event) for event in found} == {SpeechPossible, SpeechDismissed}
    assert found.count(SpeechDismissed()) >= 120 // (PATIENCE + 3)


def test_two_unvoiced_chunks_at_the_start_of_a_word_do_not_dismiss_it() -> None:
    found = heard(SpeechTable(), [0.9, 0.9, 0.0, 0.0, 0.9, 0.9])
    assert isinstance(found[-1], SpeechStarted)


def test_speech_ends_after_its_hang_time() -> None:
    """Its length is from the onset to the last voiced chunk."""
    table = SpeechTable(hang_seconds=0.5)
    found = heard(table, [0.9] * 10 + [0.0] * 16)
    assert isinstance(found[-1], SpeechEnded)
    assert not any(isinstance(event, SpeechEnded) for event in heard(SpeechTable(), [0.9] * 24))
    assert math.isclose(found[-1].seconds, 10 * CHUNK_SECONDS + LATENCY_SECONDS)


def test_a_pause_shorter_than_the_hang_time_ends_nothing() -> None:
    found = heard(SpeechTable(hang_seconds=0.5), ([0.9] * 10 + [0.0] * 16) * 3)
    assert sum(isinstance(event, SpeechEnded) for event in found) == 3
    found = heard(SpeechTable(hang_seconds=0.5), ([0.9] * 10 + [0.0] * 14) * 3)
    assert sum(isinstance(event, SpeechEnded) for event in found) == 0


def test_chunks_20_db_below_the_voice_do_not_prolong_speech() -> None:
    """The detector notices the end of a voice late."""
    for level, ends in ((-55.0, True), (-44.0, False)):
        chunks = [(0.9, -25.0)] * 10 + [(0.9, level)] * 17
        found = levelled(SpeechTable(hang_seconds=0.5), chunks)
        assert any(isinstance(event, SpeechEnded) for event in found) is ends


def test_a_voice_that_fades_slowly_goes_on_speaking() -> None:
    """The remembered loudest level falls, as when callers turn away from their telephone."""
    fading = [(0.9, -25.0 - 0.6 * n) for n in range(60)]
    assert isinstance(levelled(SpeechTable(), fading)[-1], SpeechStarted)


def test_the_clock_ends_speech_when_no_audio_comes() -> None:
    """If RTP stops in the middle of a word, the utterance ends nevertheless."""
    table = SpeechTable(hang_seconds=0.5)
    heard(table, [0.9] * 10)
    last = 10 * CHUNK_SECONDS
    end = last - RELEASE_SECONDS + 0.5
    assert table.next_deadline() == end
    assert table.wake(end - 0.01) == []
    assert table.wake(end) == [SpeechEnded(last + LATENCY_SECONDS)]
    assert table.next_deadline() is None


def test_the_echo_has_a_veto() -> None:
    """Speech that the echo gate refuses is dismissed, and the table starts again."""
    table = SpeechTable()
    found = [
        table.hear(0.8, i * CHUNK_SECONDS, is_echo=lambda: True) for i in range(1, CONFIRM + 1)
    ]
    assert found[-1] == [SpeechDismissed()]
    assert table.state is State.QUIET


def test_missing_audio_dismisses_possible_speech() -> None:
    """Speech that has started goes on."""
    table = SpeechTable()
    heard(table, [0.9])
    assert table.lose_track() == [SpeechDismissed()]
    heard(table, [0.9] * CONFIRM)
    assert table.lose_track() == []
    assert table.speaking


@given(st.lists(st.floats(0, 1), max_size=300))
def test_the_events_are_in_order_for_any_probabilities(probabilities: list[float]) -> None:
    """Possible speech is started or dismissed, and started speech ends, before the next."""
    allowed: dict[type[Event] | None, set[type[Event]]] = {
        None: {SpeechPossible},
        SpeechPossible: {SpeechStarted, SpeechDismissed},
        SpeechStarted: {SpeechEnded},
        SpeechDismissed: {SpeechPossible},
        SpeechEnded: {SpeechPossible},
    }
    before: type[Event] | None = None
    for event in heard(SpeechTable(), probabilities):
        assert type(event) in allowed[before]
        before = type(event)


def test_a_pause_is_measured_from_the_last_voice_also_a_faint_one() -> None:
    table = SpeechTable()
    assert table.pause_seconds(1.0) == 0.0
    levelled(table, [(0.8, -20.0)] * CONFIRM)
    voice_ends = CONFIRM * CHUNK_SECONDS
    assert table.pause_seconds(voice_ends) == 0.0
    assert math.isclose(table.pause_seconds(voice_ends + 0.2), 0.2)
    table.hear(0.8, voice_ends + 0.3, -60.0)
    assert math.isclose(table.pause_seconds(voice_ends + 0.31), 0.01)
    assert table.wake(voice_ends + 0.5) != []  # the faint voice does not prolong the utterance
    assert table.pause_seconds(voice_ends + 0.6) == 0.0
