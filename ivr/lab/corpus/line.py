"""Simulates the telephone line: from the audio at the caller's end to the frames that reach us."""

from dataclasses import dataclass, replace

from numpy.random import Generator

from ivr.dialogue.events import Condition
from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples
from ivr.lab.corpus import telephone
from ivr.lab.corpus.sources import Wave
from ivr.lab.corpus.window import Truth, Window

SECONDS = 5.0
"""Length in seconds of a window (a clip of a caller's line). Only the windows of the group
``barge_in`` are longer (6 s)."""
COUNT = round(SECONDS * RATE)
"""Number of samples in a window of SECONDS (5 s) at 8 kHz."""


@dataclass(frozen=True, slots=True)
class Order:
    """Description of one window (a clip of a caller's line) that is to be made. Together with the
    seed and the split it determines every sample."""

    group: str
    """Name of the recipe by which the window is made, such as ``ok``."""
    number: int
    """Number of the window, from 0, among the windows of the same group and the same ``value``."""
    value: float | None = None
    """Value of the varied quantity in a sweep (a series of windows), such as an SNR of 6 dB. None
    if the window belongs to no sweep."""


@dataclass(slots=True)
class SimulatedLine:
    """A caller's telephone and the network between them and us."""

    narrow: bool
    """Whether the telephone's band is only 330 to 2900 Hz instead of 300 to 3400 Hz."""
    gsm: bool
    """Whether a part of the audio path is coded by GSM full rate."""
    alaw: bool
    """Whether the codec is a-law rather than μ-law."""
    loss: float
    """Share of the packets that is lost, 0 to 1."""
    pause: tuple[float, float] | None
    """Begin and end of a time without packets, in seconds from the start of the window. None if
    there is no such time."""
    agc: bool
    """Whether the telephone has automatic gain control."""
    suppression: bool
    """Whether the telephone suppresses noise."""

    @classmethod
    def any(cls, random: Generator, *, artefacts: bool = True) -> "SimulatedLine":
        """Make a random line.

        Each artefact of real telephones (narrow band, GSM, automatic gain, noise suppression) is on
        about a tenth of the lines; without ``artefacts`` on none.
        """
        start = float(random.uniform(0.5, 4.5))
        some = [bool(random.random() < share) for share in (0.1, 0.1, 0.1, 0.08)]
        return cls(
            narrow=artefacts and some[0],
            gsm=artefacts and some[1],
            alaw=bool(random.random() < 0.7),
            loss=float(random.uniform(0, 0.05)) if random.random() < 0.5 else 0.0,
            pause=(start, start + float(random.uniform(0.06, 0.3)))
            if random.random() < 0.08
            else None,
            agc=artefacts and some[2],
            suppression=artefacts and some[3],
        )

    def microphone(self, sound: Wave) -> Wave:
        """Return the caller's audio at 8 kHz after the telephone's microphone. The audio is limited
        to the telephone's band. Automatic gain control is applied if the telephone has it."""
        heard = telephone.band(sound, narrow=self.narrow)
        return telephone.automatic_gain(heard) if self.agc else heard

    def band(self, sound: Wave) -> Wave:
        """Return the audio limited to the telephone's band."""
        return telephone.band(sound, narrow=self.narrow)

    def frames(self, sound: Wave, random: Generator) -> telephone.Frames:
        """Return the frames (20 ms) of ``sound`` that arrive after codec and network, each with its
        time of arrival."""
        decoded = telephone.codec(sound, alaw=self.alaw, gsm=self.gsm)
        return telephone.packets(decoded, random, loss=self.loss, pause=self.pause)

    def window(
        self,
        order: Order,
        label: Condition,
        sound: Wave,
        truth: Truth,
        random: Generator,
        prompt: tuple[Samples, float] | None = None,
    ) -> Window:
        """Return the finished window, with ``sound`` after codec and network. ``label`` is the
        condition that must be found on it.

        The properties of the line are added to ``truth``. ``prompt`` is the prompt played during
        the window: its samples, and its start in seconds from the start of the window. It is None
        if no prompt is played.
        """
        names = ("narrow", "gsm", "agc", "suppression")
        told = replace(
            truth,
            alaw=self.alaw,
            loss=self.loss,
            artefacts=tuple(name for name in names if getattr(self, name)),
        )
        return Window(
            order.group,
            order.number,
            label,
            len(sound) / RATE,
            self.frames(sound, random),
            told,
            *(prompt or (None, None)),
        )
