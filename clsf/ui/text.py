"""Text in the reader's language, looked up when it is shown.

`t("…")` is for literal English text of ours, which may be Markdown; `sentence(…)` for what other parts of the program
say, which is plain and is shown as it stands. Both look the English up in locale/<language>/LC_MESSAGES/clsf.po, a
gettext catalogue that `python -m clsf.ui.locale` keeps in step with the source. A missing translation shows English.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from clsf.ui import language
from clsf.words import Sentence

LOCALE = Path(__file__).parent / "locale"


def t(template: str, /, **values: object) -> str:
    """Return the translation of `template` with its {named} fields filled in. The template must be a literal."""
    return translated(template).format(**values) if values else translated(template)


def sentence(said: Sentence) -> str:
    """Return a sentence in the reader's language, nested ones too, safe to show as Markdown."""
    return plain(words(said))


def words(said: Sentence) -> str:
    """Return a sentence in the reader's language for where Markdown is not read: figures, tables, files."""
    return said.said(translated)


def plain(text: str) -> str:
    """Return text that Markdown shows as it stands, whatever is in it."""
    return re.sub(r"([\\`*_{}\[\]<>#|~$:])", r"\\\1", text)


def translated(template: str) -> str:
    """Return the translation of a template, with its fields still open; the template itself where there is none."""
    return catalogue(language.chosen()).get(template, template)


@cache
def catalogue(code: str) -> dict[str, str]:
    """Return template -> translation of one language; English has none."""
    path = LOCALE / code / "LC_MESSAGES" / "clsf.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id and message.string and not message.fuzzy}
