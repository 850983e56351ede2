"""``ivr calls``: gathers its commands from the rooms records and commands."""

from ivr.commands import replay, review_commands
from ivr.records.call_commands import calls_app

__all__ = ["calls_app", "replay", "review_commands"]  # the modules add their commands to the app
