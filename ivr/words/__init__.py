"""The words of the hotline as files: the sheet, rendered prompts, values for slots, phrases."""
