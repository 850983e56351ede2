"""The findings of the checks, and the verdict on all of them."""

import json
import re
from dataclasses import asdict, dataclass
from enum import StrEnum

_WITH_REMEDY = re.compile(r"(?P<says>.*)(?:[:;] |[：；])(?P<remedy>.*)", re.DOTALL)


class CheckVerdict(StrEnum):
    """The verdict of a check; the worst one decides the exit code."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"

    @property
    def exit_code(self) -> int:
        """0 for ok, 1 for a warning, 2 for broken."""
        return list(CheckVerdict).index(self)


@dataclass(frozen=True, slots=True)
class Check:
    """The finding of one check."""

    name: str
    verdict: CheckVerdict
    says: str
    """The finding, as a sentence without a full stop."""
    remedy: str = ""
    """Advice, in the imperative; empty when nothing has to be done."""


def worst(checks: list[Check]) -> CheckVerdict:
    """Return the worst verdict of some checks."""
    return max((check.verdict for check in checks), key=lambda verdict: verdict.exit_code)


def checks_as_json(checks: list[Check]) -> str:
    """Return the findings as one JSON object."""
    found = {"verdict": worst(checks), "checks": [asdict(check) for check in checks]}
    return json.dumps(found, ensure_ascii=False, indent=1)


def wrong(name: str, error: object, verdict: CheckVerdict = CheckVerdict.BROKEN) -> Check:
    """Return the finding that an error's sentence tells.

    Our sentences say what is wrong, then, after their last colon or semicolon, what to do.
    """
    found = _WITH_REMEDY.fullmatch(str(error))
    if found is None:
        return Check(name, verdict, str(error))
    return Check(name, verdict, found["says"], found["remedy"])
