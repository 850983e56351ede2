"""What there is to render: every prompt of the sheet and every fragment, in every rendering."""

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
    """How a clip is to sound, alone or beside others."""

    rendering: Rendering = "normal"
    edges: Edges = Edges.WHOLE

    @property
    def joint(self) -> bool:
        """Whether it is a piece of a sentence, joined to others."""
        return self.edges is not Edges.WHOLE


@lru_cache(maxsize=8192)
def _spoken(text: str) -> str:
    """Each text is asked for in every rendering."""
    return spoken_text(text)


@dataclass(frozen=True)
class Clip:
    """One prompt in one rendering: one sound in several files."""

    prompt: Prompt
    form: Form

    @cached_property
    def words(self) -> str:
        """What the engine is given."""
        return _spoken(self.prompt.text)

    @property
    def name(self) -> str:
        """What a person calls it: ``no_sound.ask``, ``no_sound.ask (slow)``."""
        rendering = self.form.rendering
        return self.prompt.id + ("" if rendering == "normal" else f" ({rendering})")


@dataclass(frozen=True)
class Take:
    """One time that the engine speaks, for all clips with the same words and pace."""

    words: str
    slow: bool
    clips: tuple[Clip, ...]


def clips_of(sheet: Sheet, pieces: Sequence[Prompt] | None = None) -> tuple[Clip, ...]:
    """Everything that must be rendered, the normal rendering first.

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
    """What the engine must speak for ``clips``: equal words are spoken once."""
    together: dict[tuple[str, bool], list[Clip]] = {}
    for clip in clips:
        together.setdefault((clip.words, clip.form.rendering == "slow"), []).append(clip)
    return [Take(words, slow, tuple(found)) for (words, slow), found in together.items()]
