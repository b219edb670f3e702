"""The translation catalogue of each language, and the code that keeps it in step with the source.

python -m clsf.ui.locale     writes every text of the source into each catalogue; the author of a new text adds its translation
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from clsf import errors

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
LANGUAGES = ("ko",)

ERRORS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.ClsfError)}
SAYS = {"t", "say", "Sentence", "ReadError", "TensorError", *ERRORS}
"""Functions and classes whose first argument is English text."""

COUNTS = {"tn", "say_n"}
"""Functions whose first two arguments are English text, for one thing and for more."""

CHECKS = "clsf/checks.py"
"""Functions where the error class is an argument: `raise error("…")`."""


def catalogue_path(language: str) -> Path:
    return HERE / language / "LC_MESSAGES" / "clsf.po"


def sources() -> list[Path]:
    """Return the Python files that may hold text for the reader."""
    return [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py")), *sorted((ROOT / "clsf").rglob("*.py"))]


def templates() -> Iterator[tuple[str | tuple[str, str], str, int]]:
    """Yield every English text in the source, with its file and line; a pair where it is about a number of things.

    Read from the syntax tree because babel's own extraction does not see calls inside f-strings before Python 3.12.
    """
    for path in sources():
        name = path.relative_to(ROOT).as_posix()
        says = SAYS | {"error"} if name == CHECKS else SAYS
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.args):
                continue
            if call.func.id in says and (text := _literal(call.args[0])):
                yield text, name, call.lineno
            elif call.func.id in COUNTS and (pair := tuple(_literal(argument) for argument in call.args[:2])) and all(pair):
                yield pair, name, call.lineno


def _literal(argument: ast.expr) -> str | None:
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None


def read(language: str) -> Catalog:
    """Return the catalogue of a language, obsolete entries included; an empty one if there is no file yet."""
    path = catalogue_path(language)
    if not path.is_file():
        return _empty(language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _empty(language: str) -> Catalog:
    """Return a catalogue without texts; its dates are fixed, so that only texts change the file."""
    began = datetime(2026, 11, 21, tzinfo=UTC)
    return Catalog(
        locale=language, project="clsf", version="", copyright_holder="the authors of clsf", fuzzy=False,
        creation_date=began, revision_date=began, last_translator="", language_team=language,
    )  # fmt: skip


def update(language: str) -> tuple[int, int]:
    """Update a catalogue from the source. Return the number of texts, and how many lack a translation."""
    old, new = read(language), _empty(language)
    places: dict[str | tuple[str, str], set[str]] = {}
    for message, name, _ in templates():
        places.setdefault(message, set()).add(name)
    for message, names in sorted(places.items(), key=lambda place: (min(place[1]), english(place[0])[-1])):
        new.add(message, _known(old, message), [(n, None) for n in sorted(names)])
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, new, width=120, include_lineno=False)
    texts = [message for message in new if message.id]
    return len(texts), sum(not all(forms(message)) for message in texts)


def _known(old: Catalog, message: str | tuple[str, str]) -> str | tuple[str, ...]:
    """Return the translation in the old catalogue: for a pair, its plural's in each form if that was a single text before."""
    if isinstance(message, str):
        known = old.get(message)
        return known.string if known is not None and not known.fuzzy and isinstance(known.string, str) else ""
    known = old.get(message[0])
    if known is not None and not known.fuzzy and known.id == message:
        return known.string
    known = old.get(message[1])
    alone = known.string if known is not None and not known.fuzzy and isinstance(known.string, str) else ""
    return (alone,) * old.num_plurals


def english(message: str | tuple[str, str]) -> tuple[str, ...]:
    """Return the English templates of a text: one, or those for one thing and for more."""
    return (message,) if isinstance(message, str) else message


def forms(message: Message) -> tuple[str, ...]:
    """Return the translations of a message: one, or one for each plural form of the language."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)
