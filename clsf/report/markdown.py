"""A report as Markdown, with its figures and a table of all epochs, in one zip."""

from __future__ import annotations

import csv
import io
import re
import zipfile

from clsf.report.blocks import Block, Bullets, Heading, Picture, Quote, Table, Text
from clsf.report.contents import Contents
from clsf.report.writing import Words, blocks

DATE = (1980, 1, 1, 0, 0, 0)
"""Date of every file in the zip, so that equal reports make equal files."""


def markdown_zip(contents: Contents, words: Words) -> bytes:
    """Return a zip of report.md, its figures as .svg, and epochs.csv."""
    parts = blocks(contents, words)
    files = {"report.md": "\n\n".join(_block(b) for b in parts) + "\n", "epochs.csv": _epochs(contents)}
    files |= {f"{b.name}.svg": b.svg for b in parts if isinstance(b, Picture)}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            member = zipfile.ZipInfo(name, DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, text.encode())
    return out.getvalue()


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"{'#' * block.level} {_plain(block.text)}"
        case Text():
            return f"*{_plain(block.text)}*" if block.small else _plain(block.text)
        case Quote():
            return "\n".join(f"> {_plain(line)}".rstrip() + ("  " if line else "") for line in block.text.splitlines())
        case Bullets():
            return "\n".join(f"- **{_plain(mark)}.** {_plain(text)}" for mark, text in block.items)
        case Picture():
            return f"![{_plain(block.alt)}]({block.name}.svg)"
        case Table():
            return _table(block)
    raise TypeError(type(block).__name__)


def _table(table: Table) -> str:
    lines = [f"**{_plain(table.caption)}**\n"] if table.caption else []
    lines.append("| " + " | ".join(_plain(cell) or " " for cell in table.head) + " |")
    lines.append("|" + " --- |" * len(table.head))
    lines += ["| " + " | ".join(_plain(cell) for cell in row) + " |" for row in table.rows]
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Return text escaped for Markdown, on one line."""
    return re.sub(r"([\\`*_{}\[\]<>#|~$])", r"\\\1", " ".join(text.split()))


def _epochs(contents: Contents) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    fields = ("epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "seconds")
    writer.writerow(["run", "framework", *fields])
    for record in contents.records:
        for epoch in record.epochs:
            writer.writerow([record.run_id, record.framework, *(getattr(epoch, f) for f in fields)])
    return out.getvalue()
