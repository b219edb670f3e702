"""Names in generated source. Nothing that a student typed becomes code: names are rebuilt, texts are quoted."""

from __future__ import annotations

import builtins
import re
from keyword import iskeyword

from clsf.code.own_layers import SOURCES


def layer_names(layers: tuple, prefix: str = "", name_prefix: str = "") -> dict[str, str]:
    """Return path -> name of every layer: "conv1", "block2_shortcut_conv1", counted per row; the same in all styles."""
    names: dict[str, str] = {}
    counts: dict[str, int] = {}
    for position, layer in enumerate(layers, start=1):
        stem = layer.LOOK.stem
        counts[stem] = counts.get(stem, 0) + 1
        path, name = f"{prefix}{position}", f"{name_prefix}{stem}{counts[stem]}"
        names[path] = name
        for row_name, row in layer.rows():
            names |= layer_names(row, f"{path}.{row_name}.", f"{name}_{row_name}_")
    return names


def slug(text: str, otherwise: str) -> str:
    """Return `text` as a lower-case name of ASCII letters, digits and underscores, or `otherwise` if nothing is left."""
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    if not name or not name[0].isalpha() or iskeyword(name):
        return otherwise
    return name


TAKEN = {"F", "Path", "Image", *SOURCES}
"""Names that generated source imports or defines and a model's name could become."""


def class_name(text: str, otherwise: str = "Net") -> str:
    """Return `text` as the name of a class, "two-block-cnn" -> "TwoBlockCnn", or `otherwise` if nothing is left."""
    name = "".join(word[:1].upper() + word[1:] for word in slug(text, "").split("_"))
    if not name or iskeyword(name) or name in TAKEN or hasattr(builtins, name):
        return otherwise
    return name


def commented(text: str) -> str:
    """Return `text` fit for a comment: on one line, without control characters, and without characters that reorder a line."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
