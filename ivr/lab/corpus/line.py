"""The line from the sound at the caller's end to the frames that reach us."""

from dataclasses import dataclass, replace

from numpy.random import Generator

from ivr.dialogue.events import Condition
from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples
from ivr.lab.corpus import telephone
from ivr.lab.corpus.sources import Wave
from ivr.lab.corpus.window import Truth, Window

SECONDS = 5.0
"""Length of most windows."""
COUNT = round(SECONDS * RATE)
"""Samples in such a window."""


@dataclass(frozen=True, slots=True)
class Order:
    """Which window to make; together with seed and split it determines every sample."""

    group: str
    """Name of the recipe."""
    number: int
    """Number of the window in its group."""
    value: float | None = None
    """Value of the quantity of a sweep; None if it is no sweep."""


@dataclass(slots=True)
class SimulatedLine:
    """A caller's telephone and the network between them and us."""

    narrow: bool
    """Whether the band is only 330 to 2900 Hz."""
    gsm: bool
    """Whether a part of the way is coded by GSM full rate."""
    alaw: bool
    """Whether the codec is a-law rather than μ-law."""
    loss: float
    """Share of packets lost."""
    pause: tuple[float, float] | None
    """Begin and end in seconds of a time without packets."""
    agc: bool
    """Whether the telephone has automatic gain control."""
    suppression: bool
    """Whether the telephone suppresses noise."""

    @classmethod
    def any(cls, random: Generator, *, artefacts: bool = True) -> "SimulatedLine":
        """Make a random line; each artefact of real telephones is on a tenth of the lines."""
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
        """Return a caller's sound as the telephone picks it up: its band and automatic gain."""
        heard = telephone.band(sound, narrow=self.narrow)
        return telephone.automatic_gain(heard) if self.agc else heard

    def band(self, sound: Wave) -> Wave:
        """Return the sound in the telephone's band."""
        return telephone.band(sound, narrow=self.narrow)

    def frames(self, sound: Wave, random: Generator) -> telephone.Frames:
        """Return the frames that arrive after codec and network."""
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
        """Return the finished window; what the line did is added to its truth.

        ``prompt`` is a prompt that plays meanwhile and when it starts.
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
