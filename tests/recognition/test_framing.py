"""Frames between the service and its workers arrive complete and in order over any pipe."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.recognition.framing import LONGEST_FRAME, Frame, FrameCutter, FramingError, Kind

frames = st.lists(
    st.builds(
        Frame, st.sampled_from(Kind), st.integers(0, 2**32 - 1), st.binary(max_size=2000)
    ),
    max_size=8,
)  # fmt: skip


@given(frames, st.lists(st.integers(1, 700), min_size=1, max_size=50))
def test_frames_arrive_in_pieces_of_any_length(sent: list[Frame], cuts: list[int]) -> None:
    octets, received, reader = (
        b"".join(frame.encode() for frame in sent),
        list[Frame](),
        FrameCutter(),
    )
    turn = 0
    while octets:
        size = cuts[turn % len(cuts)]
        received += reader.feed(octets[:size])
        octets, turn = octets[size:], turn + 1
    assert received == sent


@given(st.binary(max_size=300))
def test_random_octets_are_frames_or_an_error(octets: bytes) -> None:
    reader = FrameCutter()
    try:
        told = list(reader.feed(octets))
    except FramingError:
        return
    assert octets.startswith(b"".join(frame.encode() for frame in told))


@pytest.mark.parametrize(("kind", "length"), [(0, 0), (15, 3), (255, 0), (1, LONGEST_FRAME + 1)])
def test_a_wrong_frame_is_refused_by_its_head(kind: int, length: int) -> None:
    with pytest.raises(FramingError):
        list(FrameCutter().feed(struct.pack("<BII", kind, 1, length)))
