"""Find surnames and titles in an utterance by their sound: alone, spelt out or with a title."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ivr.dialogue.meaning import Title
from ivr.understanding.syllables import Syllables, fold, syllables_of

COMMON = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕"
    "丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严"
    "覃武戴莫孔向汤于傅康常温易"
)
"""The most frequent surnames, in order of frequency (Ministry of Public Security, 2020)."""
_TITLES: Mapping[str, Title | None] = {
    "先生": "先生", "小姐": "小姐", "女士": "女士", "太太": "女士", "老师": None, "经理": None,
    "师傅": None, "主任": None,
}  # fmt: skip
_BEFORE = (
    "免贵姓", "我姓", "敝姓", "鄙姓", "本人姓", "复姓", "免贵", "叫我小", "叫我老", "叫我",
    "名字是", "名字叫", "我叫", "本人", "姓",
)  # fmt: skip
_LIKENED = "的"


@dataclass(frozen=True, slots=True)
class Name:
    """The surname and the title found in an utterance; each is None if it was not found."""

    surname: str | None
    title: Title | None
    told: bool = False
    """True if the caller gave the surname as their own, as in 我姓张 (my surname is Zhang)."""


class Names:
    """Finds in an utterance the surnames that the hotline can speak, and titles."""

    def __init__(self, surnames: Iterable[str], spelt: Mapping[str, Sequence[str]]) -> None:
        """Prepare the search; ``surnames`` are those that the hotline can speak.

        ``spelt`` holds for a surname the words that spell it out, such as 弓长张 (弓 and 长 make
        张) for 张.
        """
        rank = {name: place for place, name in enumerate(COMMON)}
        ordered = sorted(surnames, key=lambda name: rank.get(name, len(rank)))
        self._known = set(ordered)
        self._common = set(COMMON)
        self._exact: dict[tuple[str, ...], str] = {}
        self._near: dict[tuple[str, ...], str] = {}
        for name in ordered:
            # Some characters have another reading as a surname than by themselves (曾, 单, 解).
            sounds = _SURNAME_SOUNDS.get(name) or syllables_of(name).sounds
            self._exact.setdefault(sounds, name)
            self._near.setdefault(tuple(map(fold, sounds)), name)
        pairs = [(syllables_of(words).sounds, name) for name, all in spelt.items() for words in all]
        self._spelt = sorted(pairs, key=lambda pair: -len(pair[0]))

    def find(self, heard: Syllables, *, alone: bool = False) -> Name:
        """Return the surname and the title in ``heard``, each None if it is not there.

        ``alone`` is True if the utterance is known to give the caller's name. A surname at its
        beginning then counts even without words such as 我姓 (my surname is) before it or a title
        behind it.
        """
        titles = _titles(heard)
        title = titles[0][1] if titles else None
        if (spelt := self._spelt_out(heard)) or (spelt := self._likened(heard)):
            return Name(spelt, title, told=True)
        for words in _BEFORE:
            for at in _places(heard.sounds, syllables_of(words).sounds):
                end = at + len(syllables_of(words).sounds)
                if surname := self._at(heard, end, near=True):
                    return Name(surname, title, told=True)
        for at, title_said in titles:
            for size in (2, 1):
                if at >= size and (surname := self._of(heard, at - size, at)):
                    return Name(surname, title_said)
        if alone or heard.text in self._known:
            return Name(self._at(heard, 0, near=False), title)
        return Name(None, title)

    def _at(self, heard: Syllables, start: int, *, near: bool) -> str | None:
        """Return the surname that begins at syllable ``start``; None if there is none.

        A surname of two characters is preferred. If ``near`` is True and no surname has exactly
        these syllables, one that sounds similar is returned.
        """
        for size in (2, 1):
            if start + size <= len(heard) and (name := self._of(heard, start, start + size)):
                return name
        if near and start < len(heard):
            return self._near.get((fold(heard.sounds[start]),))
        return None

    def _of(self, heard: Syllables, start: int, end: int) -> str | None:
        """Return the surname in the syllables ``start`` to ``end`` (exclusive); None without one.

        The characters are returned as written in three cases: they are a frequent surname (COMMON),
        they are a surname of two characters, or no known surname has these syllables. Otherwise
        return the most frequent surname with these syllables.
        """
        written = heard.words(start, end)
        name = self._exact.get(tuple(heard.sounds[start:end]))
        if written in self._known and (written in self._common or len(written) > 1 or not name):
            return written
        return name

    def _spelt_out(self, heard: Syllables) -> str | None:
        """Return the surname that ``heard`` spells out, as 弓长张 spells 张; None without one.

        弓 and 长 are the two parts of the character 张.
        """
        return next((name for words, name in self._spelt if _places(heard.sounds, words)), None)

    def _likened(self, heard: Syllables) -> str | None:
        """Return the surname that the caller explains by a word that contains it; None without one.

        For example, 长江的江 (the Jiang of Changjiang, the Yangtze) means 江.
        """
        for at, sound in enumerate(heard.sounds):
            word = heard.words(max(0, at - 2), at)
            if sound == "de" and heard.words(at, at + 1) == _LIKENED and at + 1 < len(heard):
                wanted = heard.sounds[at + 1]
                for place in range(max(0, at - 3), at):
                    sign = heard.words(place, place + 1)
                    if heard.sounds[place] == wanted and sign in self._known and word:
                        return sign
        return None


def _titles(heard: Syllables) -> list[tuple[int, Title | None]]:
    """Return each title in ``heard`` with the index of its first syllable, in order.

    The title is None for words such as 经理 (manager), which the hotline does not use to address a
    caller.
    """
    found = [
        (at, title)
        for words, title in _TITLES.items()
        for at in _places(heard.sounds, syllables_of(words).sounds)
    ]
    return sorted(found, key=lambda pair: pair[0])


def _places(sounds: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """Return all indices in ``sounds`` at which the sequence of syllables ``wanted`` begins."""
    size = len(wanted)
    return [
        at for at in range(len(sounds) - size + 1) if tuple(sounds[at : at + size]) == tuple(wanted)
    ]


_SURNAME_SOUNDS = {
    "曾": ("zeng",), "单": ("shan",), "解": ("xie",), "仇": ("qiu",), "朴": ("piao",),
    "查": ("zha",), "翟": ("zhai",), "区": ("ou",), "盖": ("ge",), "覃": ("qin",), "乐": ("yue",),
    "尉迟": ("yu", "chi"), "万俟": ("mo", "qi"), "单于": ("chan", "yu"), "澹台": ("tan", "tai"),
}  # fmt: skip
