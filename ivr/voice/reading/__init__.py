"""The front end of the natural voice: from the text of a prompt to syllables with their tones.

:func:`ivr.voice.reading.spoken.spoken_text` spells out digits, dates and addresses in characters.
:func:`ivr.voice.reading.aloud.read_aloud` returns the syllables of the result. This package reads
no audio and no file except its dictionaries and the tables of pronunciation and surnames.
"""
