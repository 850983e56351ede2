"""The script of a studio session: what a speaker reads, in which order, and how.

Prompts that sound alike need one recording, so the script has them once. The number of a line does
not depend on which part of the script is chosen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from ivr.dialogue.row import Edges, Prompt, PromptId, Slot, parts
from ivr.etiquette.knowledge import ROW as KNOWLEDGE
from ivr.etiquette.sheet import Sheet
from ivr.translation import marked, tr
from ivr.voice import VoiceError
from ivr.voice.clip import Clip, clips_of, takes_of
from ivr.voice.context import Context
from ivr.voice.formats import is_wordless
from ivr.voice.reading.pronunciation import Pronunciation
from ivr.voice.reading.spoken import spoken_text
from ivr.voice.studio.kinds import kind_title, reading_of, section_of

_MARKS = "，。：；、！？ "
"""Punctuation that is not spoken. At the beginning of a line it belongs to the words before it."""
_SECONDS_BETWEEN, _SECONDS_PER_SIGN = 2.0, 0.25
"""Estimate of a session's length: seconds between two prompts, and seconds for each sign of the
words. A person reads about four syllables per second."""


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """One utterance that the speaker reads: a prompt of the sheet, a part of one, or a value."""

    number: int
    """Place in the whole script, from 1."""
    id: str
    """The id of the first of the prompts that sound alike. The recording is named after it."""
    text: str
    """The words as the sheet has them, without the punctuation before them."""
    spoken: str
    """The words with digits, numbers and letters spelt out, as a person reads them."""
    words: str
    """The words as a speech engine is given them: as ``spoken``, and misread words are replaced by
    others with the same sound (see :mod:`ivr.voice.reading.spoken`)."""
    edges: Edges
    """The place of the line in its sentence: beginning, middle, end, or the whole of it."""
    before: str = ""
    """Words of the sentence before the line, with slots as 〔姓〕; they are not read."""
    after: str = ""
    """Words of the sentence after the line, with slots as 〔姓〕; they are not read."""
    reading: str = ""
    """Pinyin of a surname, such as ``zēng``; empty for all other lines."""
    also: tuple[str, ...] = ()
    """The ids of other prompts that sound alike; the recording serves them, too."""

    @property
    def spelt_out(self) -> bool:
        """True if ``spoken`` differs from ``text``; the script then shows both to the speaker."""
        return "".join(self.spoken.split()) != "".join(self.text.split())

    @property
    def delivery(self) -> str:
        """Advice to the speaker on how to say the line as a part of a sentence.

        It is empty for a whole sentence.
        """
        return tr(_DELIVERY[self.edges]) if self.edges in _DELIVERY else ""


_DELIVERY = {
    Edges.FIRST: marked("beginning of a sentence: keep your voice up at the end, as if going on"),
    Edges.INNER: marked("middle of a sentence: keep your voice up at the end, as if going on"),
    Edges.LAST: marked("end of a sentence: begin as if you had just said the words before it"),
    Edges.GROUP: marked("end of a group: lower your voice a little, as before a breath"),
}


@dataclass(frozen=True, slots=True)
class ScriptSection:
    """The lines of one row of the sheet, or of one kind of value such as names."""

    title: str
    row: str
    """The row's number on the paper sheet; empty for a section that is no row of it."""
    lines: tuple[ScriptLine, ...]
    advice: str = ""
    """A sentence for the speaker about all lines of the section."""
    short: bool = False
    """True if all lines are single words, so that several of them fit beside each other."""


@dataclass(frozen=True, slots=True)
class StudioScript:
    """All that the speaker reads in one session."""

    title: str
    """The company's name."""
    sections: tuple[ScriptSection, ...]

    @property
    def lines(self) -> tuple[ScriptLine, ...]:
        """All lines in the order in which they are read."""
        return tuple(line for section in self.sections for line in section.lines)

    @property
    def minutes(self) -> float:
        """Estimate of the session's length in minutes, with pauses and without breaks."""
        seconds = (_SECONDS_BETWEEN + _SECONDS_PER_SIGN * len(line.spoken) for line in self.lines)
        return sum(seconds) / 60


def studio_script(sheet: Sheet, *, pieces: bool = True, only: str | None = None) -> StudioScript:
    """Return the script of the prompts of ``sheet``, in the order of the sheet.

    With ``pieces``, the prompts for values that are inserted into sentences follow, such as names.
    If ``only`` is given, the script has only the row, the kind of value or the prompt with this id.
    Raise VoiceError if there is none.
    """
    context = _context(sheet)
    numbers = count(1)
    sections = []
    for kind, takes in _by_kind(sheet, pieces).items():
        lines = [_line(next(numbers), clips, context) for clips in takes]
        chosen = tuple(line for line in lines if only is None or _belongs(line, only))
        if chosen:
            sections.append(_section(kind, chosen, sheet, takes[0][0].context))
    if not sections:
        raise VoiceError(tr("the sheet has neither a row nor a prompt {name!r}").format(name=only))
    return StudioScript(sheet.company.get("公司", ""), tuple(sections))


def _by_kind(sheet: Sheet, pieces: bool) -> dict[str, list[tuple[Clip, ...]]]:
    """Return the clips to record, by the section of the script in which they are shown.

    The clips of one tuple sound alike and share a recording. Only clips with words in the normal
    rendering are included. With ``pieces``, the clips for values that are inserted into sentences
    follow those of the sheet.
    """
    clips = clips_of(sheet, None if pieces else ())
    normal = [c for c in clips if c.form.rendering == "normal" and not is_wordless(c)]
    kinds: dict[str, list[tuple[Clip, ...]]] = {}
    for take in takes_of(normal):
        kinds.setdefault(section_of(take.clips[0].prompt.id), []).append(take.clips)
    return kinds


def _belongs(line: ScriptLine, only: str) -> bool:
    return any(f"{id}.".startswith(f"{only}.") for id in (line.id, *line.also))


def _line(number: int, clips: Sequence[Clip], context: dict[str, tuple[str, str]]) -> ScriptLine:
    """Return the line of the script for ``clips``, which sound alike; the first one names it.

    ``number`` is that of the line. ``context`` has the words before and after each prompt, by its
    id.
    """
    prompt = clips[0].prompt
    text = prompt.text.lstrip(_MARKS)
    marks = prompt.text[: len(prompt.text) - len(text)]
    before, after = context.get(prompt.id, ("", ""))
    ids = dict.fromkeys(clip.prompt.id for clip in clips)
    return ScriptLine(
        number=number,
        id=prompt.id,
        text=text,
        # Without the replacements by characters of the same sound: people read the right ones.
        spoken=spoken_text(text, Pronunciation()),
        words=clips[0].words,
        edges=prompt.edges,
        before=before + marks.strip(),
        after=after,
        reading=reading_of(prompt.id),
        also=tuple(ids)[1:],
    )


def _context(sheet: Sheet) -> dict[str, tuple[str, str]]:
    """Return the words before and after each prompt that is a part of a sentence, by its id."""
    found = {}
    for prompt in sheet.prompts():
        pieces = parts(prompt)
        shown = [_shown(piece) for piece in pieces]
        for place, piece in enumerate(pieces):
            if isinstance(piece, Prompt) and len(pieces) > 1:
                found[piece.id] = ("".join(shown[:place]), "".join(shown[place + 1 :]))
    return found


def _shown(piece: Prompt | Slot | str) -> str:
    match piece:
        case Prompt():
            return piece.text
        case Slot():
            return f"〔{piece.name}〕"
        case _:
            return piece


def _section(
    kind: str, lines: tuple[ScriptLine, ...], sheet: Sheet, context: Context
) -> ScriptSection:
    """Return the section of the script with ``lines``.

    ``kind`` is the id of a row of the sheet or a kind of value. ``context`` is the words that are
    spoken around a value, for the advice to the speaker.
    """
    row = PromptId.parse(lines[0].id).row
    if row in sheet.rows:
        return ScriptSection(sheet[row].situation, str(sheet[row].number), lines)
    if row == sheet.system.id:
        return ScriptSection(tr("system prompts (not on the sheet)"), "", lines)
    if row == KNOWLEDGE:
        return ScriptSection(tr("answers to questions (not on the sheet)"), "", lines)
    sentence = f"{context.before}〔…〕{context.after}"
    advice = tr("Say each line as it sounds inside the sentence: {sentence}")
    return ScriptSection(kind_title(kind), "", lines, advice.format(sentence=sentence), short=True)


def words_around(line: ScriptLine) -> Iterator[tuple[str, bool]]:
    """Yield the parts of the sentence that a line belongs to, in order.

    Each is a pair: the words, and True if the speaker reads them, False if they are only shown.
    """
    for words, read in ((line.before, False), (line.text, True), (line.after, False)):
        if words:
            yield words, read
