"""Scenarios: test calls that testers describe in files, and that are then made and judged."""
