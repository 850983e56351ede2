"""``python -m tools.hearing_back.hear MODEL PROMPTS… [--json]``: hear rendered prompts back.

MODEL is the directory that ``train`` wrote to. PROMPTS are directories of rendered prompts, such as
prompts/rendered; several compare voices. Printed are the shares of wrong syllables, tones left
aside, in the prompts of all rows and in sentences composed with random values, and the sentences
that were heard worst.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch

from ivr.paths import SHARE
from ivr.words.catalogue import Catalogue
from ivr.words.wording import read_sheet, read_vocabulary
from tools.hearing_back.decode import BeamSearch
from tools.hearing_back.dictionary import dictionary
from tools.hearing_back.figures import Figures, HeardSentence
from tools.hearing_back.judge import WEIGHT
from tools.hearing_back.recogniser import Recogniser
from tools.hearing_back.sentences import Sentence, composed, whole_prompts

_WORST, _TIMES = 20, 10
"""Number of sentences that are listed, and of sentences that are composed from each prompt."""


def main() -> None:
    """Hear all directories back and print their figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("prompts", type=Path, nargs="+")
    parser.add_argument("--sheet", type=Path, default=SHARE / "sheet.toml")
    parser.add_argument("--dictionary", type=float, default=WEIGHT, help="its weight; 0: none")
    parser.add_argument("--times", type=int, default=_TIMES, help="sentences composed per prompt")
    parser.add_argument("--json", action="store_true", help="print all sentences, as JSON")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    recogniser = Recogniser.load(arguments.model)
    search = BeamSearch(recogniser.inventory)
    if arguments.dictionary:
        search = BeamSearch(recogniser.inventory, dictionary(), arguments.dictionary)
    results = {}
    for directory in arguments.prompts:
        catalogue = Catalogue.load(directory)
        found = [
            _figures(kind, sentences, catalogue, recogniser, search)
            for kind, sentences in _kinds(catalogue, arguments.sheet, arguments.times).items()
            if sentences
        ]
        manifest = catalogue.manifest
        results[str(directory)] = {
            "engine": manifest.engine,
            "voice": manifest.voice,
            "figures": [asdict(each) for each in found],
        }
        if not arguments.json:
            print(f"{directory}: {manifest.engine} {manifest.voice}")
            print("\n".join(line for each in found for line in each.lines(_WORST)))
    if arguments.json:
        print(json.dumps(results, ensure_ascii=False, indent=1))


def _kinds(catalogue: Catalogue, sheet: Path, times: int) -> dict[str, list[Sentence]]:
    rows, vocabulary = read_sheet(sheet), read_vocabulary(sheet.parent)
    return {
        "whole prompts": whole_prompts(rows, catalogue),
        "composed sentences": composed(rows, vocabulary, catalogue, times),
    }


def _figures(
    kind: str,
    sentences: Sequence[Sentence],
    catalogue: Catalogue,
    recogniser: Recogniser,
    search: BeamSearch,
) -> Figures:
    heard = [recogniser.hear(sentence.samples(catalogue), search) for sentence in sentences]
    return Figures.of(kind, list(map(HeardSentence.of, sentences, heard)))


if __name__ == "__main__":
    main()
