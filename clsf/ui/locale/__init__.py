"""The catalogue of translations of each language, and what keeps it in step with the source.

python -m clsf.ui.locale     writes every text of the source into each catalogue; whoever added text fills in the rest
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
LANGUAGES = ("ko",)

SAYS = {
    "t",
    "say",
    "Sentence",
    "ClsfError",
    "SpecError",
    "PlanError",
    "DataError",
    "EngineError",
    "StoreError",
    "CapsuleError",
    "TensorError",
}
"""Functions and classes whose first argument is English text."""

CHECKS = "clsf/checks.py"
"""There the error class is an argument: `raise error("…")`."""


def catalogue_path(language: str) -> Path:
    return HERE / language / "LC_MESSAGES" / "clsf.po"


def sources() -> list[Path]:
    """Return the Python files that may hold text for the reader."""
    return [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py")), *sorted((ROOT / "clsf").rglob("*.py"))]


def templates() -> Iterator[tuple[str, str, int]]:
    """Yield every English text in the source, with its file and line.

    Read from the syntax tree, for babel's own extraction does not see calls inside f-strings before Python 3.12.
    """
    for path in sources():
        name = path.relative_to(ROOT).as_posix()
        says = SAYS | {"error"} if name == CHECKS else SAYS
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in says and call.args:
                text = call.args[0]
                if isinstance(text, ast.Constant) and isinstance(text.value, str) and text.value:
                    yield text.value, name, call.lineno


def read(language: str) -> Catalog:
    """Return the catalogue of a language, obsolete entries included; an empty one if there is no file yet."""
    path = catalogue_path(language)
    if not path.is_file():
        return _empty(language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _empty(language: str) -> Catalog:
    """Return a catalogue without texts; its dates stand still, so that only texts make a difference."""
    began = datetime(2026, 11, 21, tzinfo=UTC)
    return Catalog(
        locale=language, project="clsf", version="", copyright_holder="the authors of clsf", fuzzy=False,
        creation_date=began, revision_date=began, last_translator="", language_team=language,
    )  # fmt: skip


def update(language: str) -> tuple[int, int]:
    """Bring a catalogue in step with the source. Return how many texts there are, and how many lack a translation."""
    old, new = read(language), _empty(language)
    places: dict[str, set[str]] = {}
    for message, name, _ in templates():
        places.setdefault(message, set()).add(name)
    for message, names in sorted(places.items(), key=lambda found: (min(found[1]), found[0])):
        known = old.get(message)
        new.add(message, known.string if known is not None and not known.fuzzy else "", [(n, None) for n in sorted(names)])
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, new, width=120, include_lineno=False)
    texts = [message for message in new if message.id]
    return len(texts), sum(not message.string for message in texts)
