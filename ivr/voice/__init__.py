"""Words to speech files, ahead of any call. Nothing here runs while a caller is on the line."""


class VoiceError(Exception):
    """A prompt cannot be made; the message says why."""
