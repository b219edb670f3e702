"""Sentences that can be said in more than one language.

A sentence is an English template and its values, kept apart until it is shown: the command line prints the
English, a page looks the template up in its catalogue first. Values may be sentences themselves ("Layer 5, a kind:
…" around the problem that the layer reported), so context is added without losing the possibility to translate.
A sentence about a number of things has two templates, as gettext's plural forms do: "1 epoch", but "2 epochs".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sentence:
    """An English template in `str.format` style with named fields, and the values of these fields.

    A sentence about `count` things has the template for one of them in `singular`.
    """

    template: str
    values: dict[str, object] = field(default_factory=dict)
    singular: str | None = None
    count: int | None = None

    def __str__(self) -> str:
        return self.said(lambda template: template)

    def said(self, translate: Callable[[str], str], translate_n: Callable[[str, str, int], str] | None = None) -> str:
        """Return the sentence with every template in it, nested ones too, translated.

        `translate` takes a template; `translate_n` takes those for one and for more, and the count, as `ngettext` does.
        Without it, the template that English takes for the count goes through `translate`.
        """
        values = {name: v.said(translate, translate_n) if isinstance(v, Sentence) else v for name, v in self.values.items()}
        if self.singular is None or self.count is None:
            template = translate(self.template)
        elif translate_n is None:
            template = translate(english_n(self.singular, self.template, self.count))
        else:
            template = translate_n(self.singular, self.template, self.count)
        said = template.format(**values)
        # Half a letter, out of a file's name say, can be neither shown nor printed.
        return said if said.isascii() else said.encode("utf-8", "replace").decode()

    def to_json(self) -> dict:
        values = {name: v.to_json() if isinstance(v, Sentence) else v for name, v in self.values.items()}
        plural = {} if self.singular is None else {"singular": self.singular, "count": self.count}
        return {"sentence": self.template, "values": values, **plural}

    @classmethod
    def from_json(cls, data: dict) -> Sentence:
        values = {
            name: cls.from_json(v) if isinstance(v, dict) and "sentence" in v else v
            for name, v in data.get("values", {}).items()
        }
        singular, count = data.get("singular"), data.get("count")
        if not isinstance(singular, str) or not isinstance(count, int):
            return cls(str(data["sentence"]), values)
        return cls(str(data["sentence"]), values, singular, count)


def english_n(singular: str, plural: str, count: int) -> str:
    """Return the template that English takes for `count` things."""
    return singular if count == 1 else plural


def say(template: str, /, **values: object) -> Sentence:
    """Return a sentence. The catalogue's extraction looks for this name, so the template must be a literal."""
    return Sentence(template, values)


def say_n(singular: str, plural: str, count: int, /, **values: object) -> Sentence:
    """Return a sentence about `count` things; both templates must be literals.

    The field {count} holds the count, unless `values` has another way to write it, such as "1,000".
    """
    return Sentence(plural, {"count": int(count), **values}, singular, int(count))
