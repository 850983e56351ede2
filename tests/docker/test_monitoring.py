"""The files of docker/monitoring, checked by Prometheus and promtool and with a real service."""

import asyncio
import json
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ivr.lab.ports import free_ports
from ivr.service.app import Hotline
from tests.agi_peer import Pbx
from tests.service.running import settings_for

MONITORING = Path(__file__).parents[2] / "docker" / "monitoring"
START_SECONDS = 30.0
"""Most seconds until Prometheus has scraped the service and evaluated the rules."""


def program(name: str) -> str:
    """Return the path of a program, from PATH or from the place where `.ci/prometheus` puts it."""
    found = shutil.which(name) or shutil.which(name, path=Path(sys.executable).parent)
    assert found, f"the tests need {name}: run .ci/prometheus"
    return found


def promtool(*words: str) -> None:
    """Run promtool in docker/monitoring; it must succeed."""
    done = subprocess.run(
        [program("promtool"), *words], cwd=MONITORING, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def dashboard_queries() -> list[str]:
    """Return the expressions of all panels of the dashboard."""
    panels = json.loads((MONITORING / "dashboard.json").read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel.get("targets", ())]


def alerts() -> list[str]:
    """Return the names of the alerts, in the order of the file."""
    return re.findall(r"- alert: (\w+)", (MONITORING / "alerts.yml").read_text())


@pytest.mark.slow
def test_promtool_accepts_the_configuration_and_the_rules() -> None:
    promtool("check", "config", "prometheus.yml")
    promtool("check", "rules", "alerts.yml")


@pytest.mark.slow
def test_each_alert_fires_in_its_case_only() -> None:
    promtool("test", "rules", "alerts.test.yml")
    tested = set(re.findall(r'alertname="(\w+)"', (MONITORING / "alerts.test.yml").read_text()))
    assert tested == {*alerts()}


def test_each_alert_has_summary_remedy_and_severity() -> None:
    rules = (MONITORING / "alerts.yml").read_text()
    for word in ("summary", "remedy", "severity"):
        assert len(re.findall(rf"{word}: ?[\w\"]", rules)) == len(alerts())


def test_the_dashboard_can_be_imported() -> None:
    board = json.loads((MONITORING / "dashboard.json").read_text())
    panels = board["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [panel["gridPos"] for panel in panels]
    cells = [
        (x, y)
        for place in places
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len({*cells}) == len(cells)  # no panel lies on another
    assert max(x for x, _ in cells) == 23
    for panel in panels:
        references = [target["refId"] for target in panel.get("targets", ())]
        assert len({*references}) == len(references)


class Prometheus:
    """A Prometheus that scrapes a service with the shipped files, but once a second."""

    def __init__(self, directory: Path, target: int) -> None:
        (self._port,) = free_ports(1)
        config = (MONITORING / "prometheus.yml").read_text()
        config = config.replace("127.0.0.1:9573", f"127.0.0.1:{target}").replace("15s", "1s")
        (directory / "prometheus.yml").write_text(config)
        shutil.copy(MONITORING / "alerts.yml", directory)
        self._log = directory / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [program("prometheus"), f"--config.file={directory / 'prometheus.yml'}",
                 f"--storage.tsdb.path={directory / 'data'}",
                 f"--web.listen-address=127.0.0.1:{self._port}"],
                stdout=log, stderr=log,
            )  # fmt: skip

    def stop(self) -> None:
        """Kill the process."""
        self._process.kill()
        self._process.wait()

    def ask(self, what: str, **given: str) -> Any:
        """Return the data of one request to the HTTP API."""
        query = urllib.parse.urlencode(given)
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/api/v1/{what}?{query}") as told:
            return json.load(told)["data"]

    def values(self, expression: str) -> list[float]:
        """Return the present value of an expression for each of its series."""
        return [float(one["value"][1]) for one in self.ask("query", query=expression)["result"]]

    def until(self, expression: str, value: float) -> None:
        """Poll until an expression has a value, since Prometheus sends no events.

        Raise AssertionError after START_SECONDS.
        """
        end = time.monotonic() + START_SECONDS
        found: list[float] = []
        while time.monotonic() < end:
            with suppress(urllib.error.URLError, ConnectionError):
                if (found := self.values(expression)) == [value]:
                    return
            time.sleep(0.1)
        raise AssertionError((expression, found, self._log.read_text()[-2000:]))


@pytest.fixture
async def hotline(root: Path, tmp_path: Path) -> AsyncIterator[Hotline]:
    """Yield a running service with a port for its metrics."""
    (port,) = free_ports(1)
    running = Hotline(settings_for(root, tmp_path, metrics={"port": port}))
    await running.start()
    yield running
    await running.stop()
    await Pbx.close_all()


@pytest.fixture
def prometheus(hotline: Hotline, tmp_path: Path) -> Iterator[Prometheus]:
    """Yield a Prometheus that scrapes the service."""
    (tmp_path / "prometheus").mkdir()
    scraping = Prometheus(tmp_path / "prometheus", hotline.settings.metrics.port)
    yield scraping
    scraping.stop()


@pytest.mark.slow
async def test_prometheus_finds_every_metric_that_rules_and_dashboard_use(
    hotline: Hotline, prometheus: Prometheus
) -> None:
    """The service has a call. Prometheus loads every rule, and notices when the service stops."""
    pbx = await Pbx.call(hotline.settings)
    assert await pbx.until("STREAM FILE ivr/greeting-ask")
    await asyncio.to_thread(prometheus.until, "ivr_calls_live", 1)
    (target,) = prometheus.ask("targets")["activeTargets"]
    assert (target["health"], target["labels"]["job"]) == ("up", "ivr")

    await asyncio.to_thread(prometheus.until, 'count(ALERTS{alertstate="firing"}) or vector(0)', 0)
    (group,) = prometheus.ask("rules")["groups"]
    assert [rule["name"] for rule in group["rules"]] == alerts()
    assert {rule["health"] for rule in group["rules"]} == {"ok"}

    names = {*prometheus.ask("label/__name__/values")}
    queries = dashboard_queries()
    used = set(
        re.findall(r"\bivr_\w+", " ".join([*queries, *(r["query"] for r in group["rules"])]))
    )
    assert used <= names  # all are there from the start
    assert len(used) > 20
    for query in queries:
        prometheus.values(query.replace("$instance", ".*"))  # 400 Bad Request if it is wrong
    unlabelled = {"__name__", "instance", "job", "alertname", "alertstate", "severity", "le"}
    ours = {"outcome", "row", "condition", "kind", "state"}
    assert {*prometheus.ask("labels")} <= unlabelled | ours  # none of them identifies a caller

    await hotline.stop()
    down = 'ALERTS{alertname="HotlineDown", alertstate="pending"}'
    await asyncio.to_thread(prometheus.until, down, 1)
