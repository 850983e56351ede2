"""The settings that the model's files give to Vosk: conf/mfcc.conf and conf/model.conf."""

FRAME_SECONDS, FRAME_CENTRE = 0.01, 0.0125
"""Seconds from one frame to the next, and from the start of a frame of 25 ms to its centre."""
CEPSTRA = 40
"""Number of mel-frequency cepstral coefficients of a frame."""
MFCC = {
    "use-energy": "false",
    "sample-frequency": "16000",
    "num-mel-bins": str(CEPSTRA),
    "num-ceps": str(CEPSTRA),
    "low-freq": "40",
    # Below half of 8 kHz, so that lines of 8 and of 16 kHz give the same features.
    "high-freq": "3700",
    "allow-upsample": "true",
    "allow-downsample": "true",
}
"""Options of conf/mfcc.conf, the computation of cepstra; front_end.py computes the same."""

DECODING = {
    "min-active": "200",
    "max-active": "3000",
    "beam": "14.0",
    "lattice-beam": "5.0",
    "acoustic-scale": "0.6",
    "frame-subsampling-factor": "3",
    "endpoint.silence-phones": "1",
    "endpoint.rule2.min-trailing-silence": "0.5",
    "endpoint.rule3.min-trailing-silence": "1.0",
    "endpoint.rule4.min-trailing-silence": "2.0",
}
"""Options of conf/model.conf, the decoder and its detection of the end of an utterance."""
