"""The second engine, sherpa-onnx, answers real calls: its tiny model hears what callers say."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ivr.lab.lab import Lab, laboratory
from ivr.lab.natural_callers import NATURAL_CALLERS
from ivr.lab.voices import SyntheticCaller, says
from tests.sip.conftest import converse, name
from tools.tiny_vosk.ctc_model import write_ctc_model

pytestmark = [pytest.mark.sip, pytest.mark.timeout(200), pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def sherpa(root: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    """Yield a laboratory whose service recognises with sherpa-onnx."""
    model = write_ctc_model(tmp_path_factory.mktemp("tiny-ctc"))
    async with laboratory(root, settings={"IVR_RECOGNITION__MODEL": str(model)}) as built:
        yield built


@pytest.mark.row("wrong_number")
@pytest.mark.row("attitude_complaint")
@pytest.mark.parametrize("voice", [2, NATURAL_CALLERS[0]])
@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("打错了不好意思", "wrong_number.explain"),
        ("你们客服态度太差了", "attitude_complaint.ask"),
    ],
)
async def test_a_caller_is_understood(
    sherpa: Lab, words: str, answer: str, voice: int | SyntheticCaller
) -> None:
    heard = await converse(sherpa, says(words, voice))
    assert [name(prompt) for prompt in heard.prompts][:2] == ["greeting.ask", answer]
