"""Scenarios: calls that testers write down in files, made and judged."""
