"""Chooses Korean particles after the values filled into a template: "4는", "3은", "Adam을", "PyTorch를".

A particle has two forms, and the last sound of the word before it picks one. A translation cannot know that word, so it
gives both, "{name}은(는)", and the right one is picked once the text is filled in.

Source: 한글 맞춤법 (조사), and the names of digits and letters as they are read aloud in Korean.
"""

from __future__ import annotations

import re

_PAIRS = {
    "은(는)": ("은", "는"),
    "을(를)": ("을", "를"),
    "이(가)": ("이", "가"),
    "과(와)": ("과", "와"),
    "와(과)": ("과", "와"),
    "(으)로": ("으로", "로"),
    "(이)": ("이", ""),
}
"""Form in a translation -> the particle after a closed syllable, and after an open one."""

_BOTH = re.compile("|".join(map(re.escape, _PAIRS)))
_ASIDE = re.compile(r"(?<=\S)\([^()]*\)$")
"""Brackets after a word: the particle follows the word before them."""
_SILENT = re.compile(r"(?:<[^<>]*>|[\s\"'`*_~’”)\]}>\\.,:·…])+$")
"""Characters after the last sound that are not read aloud: quotes, brackets, marks of Markdown and HTML."""

_CLOSED, _OPEN, _L = "closed", "open", "l"
_DIGITS = dict(zip("0123456789", (_CLOSED, _L, _OPEN, _CLOSED, _OPEN, _OPEN, _CLOSED, _L, _L, _OPEN), strict=True))
_LETTERS = {"L": _L, "R": _L, "M": _CLOSED, "N": _CLOSED}


def settled(text: str) -> str:
    """Return text with the right form of each double particle; after fields that are not filled in yet, both forms stay."""
    if text.isascii() or "(" not in text:
        return text
    return _BOTH.sub(_pick, text)


def _pick(match: re.Match) -> str:
    before = match.string[: match.start()]
    if before.endswith("}"):
        return match.group()
    closed, opened = _PAIRS[match.group()]
    sound = _sound(before)
    if match.group() == "(으)로" and sound == _L:
        return opened
    return opened if sound == _OPEN else closed


def _sound(text: str) -> str:
    """Return how the last word of a text ends when it is read aloud: closed, with an l, or open."""
    text = _SILENT.sub("", _ASIDE.sub("", text))
    last = text[-1:]
    if "가" <= last <= "힣":
        final = (ord(last) - ord("가")) % 28
        return {0: _OPEN, 8: _L}.get(final, _CLOSED)
    if "ㄱ" <= last <= "ㅎ":
        return _L if last == "ㄹ" else _CLOSED
    if last in _DIGITS:
        return _number(re.search(r"[\d,.]*\d$", text).group())
    word = re.search(r"[A-Za-z]*$", text).group()
    return _latin(word) if word and not text.endswith("%p") else _OPEN  # also of "%", 퍼센트, and "%p", 퍼센트포인트


def _number(digits: str) -> str:
    """Return the sound of a number: its last digit, or the power of ten that it ends with (십, 백, 천, 만, 억, 조)."""
    zeros = len(digits.replace(",", "")) - len(digits.replace(",", "").rstrip("0"))
    if "." not in digits and 12 <= zeros < 16:
        return _OPEN  # 조
    return _DIGITS[digits[-1]]


def _latin(word: str) -> str:
    """Return the sound of a word in Latin letters: spelt out where it is an abbreviation, else as it is usually written in Korean."""
    if word[-1].isupper():
        return _LETTERS.get(word[-1], _OPEN)
    word = word.lower()
    if re.search(r"[^aeiou]e$", word):  # a silent e: cosine, scale, name
        word = word[:-1] if word[-2] in "lmn" else ""
    if word.endswith("l"):
        return _L
    if word.endswith(("m", "n", "ng")):
        return _CLOSED
    short = re.search(r"(?:^|[^aeiou])[aeiou](?:p|k|ck|t|c|b)$|out$|ook$", word)  # step, block, Dropout, tab
    return _CLOSED if short else _OPEN
