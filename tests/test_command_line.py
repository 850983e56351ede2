"""Progress of long commands where nobody sits at a terminal."""

import io

from rich.console import Console

from ivr.command_line import ProgressLines


def test_a_log_gets_a_line_of_progress_every_thirty_seconds() -> None:
    written, now = io.StringIO(), [0.0]
    with ProgressLines(Console(file=written), get_time=lambda: now[0]) as bar:
        task = bar.add_task("rendering", total=None)
        for second in range(100):
            now[0] = float(second)
            bar.update(task, completed=second, total=100)
    assert written.getvalue().splitlines() == [
        "rendering 30/100",
        "rendering 60/100",
        "rendering 90/100",
    ]


def test_advancing_counts_as_well_and_a_quick_command_writes_nothing() -> None:
    written, now = io.StringIO(), [0.0]
    with ProgressLines(Console(file=written), get_time=lambda: now[0]) as bar:
        task = bar.add_task("scenarios", total=3)
        bar.advance(task)
        assert written.getvalue() == ""
        now[0] = 31.0
        bar.advance(task)
    assert written.getvalue() == "scenarios 2/3\n"
