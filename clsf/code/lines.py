"""Lines of generated source: each knows its layer, and has a note where the two frameworks differ for a reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from clsf.words import Sentence

WIDTH = 100
"""Maximum width of a line of generated source, in characters."""

INDENT = "    "


class Line(NamedTuple):
    """One line of source."""

    text: str
    path: str | None = None  # of the layer, as in `clsf.model.walk`
    note: Sentence | None = None  # why this line is as it is


@dataclass(frozen=True)
class Code:
    """A piece of source, line by line."""

    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines) + "\n"

    def of(self, path: str) -> list[int]:
        """Return the numbers (0-based) of the lines that belong to a layer, those inside its branches included."""
        return [n for n, line in enumerate(self.lines) if line.path == path or (line.path or "").startswith(path + ".")]


class SourceWriter:
    """Collects lines, indents them, and breaks calls that are too wide the way the usual formatters do."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._depth = 0

    @contextmanager
    def indented(self, levels: int = 1) -> Iterator[None]:
        """Indent what is written inside the `with` block."""
        self._depth += levels
        yield
        self._depth -= levels

    def add(self, text: str = "", path: str | None = None, note: Sentence | None = None, comment: str = "") -> None:
        """Write one line; the comment goes after it if there is room."""
        text = INDENT * self._depth + text if text else ""
        wide = f"{text}  # {comment}"
        self.lines.append(Line(wide if comment and len(wide) <= WIDTH else text, path, note))

    def blank(self, count: int = 1) -> None:
        for _ in range(count):
            self.lines.append(Line(""))

    def call(
        self,
        heads: Sequence[str],
        arguments: Sequence[str],
        tail: str = "",
        path: str | None = None,
        note: Sentence | None = None,
        comment: str = "",
    ) -> None:
        """Write `heads[0](heads[1](…arguments))tail`, over several lines if it is too wide."""
        closing = ")" * len(heads) + tail
        whole = "(".join(heads) + "(" + ", ".join(arguments) + closing
        if len(INDENT * self._depth + whole) <= WIDTH:
            self.add(whole, path, note, comment)
        elif len(heads) > 1:
            self.add(heads[0] + "(", path, note)
            with self.indented():
                self.call(heads[1:], arguments, "", path)
            self.add(")" + tail, path, comment=comment)
        else:
            self.add(heads[0] + "(", path, note)
            with self.indented():
                inside = ", ".join(arguments)
                if len(INDENT * self._depth + inside) <= WIDTH and not tail.startswith("("):
                    self.add(inside, path)
                else:
                    for argument in arguments:
                        self.add(argument + ",", path)
            self.add(")" + tail, path, comment=comment)

    def code(self) -> Code:
        return Code(tuple(self.lines))


def wrapped(head: str, arguments: Sequence[str], tail: str = "", levels: int = 0) -> list[str]:
    """Return the lines of `head(…arguments)tail`, indented by `levels`, in as many lines as it needs."""
    w = SourceWriter()
    with w.indented(levels):
        w.call((head,), arguments, tail)
    return [line.text for line in w.lines]
