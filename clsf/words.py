"""Sentences that can be said in more than one language.

A sentence is an English template and its values, kept apart until somebody reads it: the command line prints the
English, a page looks the template up in its catalogue first. Values may be sentences themselves ("Layer 5, Conv2D:
…" around the problem that Conv2D reported), so context is added without losing the possibility to translate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sentence:
    """An English template in `str.format` style with named fields, and the values of these fields."""

    template: str
    values: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.said(lambda template: template)

    def said(self, translate: Callable[[str], str]) -> str:
        """Return the sentence with every template in it, nested ones too, passed through `translate`."""
        values = {name: v.said(translate) if isinstance(v, Sentence) else v for name, v in self.values.items()}
        said = translate(self.template).format(**values)
        # Half a letter, out of a file's name say, can be neither shown nor printed.
        return said if said.isascii() else said.encode("utf-8", "replace").decode()

    def to_json(self) -> dict:
        values = {name: v.to_json() if isinstance(v, Sentence) else v for name, v in self.values.items()}
        return {"sentence": self.template, "values": values}

    @classmethod
    def from_json(cls, data: dict) -> Sentence:
        values = {
            name: cls.from_json(v) if isinstance(v, dict) and "sentence" in v else v
            for name, v in data.get("values", {}).items()
        }
        return cls(str(data["sentence"]), values)


def say(template: str, /, **values: object) -> Sentence:
    """Return a sentence. The catalogue's extraction looks for this name, so the template must be a literal."""
    return Sentence(template, values)
