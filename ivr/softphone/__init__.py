"""A SIP test caller: it makes calls, sends the sounds and keys of a script, and records packets.

It knows nothing of the service. It can therefore call any SIP server.
"""

from ivr.softphone.call import SoftphoneCall
from ivr.softphone.matching import HeardPrompt, heard_prompts, measured_waits
from ivr.softphone.phone import Softphone
from ivr.softphone.recording import CallRecording, Gaps
from ivr.softphone.script import (
    ALAW,
    ULAW,
    Action,
    ComfortNoise,
    Digits,
    HangUpStep,
    Noise,
    NoRtp,
    PlayedSound,
    Silence,
    Tone,
)

__all__ = [
    "ALAW",
    "ULAW",
    "Action",
    "CallRecording",
    "ComfortNoise",
    "Digits",
    "Gaps",
    "HangUpStep",
    "HeardPrompt",
    "NoRtp",
    "Noise",
    "PlayedSound",
    "Silence",
    "Softphone",
    "SoftphoneCall",
    "Tone",
    "heard_prompts",
    "measured_waits",
]
