"""Write numbers as Mandarin words and cut them into groups for reading aloud. Pure."""

import re
import unicodedata

DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
TELEPHONE_DIGITS = DIGITS | {"1": "幺"}
"""Words for numbers that are read digit by digit: 1 is 幺, because 一 can be misheard as 七."""
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
    """Return a whole number in words: 24 is 二十四, 306 is 三百零六, 120000 is 十二万.

    Raise ValueError if it is below 0 or above :data:`LARGEST`.
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
    """Return ``number``, 1 to 9999, in words; 10 to 19 begin with 一十, as in 110."""
    words, digits = "", str(number)
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        if digit != "0":
            words += DIGITS[digit] + _UNITS[place]
        elif not words.endswith("零"):
            words += "零"
    return words.rstrip("零")


def digit_by_digit(digits: str) -> str:
    """Return ``digits`` in words, one by one as in a telephone number: 0371 is 零三七幺."""
    return "".join(TELEPHONE_DIGITS[digit] for digit in digits)


def telephone_groups(number: str) -> tuple[str, ...]:
    """Return the digits of a telephone number in the groups in which they are read aloud.

    Examples: 138-0371-2345, 0371-6638-5255. All digits are kept, except the country code 86 before
    a mobile number. ``number`` may contain other characters, which are left out. In a number of no
    known kind (mobile, land line, service number), each such character also ends a group.
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
    """Return True if ``digits`` can be a telephone number in China, otherwise False.

    Mobile numbers, land lines with or without area code, and service numbers (400, 800) are valid.
    ``digits`` may contain only digits.
    """
    return _TELEPHONE.fullmatch(digits) is not None


def digit_groups(code: str) -> tuple[str, ...]:
    """Return the digits and letters of a ticket or staff number in groups for reading aloud.

    A group ends at a hyphen and at a change between digits and letters. A group of more than four
    signs is cut into groups of three; if one sign would be left over, the last group has four.
    """
    written = re.findall(r"[0-9]+|[A-Z]+", _plain(code).upper())
    return tuple(group for part in written for group in _in_threes(part))


def _in_fours(digits: str) -> tuple[str, ...]:
    """Return ``digits`` in groups of four, counted from the end: 7 digits become 3 and 4.

    Up to five digits stay together.
    """
    if len(digits) <= 5:
        return (digits,)
    first = len(digits) % 4 or 4
    return (digits[:first], *(digits[at : at + 4] for at in range(first, len(digits), 4)))


def _in_threes(signs: str) -> tuple[str, ...]:
    """Return ``signs`` in groups of three from the start; the last group has two, three or four.

    A single sign stays alone, 4 signs stay together, 7 become 3 and 4.
    """
    last = len(signs) - 4 if len(signs) % 3 == 1 else len(signs) // 3 * 3
    groups = [signs[at : at + 3] for at in range(0, max(last, 0), 3)]
    return (*groups, signs[last:]) if signs[last:] else tuple(groups)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
