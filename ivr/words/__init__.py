"""What can be said, as files: the sheet, rendered prompts, composed sentences, phrases."""
