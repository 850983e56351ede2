"""The words that scenarios are played with: a sheet, its rendered prompts, who understands."""

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
    """What every call of a run shares."""

    sheet: Sheet
    catalogue: Catalogue
    vocabulary: Vocabulary

    @classmethod
    def load(cls, sheet: Path, rendered: Path) -> "Stage":
        """SheetError, VocabularyError, CatalogueError or OSError say what is wrong."""
        return cls(read_sheet(sheet), Catalogue.load(rendered), read_vocabulary(sheet.parent))

    @property
    def compose(self) -> Composer:
        """Fills the slots as the service does."""
        has = self.catalogue.__contains__
        return Composer(self.vocabulary, has, forbids=self.sheet.forbidden_in)

    def prompt(self, id: str) -> Prompt:
        """The prompt of the sheet with this id."""
        return next(prompt for prompt in self.sheet.prompts() if prompt.id == id)

    def filled(self, step: Hears) -> Prompt | None:
        """The prompt as a step wants it filled; None when it wants nothing of its slots."""
        return self.compose(self.prompt(step.hears), step.values) if step.values else None

    def spelled(self, step: Hears) -> str | None:
        """Its text."""
        prompt = self.filled(step)
        return None if prompt is None else prompt.text
