"""The findings of the checks of ``ivr doctor``, and the verdict on all of them."""

import json
import re
from dataclasses import asdict, dataclass
from enum import StrEnum

_WITH_REMEDY = re.compile(r"(?P<says>.*)(?:[:;] |[：；])(?P<remedy>.*)", re.DOTALL)


class CheckVerdict(StrEnum):
    """The verdict of a check; the worst verdict decides the exit code of ``ivr doctor``."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"

    @property
    def exit_code(self) -> int:
        """Exit code of ``ivr doctor``: 0 for ok, 1 for a warning, 2 for broken."""
        return list(CheckVerdict).index(self)


@dataclass(frozen=True, slots=True)
class Check:
    """The finding of one check of ``ivr doctor``."""

    name: str
    verdict: CheckVerdict
    says: str
    """The finding, as a sentence without a full stop."""
    remedy: str = ""
    """Advice on how to correct the fault, in the imperative; empty if there is nothing to do."""


def worst(checks: list[Check]) -> CheckVerdict:
    """Return the worst verdict in ``checks``; raise ValueError if the list is empty."""
    return max((check.verdict for check in checks), key=lambda verdict: verdict.exit_code)


def checks_as_json(checks: list[Check]) -> str:
    """Return the findings as the text of one JSON object: the worst verdict, and each check."""
    found = {"verdict": worst(checks), "checks": [asdict(check) for check in checks]}
    return json.dumps(found, ensure_ascii=False, indent=1)


def wrong(name: str, error: object, verdict: CheckVerdict = CheckVerdict.BROKEN) -> Check:
    """Return an error as the finding of the check ``name``.

    The message of ``error`` is split at its last colon or semicolon: the text before is the fault,
    the text behind is the remedy. Without a colon or semicolon the remedy is empty.
    """
    found = _WITH_REMEDY.fullmatch(str(error))
    if found is None:
        return Check(name, verdict, str(error))
    return Check(name, verdict, found["says"], found["remedy"])
