"""How numbers are grouped and read in Mandarin. Pure; shared by composing and by rendering."""

import re
import unicodedata

DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
TELEPHONE_DIGITS = DIGITS | {"1": "幺"}
"""Digit by digit, 一 is said 幺, which cannot be taken for 七."""
_TELEPHONE = re.compile(
    r"1[3-9]\d{9}"  # mobile
    r"|[48]00\d{7}"
    r"|(?:010|02\d)[2-8]\d{7}|0[3-9]\d\d[2-8]\d{6,7}"  # area code and subscriber
    r"|[2-8]\d{6,7}"
)
_UNITS = ("", "十", "百", "千")
_LARGE = ("", "万", "亿", "万亿")
LARGEST = 10**16 - 1


def cardinal(number: int) -> str:
    """A whole number in words: 24 is 二十四, 306 三百零六, 120000 十二万.

    ValueError below 0 or above :data:`LARGEST`.
    """
    if not 0 <= number <= LARGEST:
        raise ValueError(f"{number} is not between 0 and {LARGEST}")
    if number == 0:
        return DIGITS["0"]
    words, above = "", False
    for power in range(3, -1, -1):
        section = number // 10_000**power % 10_000
        if section:
            gap = above and (section < 1000 or words.endswith("零"))
            words = words.rstrip("零") + "零" * gap + _section(section) + _LARGE[power]
        elif words and not words.endswith("零"):
            words += "零"
        above = above or bool(section)
    words = words.rstrip("零")
    return words.removeprefix("一") if words.startswith("一十") else words


def _section(number: int) -> str:
    """1 to 9999, with 一十 for 10."""
    words, digits = "", str(number)
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        if digit != "0":
            words += DIGITS[digit] + _UNITS[place]
        elif not words.endswith("零"):
            words += "零"
    return words.rstrip("零")


def digit_by_digit(digits: str) -> str:
    """``0371`` is 零三七幺."""
    return "".join(TELEPHONE_DIGITS[digit] for digit in digits)


def telephone_groups(number: str) -> tuple[str, ...]:
    """The digits of a telephone number as they are read: 138-0371-2345, 0371-6638-5255.

    What is not a digit only separates; nothing is dropped but +86 before a mobile number.
    """
    written = re.sub(r"[^0-9]+", " ", _plain(number)).split()
    digits = "".join(written)
    if mobile := re.fullmatch(r"(?:(?:00)?86)?(1[3-9]\d)(\d{4})(\d{4})", digits):
        return mobile.groups()
    if service := re.fullmatch(r"([48]00)(\d{3})(\d{4})", digits):
        return service.groups()
    if area := re.fullmatch(r"(010|02\d|0[3-9]\d\d)(\d{7,8})", digits):
        return (area[1], *_in_fours(area[2]))
    return tuple(
        group
        for part in written
        for group in (_in_fours(part) if len(part) <= 8 else _in_threes(part))
    )


def is_telephone_number(digits: str) -> bool:
    """Whether a telephone in China may have this number: a mobile, a land line with its area code
    or without, or a service number (400, 800). Digits only."""
    return _TELEPHONE.fullmatch(digits) is not None


def digit_groups(code: str) -> tuple[str, ...]:
    """Digits and Latin letters of a ticket or staff number: by its hyphens, then in threes."""
    written = re.findall(r"[0-9]+|[A-Z]+", _plain(code).upper())
    return tuple(group for part in written for group in _in_threes(part))


def _in_fours(digits: str) -> tuple[str, ...]:
    """From the end, so that 7 digits are 3 and 4; up to five stay together."""
    if len(digits) <= 5:
        return (digits,)
    first = len(digits) % 4 or 4
    return (digits[:first], *(digits[at : at + 4] for at in range(first, len(digits), 4)))


def _in_threes(signs: str) -> tuple[str, ...]:
    """From the start, without a single one at the end: 4 stay together, 7 are 3 and 4."""
    last = len(signs) - 4 if len(signs) % 3 == 1 else len(signs) // 3 * 3
    groups = [signs[at : at + 3] for at in range(0, max(last, 0), 3)]
    return (*groups, signs[last:]) if signs[last:] else tuple(groups)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
