"""The thread that decodes whole utterances: order, batches, faults, and a decoding that hangs."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError

import numpy as np
import pytest

from ivr.hearing.frames import RATE, FloatArray
from ivr.recognition import decoding
from ivr.recognition.decoding import MOST_TOGETHER, DecodingThread
from ivr.recognition.transcript import Transcript, Word

PATIENCE = 10.0


class Decoder:
    """Notes the lengths of what is decoded together, and decodes when it is allowed to."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.begun = threading.Semaphore(0)
        self.allowed = threading.Semaphore(0)
        self.fault: Exception | None = None

    def __call__(self, utterances: Sequence[FloatArray]) -> list[Transcript]:
        self.batches.append([len(samples) for samples in utterances])
        self.begun.release()
        assert self.allowed.acquire(timeout=PATIENCE)
        if self.fault is not None:
            raise self.fault
        return [Transcript((Word(str(len(each)), 0.0, 0.1, 1.0),)) for each in utterances]


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    decoder = Decoder()
    yield decoder
    decoder.allowed.release(100)


def sound(length: int) -> FloatArray:
    return np.zeros(length, np.float32)


def test_what_has_piled_up_is_decoded_together(decoder: Decoder) -> None:
    thread = DecodingThread(decoder)
    first = thread.submit(sound(1), urgent=True)
    assert decoder.begun.acquire(timeout=PATIENCE)
    jobs = [thread.submit(sound(length), urgent=True) for length in range(2, MOST_TOGETHER + 3)]
    decoder.allowed.release(3)
    told = [job.transcript.result(PATIENCE).text for job in (first, *jobs)]
    assert told == [str(length) for length in range(1, MOST_TOGETHER + 3)]
    assert decoder.batches == [[1], list(range(2, MOST_TOGETHER + 2)), [MOST_TOGETHER + 2]]


def test_callers_who_have_finished_go_first(decoder: Decoder) -> None:
    thread = DecodingThread(decoder)
    thread.submit(sound(1), urgent=True)
    assert decoder.begun.acquire(timeout=PATIENCE)
    paused = [thread.submit(sound(length), urgent=False) for length in (2, 3, 4)]
    finished = thread.submit(sound(5), urgent=True)
    paused[0].urgent = True  # this caller has finished meanwhile
    paused[1].transcript.cancel()  # this one goes on
    decoder.allowed.release(3)
    assert finished.transcript.result(PATIENCE).text == "5"
    assert paused[2].transcript.result(PATIENCE).text == "4"
    assert decoder.batches == [[1], [2, 5], [4]]
    with pytest.raises(CancelledError):
        paused[1].transcript.result(PATIENCE)


def test_an_exception_reaches_those_who_wait_and_the_thread_goes_on(decoder: Decoder) -> None:
    thread = DecodingThread(decoder)
    decoder.fault = RuntimeError("wrong feature_dim")
    decoder.allowed.release()
    with pytest.raises(RuntimeError, match="wrong feature_dim"):
        thread.submit(sound(1), urgent=True).transcript.result(PATIENCE)
    decoder.fault = None
    decoder.allowed.release()
    assert thread.submit(sound(2), urgent=True).transcript.result(PATIENCE).text == "2"


def test_a_decoding_that_hangs_keeps_the_worker_from_answering(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "overdue_seconds", lambda length: 0.0)
    thread = DecodingThread(decoder)
    thread.wait_if_stuck()  # nothing is being decoded
    job = thread.submit(sound(RATE), urgent=True)
    assert decoder.begun.acquire(timeout=PATIENCE)
    waiting = threading.Thread(target=thread.wait_if_stuck)
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    decoder.allowed.release()
    waiting.join(PATIENCE)
    assert not waiting.is_alive()
    assert job.transcript.done()


def test_a_decoding_in_time_keeps_nobody_waiting(decoder: Decoder) -> None:
    thread = DecodingThread(decoder)
    job = thread.submit(sound(RATE), urgent=True)
    assert decoder.begun.acquire(timeout=PATIENCE)
    thread.wait_if_stuck()
    assert not job.transcript.done()
