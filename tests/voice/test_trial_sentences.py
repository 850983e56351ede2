"""The ten sentences by which voices are compared."""

from ivr.etiquette.sheet import Sheet
from ivr.paths import SHARE
from ivr.voice.clip import clips_of
from ivr.voice.trial_sentences import trial_sentences, trials_not_in
from ivr.words.wording import read_sheet, read_vocabulary
from tests.voice.rendered_sheet import Rendered

VOCABULARY = read_vocabulary(SHARE)


def test_the_shipped_sheets_have_all_ten(sheet: Sheet) -> None:
    for each in (sheet, read_sheet(SHARE / "example-clinic" / "sheet.toml")):
        clips = {clip.prompt.id for clip in clips_of(each)}
        sentences = trial_sentences(each, VOCABULARY, clips.__contains__)
        assert len(sentences) == 10
        assert trials_not_in(each) == []
        assert all(one.listen_for for one in sentences)
        assert {id for one in sentences for id in one.prompt.clips} <= clips


def test_slots_have_values(sheet: Sheet) -> None:
    clips = {clip.prompt.id for clip in clips_of(sheet)}
    found = {one.id: one.prompt for one in trial_sentences(sheet, VOCABULARY, clips.__contains__)}
    assert "王先生" in found["complaint_accepted.farewell"].text
    assert "name.wang2.sir" in found["complaint_accepted.farewell"].clips
    digits = {
        id.split(".")[1]
        for key in ("system.number_check", "system.ticket")
        for id in found[key].clips
        if id.startswith("digit.")
    }
    assert digits == {"yao", *"023456789"}
    assert not any("{" in prompt.text for prompt in found.values())


def test_sentences_that_a_sheet_lacks_are_left_out(few: Rendered) -> None:
    found = [one.id for one in trial_sentences(few.sheet, VOCABULARY, lambda id: True)]
    assert found == ["greeting.ask", "system.number_check"]
    assert "noisy_line.farewell" in trials_not_in(few.sheet)
    assert len(trials_not_in(few.sheet)) == 8
