"""The doctor says when a voice is badly understood, and when a company may not use it."""

from ivr.doctor.finding import CheckVerdict
from ivr.doctor.voice import voice_check
from ivr.words.catalogue import Licence, Manifest


def test_the_machine_voice_is_a_warning_that_names_the_natural_one() -> None:
    check = voice_check(Manifest("espeak-ng 1.52", "cmn", {}))
    assert check.verdict is CheckVerdict.WARNING
    assert "ivr voices fetch baker" in check.remedy


def test_a_voice_for_demonstrations_names_three_ways_on() -> None:
    check = voice_check(Manifest("baker", "a woman", {}, {}, Licence("not for companies", False)))
    assert check.verdict is CheckVerdict.WARNING
    assert "not for companies" in check.says
    for way in ("--engine edge", "ivr voices fetch melo", "--engine files"):
        assert way in check.remedy


def test_a_free_voice_is_named_with_its_licence() -> None:
    check = voice_check(Manifest("sherpa", "melo", {}, {}, Licence("MIT", True)))
    assert (check.verdict, check.says) == (CheckVerdict.OK, "sherpa (melo); MIT")
