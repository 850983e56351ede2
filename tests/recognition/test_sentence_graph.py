"""The graph of callers' sentences: which words are expected after which."""

import heapq
from collections.abc import Sequence

import pytest

from tools.tiny_vosk import graph as sentence_graph

WORDS = ["我要", "不要", "企业", "发票", "投诉"]
SPELLING = {word: [[number, number]] for number, word in enumerate(WORDS, 3)}
"""Each word has two phones of its own."""
SENTENCES = [(["我要", "企业", "发票"], 1.0), (["不要", "企业", "投诉"], 1.0)]


def cost(sentences: list[tuple[list[str], float]], said: Sequence[str]) -> float:
    """Return the cost of the cheapest path through the graph on which ``said`` is said.

    ``sentences`` are the sentences that the graph is made of, with their weights.
    """
    graph, start = sentence_graph._graph(WORDS, SPELLING, sentences)
    labels = [WORDS.index(word) + 2 for word in said]
    queue, done = [(0.0, start, 0, False)], set[tuple[int, int, bool]]()
    while True:
        paid, state, words, ended = heapq.heappop(queue)
        if ended:
            return paid
        if (state, words, ended) in done:
            continue
        done.add((state, words, ended))
        if words == len(labels) and state in graph.final:
            heapq.heappush(queue, (paid + graph.final[state], state, words, True))
        for _, word, price, target in graph.arcs[state]:
            if word == 0:
                heapq.heappush(queue, (paid + price, target, words, False))
            elif words < len(labels) and word == labels[words]:
                heapq.heappush(queue, (paid + price, target, words + 1, False))


@pytest.fixture(autouse=True)
def _no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentences here have no slots."""
    monkeypatch.setattr(sentence_graph, "_slots", dict)


def test_the_word_before_the_last_one_counts_in_common_pairs() -> None:
    """我要 and 不要 are followed by the same word, and the words after that are told apart."""
    common = [(sentence, 2.0) for sentence, _ in SENTENCES]
    assert cost(common, ["我要", "企业", "发票"]) < cost(common, ["不要", "企业", "发票"]) - 1.0
    assert cost(common, ["不要", "企业", "投诉"]) < cost(common, ["我要", "企业", "投诉"]) - 1.0


def test_a_pair_that_is_said_once_has_no_state_of_its_own() -> None:
    """The packed model would be too large."""
    said, mixed = ["我要", "企业", "发票"], ["不要", "企业", "发票"]
    assert cost(SENTENCES, said) == pytest.approx(cost(SENTENCES, mixed))


def test_a_sentence_that_nobody_has_said_is_possible() -> None:
    common = [(sentence, 2.0) for sentence, _ in SENTENCES]
    known = cost(common, ["我要", "企业", "发票"])
    assert known + 1.0 < cost(common, ["投诉", "发票", "企业"]) < known + 30.0
