"""Render the words of the sheet as audio files, ahead of any call. Nothing here runs in a call."""


class VoiceError(Exception):
    """A prompt cannot be made, played or installed. The message says why and names the remedy."""
