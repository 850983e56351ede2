"""The clips to render: every prompt of the sheet and fragment (slot value), in every rendering."""

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
    """The rendering of a clip (normal, louder, loudest or slow), and the silence at its edges."""

    rendering: Rendering = "normal"
    edges: Edges = Edges.WHOLE

    @property
    def joint(self) -> bool:
        """True if the clip is a part of a sentence, played directly before or after other clips."""
        return self.edges is not Edges.WHOLE


@lru_cache(maxsize=8192)
def _spoken(text: str) -> str:
    """Return ``text`` with digits and letters spelt out; cached, since all renderings use it."""
    return spoken_text(text)


@dataclass(frozen=True)
class Clip:
    """A prompt in one rendering. It is stored in one file for each format (a-law, WAV …)."""

    prompt: Prompt
    form: Form

    @cached_property
    def words(self) -> str:
        """The prompt's words, with digits and letters spelt out for the speech engine."""
        return _spoken(self.prompt.text)

    @property
    def name(self) -> str:
        """The name in messages: the prompt's id, and the rendering if it is not normal.

        Examples are ``no_sound.ask`` and ``no_sound.ask (slow)``.
        """
        rendering = self.form.rendering
        return self.prompt.id + ("" if rendering == "normal" else f" ({rendering})")


@dataclass(frozen=True)
class Take:
    """One utterance of the speech engine; all clips with these words and this pace use it."""

    words: str
    slow: bool
    clips: tuple[Clip, ...]


def clips_of(sheet: Sheet, pieces: Sequence[Prompt] | None = None) -> tuple[Clip, ...]:
    """Return all clips to render, the normal rendering first.

    They are silence, music on hold, the prompts of ``sheet``, and ``pieces``. ``pieces`` are the
    fragments (slot values such as names and numbers); None means all that composition needs.
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
    """Return the takes (utterances) for ``clips``; clips of equal words and pace share a take."""
    together: dict[tuple[str, bool], list[Clip]] = {}
    for clip in clips:
        together.setdefault((clip.words, clip.form.rendering == "slow"), []).append(clip)
    return [Take(words, slow, tuple(found)) for (words, slow), found in together.items()]
