"""Recognise speech with Vosk at 8 kHz; fetch, check and install its models."""
