"""``python -m tools.tiny_vosk.clip``: the sentence that `ivr models check` decodes.

Said by the bot's own voice, on a telephone line without noise; a-law, in the package.
"""

import numpy as np

from ivr.hearing.g711 import encode_alaw
from ivr.recognition.check import CLIP, SAID
from tools.tiny_vosk.channel import telephone
from tools.tiny_vosk.synthesiser import Synthesiser


def main() -> None:
    """Say it and write it."""
    speech = Synthesiser().speak(SAID, "cmn", rate=175)
    sound = telephone(speech.samples, speech.rate, before=0.3, after=0.3, law=False)
    CLIP.write_bytes(encode_alaw(sound.astype(np.int16)))
    print(f"{CLIP.name}: {CLIP.stat().st_size} octets")


if __name__ == "__main__":
    main()
