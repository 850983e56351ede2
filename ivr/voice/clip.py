"""What there is to render: every prompt of the sheet and every fragment, in every rendering."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ivr.catalogue import RENDERINGS, SILENCE, Rendering
from ivr.dialogue.row import Prompt, fragments
from ivr.etiquette.sheet import Sheet
from ivr.voice.fragments import fragments_to_render
from ivr.voice.spoken import spoken


@dataclass(frozen=True)
class Form:
    """How a clip is to sound, alone or beside others."""

    rendering: Rendering = "normal"
    opens: bool = True
    """A sentence begins with it: silence comes before."""
    closes: bool = True
    """A sentence ends with it: silence comes after."""

    @property
    def joint(self) -> bool:
        """Whether it is a piece of a sentence, joined to others."""
        return not (self.opens and self.closes)


@dataclass(frozen=True)
class Clip:
    """One prompt in one rendering: one sound in several files."""

    prompt: Prompt
    form: Form

    @cached_property
    def words(self) -> str:
        """What the engine is given."""
        return spoken(self.prompt.text)

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
    whole = [*_of_the_sheet(sheet), *((piece, False, False) for piece in beyond)]
    return (
        Clip(Prompt(SILENCE, ""), Form()),
        *(
            Clip(prompt, Form(rendering, opens, closes))
            for rendering in RENDERINGS
            for prompt, opens, closes in whole
        ),
    )


def _of_the_sheet(sheet: Sheet) -> Iterator[tuple[Prompt, bool, bool]]:
    """The sheet's prompts, or their parts between slots, with whether each opens and closes."""
    for prompt in sheet.prompts():
        for part in fragments(prompt):
            yield part, prompt.text.startswith(part.text), prompt.text.endswith(part.text)


def takes_of(clips: Iterable[Clip]) -> list[Take]:
    """What the engine must speak for ``clips``: equal words are spoken once."""
    together: dict[tuple[str, bool], list[Clip]] = {}
    for clip in clips:
        together.setdefault((clip.words, clip.form.rendering == "slow"), []).append(clip)
    return [Take(words, slow, tuple(found)) for (words, slow), found in together.items()]
