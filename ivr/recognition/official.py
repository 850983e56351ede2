"""The official Chinese models of Vosk: their addresses, sizes and hashes."""

from dataclasses import dataclass

from ivr.translation import marked

PAGE = "https://alphacephei.com/vosk/models"
"""Web address on the maker's site; the zips of all models are below it."""


@dataclass(frozen=True, slots=True)
class Official:
    """Describes a Vosk model that its maker offers for download: the zip, its hash and its size.

    Every model in MODELS has the licence Apache 2.0.
    """

    name: str
    """Name of the model in the command ``ivr models fetch NAME``."""
    folder: str
    """Name of the only directory in the zip, and of the directory of the installed model."""
    sha256: str
    """SHA-256 of the zip; empty if it is not known."""
    octets: int | None
    """Exact length of the zip; None if it is not known."""
    room: int
    """Octets of free disk needed to install the model: for the zip and its unpacked files."""
    about: str
    """Short description for ``ivr models list``."""

    @property
    def url(self) -> str:
        """URL of the model's zip on the maker's site."""
        return f"{PAGE}/{self.folder}.zip"


MODELS = {
    model.name: model
    for model in (
        # The maker's site could not be reached when this was written. Seven unrelated public
        # projects pin this hash for this address; two of them also name the size, and one reports
        # that it decoded with the model. No project was found that pins another hash. If the maker
        # publishes a new file under the same name, the fetch is refused with a remedy.
        Official(
            "small",
            "vosk-model-small-cn-0.22",
            "3af8b0e7e0f835ae9d414ce5df580237a3cfb08d586c9fbbb0f7ff29ad5b14ba",
            43_898_754,
            200_000_000,
            marked("42 MB; the one for calls"),
        ),
        # No project was found that pins a hash of this model, so the first fetch trusts what the
        # maker's site sends over TLS. The hash is shown and recorded, and a second fetch must have
        # the same hash.
        Official(
            "large",
            "vosk-model-cn-0.22",
            "",
            None,
            5_000_000_000,
            marked("1.3 GB; more words right, several times the time"),
        ),
    )
}
