"""Spell out digits, numbers and letters for the speech engine, as a person reads them aloud.

Only the words for the engine change; the manifest and the records have the sheet's text. Each kind
of text that is written in signs (a date, a price, a telephone number …) has an entry in
:data:`_KINDS`. The entries are applied to the whole text in the order of that table, each once.
"""

import re
import unicodedata
from collections.abc import Callable

from ivr.understanding.numerals import DIGITS, cardinal, digit_by_digit, telephone_groups
from ivr.voice.reading.pronunciation import Pronunciation, shipped_pronunciation

_MEASURE = r"(?:小时|分钟|秒|个|天|位|次|家|种|台|周|元|块|点|倍|人|名|份|部|条|年(?!级))"
"""Pattern of the measure words (个, 次 …). Before them the number 2 is read as 两."""
_COUNTED = re.compile(rf"\s*(?:{_MEASURE}|万|亿|户|米|字|月|日|号|岁)")
"""Pattern of the words that make the digits before them a quantity. Other digits may be a code."""
_TWO = re.compile(rf"\s*{_MEASURE}")
_LONGEST_NUMBER = 12
"""Upper limit for the digits of a quantity. More digits are read one by one as a code, even before
a unit."""
_LONGEST_BARE_NUMBER = 4
"""Upper limit for the digits of a number without a unit. More digits are read one by one as a code
(a QQ number, a ticket)."""


def spoken_text(text: str, pronunciation: Pronunciation | None = None) -> str:
    """Return ``text`` as a speech engine is given it: digits, letters and signs are spelt out.

    The result has no digits. ``pronunciation`` has the words to replace by others that are read
    rightly; None means the table shipped with the product. Raise VoiceError if that table is wrong;
    no ``text`` causes an error.
    """
    table = shipped_pronunciation() if pronunciation is None else pronunciation
    text = table.applied(_ordinary(text))
    for pattern, said in _KINDS:
        text = pattern.sub(said, text)
    text = re.sub(r"(?<=[^\x00-\x7f]) +| +(?=[^\x00-\x7f])", "", text)
    return text.lstrip("，。：；、 ").rstrip()


def _ordinary(text: str) -> str:
    """Return ``text`` with digits of any script and full-width letters replaced by ASCII."""
    signs = []
    for sign in text:
        digit = unicodedata.digit(sign, None)
        if digit is not None:
            sign = str(digit)
        elif "！" <= sign <= "～" and (plain := unicodedata.normalize("NFKC", sign)).isalpha():
            sign = plain
        signs.append(sign)
    return "".join(signs)


def _website(match: re.Match[str]) -> str:
    """Return a web or mail address spelt letter by letter, with 点 (dot) for a dot.

    Callers can then write it down. Each letter stands between pauses, because espeak reads an A
    among letters as the article.
    """
    names = DIGITS | {".": "点", "@": "艾特", "-": "横杠", "_": "下划线", "/": "斜杠"}
    return "，".join(names.get(sign, sign.upper()) for sign in match[0])


def _telephone(match: re.Match[str]) -> str:
    """Return the words for a telephone number: digit by digit, with a pause (，) between groups."""
    return "，".join(digit_by_digit(group) for group in telephone_groups(match[0]))


def _date(match: re.Match[str]) -> str:
    """Return the words for a date: 2026-11-22 becomes 二零二六年十一月二十二日.

    If it is no date, its digits are read one by one.
    """
    year, month, day = match.groups()
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return "，".join(digit_by_digit(group) for group in match.groups())
    return f"{_plain_digits(year)}年{cardinal(int(month))}月{cardinal(int(day))}日"


def _year(match: re.Match[str]) -> str:
    return _plain_digits(match[1]) + "年"


def _time(match: re.Match[str]) -> str:
    """Return the words for a time: 8:00 becomes 八点整, 14:05 十四点零五分, 2:30 两点三十分."""
    hour, minute, second = int(match[1]), int(match[2]), match[3]
    words = ("两" if hour == 2 else cardinal(hour)) + "点"
    if second is None and minute == 0:
        return words + "整"
    words += _minutes(minute) + "分"
    return words + (_minutes(int(second)) + "秒" if second is not None else "")


def _minutes(number: int) -> str:
    return ("零" if number < 10 else "") + cardinal(number) if number else "零"


def _money(match: re.Match[str]) -> str:
    """Return the words for a price: ¥1280.50 becomes 一千二百八十元五角, 0.05 元 becomes 五分."""
    whole, cents = (match[1] or match[3]).replace(",", ""), (match[2] or match[4] or "")
    if len(whole) > _LONGEST_NUMBER:
        return _plain_digits(whole) + "元"
    tenths, hundredths = (cents + "00")[0], (cents + "00")[1]
    words = _counted(int(whole)) + "元" if int(whole) or int(cents or 0) == 0 else ""
    if tenths != "0":
        words += f"{DIGITS[tenths]}角"
    if hundredths != "0":
        words += ("零" if words and tenths == "0" else "") + f"{DIGITS[hundredths]}分"
    return words


def _counted(number: int) -> str:
    return "两" if number == 2 else cardinal(number)


def _share(match: re.Match[str]) -> str:
    """Return the words for a percentage or a per mille: 12.5% becomes 百分之十二点五."""
    return ("百分之" if match[2] == "%" else "千分之") + _decimal_words(match[1])


def _decimal(match: re.Match[str]) -> str:
    return _decimal_words(match[0])


def _decimal_words(number: str) -> str:
    """Return the words for a number with dots: 3.14 becomes 三点一四, and 1.2.3 一点二点三."""
    whole, *rest = number.replace(",", "").split(".")
    digits = (_plain_digits(part) for part in rest)
    return "点".join((_whole_words(whole), *digits))


def _whole_words(digits: str) -> str:
    return cardinal(int(digits)) if len(digits) <= _LONGEST_NUMBER else _plain_digits(digits)


def _plain_digits(digits: str) -> str:
    return "".join(DIGITS[digit] for digit in digits)


def _range(match: re.Match[str]) -> str:
    return f"{match[1]}到"


def _number_or_code(match: re.Match[str]) -> str:
    """Return the words for digits: for a quantity as a number, for a code one by one.

    They are a code if they start with 0 (except 0 alone) or are too many for a quantity. With a
    unit or commas, more than 12 (_LONGEST_NUMBER) are too many; otherwise more than 4
    (_LONGEST_BARE_NUMBER).
    """
    digits = match[0].replace(",", "")
    before, after = match.string[: match.start()], match.string[match.end() :][:8]
    counted = _COUNTED.match(after) is not None
    longest = _LONGEST_NUMBER if counted or "," in match[0] else _LONGEST_BARE_NUMBER
    if (digits[0] == "0" and len(digits) > 1) or len(digits) > longest:
        return "，".join(digit_by_digit(group) for group in telephone_groups(digits))
    if digits == "2" and _TWO.match(after) and not before.rstrip().endswith("第"):
        return "两"
    return cardinal(int(digits))


_NUMBER = r"\d{1,3}(?:,\d{3})+|\d+"
_KINDS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern, re.ASCII), said)
    for pattern, said in (
        (r"[\w.-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://)?www\.[\w./-]+", _website),
        (r"\b[a-zA-Z][\w-]*(?:\.[a-zA-Z][\w-]*)*\.(?:com|cn|net|org)\b", _website),
        (r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)", _date),
        (r"(?<!\d)(\d{4})\s*年", _year),
        (r"((?<!\d)\d{1,2}[:：]\d\d)\s*[-~～—至]+\s*(?=\d{1,2}[:：]\d\d)", _range),
        (r"(?<!\d)([01]?\d|2[0-4])[:：]([0-5]\d)(?:[:：]([0-5]\d))?(?!\d)", _time),
        (rf"[¥￥]\s*({_NUMBER})(?:\.(\d{{1,2}}))?|({_NUMBER})\.(\d{{1,2}})\s*元", _money),
        (rf"((?:{_NUMBER})(?:\.\d+)?)\s*([%‰])", _share),
        (rf"(?:{_NUMBER})(?:\.\d+)+", _decimal),
        (r"((?<![\d-])[1-9]\d?)\s*[-~～]\s*(?=[1-9]\d?(?![\d-]))", _range),
        (r"\+\d+(?:[- ]\d+)*|\d+(?:-\d+)+", _telephone),
        (_NUMBER, _number_or_code),
        (r"\s*(?:——|[/／|])\s*", lambda match: "，"),
        (r"\s*&\s*", lambda match: "和"),
        (r"\s*℃", lambda match: "摄氏度"),
        (r"\s*[#＃]\s*", lambda match: "井号"),
        (r"\s*[*＊]\s*", lambda match: "星号"),
    )
)
"""The kinds of text that are written in signs: a pattern, and the function that returns the words
for it. They are applied in this order."""
