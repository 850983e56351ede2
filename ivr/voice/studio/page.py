"""The script of a studio session as an HTML page that prints well, and the advice at its top."""

from ivr.pages import page_template
from ivr.translation import tr
from ivr.voice.studio.script import StudioScript, words_around


def session_advice(*, slow: bool = False) -> list[str]:
    """Return what the speaker and the sound engineer must know, one sentence or two for each item.

    ``slow`` says that the session is for the slow rendering.
    """
    pace = (
        tr(
            "Speak slowly, as to somebody who hears badly: at three quarters of your usual pace, "
            "with longer pauses at punctuation marks, but shorter than half a second."
        )
        if slow
        else tr(
            "Speak as to a guest, calmly and clearly, at about four syllables a second. Pause at "
            "punctuation marks for less than half a second."
        )
    )
    return [
        tr(
            "Choose a small, quiet room with soft furnishings, switch off whatever hums, and keep "
            "the same distance from the microphone all the time: 20 cm, with a pop filter."
        ),
        tr(
            "Record one channel as WAV or FLAC at 44.1 or 48 kHz, without noise reduction and "
            "without automatic gain. The loudest words stay 6 dB below full scale."
        ),
        tr(
            "Read the large words only, in this order, without the numbers and ids beside them. "
            "Grey words show the sentence around a part, and 〔 〕 a value that is inserted there."
        ),
        tr("Small words below a line show how its digits, numbers and letters are read."),
        pace,
        tr(
            "Be silent for at least one second, better two, before and after every line. The "
            "machine cuts the session there."
        ),
        tr(
            "After a mistake be silent for a second and say the whole line again, as often as you "
            "like: the last good one counts."
        ),
        tr(
            "Drink, cough and turn pages in the silence between two lines, not closely before or "
            "after one. You may stop the recording at any line and go on in another file."
        ),
    ]


def script_title(script: StudioScript) -> str:
    """Return the title of the script: the company's name and what the paper is."""
    return tr("{company} · script for the studio").format(company=script.title or tr("Prompts"))


def script_summary(script: StudioScript) -> str:
    """Return how much there is to read, in one line."""
    return tr("{lines} lines, about {minutes:.0f} minutes with the pauses").format(
        lines=len(script.lines), minutes=max(1.0, script.minutes)
    )


def script_page(script: StudioScript, *, slow: bool = False) -> str:
    """Return the script as an HTML page that loads nothing from elsewhere.

    ``slow`` says that the session is for the slow rendering.
    """
    return page_template("ivr.voice", "script.html.j2").render(
        title=script_title(script),
        summary=script_summary(script),
        advice=session_advice(slow=slow),
        sections=script.sections,
        words_around=words_around,
    )
