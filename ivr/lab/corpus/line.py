"""From what sounds at the caller's end to the frames that reach us."""

from dataclasses import dataclass, replace

from numpy.random import Generator

from ivr.dialogue.events import Condition
from ivr.hearing.frames import RATE
from ivr.hearing.g711 import Samples
from ivr.lab.corpus import telephone
from ivr.lab.corpus.sources import Wave
from ivr.lab.corpus.window import Truth, Window

SECONDS = 5.0
COUNT = round(SECONDS * RATE)


@dataclass(frozen=True, slots=True)
class Order:
    """Which window is wanted; with the seed it determines every sample of it."""

    group: str
    number: int
    value: float | None = None
    """For a sweep: the value of its quantity."""


@dataclass(slots=True)
class SimulatedLine:
    """A caller's telephone and the network between him and us."""

    narrow: bool
    gsm: bool
    alaw: bool
    loss: float
    pause: tuple[float, float] | None
    agc: bool
    suppression: bool

    @classmethod
    def any(cls, random: Generator, *, artefacts: bool = True) -> "SimulatedLine":
        """Mostly a plain line; a tenth each has one of the artefacts of real telephones."""
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
        """What the telephone makes of a caller: its band, and its automatic gain."""
        heard = telephone.band(sound, narrow=self.narrow)
        return telephone.automatic_gain(heard) if self.agc else heard

    def band(self, sound: Wave) -> Wave:
        """The telephone's band alone."""
        return telephone.band(sound, narrow=self.narrow)

    def frames(self, sound: Wave, random: Generator) -> telephone.Frames:
        """Through the codec and the network."""
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
        """The finished window, with what the line did written into its truth."""
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
