"""The spool keeps all complete lines, wherever a crash or the disk has cut it off."""

import fcntl
from itertools import pairwise
from pathlib import Path

import pytest

from ivr.records.entries import decode, encode_entry
from ivr.records.numbers import BLOCK, TICKET_DIGITS, TicketNumbers, count_of, number_of
from ivr.records.spool import Spool

ENTRIES = [{"entry": "step", "step": n, "what": "张\u2028\x00\udcff" * n} for n in range(6)]
LINES = [encode_entry(entry) for entry in ENTRIES]


def test_a_spool_cut_off_at_any_octet_has_all_complete_lines() -> None:
    whole = b"".join(LINES)
    ends = [len(b"".join(LINES[:n])) for n in range(len(LINES) + 1)]
    for cut in range(len(whole) + 1):
        for rest in (b"", b"\0" * 100):
            lines = decode(whole[:cut] + rest)
            kept = sum(end <= cut for end in ends) - 1
            assert (lines.entries, lines.end, lines.damaged) == (ENTRIES[:kept], ends[kept], 0)


def test_a_line_with_any_octet_changed_is_damaged_and_the_others_are_not() -> None:
    before, hit, after = LINES[1], LINES[2], LINES[3]
    for place in range(len(hit) - 1):
        other = hit[:place] + bytes([hit[place] ^ 1]) + hit[place + 1 :]
        lines = decode(before + other + after)
        assert ENTRIES[1] in lines.entries
        assert ENTRIES[3] in lines.entries
        assert ENTRIES[2] not in lines.entries
        assert lines.damaged >= 1


def test_a_full_segment_is_followed_by_another(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "run", segment_bytes=len(LINES[5]) + 10)
    for line in LINES:
        spool.append(line)
    assert len(spool.segments) > 2
    assert [segment.sealed for segment in spool.segments] == [True] * (len(spool.segments) - 1) + [
        False
    ]
    told = b"".join(segment.read() for segment in spool.segments)
    assert decode(told).entries == ENTRIES
    assert all(segment.path.stat().st_size >= segment.end for segment in spool.segments)


def test_a_line_longer_than_a_segment_has_one_of_its_own(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "run", segment_bytes=64)
    spool.append(LINES[0])
    spool.append(LINES[5])
    assert decode(spool.segments[-1].read()).entries == [ENTRIES[5]]


def test_only_segments_of_dead_processes_are_taken_over_and_only_once(tmp_path: Path) -> None:
    """A lock belongs to an open file, so two spools of one process are like two processes."""
    dead = Spool(tmp_path, "dead")
    dead.append(LINES[1])
    living, heir, late = [Spool(tmp_path, name) for name in ("living", "heir", "late")]
    living.append(LINES[2])
    assert list(heir.orphans()) == []
    dead.segments[0].close()
    (taken,) = heir.orphans()
    assert decode(taken.read()).entries == [ENTRIES[1]]
    assert (taken.run, taken.sealed) == ("dead", True)
    assert list(late.orphans()) == []
    taken.retire()
    assert list(late.orphans()) == []


def test_a_segment_that_is_taken_for_an_orphan_before_it_is_locked_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`ivr bench records --kill 200` lost 662 of 13,506 tickets to files without a name."""
    lock, heir = fcntl.flock, Spool(tmp_path, "heir")

    def too_late(file: int, how: int) -> None:
        monkeypatch.undo()
        for orphan in heir.orphans():
            orphan.retire()
        lock(file, how)

    spool = Spool(tmp_path, "run")
    monkeypatch.setattr("ivr.records.spool.fcntl.flock", too_late)
    spool.append(LINES[1])
    assert decode(spool.segments[0].path.read_bytes()).entries == [ENTRIES[1]]


def test_numbers_are_all_different_and_easily_spoken() -> None:
    numbers = [number_of(count) for count in range(20_000)]
    assert len(set(numbers)) == 20_000
    assert all(len(number) == 6 and set(number) <= set(TICKET_DIGITS) for number in numbers)
    steps = {int(b) - int(a) for a, b in pairwise(numbers)}
    assert len(steps) > 15_000  # two numbers do not tell how many lie between them


def test_when_the_short_numbers_are_used_up_they_get_longer() -> None:
    last = len(TICKET_DIGITS) ** 6 - 1
    assert (len(number_of(last)), len(number_of(last + 1))) == (6, 8)


def test_sites_share_no_number(tmp_path: Path) -> None:
    places = [tmp_path / str(site) for site in range(4)]
    for place in places:
        place.mkdir()
    taken = [TicketNumbers(place, site) for site, place in enumerate(places)]
    numbers = [one.take() for one in taken for _ in range(100)]
    assert len(set(numbers)) == 400


def test_a_crash_wastes_numbers_and_gives_none_twice(tmp_path: Path) -> None:
    numbers = [TicketNumbers(tmp_path, 0).take() for _ in range(50)]
    assert len(set(numbers)) == 50
    assert (tmp_path / "ticket-count").read_text() == str(50 * BLOCK)


@pytest.mark.parametrize("count", [0, 1, 31, 117_648, 117_649, 117_650, 5_882_449, 6_000_000])
def test_a_number_tells_its_count(count: int) -> None:
    assert count_of(number_of(count)) == count


def test_a_lost_count_passes_over_the_numbers_that_tickets_have(tmp_path: Path) -> None:
    before = [TicketNumbers(tmp_path, 2).take() for _ in range(3)]
    foreign = number_of(4 * 10_000 + 1)
    (tmp_path / "ticket-count").unlink()
    numbers = TicketNumbers(tmp_path, 2)
    by_hand = ["", "12345", "0371-1", "2356782"]
    assert numbers.pass_over([*by_hand, *before, foreign])
    assert not numbers.pass_over([*by_hand, *before, foreign])
    assert numbers.take() not in before
    assert int((tmp_path / "ticket-count").read_text()) < 10_000, "of another site"


def test_a_damaged_count_gives_no_number(tmp_path: Path) -> None:
    (tmp_path / "ticket-count").write_text("\x00\x00")
    with pytest.raises(ValueError, match="invalid literal"):
        TicketNumbers(tmp_path, 0).take()
