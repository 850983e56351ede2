"""Training of the tiny Vosk model, which the tests use and ``ivr`` falls back on.

It is trained on the speech of espeak-ng, of the voice baker and of two people. The steps in their
order, each run as ``python -m tools.tiny_vosk.<step>`` from the checkout:

``natural`` lets the voice baker speak random texts
``align``   finds when people say each phone in their recordings
``corpus``  disturbs and labels the training speech, one process per seed
``train``   fits a small time-delay network to it and writes the acoustic model
``graph``   builds the decoding graph from words.txt and phrases.txt and packs tiny-cn.zip
``unfold``  makes a checkpoint of the packed weights, from which ``train`` and ``align`` go on
``ctc``     trains a head on the packed network, for sherpa-onnx
``ctc_model`` writes the tiny model for sherpa-onnx from the packed network and that head
``score``   decodes voices that were not trained and prints how much is right at each SNR

Words and sentences can be changed with ``graph`` alone: it takes the acoustic model from the
packed model, and needs neither torch nor the corpus. README.md says how long each step takes.
"""
