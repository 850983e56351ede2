"""The official Chinese models of Vosk: where they are, and how to know that they are they."""

from dataclasses import dataclass

PAGE = "https://alphacephei.com/vosk/models"


@dataclass(frozen=True, slots=True)
class Official:
    """A model as its maker offers it (Apache 2.0)."""

    name: str
    """As in ``ivr models fetch NAME``."""
    folder: str
    """The one directory in its zip, and where it is installed."""
    sha256: str
    """Of the zip; empty where we know none."""
    octets: int | None
    """Of the zip, where we know it exactly."""
    room: int
    """Octets that must be free: for the zip and what is in it."""
    about: str

    @property
    def url(self) -> str:
        """Of the zip."""
        return f"{PAGE}/{self.folder}.zip"


MODELS = {
    model.name: model
    for model in (
        # We could not reach the maker's site. Hash and size are what seven unrelated public
        # projects pin for this address (two name the size), one of which says that it decoded
        # with it; nobody was found to pin another. Should the maker publish a new file under
        # the old name, the fetch is refused and says how to go on.
        Official(
            "small",
            "vosk-model-small-cn-0.22",
            "3af8b0e7e0f835ae9d414ce5df580237a3cfb08d586c9fbbb0f7ff29ad5b14ba",
            43_898_754,
            200_000_000,
            "42 MB; the one for calls",
        ),
        # Nobody was found to pin a hash of this one: it is what the maker's site sends over TLS.
        # Its hash is shown and recorded, and a second fetch must bring the same.
        Official(
            "large",
            "vosk-model-cn-0.22",
            "",
            None,
            5_000_000_000,
            "1.3 GB; more words right, several times the time",
        ),
    )
}
