"""What the model tells Vosk about itself: conf/mfcc.conf and conf/model.conf."""

FRAME_SECONDS, FRAME_CENTRE = 0.01, 0.0125
CEPSTRA = 40
MFCC = {
    "use-energy": "false",
    "sample-frequency": "16000",
    "num-mel-bins": str(CEPSTRA),
    "num-ceps": str(CEPSTRA),
    "low-freq": "40",
    # Below half of 8 kHz: a line at either rate gives the same features.
    "high-freq": "3700",
    "allow-upsample": "true",
    "allow-downsample": "true",
}
"""conf/mfcc.conf; front_end.py computes the same."""

DECODING = {
    "min-active": "200",
    "max-active": "3000",
    "beam": "14.0",
    "lattice-beam": "5.0",
    "acoustic-scale": "0.7",
    "frame-subsampling-factor": "3",
    "endpoint.silence-phones": "1",
    "endpoint.rule2.min-trailing-silence": "0.5",
    "endpoint.rule3.min-trailing-silence": "1.0",
    "endpoint.rule4.min-trailing-silence": "2.0",
}
"""conf/model.conf."""
