"""Text as a person reads it aloud: digits, numbers and letters spelt out for the engine.

Only what the engine is given changes; the sheet's text stays the text of record. Pure.
"""

import re

_DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_TELEPHONE_DIGITS = _DIGITS | {"1": "幺"}
"""Digit by digit, 一 is said 幺, which cannot be taken for 七."""
_UNITS = ("", "十", "百", "千")


def spoken(text: str) -> str:
    """``text`` with everything written in signs replaced by what is said."""
    text = re.sub(r"www\.[\w.]+", lambda match: _website(match[0]), text, flags=re.ASCII)
    text = re.sub(r"\d+(?:-\d+)+", lambda match: _telephone(match[0]), text)
    text = re.sub(r"\d+", lambda match: _number_or_code(match[0], text[match.end() :]), text)
    text = text.replace("——", "，")
    text = re.sub(r"(?<=[^\x00-\x7f]) +| +(?=[^\x00-\x7f])", "", text)
    return text.strip("，。：；、 ")


def _website(address: str) -> str:
    """Letter by letter with 点 for the dots, slowly: a caller writes it down.

    Each letter stands alone between pauses, because an A among letters is read as the article.
    """
    return "，".join("点" if sign == "." else sign.upper() for sign in address)


def _telephone(number: str) -> str:
    """Digit by digit, with a pause at the hyphen."""
    return "，".join(_digit_by_digit(group) for group in number.split("-"))


def _digit_by_digit(digits: str) -> str:
    return "".join(_TELEPHONE_DIGITS[digit] for digit in digits)


def _number_or_code(digits: str, following: str) -> str:
    """A quantity is read as a number; what starts with 0 or is long is a code, read by digits."""
    if len(digits) > len(_UNITS) or (digits[0] == "0" and len(digits) > 1):
        return _digit_by_digit(digits)
    if digits == "2" and re.match(r"\s*(小时|个|天|位|次)", following):
        return "两"
    return cardinal(int(digits))


def cardinal(number: int) -> str:
    """A whole number below ten thousand in words: 24 is 二十四, 306 is 三百零六."""
    if not 0 <= number < 10_000:
        raise ValueError(f"{number} is not between 0 and 9999")
    words, digits = "", str(number)
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        if digit != "0":
            words += _DIGITS[digit] + _UNITS[place]
        elif words and not words.endswith("零"):
            words += "零"
    words = words.rstrip("零") or "零"
    return words.removeprefix("一") if 10 <= number < 20 else words
