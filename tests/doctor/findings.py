"""Helpers of the doctor's tests: spoil the settings, pick a finding."""

from pathlib import Path

from ivr.doctor import Check


def changed(place: Path, old: str, new: str) -> Path:
    """Replace a piece of the settings file, and return its path."""
    text = place.read_text()
    assert old in text
    place.write_text(text.replace(old, new))
    return place


def found(checks: list[Check], name: str) -> Check:
    """Return the only finding of this name."""
    (check,) = [check for check in checks if check.name == name]
    return check
