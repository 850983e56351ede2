"""What a check found, and the worst of several."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum


class CheckVerdict(StrEnum):
    """What a check found; the worst one decides the exit code."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"

    @property
    def exit_code(self) -> int:
        """0, 1 or 2."""
        return list(CheckVerdict).index(self)


@dataclass(frozen=True, slots=True)
class Check:
    """One finding."""

    name: str
    verdict: CheckVerdict
    says: str
    remedy: str = ""
    """What to do; empty when nothing has to be done."""


def worst(checks: list[Check]) -> CheckVerdict:
    """The verdict on the whole."""
    return max((check.verdict for check in checks), key=lambda verdict: verdict.exit_code)


def checks_as_json(checks: list[Check]) -> str:
    """The findings as one JSON object."""
    found = {"verdict": worst(checks), "checks": [asdict(check) for check in checks]}
    return json.dumps(found, ensure_ascii=False, indent=1)


def wrong(name: str, error: object, verdict: CheckVerdict = CheckVerdict.BROKEN) -> Check:
    """A finding from a sentence of ours, which says what is wrong, then what to do."""
    sentence = str(error)
    cut = max(sentence.rfind(": "), sentence.rfind("; "))
    if cut < 0:
        return Check(name, verdict, sentence)
    return Check(name, verdict, sentence[:cut], sentence[cut + 2 :])
