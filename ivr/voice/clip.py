"""The clips (audio files) to render: every prompt and every fragment, in every rendering.

A fragment is the prompt for a slot value, such as a name.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from ivr.dialogue.row import MUSIC, Edges, Prompt
from ivr.etiquette.sheet import Sheet
from ivr.voice.context import NO_CONTEXT, Context, context_of_value, contexts_of_parts
from ivr.voice.fragments import fragments_to_render
from ivr.voice.reading.spoken import spoken_text
from ivr.words.catalogue import RENDERINGS, SILENCE, Rendering


@dataclass(frozen=True)
class Form:
    """How a clip sounds: its rendering, and the silence at its edges.

    The rendering is normal, louder, loudest or slow.
    """

    rendering: Rendering = "normal"
    edges: Edges = Edges.WHOLE

    @property
    def joint(self) -> bool:
        """True if the clip is only a part of a sentence, and is played next to other clips."""
        return self.edges is not Edges.WHOLE


@lru_cache(maxsize=8192)
def _spoken(text: str) -> str:
    """Return ``text`` as a speech engine is given it, with digits and letters spelt out.

    For example, 24 becomes 二十四. The result is cached, because all renderings of a prompt need
    the same text.
    """
    return spoken_text(text)


@dataclass(frozen=True)
class Clip:
    """One prompt in one rendering (normal, louder, loudest or slow).

    It is stored in one file for each format (a-law, WAV …).
    """

    prompt: Prompt
    form: Form
    context: Context = NO_CONTEXT
    """The words before and after the clip in its sentence, or in a typical sentence if the clip is
    a value such as a name; empty if it is a whole sentence."""

    @cached_property
    def words(self) -> str:
        """The prompt's words for the speech engine, with digits and letters spelt out."""
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
    """One utterance of the speech engine, from which one or more clips are made.

    Its clips have the same words, pace and context. Their sounds differ only in level and in the
    silence at their edges. For example, the normal and the louder clip of a prompt are made from
    one take.
    """

    words: str
    slow: bool
    """True if the words are spoken slowly, for the slow rendering."""
    context: Context
    """The words that the clips are played among. An engine that cannot cut its audio at a sound
    ignores them."""
    clips: tuple[Clip, ...]
    """The clips that are made from the utterance."""


def clips_of(sheet: Sheet, pieces: Sequence[Prompt] | None = None) -> tuple[Clip, ...]:
    """Return all clips to render: silence, music on hold, and each prompt in each rendering.

    The normal rendering comes first. The prompts are those of ``sheet`` and those in ``pieces``:
    fragments, which are prompts for values that are inserted into sentences, such as names. If
    ``pieces`` is None, all fragments are included.
    """
    beyond = fragments_to_render(sheet) if pieces is None else pieces
    prompts = (*sheet.fragments(), *beyond)
    parts = {id: one for whole in sheet.prompts() for id, one in contexts_of_parts(whole).items()}
    contexts = {one.id: parts.get(one.id) or context_of_value(one) for one in prompts}
    return (
        Clip(Prompt.named(SILENCE, ""), Form()),
        Clip(Prompt.named(MUSIC.id, ""), Form()),
        *(
            Clip(prompt, Form(rendering, prompt.edges), contexts[prompt.id])
            for rendering in RENDERINGS
            for prompt in prompts
        ),
    )


def takes_of(clips: Iterable[Clip]) -> list[Take]:
    """Return the utterances (takes) from which ``clips`` are made.

    Clips with the same words, pace and context share a take.
    """
    together: dict[tuple[str, bool, Context], list[Clip]] = {}
    for clip in clips:
        alike = clip.words, clip.form.rendering == "slow", clip.context
        together.setdefault(alike, []).append(clip)
    return [Take(*alike, tuple(found)) for alike, found in together.items()]
