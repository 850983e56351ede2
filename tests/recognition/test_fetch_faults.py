"""``ivr models fetch`` from servers that misbehave: one sentence, and nothing is half installed."""

import bz2
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ivr.recognition.commands import models_app
from ivr.recognition.official import MODELS
from tests.fetching.client import impatient, tarred
from tests.fetching.file_server import FileServer

SMALL = MODELS["small"].folder


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the directory of models of the settings, with an installed model."""
    monkeypatch.setattr("ivr.recognition.commands.Download", impatient([]))
    models = tmp_path / "models"
    (models / SMALL).mkdir(parents=True)
    (models / SMALL / "old").touch()
    (tmp_path / "ivr.toml").write_text(f'[recognition]\nmodels = "{models}"\n')
    return models


def fetch(models: Path, server: FileServer, *words: str) -> Result:
    """Fetch the small model anew, from the server."""
    config = ["--config", str(models.with_name("ivr.toml"))]
    return CliRunner().invoke(
        models_app, ["fetch", "small", "--again", "--from", server.url("own.zip"), *words, *config]
    )


def _lies(server: FileServer) -> None:
    server.lies_about_length, server.ranges = 10, False


def _breaks_off(server: FileServer) -> None:
    server.cut_after = [100_000] + [0] * 10


def _redirects_for_ever(server: FileServer) -> None:
    server.answers = [(302, {"Location": "/again"})] * 50


def _is_gone(server: FileServer) -> None:
    server.answers = [(404, {})]


def _is_silent(server: FileServer) -> None:
    server.silent_after = [0] * 10


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (_breaks_off, "try again later, which resumes the download"),
        (_lies, "the connection ended after"),
        (_redirects_for_ever, "redirects without an end"),
        (_is_gone, "the server answers 404"),
        (_is_silent, "timed out"),
    ],
)
def test_a_server_that_fails_is_reported(
    models: Path, server: FileServer, fault: Callable[[FileServer], None], told: str
) -> None:
    fault(server)
    refused(fetch(models, server, "--sha256", digest(server.content)), told)
    unchanged(models)


OFFERED = {
    "another file": (b"<html>Please log in</html>", "File is not a zip file"),
    "a path out of the directory": (tarred({"m/../../evil": b"x"}), "leads out of its directory"),
    "an absolute path": (tarred({"m/a": b"x", "/tmp/evil": b"x"}), "leads out of its directory"),
    "a bomb": (tarred({"m/model.onnx": bytes(30_000_000)}), "it would unpack to 30000000 octets"),
    "a cut tar": (tarred({"m/model.onnx": b"x" * 1000})[:100], "it is damaged"),
    "no tar": (bz2.compress(b"no tar"), "it is damaged"),
    "no model": (tarred({"m/README": b"x"}), "lacks am/final.mdl"),
}


@pytest.mark.parametrize("offered", OFFERED)
def test_a_harmful_or_damaged_archive_is_refused(
    models: Path, server: FileServer, offered: str
) -> None:
    server.content, told = OFFERED[offered]
    refused(fetch(models, server, "--sha256", digest(server.content)), told)
    unchanged(models)
    assert not list(models.parent.rglob("evil"))


def test_a_wrong_hash_is_refused_and_not_resumed(models: Path, server: FileServer) -> None:
    refused(fetch(models, server, "--sha256", "0" * 64), "given: 0000")
    unchanged(models)
    assert [path.name for path in models.iterdir() if path.name.endswith(".part")] == []


def test_the_pinned_length_is_enforced_before_the_download(
    models: Path, server: FileServer
) -> None:
    refused(fetch(models, server), "octets long and not 43898754: it is another file")
    unchanged(models)


def test_a_redirect_is_followed(models: Path, server: FileServer) -> None:
    server.answers = [(302, {"Location": "/elsewhere.zip"})]
    refused(fetch(models, server, "--sha256", "0" * 64), "is not the expected file")
    assert [path for path, _ in server.requests] == ["/own.zip", "/elsewhere.zip"]


def refused(result: Result, told: str) -> None:
    """Check that the command failed with one sentence."""
    assert result.exit_code == 2, result.output
    assert told in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert ".draft" not in result.stderr, "the directory that it names is gone"


def unchanged(models: Path) -> None:
    """Check that the installed model is as it was, and that nothing else is installed."""
    assert [path.name for path in (models / SMALL).iterdir()] == ["old"]
    assert {path.name for path in models.iterdir() if not path.name.startswith(".")} == {SMALL}
    assert not list(models.glob(".*.draft"))


def digest(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()
