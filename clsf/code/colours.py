"""Python source as lines of HTML with syntax colours. Python's own tokenizer reads it; nothing is run."""

from __future__ import annotations

import builtins
import io
import keyword
import tokenize
from html import escape

STYLE = """
.yc-k{color:var(--clsf-code-word)}.yc-s{color:var(--clsf-code-text)}.yc-n{color:var(--clsf-code-number)}
.yc-c{color:var(--clsf-code-comment);font-style:italic}.yc-d{color:var(--clsf-code-name)}
"""
_BUILTINS = frozenset(name for name in dir(builtins) if name[0].islower())


def coloured(text: str) -> list[str]:
    """Return the lines of a program as HTML; from the first part that is not Python on, as plain text."""
    lines = text.split("\n")
    spans: dict[int, list[tuple[int, int, str]]] = {}
    before = ""
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            kind = _kind(token, before)
            before = token.string
            if kind:
                _mark(spans, lines, token, kind)
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass
    return [_html(line, spans.get(number, [])) for number, line in enumerate(lines, 1)]


def _kind(token: tokenize.TokenInfo, before: str) -> str:
    if token.type == tokenize.COMMENT:
        return "c"
    if token.type == tokenize.STRING or token.type in _FSTRINGS:
        return "s"
    if token.type == tokenize.NUMBER:
        return "n"
    if token.type == tokenize.NAME:
        if keyword.iskeyword(token.string):
            return "k"
        if before in ("def", "class") or (token.string in _BUILTINS and before != "."):
            return "d"
    return ""


_FSTRINGS = {getattr(tokenize, name) for name in ("FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END") if hasattr(tokenize, name)}


def _mark(spans: dict, lines: list[str], token: tokenize.TokenInfo, kind: str) -> None:
    """Store a token's position, line by line: a triple-quoted string has several lines."""
    (first, start), (last, end) = token.start, token.end
    for number in range(first, min(last, len(lines)) + 1):
        low = start if number == first else 0
        high = end if number == last else len(lines[number - 1])
        spans.setdefault(number, []).append((low, high, kind))


def _html(line: str, spans: list[tuple[int, int, str]]) -> str:
    parts, at = [], 0
    for low, high, kind in sorted(spans):
        if low < at or high <= low:
            continue
        parts += [escape(line[at:low]), f'<span class="yc-{kind}">{escape(line[low:high])}</span>']
        at = high
    return "".join(parts) + escape(line[at:])
