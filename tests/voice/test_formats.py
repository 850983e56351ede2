"""All formats of a prompt have one level; two of them have the wide band."""

import av
import numpy as np
import pytest

from ivr.hearing.g711 import decode_alaw, decode_ulaw
from ivr.hearing.level import active_speech_level, peak_dbfs
from ivr.words.catalogue import Catalogue
from tests.voice.rendered_sheet import Rendered


@pytest.mark.slow
def test_every_format_is_within_level_and_peak(rendered: Rendered) -> None:
    catalogue = Catalogue.load(rendered.directory)
    for id in rendered.sentences():
        octets = {ext: catalogue.path(id, ext).read_bytes() for ext in ("alaw", "ulaw", "sln16")}
        wide = np.frombuffer(octets["sln16"], "<i2")
        narrow = (decode_alaw(octets["alaw"]), decode_ulaw(octets["ulaw"]))
        for heard, rate in ((narrow[0], 8000), (narrow[1], 8000), (wide, 16000)):
            level = active_speech_level(heard, rate).level_dbov
            assert level == pytest.approx(-22.0, abs=1.0), id
            assert peak_dbfs(heard) <= -3.0, id
        assert len(wide) == 2 * len(narrow[0])


def test_g722_is_the_wide_band_at_half_the_octets(rendered: Rendered) -> None:
    """The decoded sound is the same, 22 samples later: the delay of the codec's filters."""
    catalogue = Catalogue.load(rendered.directory)
    wide = np.frombuffer(catalogue.path("greeting.ask", "sln16").read_bytes(), "<i2")
    octets = catalogue.path("greeting.ask", "g722").read_bytes()
    decoder = av.CodecContext.create("g722", "r")
    decoder.sample_rate, decoder.layout = 16000, "mono"
    heard = np.concatenate(
        [each.to_ndarray().ravel() for each in decoder.decode(av.Packet(octets))]
    )
    assert len(octets) * 2 == len(wide)
    assert np.corrcoef(wide[:-22], heard[22:])[0, 1] > 0.98


def test_the_wide_band_has_power_above_the_telephone_band(rendered: Rendered) -> None:
    wide = np.frombuffer(
        Catalogue.load(rendered.directory).path("greeting.ask", "sln16").read_bytes(), "<i2"
    )
    spectrum = np.abs(np.fft.rfft(wide.astype(float))) ** 2
    hz = np.fft.rfftfreq(len(wide), 1 / 16000)
    assert spectrum[(hz > 3600) & (hz < 6500)].sum() > 0.001 * spectrum.sum()
