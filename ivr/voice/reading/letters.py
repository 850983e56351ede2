"""How people in China say Latin letters in a Mandarin sentence.

No standard prescribes the names: dictionaries list words such as KTV without pinyin. The syllables
here are the common names in the north of China, in Mandarin's own sounds and tones: the English
names, as far as Mandarin has their sounds. A name of one syllable has tone 1 or 4. In a longer one,
the first syllable rises and the others are neutral, as the English names are stressed.
"""

from ivr.voice.reading.pinyin import Toned, syllables_in

LETTER_NAMES: dict[str, tuple[Toned, ...]] = {
    letter: syllables_in(said)
    for letter, said in {
        "A": "ei1",
        "B": "bi4",
        "C": "sei1",
        "D": "di4",
        "E": "yi4",
        "F": "ai2 fu5",
        "G": "ji4",
        "H": "ei2 chi5",
        "I": "ai4",
        "J": "zhei4",
        "K": "kei4",
        "L": "ai2 lou5",
        "M": "ai2 mu5",
        "N": "en1",
        "O": "ou1",
        "P": "pi4",
        "Q": "kiu1",
        "R": "a2 er5",
        "S": "ai2 si5",
        "T": "ti4",
        "U": "you1",
        "V": "wei1",
        "W": "da2 bu5 liu5",
        "X": "ai2 ke5 si5",
        "Y": "wai4",
        "Z": "zei4",
    }.items()
}
"""The syllables of each letter, by the capital."""
