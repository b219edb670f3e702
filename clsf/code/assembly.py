"""Joining pieces of source into one script, spaced as formatters do it, with the imports that are used."""

from __future__ import annotations

import re


def indented(rows: list[str], levels: int = 1) -> list[str]:
    return ["    " * levels + row if row else row for row in rows]


def assembled(docstring: str, imports: list[str], sections: list[tuple[str, str]]) -> str:
    """Join a script: docstring, the imports that are used, and sections under headings, spaced as formatters do."""
    body = ""
    for title, text in sections:
        if title and text:
            body = joined(body, f"# {title}", "\n\n")
        body = joined(body, text.strip("\n"), "\n\n")
    used = [line for line in imports if _used(line, body)]
    standard = [line for line in used if line.split()[1] in _STANDARD]
    others = [line for line in used if line not in standard]
    for lines in (standard, others):
        lines.sort(key=lambda line: (line.split()[0] != "import", line.split()[1].lower()))
    blocks = ["\n".join(block) for block in (standard, others) if block]
    end = "\n" if "\n" in docstring else ""
    return f'"""{docstring}{end}"""\n\n' + "\n\n".join(blocks) + "\n\n" + body + "\n"


def joined(before: str, after: str, gap: str = "\n") -> str:
    """Join two pieces of source by `gap`, or by two blank lines where a function or class ends or begins."""
    if not before or not after:
        return before + after
    return before + ("\n\n\n" if _defines_last(before) or _defines_first(after) else gap) + after


_STANDARD = ("heapq", "math", "time", "zlib")


def _used(line: str, body: str) -> bool:
    """Whether an import is used: a module before a dot, or one of the names that are taken from it."""
    if line.startswith("import "):
        name = line.rsplit(" as ", 1)[-1].removeprefix("import ")
        return re.search(rf"(?<![\w.]){re.escape(name)}\.\w", body) is not None
    return any(re.search(rf"(?<![\w.]){name.strip()}\b[.(]", body) for name in line.partition(" import ")[2].split(","))


def _defines_first(text: str) -> bool:
    """Whether the text begins with a function or class, ignoring comments above it."""
    first = next((line for line in text.splitlines() if not line.startswith("#")), "")
    return first.startswith(("def ", "class ", "@"))


def _defines_last(body: str) -> bool:
    """Whether the text ends inside a function or class."""
    return body.rsplit("\n", 1)[-1].startswith("    ")
