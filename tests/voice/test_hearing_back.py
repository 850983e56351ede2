"""Hearing prompts back: what should be heard, how errors are counted, and how they are decoded.

The recogniser itself needs torch and recordings of people; tools/hearing_back/README.md has its
figures.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.bench.tally import edit_distance
from ivr.etiquette.sheet import Sheet
from ivr.words.catalogue import Catalogue, Manifest, RenderedPrompt
from ivr.words.composition import Vocabulary
from ivr.words.wording import read_vocabulary
from tests.conftest import ROOT
from tools.hearing_back.decode import BeamSearch, Probabilities
from tools.hearing_back.dictionary import Dictionary
from tools.hearing_back.figures import Figures, HeardSentence
from tools.hearing_back.inventory import Inventory, initial_and_final
from tools.hearing_back.score import LETTER, expected_syllables, interval, wrong_syllables
from tools.hearing_back.sentences import Sentence, composed, whole_prompts

SOUNDS = st.lists(st.sampled_from(["nin", "hao", "qing", "wen"]), max_size=8)
INVENTORY = Inventory.of(["hao", "nin", "wen", "qing", "ying"])


@pytest.mark.parametrize(
    ("text", "syllables"),
    [
        ("对不起，请您稍等！", "dui bu qi qing nin shao deng"),
        ("银行里行不行", "yin hang li xing bu xing"),
        ("24 小时之内", "er shi si xiao shi zhi nei"),
        ("，女士。", "nv shi"),
        ("企业 QQ 价格", "qi ye * * jia ge"),
        ("网址：www.qq.com", "wang zhi * * * dian * * dian * * *"),
        ("咨询电话：0371", "zi xun dian hua ling san qi yao"),
        ("，。", ""),
    ],
)
def test_expected_syllables(text: str, syllables: str) -> None:
    assert " ".join(expected_syllables(text)) == syllables


@pytest.mark.parametrize(
    ("expected", "heard", "wrong"),
    [
        ("nin hao", "nin hao", 0),
        ("nin hao", "ning hao", 1),
        ("nin hao", "hao", 1),
        ("nin hao", "nin a hao", 1),
        ("nin hao", "", 2),
        ("", "nin hao", 2),
        ("qi ye * * jia", "qi ye kou kou jia", 0),
        ("qi ye * * jia", "qi ye jia", 0),
        ("* dian", "da bu liu dian", 0),
        ("* dian", "da bu liu liu dian", 1),
        ("jia *", "jia yi er san si", 1),
        ("* jia", "yi ga", 1),
    ],
)
def test_wrong_syllables(expected: str, heard: str, wrong: int) -> None:
    assert wrong_syllables(expected.split(), heard.split()) == wrong


@given(SOUNDS, SOUNDS)
def test_without_letters_it_is_the_edit_distance(expected: list[str], heard: list[str]) -> None:
    assert wrong_syllables(expected, heard) == edit_distance(expected, heard)


@given(SOUNDS, st.integers(0, 8), SOUNDS)
def test_a_letter_never_adds_an_error(expected: list[str], place: int, heard: list[str]) -> None:
    lettered = [*expected[:place], LETTER, *expected[place:]]
    assert wrong_syllables(lettered, heard) <= wrong_syllables(expected, heard)


def test_the_interval_holds_the_share_and_narrows_with_the_number_of_prompts() -> None:
    few, many = (interval([0, 1, 2, 0] * times, [10] * 4 * times) for times in (5, 50))
    assert few[0] < many[0] < 0.075 < many[1] < few[1]
    assert interval([0, 0], [5, 9]) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("syllable", "sounds"),
    [
        ("zhang", ("zh", "ang")),
        ("yuan", ("", "van")),
        ("ju", ("j", "v")),
        ("zi", ("z", "ii")),
        ("shi", ("sh", "iii")),
        ("yi", ("", "i")),
        ("ji", ("j", "i")),
        ("wu", ("", "u")),
        ("er", ("", "er")),
    ],
)
def test_initial_and_final_go_by_sound(syllable: str, sounds: tuple[str, str]) -> None:
    assert initial_and_final(syllable) == sounds


def test_syllables_are_found_again_in_their_classes() -> None:
    said = ["ji", "zi", "yi", "yi", "zhi", "er", "yuan", "ju"]
    inventory = Inventory.of(said)
    classes = inventory.classes(said)
    assert inventory.last(classes, len(said)) == tuple(said)
    assert inventory.last(classes, 2) == ("yuan", "ju")
    assert inventory.last([*classes, classes[0]], 1) == ("ju",)
    assert inventory.last([], 2) == ()


def test_only_sounds_that_make_a_syllable_follow() -> None:
    inventory = Inventory.of(["ji", "ju", "zi", "yi"])
    named = {name: number for number, name in enumerate(inventory.sounds, 1)}
    assert inventory.followers[named["j-"]] == {named["i"], named["v"]}
    assert inventory.followers[named["v"]] == {named["j-"], named["z-"], named["i"]}
    assert inventory.followers[0] == inventory.followers[named["v"]]


def probabilities(*frames: dict[str, float]) -> Probabilities:
    """Return log probabilities of the sounds, given the larger ones of each frame.

    An empty name is the blank.
    """
    names = ("", *INVENTORY.sounds)
    rows = np.full((len(frames), len(names)), 0.001, np.float32)
    for row, frame in zip(rows, frames, strict=True):
        for name, chance in frame.items():
            row[names.index(name)] = chance
    scores: Probabilities = np.log(rows / rows.sum(1, keepdims=True))
    return scores


def sounds(text: str) -> list[dict[str, float]]:
    """Return the frames of clear sounds; a full stop is the blank."""
    return [{name.strip("."): 1.0} for name in text.split()]


@pytest.mark.parametrize(
    ("heard", "syllables"),
    [
        ("", ""),
        (". n- in . h- ao .", "nin hao"),
        ("n- n- in in in h- ao ao", "nin hao"),
        ("h- ao . h- ao", "hao hao"),
        ("h- . ao", "hao"),
        ("ing . ing", "ying ying"),
        ("ing ing", "ying"),
    ],
)
def test_sounds_become_syllables_of_the_inventory(heard: str, syllables: str) -> None:
    found = BeamSearch(INVENTORY).decode(probabilities(*sounds(heard)))
    assert found == syllables.split()


def test_sounds_that_make_no_syllable_are_not_heard() -> None:
    found = BeamSearch(INVENTORY).decode(probabilities(*sounds("q- ao . n- h- ing")))
    assert set(found) <= set(INVENTORY.syllables)


def test_the_dictionary_decides_between_similar_sounds() -> None:
    words = Dictionary([(("qing", "wen"), 9000), (("nin", "hao"), 9000)])
    frames = probabilities(
        *sounds("q- ing ."), {"h-": 0.55, "uen": 0.45}, {"ao": 0.55, "uen": 0.45}
    )
    assert BeamSearch(INVENTORY).decode(frames) == ["qing", "hao"]
    assert BeamSearch(INVENTORY, words, 1.0).decode(frames) == ["qing", "wen"]


def test_the_dictionary_does_not_overrule_clear_sounds() -> None:
    words = Dictionary([(("qing", "wen"), 9000), (("nin", "hao"), 9000), (("hao",), 100)])
    frames = probabilities(*sounds("q- ing . h- ao . h- ao"))
    assert BeamSearch(INVENTORY, words, 0.4).decode(frames) == ["qing", "hao", "hao"]


def test_chances_within_a_word_and_after_it() -> None:
    words = Dictionary([(("nin", "hao"), 30000), (("qing",), 10000)])
    assert words.chance(("nin",), "hao") > 0.9
    assert words.chance((), "nin") == pytest.approx(0.75)
    assert words.chance(("qing",), "nin") == pytest.approx(0.75)
    assert 0 < words.chance(("hao",), "hao") < 0.001
    assert words.chance(("fa", "mo"), "nin") == pytest.approx(0.75)


class Rendered(Catalogue):
    """A catalogue of texts by their ids, without sounds."""

    def __init__(self, texts: dict[str, str]) -> None:
        prompts = {id: RenderedPrompt(id, text, "", 1.0, 0.0, 0.0) for id, text in texts.items()}
        super().__init__(ROOT, Manifest("none", "none", prompts))


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_vocabulary(ROOT / "prompts")


def test_whole_prompts_are_those_without_slots_and_each_wording_once(sheet: Sheet) -> None:
    found = whole_prompts(sheet, Rendered({one.id: one.text for one in sheet.fragments()}))
    texts = [text for sentence in found for text in sentence.texts]
    assert sorted(texts) == sorted({one.text for one in sheet.prompts() if "{" not in one.text})
    assert all(sentence.clips == (sentence.prompt,) for sentence in found)


def test_a_prompt_that_is_not_rendered_is_left_out(sheet: Sheet) -> None:
    only = sheet.prompts()[0]
    found = whole_prompts(sheet, Rendered({only.id: only.text}))
    assert [one.prompt for one in found] == [only.id]


def test_composed_sentences_have_the_words_of_their_clips(
    sheet: Sheet, vocabulary: Vocabulary
) -> None:
    texts = {one.id: one.text for one in sheet.fragments()}
    texts |= {"title.sir": "先生", "title.miss": "小姐", "title.madam": "女士"}
    texts |= {f"number.{number}": str(number) for number in range(100)}
    found = composed(sheet, vocabulary, Rendered(texts), 3)
    ticket = next(one for one in found if one.prompt == "complaint_accepted.farewell")
    assert len(ticket.clips) > 4
    assert ticket.texts == tuple(texts[id] for id in ticket.clips)
    assert found == composed(sheet, vocabulary, Rendered(texts), 3)


def test_figures_begin_with_the_worst_sentence() -> None:
    heard = [
        HeardSentence.of(Sentence("a.ask", ("a.ask",), ("您好",)), ["nin", "hao"]),
        HeardSentence.of(Sentence("b.ask", ("b.ask",), ("请问 QQ",)), ["qin", "wen", "kou"]),
    ]
    figures = Figures.of("whole prompts", heard)
    assert (figures.share, figures.syllables) == (0.25, 4)
    assert [one.prompt for one in figures.sentences] == ["b.ask", "a.ask"]
    assert figures.lines(worst=20)[1:] == [
        "  1/2 b.ask: 请问 QQ",
        "      expected qing wen * *",
        "      heard    qin wen kou",
    ]
