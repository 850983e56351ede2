"""Figures of the hearing bench, from what the ear said to each window."""

from collections.abc import Callable, Iterable, Sequence
from math import nan

from ivr.bench.hearing_stream import Told
from ivr.bench.result import measured, percentile
from ivr.bench.tally import share as share_of
from ivr.bench.tally import wilson
from ivr.dialogue.events import Condition
from ivr.lab.corpus.noises import STATIONARY
from ivr.lab.corpus.recipes import CLASSES, NUISANCES

_CALLER = (Condition.OK, Condition.TOO_QUIET, Condition.HANDS_FREE)
BARGE_IN_WITHIN_SECONDS = 1.5
"""A caller who is not heard within this of his first word has not barged in."""
EARLY_SECONDS = 0.1
"""A start this long before the first voiced frame is still that of the caller: the label is made
by energy, and misses a soft beginning."""
HANG_SECONDS = 0.5
NEVER = 99.0
"""Seconds that count for what did not happen: no percentile with it keeps a limit."""

AT_MOST = {
    "nuisance_as_caller": 0.01,
    "echo_false_barge_in": 0.01,
    "noise_delay_p95_s": 3.0,
    "too_quiet_delay_p95_s": 3.0,
    "hands_free_delay_p95_s": 5.0,
    "dead_line_delay_p95_s": 1.5,
    "no_rtp_delay_p95_s": 0.6,
    "speech_start_p50_ms": 150.0,
    "speech_start_p90_ms": 300.0,
    "speech_end_error_p95_ms": 150.0,
    "cost_per_call_core_percent": 1.0,
    "cost_silent_core_percent": 0.1,
}
AT_LEAST = {
    "five_class_accuracy": 0.99,
    "worst_class_recall": 0.97,
    "wilson_low": 0.975,
    "true_barge_in": 0.97,
    "babble_as_noise_at_snr_3": 0.90,
}


def share_of_windows(items: Sequence[Told], good: Callable[[Told], bool]) -> float:
    """The share of windows for which something holds; NaN of none."""
    return share_of([good(told) for told in items])


def hearing_figures(heard: Sequence[Told]) -> dict[str, float]:
    """Every figure for which there are windows."""
    return measured({**_classes(heard), **_nuisances(heard), **_delays(heard), **_turns(heard)})


def of_group(heard: Iterable[Told], *groups: str) -> list[Told]:
    """The windows of these groups."""
    return [told for told in heard if told.group in groups]


def _classes(heard: Sequence[Told]) -> dict[str, float]:
    five = of_group(heard, *CLASSES)
    recalls = [
        share_of_windows(of_group(five, name), lambda told: told.right)
        for name in CLASSES
        if of_group(five, name)
    ]
    babble = [told for told in of_group(heard, "snr_babble") if told.value == 3.0]
    return {
        "five_class_accuracy": share_of_windows(five, lambda told: told.right),
        "worst_class_recall": min(recalls, default=nan),
        "wilson_low": wilson(sum(told.right for told in five), len(five))[0] if five else nan,
        "babble_as_noise_at_snr_3": share_of_windows(
            babble, lambda told: told.condition is Condition.NOISE
        ),
    }


def _nuisances(heard: Sequence[Told]) -> dict[str, float]:
    nuisances = of_group(heard, *NUISANCES)
    echoes = of_group(heard, "own_prompt")
    silent = [
        told
        for told in of_group(heard, *NUISANCES, "nobody", "noise")
        if told.truth.onset_s is None
        and (told.group != "noise" or told.truth.noise in STATIONARY)  # of a recording: unknown
    ]
    hours = sum(told.seconds for told in silent) / 3600
    recalls = {
        f"{name}_recall": share_of_windows(of_group(heard, name), lambda told: told.right)
        for name in NUISANCES
    }
    return {
        "nuisance_as_caller": share_of_windows(nuisances, lambda told: told.condition in _CALLER),
        "echo_false_barge_in": share_of_windows(echoes, lambda told: bool(told.starts)),
        "true_barge_in": share_of_windows(of_group(heard, "barge_in"), _barged_in),
        "false_starts_per_hour": sum(len(told.starts) for told in silent) / hours if hours else nan,
        **recalls,
    }


def _barged_in(told: Told) -> bool:
    """Heard in time; or at all, where nobody knows when he began."""
    if told.truth.onset_s is None:
        return bool(told.starts)
    delay = start_delay(told)
    return delay is not None and delay <= BARGE_IN_WITHIN_SECONDS


def _delays(heard: Sequence[Told]) -> dict[str, float]:
    found = {}
    for name in ("noise", "too_quiet", "hands_free", "dead_line", "no_rtp"):
        delays = verdict_delays(of_group(heard, name))
        found[f"{name}_delay_p50_s"] = percentile(delays, 50)
        found[f"{name}_delay_p95_s"] = percentile(delays, 95)
    return found


def verdict_delays(heard: Iterable[Told]) -> list[float]:
    """From the onset to the first verdict that is right, in seconds, or NEVER."""
    return [
        max(
            0.0, min((at for at, what in told.changes if what is told.label), default=NEVER) - onset
        )
        for told in heard
        if (onset := told.truth.onset_s) is not None
    ]


def _turns(heard: Sequence[Told]) -> dict[str, float]:
    clear = of_group(heard, "ok")
    delays = [start_delay(told) for told in clear if told.truth.onset_s is not None]
    starts_ms = [1000 * (NEVER if delay is None else delay) for delay in delays]
    ends_ms = [abs(error) for error in end_errors_ms(clear)]
    callers = of_group(heard, "ok", "too_quiet", "hands_free", "noise")
    hours = sum(told.seconds for told in callers) / 3600
    return {
        "speech_start_p50_ms": percentile(starts_ms, 50),
        "speech_start_p90_ms": percentile(starts_ms, 90),
        "speech_end_error_p95_ms": percentile(ends_ms, 95),
        "flips_per_hour": sum(map(flips, callers)) / hours if hours else nan,
    }


def start_delay(told: Told) -> float | None:
    """From the caller's onset to the word that speech has started, in s; None if it never came."""
    onset = told.truth.onset_s
    if onset is None:
        return None
    return next((at - onset for at in told.starts if at >= onset - EARLY_SECONDS), None)


def end_errors_ms(heard: Iterable[Told]) -> list[float]:
    """How much later than 500 ms after the last voiced frame the end was told."""
    errors = []
    for told in heard:
        if told.truth.end_s is not None:
            wanted = told.truth.end_s + HANG_SECONDS
            last = max((at for at in told.ends if at > told.truth.end_s - 0.5), default=NEVER)
            errors.append(1000 * (last - wanted))
    return errors


def flips(told: Told) -> int:
    """How often the verdict went back to one about the caller that it had already left."""
    about = [what for _, what in told.changes if what in (*_CALLER, Condition.NOISE)]
    kept = [what for n, what in enumerate(about) if n == 0 or what is not about[n - 1]]
    return sum(what in kept[:n] for n, what in enumerate(kept))
