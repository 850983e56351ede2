"""Our SIP test caller: places calls, sends what a script says, measures every packet.

Knows telephones, not our service: it is used against anything that speaks SIP.
"""

from ivr.softphone.call import Call
from ivr.softphone.matching import HeardPrompt, heard_prompts, waits
from ivr.softphone.phone import Softphone
from ivr.softphone.recording import CallRecording, Gaps
from ivr.softphone.script import (
    ALAW,
    ULAW,
    Action,
    Audio,
    ComfortNoise,
    Digits,
    HangUp,
    Noise,
    NoRtp,
    Silence,
    Tone,
)

__all__ = [
    "ALAW",
    "ULAW",
    "Action",
    "Audio",
    "Call",
    "CallRecording",
    "ComfortNoise",
    "Digits",
    "Gaps",
    "HangUp",
    "HeardPrompt",
    "NoRtp",
    "Noise",
    "Silence",
    "Softphone",
    "Tone",
    "heard_prompts",
    "waits",
]
