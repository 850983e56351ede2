"""The means to play scenarios: a sheet of prompts, their rendered files and a vocabulary."""

from dataclasses import dataclass
from pathlib import Path

from ivr.dialogue.row import Prompt
from ivr.etiquette.sheet import Sheet
from ivr.scenario.steps import Hears
from ivr.words.catalogue import Catalogue
from ivr.words.composition import Composer, Vocabulary
from ivr.words.wording import read_sheet, read_vocabulary


@dataclass(frozen=True, eq=False)
class Stage:
    """The etiquette sheet, rendered prompts and vocabulary, which all calls of a run share."""

    sheet: Sheet
    catalogue: Catalogue
    vocabulary: Vocabulary

    @classmethod
    def load(cls, sheet: Path, rendered: Path) -> "Stage":
        """Return the stage for a sheet file and the directory ``rendered`` of audio files.

        The vocabulary is read from the directory of the sheet file. Raise SheetError,
        VocabularyError, CatalogueError or OSError when one of them cannot be used.
        """
        return cls(read_sheet(sheet), Catalogue.load(rendered), read_vocabulary(sheet.parent))

    @property
    def compose(self) -> Composer:
        """A function that fills the slots of a prompt with values, as the service does."""
        has = self.catalogue.__contains__
        return Composer(self.vocabulary, has, forbids=self.sheet.forbidden_in)

    def prompt(self, id: str) -> Prompt:
        """Return the prompt with this id; raise StopIteration if the sheet has none."""
        return next(prompt for prompt in self.sheet.prompts() if prompt.id == id)

    def filled(self, step: Hears) -> Prompt | None:
        """Return the prompt that ``step`` waits to hear, with the step's values in its slots.

        Return None if the step gives no values.
        """
        return self.compose(self.prompt(step.hears), step.values) if step.values else None

    def spelled(self, step: Hears) -> str | None:
        """Return the text of the prompt that ``step`` waits to hear, with values in its slots.

        Return None if the step gives no values.
        """
        prompt = self.filled(step)
        return None if prompt is None else prompt.text
