"""The class of an image without a class folder: from a table of names and labels, or from the image's own name."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from clsf.data.listing import ListedFile
from clsf.data.roles import role_of
from clsf.errors import DataError

TABLES = (".csv", ".tsv")
MAX_TABLE = 20_000_000  # bytes
LABEL_COLUMNS = ("label", "labels", "class", "classes", "category", "target", "breed", "species", "diagnosis", "dx", "emotion")
SPLIT_COLUMNS = ("split", "set", "subset", "data set", "part", "usage", "fold")


@dataclass(frozen=True, slots=True)
class LabelTable:
    """A file of names and labels."""

    file: str
    labels: dict[str, tuple[str, str]]  # image's name, as in the table -> label, part ("" where the table has none)

    def find(self, entry: ListedFile) -> tuple[str, str] | None:
        """Return label and part of an image, found by its path, its name, or its name without the ending."""
        for key in _keys(entry.name):
            if key in self.labels:
                return self.labels[key]
        return None


def by_name(name: str) -> str | None:
    """Return the class from a file's name: cat.0.jpg, cat_12.jpg, cat (3).jpg; "Class 1-!-0.jpg" of Teachable Machine."""
    stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    machine = re.match(r"(.+?)-!-", stem)
    if machine:
        return machine[1]
    numbered = re.fullmatch(r"(.*?)[\s._-]*\(?\d+\)?", stem)
    label = numbered[1].strip(" ._-") if numbered else ""
    return label if any(letter.isalpha() for letter in label) else None


def table(entries: Sequence[ListedFile], images: Sequence[ListedFile]) -> LabelTable | None:
    """Return the table among the files that has the labels of most images; None if there is none."""
    names = {key for image in images for key in _keys(image.name)}
    best: LabelTable | None = None
    for entry in entries:
        if entry.name.lower().endswith(TABLES) and entry.size <= MAX_TABLE:
            labelled = _read(entry, names)
            if labelled and (best is None or len(labelled.labels) > len(best.labels)):
                best = labelled
    return best


def _keys(name: str) -> list[str]:
    parts = name.split("/")
    tails = ["/".join(parts[start:]) for start in range(len(parts))]
    return [key for tail in tails for key in (tail, tail.rsplit(".", 1)[0])]


def _read(entry: ListedFile, names: set[str]) -> LabelTable | None:
    try:
        raw = entry.read()
    except DataError:
        return None
    for encoding in ("utf-8-sig", "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp949", "latin-1"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    try:
        dialect = csv.Sniffer().sniff(text[:5000], ",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), dialect) if row]
    except csv.Error:
        return None
    width = max(map(len, rows), default=0)
    rows = [row for row in rows if len(row) == width]
    if width < 2 or not rows:
        return None
    hits = [sum(_tidy(row[column]) in names for row in rows) for column in range(width)]
    files = max(range(width), key=lambda column: hits[column])
    if hits[files] < 2:
        return None
    head = [cell.lower() for cell in rows[0]] if _tidy(rows[0][files]) not in names else [""] * width
    rows = [row for row in rows if _tidy(row[files]) in names]
    labels = _label_column(rows, head, files)
    if labels is None:
        return None
    split = next(
        (column for column, title in enumerate(head) if title in SPLIT_COLUMNS and column not in (files, labels)), None
    )
    return LabelTable(
        entry.name,
        {_tidy(row[files]): (row[labels], (role_of(row[split]) or "") if split is not None else "") for row in rows},
    )  # fmt: skip


def _tidy(name: str) -> str:
    return name.replace("\\", "/").removeprefix("./")


def _label_column(rows: list[list[str]], head: list[str], files: int) -> int | None:
    """Return the column of the labels: the one with such a name, otherwise the one with the fewest values, at least two."""
    others = [column for column in range(len(head)) if column != files]
    for title in LABEL_COLUMNS:
        for column in others:
            if head[column] == title:
                return column
    counts = {column: len(Counter(row[column] for row in rows)) for column in others if head[column] not in SPLIT_COLUMNS}
    fitting = {column: count for column, count in counts.items() if count >= 2}
    return min(fitting, key=lambda column: fitting[column]) if fitting else None
