"""Trains the tiny Vosk model that the tests and the embedded default decode with.

It is made of espeak-ng's speech only: it understands synthetic callers and no person. In the order
of the work, each run as ``python -m tools.tiny_vosk.<step>`` from the checkout:

``corpus``  speaks, disturbs and labels about 6.5 hours of speech, one process per seed
``train``   fits a small time-delay network to it and writes the acoustic model
``graph``   spells words.txt and phrases.txt into the decoding graph and packs model.zip
``score``   decodes unseen voices and prints what is recognised at which noise

Words and sentences can be changed with ``graph`` alone: it takes the acoustic model from the
packed model, and needs neither torch nor the corpus. README.md says how long each step takes.
"""
