"""The result of a test call as text: its figures, or one sentence why it was not answered."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from ivr.softphone.matching import HeardPrompt, measured_waits
from ivr.softphone.recording import CallRecording
from ivr.translation import tr


def refusal(recording: CallRecording, user: str, server: str) -> str:
    """Return one sentence that says why the call of ``recording`` was not answered.

    ``user`` is the account that called, ``server`` is host:port of the PBX.
    """
    match recording.status:
        case 401 | 403 | 407:
            sentence = tr("{server} does not accept user {user} with this password ({status})")
        case 404 | 484:
            sentence = tr("there is no number {number} on {server} ({status})")
        case 408:
            sentence = tr(
                "{server} did not answer: is it the right address, and is a firewall between?"
            )
        case 486 | 600:
            sentence = tr("{number} is busy ({status})")
        case 487:
            sentence = tr("{number} was not answered within the time")
        case 488 | 606:
            sentence = tr("{server} does not take the codec {codec} ({status})")
        case 503 if recording.reason == "Connection refused":
            sentence = tr("nothing listens for SIP on {server}: is the PBX up?")
        case _:
            sentence = tr("{server} refused the call: {status} {reason}")
    return sentence.format(
        server=server, user=user, number=recording.number, codec=recording.codec.name,
        status=recording.status, reason=recording.reason,
    )  # fmt: skip


def call_summary(recording: CallRecording, prompts: Sequence[HeardPrompt]) -> dict[str, Any]:
    """Return the figures of a call as values for JSON.

    ``prompts`` are the prompts that the caller heard. Times are seconds after the answer, or after
    dialling if the call was not answered.
    """
    origin = recording.invited if recording.answered is None else recording.answered
    silences: list[float | None] = [*measured_waits(recording, prompts)] or [None] * (
        len(prompts) + 1
    )
    return {
        "number": recording.number,
        "status": recording.status,
        "reason": recording.reason,
        "answered_after_seconds": _rounded(origin - recording.invited)
        if recording.answered
        else None,
        "first_audio_seconds": _rounded(recording.first_audio - origin)
        if recording.first_audio
        else None,
        "ended_seconds": _rounded(recording.ended - origin),
        "ended_by": recording.ended_by,
        "prompts": [
            {
                "id": prompt.id,
                "same_sound_ids": prompt.same_sound_ids,
                "rendering": prompt.rendering,
                "wait_before_seconds": _rounded(wait),
                "start_seconds": _rounded(prompt.start - origin),
                "end_seconds": _rounded(prompt.end - origin),
                "complete": prompt.complete,
                "correlation": _rounded(prompt.correlation),
            }
            for prompt, wait in zip(prompts, silences, strict=False)
        ],
        "wait_before_end_seconds": _rounded(silences[-1]),
        "sent_packets": len(recording.sent),
        "rtp": asdict(recording.gaps()),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def print_summary(figures: dict[str, Any]) -> None:
    """Print ``figures``, the result of :func:`call_summary`, as sentences and a table.

    The call must have been answered.
    """
    console = Console(highlight=False)
    console.print(
        tr("answered after {answered:.3f} s, {side} hung up after {ended:.3f} s").format(
            answered=figures["answered_after_seconds"],
            side=tr("caller") if figures["ended_by"] == "caller" else tr("callee"),
            ended=figures["ended_seconds"],
        )
    )
    if figures["prompts"]:
        table = Table(tr("prompt"), tr("wait before"), tr("start"), tr("end"), tr("heard"))
        for prompt in figures["prompts"]:
            times = [f"{prompt[f'{name}_seconds']:.3f}" for name in ("wait_before", "start", "end")]
            how = "" if prompt["rendering"] == "normal" else f" ({prompt['rendering']})"
            table.add_row(
                " = ".join(prompt["same_sound_ids"]) + how,
                *times,
                tr("whole") if prompt["complete"] else tr("cut off"),
            )
        console.print(table)
        console.print(
            tr("from the last prompt to the end: {seconds:.3f} s").format(
                seconds=figures["wait_before_end_seconds"]
            )
        )
    rtp = figures["rtp"]
    console.print(
        tr(
            "{packets} packets received, {lost} lost, gap p50 {p50_ms:.1f} ms, p99 {p99_ms:.1f} ms,"
            " longest {max_ms:.1f} ms"
        ).format(**rtp)
    )
