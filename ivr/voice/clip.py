"""The clips to render: every prompt of the sheet and every fragment, in every rendering."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from ivr.dialogue.row import MUSIC, Edges, Prompt
from ivr.etiquette.sheet import Sheet
from ivr.voice.fragments import fragments_to_render
from ivr.voice.spoken import spoken_text
from ivr.words.catalogue import RENDERINGS, SILENCE, Rendering


@dataclass(frozen=True)
class Form:
    """The rendering of a clip, and the silence at its edges."""

    rendering: Rendering = "normal"
    edges: Edges = Edges.WHOLE

    @property
    def joint(self) -> bool:
        """True if the clip is a piece of a sentence, played between others."""
        return self.edges is not Edges.WHOLE


@lru_cache(maxsize=8192)
def _spoken(text: str) -> str:
    """Return the spoken form of a text; cached, because every rendering needs it."""
    return spoken_text(text)


@dataclass(frozen=True)
class Clip:
    """A prompt in one rendering: one sound, in one file for each format."""

    prompt: Prompt
    form: Form

    @cached_property
    def words(self) -> str:
        """The words for the engine, with digits and letters spelt out."""
        return _spoken(self.prompt.text)

    @property
    def name(self) -> str:
        """The name for people: ``no_sound.ask`` or ``no_sound.ask (slow)``."""
        rendering = self.form.rendering
        return self.prompt.id + ("" if rendering == "normal" else f" ({rendering})")


@dataclass(frozen=True)
class Take:
    """One utterance of the engine, for all clips with the same words and pace."""

    words: str
    slow: bool
    clips: tuple[Clip, ...]


def clips_of(sheet: Sheet, pieces: Sequence[Prompt] | None = None) -> tuple[Clip, ...]:
    """Return all clips of the sheet, the normal rendering first.

    ``pieces`` are the fragments beyond the sheet's own; None means all that composition needs.
    """
    beyond = fragments_to_render(sheet) if pieces is None else pieces
    prompts = (*sheet.fragments(), *beyond)
    return (
        Clip(Prompt.named(SILENCE, ""), Form()),
        Clip(Prompt.named(MUSIC.id, ""), Form()),
        *(
            Clip(prompt, Form(rendering, prompt.edges))
            for rendering in RENDERINGS
            for prompt in prompts
        ),
    )


def takes_of(clips: Iterable[Clip]) -> list[Take]:
    """Return the takes for ``clips``: equal words at the same pace are one take."""
    together: dict[tuple[str, bool], list[Clip]] = {}
    for clip in clips:
        together.setdefault((clip.words, clip.form.rendering == "slow"), []).append(clip)
    return [Take(words, slow, tuple(found)) for (words, slow), found in together.items()]
