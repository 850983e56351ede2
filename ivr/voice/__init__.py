"""Render the words of the sheet as audio files, ahead of any call. Nothing here runs in a call."""


class VoiceError(Exception):
    """A prompt or a voice cannot be made, used or installed.

    A prompt is words that the hotline says. The message says why and names the remedy.
    """
