"""The result of a program: plain values that cross from a worker to the page, as the framework gave them."""

from __future__ import annotations

from dataclasses import dataclass

MAX_TEXT = 4_000  # characters of a printed value or error


@dataclass(frozen=True, slots=True)
class SeenValue:
    """One value as it can be shown: its text is what Python prints for it, nothing is put in our words."""

    text: str
    kind: str  # the name of its class
    dtype: str = ""  # short name such as int32; empty for what is no tensor
    shape: tuple[int | None, ...] | None = None
    values: object = None  # nested lists of Python numbers, for tensors that are small enough to be drawn
    parts: tuple[SeenValue, ...] = ()  # of a tuple or list

    @property
    def is_error(self) -> bool:
        return self.kind.endswith(("Error", "Exception"))


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception: its class, its own text, and which line of the shown code raised it (0-based; None if elsewhere)."""

    kind: str
    text: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A program that ran: the code, and all of its results."""

    code: str
    value: SeenValue | None = None
    printed: str = ""
    warned: tuple[str, ...] = ()
    raised: Raised | None = None
    names: tuple[tuple[str, SeenValue], ...] = ()  # variables at the moment when it raised

    @property
    def ok(self) -> bool:
        return self.raised is None

    def named(self, name: str) -> SeenValue | None:
        return dict(self.names).get(name)


def cut(text: str) -> str:
    """Return the text, shortened in the middle if it is too long to read."""
    if len(text) <= MAX_TEXT:
        return text
    half = MAX_TEXT // 2
    return f"{text[:half]}\n…\n{text[-half:]}"
