"""The gauges of the metrics: the present figures of the service's parts, such as queue lengths."""

from ivr.asterisk.manager import Ami, AmiState
from ivr.asterisk.orphans import OrphanCheck
from ivr.records.keeper import Records
from ivr.service.listening.link import ListeningLink
from ivr.service.metrics import Metrics


def watch(
    metrics: Metrics,
    records: Records,
    listening: ListeningLink,
    ami: Ami | None,
    orphans: OrphanCheck | None,
) -> None:
    """Add a gauge for each figure of the given parts to ``metrics``.

    ``ami`` and ``orphans`` are None without AMI. The thread that serves the metrics reads the
    figures, so reading one must not block.
    """
    _watch_records(metrics, records)
    metrics.watch(
        "ivr_recogniser_utterances", "Utterances that the recogniser is hearing.",
        lambda: listening.state.utterances,
    )  # fmt: skip
    metrics.watch(
        "ivr_recogniser_backlog_seconds", "Seconds of speech that wait for the recogniser.",
        lambda: listening.state.backlog_seconds,
    )  # fmt: skip
    metrics.watch(
        "ivr_recogniser_workers", "Processes that recognise speech.",
        lambda: len(listening.state.workers),
    )  # fmt: skip
    metrics.watch_state(
        "ivr_ami_state", "State of the connection to the manager interface.", AmiState,
        lambda: AmiState.UNUSED if ami is None else ami.state,
    )  # fmt: skip
    metrics.watch(
        "ivr_channels_orphaned", "Channels at the PBX whose call in this service is over.",
        lambda: orphans.channels if orphans else 0,
    )  # fmt: skip
    metrics.watch(
        "ivr_calls_orphaned", "Calls that were ended because their channel was gone.",
        lambda: orphans.calls if orphans else 0,
    )  # fmt: skip


def _watch_records(metrics: Metrics, records: Records) -> None:
    metrics.watch(
        "ivr_spool_octets", "Octets of records on the disk that the database does not have.",
        lambda: records.status.behind_octets,
    )  # fmt: skip
    metrics.watch(
        "ivr_notes_waiting", "Notes in memory that are not on the disk yet.",
        lambda: records.status.waiting,
    )  # fmt: skip
    metrics.watch(
        "ivr_notes_lost", "Notes that were given up because the disk took none for too long.",
        lambda: records.status.lost,
    )  # fmt: skip
    metrics.watch(
        "ivr_spool_failing", "1 while the disk takes no records and tickets are refused; else 0.",
        lambda: records.status.spool_fails,
    )  # fmt: skip
    metrics.watch(
        "ivr_database_down_seconds", "Seconds since it takes no records; 0 while it takes them.",
        lambda: records.status.database_down_seconds or 0.0,
    )  # fmt: skip
