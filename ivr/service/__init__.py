"""The running service: builds every part from the settings, starts, stops and counts."""
