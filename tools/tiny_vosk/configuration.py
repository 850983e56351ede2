"""The settings of the tiny model: those in its files for Vosk, and its licence."""

FRAME_SECONDS, FRAME_CENTRE = 0.01, 0.0125
"""Seconds from one frame to the next, and from the start of a frame of 25 ms to its centre."""
CEPSTRA = 40
"""Number of mel-frequency cepstral coefficients of a frame."""
BANDS = 40
"""Number of bands of the filter bank that sherpa-onnx gives to the tiny model."""
SUBSAMPLING, SUBSAMPLED_AT = 3, 1
"""Of the network's second layer (index 1) and those after it, only every third frame is computed.
Vosk's settings say 3 as well."""
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
    "frame-subsampling-factor": str(SUBSAMPLING),
    "endpoint.silence-phones": "1",
    "endpoint.rule2.min-trailing-silence": "0.5",
    "endpoint.rule3.min-trailing-silence": "1.0",
    "endpoint.rule4.min-trailing-silence": "2.0",
}
"""Options of conf/model.conf, the decoder and its detection of the end of an utterance."""

WEIGHTS_LICENCE = """\
CC BY-SA, and only for trying and testing: trained on speech of espeak-ng, on speech of the \
demonstration voice baker (corpus of DataBaker, non-commercial use only), and on recordings of Yue \
Tan (Shtooka collection cmn-caen-tan) and Chen Wang from Audio-cmn (project management Hugo Lopez, \
recording software Nicolas Vion; CC BY-SA)"""
"""Terms of the trained weights, for the manifests of the models."""
