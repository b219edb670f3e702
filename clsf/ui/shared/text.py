"""Text in the reader's language, looked up when it is shown.

| function | for | gives |
| --- | --- | --- |
| `t("…")` | literal English text written on a page, which may be Markdown | the translation, fields filled in |
| `tn("…", "…", count)` | the same about a number of things | the plural form of the count |
| `words(said)` | a `Sentence` from below `ui`, where Markdown is not read: figures, tables, files, labels | the translation |
| `plain(said)` | a `Sentence` or any text that is not ours, where Markdown is read | the same, shown as it stands |

All look the English up in locale/<language>/LC_MESSAGES/clsf.po, a gettext catalogue that `python -m clsf.ui.locale` keeps
in step with the source. A missing translation shows English. Below `ui` there are `say` and `say_n`, see `clsf.words`.
"""

from __future__ import annotations

import re
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from clsf.ui.shared import language
from clsf.ui.shared.particles import settled
from clsf.words import Sentence

LOCALE = Path(__file__).parents[1] / "locale"


def t(template: str, /, **values: object) -> str:
    """Return the translation of `template` with its {named} fields filled in. The template must be a literal."""
    return settled(translated(template).format(**values)) if values else translated(template)


def tn(singular: str, plural: str, count: int, /, **values: object) -> str:
    """Return the translation of text about `count` things, in the plural form that the language takes for the count.

    Both templates must be literals. The field {count} holds the count, unless `values` has another way to write it.
    """
    return settled(translated_n(singular, plural, int(count)).format(**{"count": int(count), **values}))


def words(said: Sentence) -> str:
    """Return a sentence in the reader's language, nested ones too; Markdown in it is not escaped."""
    return settled(said.said(translated, translated_n))


def plain(said: Sentence | str) -> str:
    """Return text, or a sentence in the reader's language, escaped so that Markdown shows it literally."""
    return re.sub(r"([\\`*_{}\[\]<>#|~$:])", r"\\\1", words(said) if isinstance(said, Sentence) else said)


def begun(text: str) -> str:
    """Return text with a capital first letter, for headings, labels and the start of a sentence."""
    return text[:1].upper() + text[1:]


def translated(template: str) -> str:
    """Return the translation of a template, with its fields still open; the template itself where there is none."""
    return catalogue(language.chosen()).gettext(template) if template else ""


def translated_n(singular: str, plural: str, count: int) -> str:
    """Return the translation of a template in the plural form for `count`, with its fields still open."""
    return catalogue(language.chosen()).ngettext(singular, plural, count)


@cache
def catalogue(code: str) -> NullTranslations:
    """Return the translations of one language; English has none."""
    path = LOCALE / code / "LC_MESSAGES" / "clsf.po"
    if not path.is_file():
        return NullTranslations()
    with path.open("rb") as file:
        catalog = read_po(file, locale=code)
    for message in list(catalog):
        # Runs and experiments stored by older versions hold only the plural.
        if message.pluralizable and message.id[1] not in catalog:
            catalog.add(message.id[1], message.string[-1])
    packed = BytesIO()
    write_mo(packed, catalog)
    packed.seek(0)
    return GNUTranslations(packed)
