"""The recogniser's front end: cepstra of speech at 8 kHz, as libvosk computes them."""

import kaldi_native_fbank as knf
import numpy as np
from numpy.typing import NDArray

from tools.tiny_vosk.channel import RATE, Sound
from tools.tiny_vosk.configuration import CEPSTRA


def features(sound: Sound) -> NDArray[np.float32]:
    """Return the cepstra of ``sound`` (8 kHz), as libvosk computes them with :data:`MFCC`.

    The shape is (frames of 10 ms, CEPSTRA).
    """
    options = knf.MfccOptions()
    options.frame_opts.samp_freq = 2 * RATE
    options.frame_opts.dither = 1.0
    options.use_energy = False
    options.num_ceps = options.mel_opts.num_bins = CEPSTRA
    options.mel_opts.low_freq, options.mel_opts.high_freq = 40, 3700
    mfcc = knf.OnlineMfcc(options)
    mfcc.accept_waveform(2 * RATE, _doubled(sound).astype(np.float32).tolist())
    mfcc.input_finished()
    frames = [mfcc.get_frame(index) for index in range(mfcc.num_frames_ready)]
    return np.stack(frames) if frames else np.zeros((0, CEPSTRA), np.float32)


def _doubled(sound: Sound) -> Sound:
    """Return ``sound`` resampled from 8 to 16 kHz, as Kaldi's LinearResample does it.

    Its filter is a low-pass at 3.96 kHz with six zeros of a sinc to either side.
    """
    offsets = np.arange(-8, 9) / RATE
    doubled = np.zeros(2 * len(sound))
    for phase in (0, 1):
        kernel = _window(offsets - phase * 0.5 / RATE) / RATE
        doubled[phase::2] = np.convolve(sound, kernel[::-1], "same")
    return doubled


def _window(seconds: Sound) -> Sound:
    """Return the low-pass kernel (a sinc in a Hann window) at these offsets in seconds."""
    cut, zeros = 0.99 * RATE / 2, 6
    raised = 0.5 * (1 + np.cos(2 * np.pi * cut / zeros * seconds))
    inside = np.abs(seconds) < zeros / (2 * cut)
    return np.where(inside, raised, 0) * 2 * cut * np.sinc(2 * cut * seconds)
