"""Readings of function words and of 儿, decided by their neighbours.

These characters stand in most sentences, and their reading depends on grammar, not on a word that
could be listed. The rules see the run of characters with a bar between its words: for 地 in
耐心地听, they see 耐心| on the left and |听 on the right.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ivr.voice.reading.neutral import PARTICLES
from ivr.voice.reading.pinyin import Toned, toned

_NEIGHBOURS = 3
"""Number of words on each side that the rules see."""
_NUMERALS = "零一二两三四五六七八九十百千万几半"
_PERSON = r"(?:您|你|我|他|她|它|咱|大家|客户|用户|顾客|各位|企业|公司|个人|自己)"


@dataclass(frozen=True, slots=True)
class _Rule:
    """A reading of a character between certain neighbours."""

    left: re.Pattern[str]
    """Pattern for the end of what stands on the left, with bars between words."""
    right: re.Pattern[str]
    """Pattern for the beginning of what stands on the right, with bars between words."""
    reading: Toned


_RULES: dict[str, tuple[_Rule, ...]] = {
    character: tuple(
        _Rule(re.compile(rf"(?:{left})$"), re.compile(right), toned(reading))
        for left, right, reading in rules
    )
    for character, rules in {
        "的": [("", "", "de5")],
        "着": [("", "", "zhe5")],
        # 受不了, 忘得了 (can); elsewhere the particle.
        "了": [
            (r"[^|]\|?不\|?", r"(?!\|?(?:解|结|然))", "liao3"),
            (r"[受办做吃用忘免来去走改变换管治跑帮]\|?得\|?", "", "liao3"),
            ("", "", "le5"),
        ],
        # 耐心地听: an adverb of several syllables before its verb; elsewhere the noun.
        "地": [(r"(?:^|\|)[^|]{2,}\|", r"\|.", "de5"), ("", "", "di4")],
        # 您得先登记 (must) after a pronoun or an adverb; 处理得慢 after a verb.
        "得": [
            (
                r"(?:^|\|)(?:[您你我他她]|[我你他咱]们|还|都|也|总|可|就|又|非)\|",
                r"\|.",
                "dei3",
            ),
            (r"[^|]\|", r"\||$", "de5"),
            ("[受办做吃用忘免来去走改变换管治跑帮]", r"\|?了", "de5"),
        ],
        # 称为, 时限为两小时 (to be); 为您 (for).
        "为": [
            (r"[称分作成认以改设定视名变列]", "", "wei2"),
            (r"[称分改设定名变转译列升降评选限均约]\|", "", "wei2"),
            ("", rf"\|?(?:准|止|主|期|限|难|由|首|例|[{_NUMERALS}])", "wei2"),
            ("", rf"\|?(?:了|何|此|什么|这|那|{_PERSON})", "wei4"),
        ],
        # 还 (still) before adverbs and auxiliaries; 还款, 归还 are words of pronunciation.toml.
        "还": [
            (
                r"(?:^|\|)",
                r"\|?(?:有|是|没|不|要|会|能|可|想|需|在|应|将|让|请|把|未|剩|差|算|行|很|挺|用|须|必"
                r"|原|包|敢|肯|愿|真|只|为|被|支|提|希|建|欢|打|帮|对|跟|和|同|向|按)",
                "hai2",
            )
        ],
        # 一只 (measure word); elsewhere "only".
        "只": [
            (rf"[{_NUMERALS}每哪这那]\|?", r"(?!\|?[是有能要会需得限剩在对用给收])", "zhi1"),
            ("", "", "zhi3"),
        ],
        # 挂号处: the last part of a word is a place; 相处 is a verb.
        "处": [(r"[^|相共独惩查论]", r"\||$", "chu4")],
        # 五角 (money)
        "角": [(rf"[{_NUMERALS}]", "", "jiao3")],
        "儿": [
            ("", r"(?:子|童|女|科|媳|歌|戏|孙)", "er2"),
            ("[女婴幼孤少胎健男小患育]", "", "er2"),
            ("^", "", "er2"),
            ("", "", "er5"),
        ],
        "喂": [("^", "$", "wei2"), ("", "", "wei4")],  # the caller's answer on the telephone
        "嗯": [("", "", "en4")],
        "哦": [("", "", "o4")],
        "噢": [("", "", "o1")],
        "啊": [("", r"\|?$", "a5"), ("", "", "a1")],
        **{character: [("", "", f"{pinyin}5")] for character, pinyin in PARTICLES.items()},
    }.items()
}  # fmt: skip


def by_rules(words: Sequence[str]) -> Iterator[Toned | None]:
    """Yield for each character the reading that the rules give it, or None if no rule fits.

    ``words`` are the words of a run of Chinese characters with nothing between them.
    """
    for index, word in enumerate(words):
        first = max(index - _NEIGHBOURS, 0)
        before = "|" * (first > 0) + "".join(f"{each}|" for each in words[first:index])
        after = words[index + 1 : index + 1 + _NEIGHBOURS]
        for at, character in enumerate(word):
            rules = _RULES.get(character, ())
            yield _first_fitting(rules, before + word[:at], "|".join((word[at + 1 :], *after)))


def _first_fitting(rules: Iterable[_Rule], left: str, right: str) -> Toned | None:
    fitting = (rule for rule in rules if rule.left.search(left) and rule.right.match(right))
    return next((rule.reading for rule in fitting), None)
