"""What the metrics ask of the parts of the service whenever somebody asks for them."""

from ivr.asterisk.manager import Ami, AmiState
from ivr.asterisk.orphans import OrphanCheck
from ivr.recognition.pool import Recognisers
from ivr.records.keeper import Records
from ivr.service.metrics import Metrics


def watch(
    metrics: Metrics,
    records: Records,
    recognisers: Recognisers,
    ami: Ami | None,
    orphans: OrphanCheck | None,
) -> None:
    """From now on the figures of these parts are among the metrics.

    They are asked for by the thread of the endpoint: each is a reading that waits for nobody.
    """
    _watch_records(metrics, records)
    metrics.watch(
        "ivr_recogniser_utterances", "Utterances that the recogniser is hearing.",
        lambda: recognisers.utterances,
    )  # fmt: skip
    metrics.watch(
        "ivr_recogniser_backlog_seconds", "Speech that waits for the recogniser.",
        lambda: recognisers.backlog_seconds,
    )  # fmt: skip
    metrics.watch(
        "ivr_recogniser_workers", "Processes that recognise speech.",
        lambda: len(recognisers.pids),
    )  # fmt: skip
    metrics.watch_state(
        "ivr_ami_state", "Where the connection to the manager interface stands.", AmiState,
        lambda: AmiState.UNUSED if ami is None else ami.state,
    )  # fmt: skip
    metrics.watch(
        "ivr_channels_orphaned", "Channels of ours at the PBX whose call is over.",
        lambda: orphans.channels if orphans else 0,
    )  # fmt: skip
    metrics.watch(
        "ivr_calls_orphaned", "Calls that were ended because their channel was gone.",
        lambda: orphans.calls if orphans else 0,
    )  # fmt: skip


def _watch_records(metrics: Metrics, records: Records) -> None:
    metrics.watch(
        "ivr_spool_octets", "Records on the disk that the database does not have.",
        lambda: records.status.behind_octets,
    )  # fmt: skip
    metrics.watch(
        "ivr_notes_waiting", "Notes in memory that the disk does not have.",
        lambda: records.status.waiting,
    )  # fmt: skip
    metrics.watch(
        "ivr_notes_lost", "Notes that were given up, for the disk took none for too long.",
        lambda: records.status.lost,
    )  # fmt: skip
    metrics.watch(
        "ivr_spool_failing", "1 when the disk does not take records, and tickets are refused.",
        lambda: records.status.spool_fails,
    )  # fmt: skip
    metrics.watch(
        "ivr_database_down_seconds", "How long the database has taken nothing; 0 when it does.",
        lambda: records.status.database_down_seconds or 0.0,
    )  # fmt: skip
