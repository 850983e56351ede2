"""The variants of espeak-ng's voice for training the model, and those for measuring it."""

_TRAINED = """
m1 m2 m3 m4 m5 m6 m7 f1 f2 f3 f5 Alex Andy Annie Andrea Lee adam anika aunty benjamin boris david ed
edward grandpa iven john linda marcelo max michael norbert paul rob steph travis Diogo Gene Henrique
Hugo Jacky Marco Mario Reed announcer antonio caleb gustave ian kaukovalta miguel pedro robert
sandro victor zac
"""
VARIANTS = _TRAINED.split()
"""Variants of the voice that the model is trained with."""
UNSEEN = ("f4", "m8", "belinda", "Mike")
"""Variants of the voice that are never trained; ``score`` measures with the first two."""
