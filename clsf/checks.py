"""Checks of plain values from outside: each raises the given error with a sentence that names the field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from difflib import get_close_matches

from clsf.errors import ClsfError
from clsf.words import Sentence, say


def known(error: type[ClsfError], what: Sentence, value: object, names: Iterable[str]) -> None:
    """Raise `error` unless `value` is one of `names`; the sentence lists them and suggests the nearest."""
    names = list(names)
    if isinstance(value, str) and value in names:
        return
    lower = {name.lower(): name for name in names}  # a capital letter is the most common slip
    near = [lower[name] for name in get_close_matches(str(value).lower(), lower, n=1)]
    if near:
        raise error(
            "Unknown {what} '{value}'. Did you mean '{near}'? Known: {names}.",
            what=what, value=str(value)[:60], near=near[0], names=", ".join(names),
        )  # fmt: skip
    raise error("Unknown {what} '{value}'. Known: {names}.", what=what, value=str(value)[:60], names=", ".join(names))


def whole(error: type[ClsfError], what: Sentence, value: object, low: int, high: int) -> None:
    """Raise `error` unless `value` is an int (no bool) with low <= value <= high."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise error(
            "{what} is {value}, but must be a whole number from {low} to {high}.",
            what=what, value=shown(value), low=low, high=high,
        )  # fmt: skip


def number(error: type[ClsfError], what: Sentence, value: object, low: float, high: float) -> None:
    """Raise `error` unless `value` is a finite number with low < value <= high."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low < value <= high:
        raise error(
            "{what} is {value}, but must be a number above {low} and at most {high}.",
            what=what, value=shown(value), low=f"{low:g}", high=f"{high:g}",
        )  # fmt: skip


def between(error: type[ClsfError], what: Sentence, value: object, low: float, high: float) -> None:
    """Raise `error` unless `value` is a finite number with low <= value <= high."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise error(
            "{what} is {value}, but must be a number from {low} to {high}.",
            what=what, value=shown(value), low=f"{low:g}", high=f"{high:g}",
        )  # fmt: skip


def one_of(error: type[ClsfError], what: Sentence, value: object, choices: Iterable[object]) -> None:
    """Raise `error` unless `value` equals one of a few `choices`."""
    choices = list(choices)
    if not any(type(value) is type(c) and value == c for c in choices):
        raise error(
            "{what} is {value}, but must be one of {choices}.",
            what=what, value=shown(value), choices=", ".join(shown(c) for c in choices),
        )  # fmt: skip


def text(error: type[ClsfError], what: Sentence, value: object) -> None:
    """Raise `error` if `value` is text that can't be stored or shown: with half a letter (a lone surrogate), or with NUL."""
    if isinstance(value, str) and not _is_whole(value):
        raise error(
            "{what} is {value}, which holds half a letter, such as a cut emoji, or a character that is not text. Type it again.",
            what=what, value=shown(value),
        )  # fmt: skip


def json_of(error: type[ClsfError], content: str | bytes, strict: bool = False) -> object:
    """Return the value of JSON. Bytes may be UTF-8 or UTF-16, with or without a byte order mark.

    Raises `error` with a sentence that names the line for what is not JSON, and for text that `text` refuses. `strict` refuses
    NaN and the infinities at once, which are not JSON although many parsers accept them; otherwise the check of the field
    refuses them.
    """
    written = decoded(error, content)
    try:
        data = json.loads(written, parse_constant=_no_constant if strict else None)
    except json.JSONDecodeError as problem:
        line = (written.splitlines() or [""])[min(problem.lineno, len(written.splitlines()) or 1) - 1]
        raise error(
            "Line {line}, character {column}, is not as JSON has it: {text}. Look there, or just before, for a quotation mark, a "
            "comma or a bracket that is missing or too much.",
            line=problem.lineno, column=problem.colno, text=shown(line.strip()),
        ) from None  # fmt: skip
    except RecursionError:
        raise error("Its brackets are nested too deep.") from None
    except ValueError:
        raise error("It holds a number of thousands of digits, or one that JSON does not have, such as NaN.") from None
    if re.search(r"\\u(?:[dD][89a-fA-F]|0000)", written):  # such characters get this far only as escapes
        try:
            whole_text = _is_whole(json.dumps(data, ensure_ascii=False)) and "\\u0000" not in json.dumps(data)
        except RecursionError:
            whole_text = False
        if not whole_text:
            raise error("It holds half a letter, such as a cut emoji, or a character that is not text.")
    return data


def decoded(error: type[ClsfError], content: str | bytes) -> str:
    """Return the text in bytes, in UTF-8 or UTF-16, without a byte order mark. Raises `error` for what is not text."""
    if isinstance(content, str):
        return content.removeprefix("\ufeff")
    try:
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return content.decode("utf-16")
        if content[1:2] == b"\0" or content[:1] == b"\0":  # UTF-16 without a mark: JSON begins with an ASCII character
            return content.decode("utf-16-le" if content[1:2] == b"\0" else "utf-16-be")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise error(
            "Line {line} is not text in UTF-8 or UTF-16. Save the file as UTF-8.",
            line=content[: problem.start].count(b"\n") + 1,
        ) from None


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _is_whole(value: str) -> bool:
    return "\0" not in value and (value.isascii() or not re.search("[\ud800-\udfff]", value))


def shown(value: object) -> str:
    """Return a short text of any value, safe to put into a sentence: JSON words for JSON values, cut at 60 characters."""
    said = {None: "null", True: "true", False: "false"}.get(value) if value is None or isinstance(value, bool) else None
    try:
        said = said or (f"'{value}'" if isinstance(value, str) else str(value))
    except ValueError:  # an integer with more digits than Python converts
        return "…"
    return said if len(said) <= 60 else said[:57] + "…"


def cell(value: object) -> str:
    """Return text that a spreadsheet shows and never computes: names are untrusted input."""
    text = " ".join(str(value).split())
    if not text.startswith(("=", "+", "-", "@")):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text


def field(name: str) -> Sentence:
    """Return the sentence for a field's name in code, such as `filters`: the same word in every language."""
    return say("{name}", name=name)
