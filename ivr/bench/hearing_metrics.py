"""Figures of the hearing bench: how rightly and how soon the detectors judged test recordings."""

from collections.abc import Callable, Iterable, Sequence
from math import nan

from ivr.bench.hearing_stream import JudgedWindow
from ivr.bench.result import measured, percentile
from ivr.bench.tally import share as share_of
from ivr.bench.tally import wilson
from ivr.dialogue.events import Condition
from ivr.lab.corpus.noises import STATIONARY
from ivr.lab.corpus.recipes import CLASSES, NATURAL, NUISANCES

_CALLER = (Condition.OK, Condition.TOO_QUIET, Condition.HANDS_FREE)
"""The verdicts that say that a caller is speaking on the line."""
BARGE_IN_WITHIN_SECONDS = 1.5
"""Upper limit, in seconds, for the delay from the caller's first word to the report of speech. A
later report does not count as a recognised barge-in (interruption of a prompt)."""
EARLY_SECONDS = 0.1
"""The report that speech has started may precede the first voiced frame by this many seconds.

The first voiced frame is found by energy. The caller may have begun softly before it. A report that
comes still earlier is not counted, because it is not about the caller's speech.
"""
HANG_SECONDS = 0.5
"""Right time to report the end of speech: this many seconds after the last voiced frame."""
NEVER = 99.0
"""Time, in seconds, that is entered for an event that was never reported. It exceeds all limits."""

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
    "natural_voices_accuracy": 0.97,
    "natural_voices_barge_in": 0.97,
}
"""Lower limits of figures; the bench fails below them. For example, ``true_barge_in`` must be at
least 0.97. AT_MOST holds the upper limits of other figures."""
NATURAL_FIGURES = ("natural_voices_accuracy", "natural_voices_barge_in")
"""Figures of windows (test recordings) with natural voices, which only the split TEST has."""


def share_of_windows(items: Sequence[JudgedWindow], good: Callable[[JudgedWindow], bool]) -> float:
    """Return the share (0 to 1) of ``items`` for which ``good`` returns True; NaN without items.

    The items are windows: test recordings that were judged.
    """
    return share_of([good(window) for window in items])


def hearing_figures(heard: Sequence[JudgedWindow]) -> dict[str, float]:
    """Return the figures of the bench ``hearing`` by name, computed from the windows ``heard``.

    A window is a test recording that was judged. A figure is left out if there are no windows to
    compute it from.
    """
    parts = (_classes, _nuisances, _natural_voices, _delays, _turns)
    return measured({name: value for part in parts for name, value in part(heard).items()})


def of_group(heard: Iterable[JudgedWindow], *groups: str) -> list[JudgedWindow]:
    """Return the windows (test recordings) of ``heard`` that belong to one of the named groups."""
    return [window for window in heard if window.group in groups]


def _classes(heard: Sequence[JudgedWindow]) -> dict[str, float]:
    five = of_group(heard, *CLASSES)
    recalls = [
        share_of_windows(of_group(five, name), lambda window: window.right)
        for name in CLASSES
        if of_group(five, name)
    ]
    babble = [window for window in of_group(heard, "snr_babble") if window.value == 3.0]
    return {
        "five_class_accuracy": share_of_windows(five, lambda window: window.right),
        "worst_class_recall": min(recalls, default=nan),
        "wilson_low": wilson(sum(window.right for window in five), len(five))[0] if five else nan,
        "babble_as_noise_at_snr_3": share_of_windows(
            babble, lambda window: window.condition is Condition.NOISE
        ),
    }


def _nuisances(heard: Sequence[JudgedWindow]) -> dict[str, float]:
    nuisances = of_group(heard, *NUISANCES)
    echoes = of_group(heard, "own_prompt")
    silent = [
        window
        for window in of_group(heard, *NUISANCES, "nobody", "noise")
        if window.truth.onset_s is None
        and (window.group != "noise" or window.truth.noise in STATIONARY)  # unknown for recordings
    ]
    hours = sum(window.seconds for window in silent) / 3600
    recalls = {
        f"{name}_recall": share_of_windows(of_group(heard, name), lambda window: window.right)
        for name in NUISANCES
    }
    return {
        "nuisance_as_caller": share_of_windows(
            nuisances, lambda window: window.condition in _CALLER
        ),
        "echo_false_barge_in": share_of_windows(echoes, lambda window: bool(window.starts)),
        "true_barge_in": share_of_windows(of_group(heard, "barge_in"), _barged_in),
        "false_starts_per_hour": sum(len(window.starts) for window in silent) / hours
        if hours
        else nan,
        **recalls,
    }


def _natural_voices(heard: Sequence[JudgedWindow]) -> dict[str, float]:
    """Return two figures about the judged test recordings of callers with natural voices.

    They are the share of right verdicts and the share of recognised barge-ins, from 0 to 1. A
    figure is NaN if ``heard`` has no such recordings.
    """
    barge_ins = of_group(heard, "natural_barge_in")
    others = [window for window in of_group(heard, *NATURAL) if window.group != "natural_barge_in"]
    return {
        "natural_voices_accuracy": share_of_windows(others, lambda window: window.right),
        "natural_voices_barge_in": share_of_windows(barge_ins, _barged_in),
    }


def _barged_in(window: JudgedWindow) -> bool:
    """Return True if the caller's speech was reported soon enough to interrupt the prompt.

    Return False if it was reported more than 1.5 s (BARGE_IN_WITHIN_SECONDS) after the caller's
    first word, or never. If the time of that word is not known, any report is soon enough.
    """
    if window.truth.onset_s is None:
        return bool(window.starts)
    delay = start_delay(window)
    return delay is not None and delay <= BARGE_IN_WITHIN_SECONDS


def _delays(heard: Sequence[JudgedWindow]) -> dict[str, float]:
    found = {}
    for name in ("noise", "too_quiet", "hands_free", "dead_line", "no_rtp"):
        delays = verdict_delays(of_group(heard, name))
        found[f"{name}_delay_p50_s"] = percentile(delays, 50)
        found[f"{name}_delay_p95_s"] = percentile(delays, 95)
    return found


def verdict_delays(heard: Iterable[JudgedWindow]) -> list[float]:
    """Return the delay of the first right verdict on each window (test recording), in seconds.

    The delay begins with the onset: the start of the voice or of the fault. Windows without an
    onset are left out. A right verdict before the onset has a delay of 0. If there was no right
    verdict, it counts as given 99 s (NEVER) after the start of the window.
    """
    return [
        max(
            0.0,
            min((at for at, what in window.changes if what is window.label), default=NEVER) - onset,
        )
        for window in heard
        if (onset := window.truth.onset_s) is not None
    ]


def _turns(heard: Sequence[JudgedWindow]) -> dict[str, float]:
    clear = of_group(heard, "ok")
    delays = [start_delay(window) for window in clear if window.truth.onset_s is not None]
    starts_ms = [1000 * (NEVER if delay is None else delay) for delay in delays]
    ends_ms = [abs(error) for error in end_errors_ms(clear)]
    callers = of_group(heard, "ok", "too_quiet", "hands_free", "noise")
    hours = sum(window.seconds for window in callers) / 3600
    return {
        "speech_start_p50_ms": percentile(starts_ms, 50),
        "speech_start_p90_ms": percentile(starts_ms, 90),
        "speech_end_error_p95_ms": percentile(ends_ms, 95),
        "flips_per_hour": sum(map(flips, callers)) / hours if hours else nan,
    }


def start_delay(window: JudgedWindow) -> float | None:
    """Return the seconds from the caller's first word to the report that speech has started.

    A report more than 0.1 s (EARLY_SECONDS) before that word is ignored. Return None if there was
    no other report, or if the time of the first word is not known. ``window`` is a test recording.
    """
    onset = window.truth.onset_s
    if onset is None:
        return None
    return next((at - onset for at in window.starts if at >= onset - EARLY_SECONDS), None)


def end_errors_ms(heard: Iterable[JudgedWindow]) -> list[float]:
    """Return by how many milliseconds the report of the end of speech was late, for each window.

    A report is on time 0.5 s (HANG_SECONDS) after the last voiced frame; the number is negative if
    it came earlier. Windows (test recordings) without an end of speech in their label are left out.
    A missing report counts as given 99 s (NEVER) after the start of the window.
    """
    errors = []
    for window in heard:
        if window.truth.end_s is not None:
            wanted = window.truth.end_s + HANG_SECONDS
            last = max((at for at in window.ends if at > window.truth.end_s - 0.5), default=NEVER)
            errors.append(1000 * (last - wanted))
    return errors


def flips(window: JudgedWindow) -> int:
    """Return how often the verdict on a test recording changed back to one that it had before.

    For example, the verdicts OK, NOISE, OK, NOISE are two flips. Only OK, TOO_QUIET, HANDS_FREE and
    NOISE are counted.
    """
    about = [what for _, what in window.changes if what in (*_CALLER, Condition.NOISE)]
    kept = [what for n, what in enumerate(about) if n == 0 or what is not about[n - 1]]
    return sum(what in kept[:n] for n, what in enumerate(kept))
