"""``python -m tools.tiny_vosk.clip``: make the sentence that `ivr models check` decodes.

It is spoken by the bot's own voice on a telephone line without noise. The file is a-law and part of
the package.
"""

import numpy as np

from ivr.hearing.g711 import encode_alaw
from ivr.recognition.check import CLIP, SAID
from tools.tiny_vosk.channel import telephone
from tools.tiny_vosk.synthesiser import Synthesiser


def main() -> None:
    """Synthesise the sentence SAID and write it to the file CLIP."""
    speech = Synthesiser().speak(SAID, "cmn", rate=175)
    sound = telephone(speech.samples, speech.rate, before=0.3, after=0.3, law=False)
    CLIP.write_bytes(encode_alaw(sound.astype(np.int16)))
    print(f"{CLIP.name}: {CLIP.stat().st_size} octets")


if __name__ == "__main__":
    main()
