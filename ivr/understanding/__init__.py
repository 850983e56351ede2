"""Recogniser text to meaning: what the caller wants, and what he told by the way. Pure."""
