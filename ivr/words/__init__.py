"""The words of the hotline as files: the sheet, rendered prompts, composed sentences, phrases."""
