"""``python -m tools.people_table RECORDINGS OUT``: recordings of people for judging, as a corpus.

RECORDINGS holds the people's words and syllables (see tools/recordings.py). OUT becomes a folder
for ``ivr bench recognition --corpus OUT``: links to the words that training leaves out, and
``table.csv`` with the words, the speaker and the sex. ``--copy`` copies the sound files, so that
OUT can be moved.
``--all-of words|syllables`` takes all recordings of one speaker that can be read in one way only,
for a model that was trained without that speaker.
"""

import argparse
import csv
import shutil
from collections.abc import Sequence
from pathlib import Path

from ivr.commands.people_corpus import PEOPLE_COLUMNS
from tools.recordings import SPEAKERS, Recording, find_recordings
from tools.tiny_vosk.sounds import SIGNS

TABLE = "table.csv"


def main() -> None:
    """Make the corpus, and print how many words it has."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recordings", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--copy", action="store_true", help="copy the files in place of links")
    parser.add_argument("--all-of", choices=SPEAKERS, help="all recordings of this speaker")
    arguments = parser.parse_args()
    speaker = arguments.all_of
    try:
        chosen = [
            one
            for one in find_recordings(arguments.recordings)
            if (one.held_out if speaker is None else one.speaker == speaker)
            and one.certain
            and words_in(one)
        ]
        write_people_table(chosen, arguments.out, copy=arguments.copy)
    except OSError as error:
        parser.error(str(error))
    print(f"{arguments.out / TABLE}: {len(chosen)} recordings")


def words_in(recording: Recording) -> str:
    """Return the words of ``recording`` in characters; "" for a syllable without a character."""
    if recording.speaker == "words":
        return recording.path.stem
    return SIGNS.get(recording.syllables[0], "")


def write_people_table(recordings: Sequence[Recording], out: Path, *, copy: bool = False) -> None:
    """Write a corpus of ``recordings`` into the directory ``out``: their files and the table.

    A file of ``out`` that has the name of a recording is replaced. Raise OSError if ``out`` cannot
    be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    for one in recordings:
        target = out / one.path.name
        target.unlink(missing_ok=True)
        if copy:
            shutil.copyfile(one.path, target)
        else:
            target.symlink_to(one.path.resolve())
    with (out / TABLE).open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, PEOPLE_COLUMNS[:4])
        table.writeheader()
        for one in recordings:
            table.writerow(
                {
                    "path": one.path.name,
                    "words": words_in(one),
                    "speaker": SPEAKERS[one.speaker],
                    "sex": "f",
                }
            )


if __name__ == "__main__":
    main()
