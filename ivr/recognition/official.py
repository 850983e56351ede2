"""The speech models that ``ivr models fetch`` knows: addresses, lengths, hashes, and what they are.

No model of a person's speech is part of this project. The operator fetches one and accepts its
licence.
"""

from dataclasses import dataclass

from ivr.fetching.packed import Packed
from ivr.recognition.manifest import TRANSDUCER_TAIL_SECONDS, ModelManifest
from ivr.translation import marked

PAGE = "https://alphacephei.com/vosk/models"
"""Web address on the site of Vosk's maker; the zips of all its models are below it."""
_RELEASES = "https://github.com/k2-fsa/sherpa-onnx/releases/download/asr-models"
"""Where the project sherpa-onnx offers models that its runtime can use."""
_MODELSCOPE = "https://modelscope.cn/models"
_PROXIES = ("https://ghfast.top", "https://gh-proxy.com")
"""Services that pass on files of GitHub to machines in China, where it is slow or blocked. The
pinned hash makes sure that they pass on the right file."""


@dataclass(frozen=True, slots=True)
class Official:
    """A speech model that is offered for download: its archive, and what the archive holds."""

    packed: Packed
    """The archive; its name is that of the directory of the installed model."""
    manifest: ModelManifest
    """The description of the model. Its files are found in the archive. Its name is the name of
    the model in the command ``ivr models fetch NAME``."""
    about: str
    """Short description for ``ivr models list``."""
    guesser: str = ""
    """Name of another model in MODELS, which gives early guesses. It is installed into the
    subdirectory ``manifest.guesses`` of this model. Empty if the model consists of one archive."""

    @property
    def name(self) -> str:
        """Name of the model in the commands and settings."""
        return self.manifest.name

    @property
    def folder(self) -> str:
        """Name of the directory of the installed model."""
        return self.packed.name


def _of_sherpa(
    manifest: ModelManifest,
    archive: str,
    sha256: str,
    octets: int,
    room: int,
    mirror: str,
    about: str,
    guesser: str = "",
) -> Official:
    """Return the description of a model that the project sherpa-onnx offers for download.

    ``archive`` is the name of its archive without ``sherpa-onnx-`` and the ending. ``sha256`` is
    the archive's hash, ``octets`` its length, and ``room`` the octets of free disk needed to
    install it. ``mirror`` is the repository at ModelScope that has the archive, too. The other
    parameters are the attributes of Official.
    """
    file = f"sherpa-onnx-{archive}.tar.bz2"
    release = f"{_RELEASES}/{file}"
    urls = (
        release,
        f"{_MODELSCOPE}/{mirror}/resolve/master/{file}",
        *(f"{proxy}/{release}" for proxy in _PROXIES),
    )
    packed = Packed(manifest.name, urls, sha256, octets, room)
    return Official(packed, manifest, about, guesser)


_VOSK = "Apache-2.0"
_UNSTATED = marked("not stated for the weights (their makers were asked, sherpa-onnx #3915)")

# None of the sites could be reached when this was written. The hashes and lengths are those that
# unrelated public projects pin: more than six for small, six for x-asr, many for sense-voice,
# three for sherpa-small, several for sherpa-small-streaming. If a maker publishes a new file under
# the same name, the fetch is refused with a remedy. The mirrors stand in public projects as well.
MODELS = {
    model.name: model
    for model in (
        Official(
            Packed(
                "vosk-model-small-cn-0.22",
                (
                    f"{PAGE}/vosk-model-small-cn-0.22.zip",
                    "https://hf-mirror.com/localstack/vosk-models/resolve/main/"
                    "vosk-model-small-cn-0.22.zip",
                    f"{_MODELSCOPE}/Bovin12/vosk-model-small-cn-0.22/resolve/master/"
                    "vosk-model-small-cn-0.22.zip",
                ),
                "3af8b0e7e0f835ae9d414ce5df580237a3cfb08d586c9fbbb0f7ff29ad5b14ba",
                43_898_754,
                200_000_000,
            ),
            ModelManifest(
                "small",
                "vosk",
                licence=_VOSK,
                published=marked(
                    "its maker: 23.5 % of the characters wrong in a television interview, 38.3 % "
                    "in a game stream, 17.2 % in THCHS; none for the telephone"
                ),
            ),
            marked("the one for calls on any machine"),
        ),
        # No project was found that pins a hash of this model, so the first fetch trusts what the
        # maker's site sends over TLS, and no mirror is used. The hash is shown and recorded, and a
        # second fetch must have the same hash.
        Official(
            Packed(
                "vosk-model-cn-0.22",
                (f"{PAGE}/vosk-model-cn-0.22.zip",),
                "",
                None,
                5_000_000_000,
            ),
            ModelManifest(
                "large",
                "vosk",
                licence=_VOSK,
                published=marked(
                    "its maker: 14.0 % of the characters wrong in a television interview, 27.3 % "
                    "in a game stream, 7.4 % in THCHS; none for the telephone"
                ),
            ),
            marked("1.3 GB; several times the time of small"),
        ),
        _of_sherpa(
            ModelManifest(
                "x-asr",
                "transducer",
                tail_seconds=TRANSDUCER_TAIL_SECONDS,
                licence=marked("Apache-2.0 (as its makers' page says)"),
                published=marked(
                    "its makers: 7.5 % of the characters wrong in WenetSpeech net, 9.1 % in "
                    "meetings; others: 5.9 % in 39 sentences of AISHELL-1; none for the telephone"
                ),
            ),
            "x-asr-480ms-streaming-zipformer-transducer-zh-en-punct-int8-2026-06-05",
            "fa5f63d618e5a01526e275a358bb7772e403f84808a4769fba52cffd8160bf74",
            133_895_136,
            600_000_000,
            "adaada88/sherpa-onnx-x-asr-480ms-streaming-zipformer-transducer-zh-en-punct-int8",
            marked("guesses early, takes hot words; about 15 % of a core per caller who speaks"),
        ),
        _of_sherpa(
            ModelManifest(
                "sherpa-small",
                "zipformer_ctc",
                guesses="guesses",
                licence=_UNSTATED,
                published=marked(
                    "others: 3.7 % of the characters wrong in 39 sentences of AISHELL-1; none for "
                    "the telephone"
                ),
            ),
            "zipformer-ctc-small-zh-int8-2025-07-16",
            "6a71c0cc442ba85ac1455ca23e4561e2a1ef18e55269a184a649d54e9cd0524c",
            50_536_402,
            250_000_000,
            "csukuangfj/asr-models",
            marked("two models: one guesses early, the other has better words at the end"),
            guesser="sherpa-small-streaming",
        ),
        # A tail of 0.3 s is enough: with more, the same characters came in the measurement.
        _of_sherpa(
            ModelManifest(
                "sherpa-small-streaming",
                "zipformer2_ctc",
                tail_seconds=0.3,
                licence=_UNSTATED,
                published=marked(
                    "others: 9.5 % of the characters wrong in 39 sentences of AISHELL-1; none for "
                    "the telephone"
                ),
            ),
            "streaming-zipformer-small-ctc-zh-int8-2025-04-01",
            "b3b309f7ce4a737195fcc6963ea19b0653a7d3401580af5ae0d3e284cbb71f0b",
            21_264_113,
            150_000_000,
            "csukuangfj/asr-models",
            marked("guesses early; about 6 % of a core per caller who speaks"),
        ),
        _of_sherpa(
            ModelManifest(
                "sense-voice",
                "sense_voice",
                licence=marked("FunASR Model Open Source License 1.1 (name and source are kept)"),
                published=marked(
                    "others: about 3 % of the characters wrong in AISHELL-1; none for the telephone"
                ),
            ),
            "sense-voice-zh-en-ja-ko-yue-int8-2024-07-17",
            "7d1efa2138a65b0b488df37f8b89e3d91a60676e416f515b952358d83dfd347e",
            163_002_883,
            700_000_000,
            "zhaochaoqun/sherpa-onnx-asr-models",
            marked("no guesses; robust, about 12 % of a core per caller who speaks"),
        ),
    )
}
"""The models by their names."""
