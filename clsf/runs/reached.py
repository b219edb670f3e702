"""A student's progress: answers, finished tasks, streaks. Each item is one row, so that two windows don't undo each other.

Rows belong to the owner that the browser's key stands for, as runs do. The part of the program that wrote a row decides its
content; this module stores it.

    reached.put(owner, "lesson", "neighbours/why", {"answer": "25%", "right": True})
    reached.all(owner, "lesson")  ->  {"neighbours/why": {"answer": …, "right": …}}
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping

from clsf import checks
from clsf.checks import field as word
from clsf.errors import StoreError
from clsf.runs.writer import Statement, Writer

MAX_ROWS = 3_000  # of one owner; a student who finishes everything has about 400
MAX_OWNERS = 400  # that are listed of one thing, such as a class
MAX_NAME, MAX_BODY = 120, 12_000  # characters
WRITE_SECONDS = 10.0  # how long to wait for a change, as in clsf.runs.history

_PUT = """
    INSERT INTO progress (owner, part, name, updated, body) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (owner, part, name) DO UPDATE SET updated = excluded.updated, body = excluded.body"""


class Reached:
    """Thread-safe. `select` reads from the file, `writer` writes to it."""

    def __init__(self, select: Callable[[str, tuple], list[dict]], writer: Writer) -> None:
        self._read, self._writer = select, writer

    def all(self, owner: str, part: str) -> dict[str, dict]:
        """Return name -> stored item of one part, in the order of the names; {} for a reader without a key."""
        rows = self._select("SELECT name, body FROM progress WHERE owner = ? AND part = ? ORDER BY name", (owner, part))
        return {str(row["name"]): body for row in rows if (body := _body(row["body"])) is not None}

    def get(self, owner: str, part: str, name: str) -> dict | None:
        """Return one stored item; None if there is none."""
        rows = self._select(
            "SELECT body FROM progress WHERE owner = ? AND part = ? AND name = ?", (owner, part, name)
        )  # fmt: skip
        return _body(rows[0]["body"]) if rows else None

    def everybody(self, part: str, name: str) -> dict[str, dict]:
        """Return owner -> stored item, for all owners that have it."""
        rows = self._select(
            "SELECT owner, body FROM progress WHERE part = ? AND name = ? ORDER BY owner LIMIT ?", (part, name, MAX_OWNERS)
        )
        return {str(row["owner"]): body for row in rows if (body := _body(row["body"])) is not None}

    def of_all(self, part: str, where: tuple[str, str]) -> dict[str, dict[str, dict]]:
        """Return owner -> name -> item of one part, for all owners that have the item `where` = (part, name)."""
        rows = self._select(
            "SELECT owner, name, body FROM progress WHERE part = ? AND owner IN (SELECT owner FROM progress WHERE part = ? AND name = ?)",
            (part, *where),
        )
        bodies: dict[str, dict[str, dict]] = {}
        for row in rows:
            if (body := _body(row["body"])) is not None:
                bodies.setdefault(str(row["owner"]), {})[str(row["name"])] = body
        return bodies

    def put(self, owner: str, part: str, name: str, body: Mapping[str, object]) -> None:
        """Store one item, replacing its earlier value. See `put_all`."""
        self.put_all(owner, part, {name: body})

    def put_all(self, owner: str, part: str, bodies: Mapping[str, Mapping[str, object]]) -> None:
        """Store several items of one part, all or none. They are in the file when this returns, unless the disk has trouble.

        Raises StoreError for a reader without a key, for text that can't be stored, and where there is too much.
        """
        if not owner or not bodies:
            if not owner:
                raise StoreError(
                    "Progress is kept for a browser's key, and this browser has none. Allow cookies for this page."
                )
            return
        batch: list[Statement] = []
        for name, body in bodies.items():
            for text in (part, name):
                checks.text(StoreError, word("name"), text)
            written = json.dumps(dict(body), ensure_ascii=False)
            if len(name) > MAX_NAME or len(written) > MAX_BODY:
                raise StoreError(
                    "What is to be kept of {name} has {count} characters, but may have {most}. Shorten it.",
                    name=name[:MAX_NAME], count=len(written), most=MAX_BODY,
                )  # fmt: skip
            batch.append((_PUT, (owner, part, name, time.time(), written)))
        count = self._select("SELECT COUNT(*) AS n FROM progress WHERE owner = ?", (owner,))[0]["n"]
        if count + len(batch) > MAX_ROWS:
            raise StoreError("The answers and tasks of one browser are kept up to this number: {most}.", most=MAX_ROWS)
        self._writer.require(self._writer.write(batch), WRITE_SECONDS)

    def forget(self, owner: str, part: str, name: str = "") -> None:
        """Remove one item, or without a name all of a part."""
        condition, values = ("AND name = ?", (name,)) if name else ("", ())
        sql = f"DELETE FROM progress WHERE owner = ? AND part = ? {condition}"  # noqa: S608
        self._writer.require(self._writer.write([(sql, (owner, part, *values))]), WRITE_SECONDS)

    def forget_everybody(self, part: str, name: str) -> None:
        """Remove one item of all owners."""
        self._writer.require(
            self._writer.write([("DELETE FROM progress WHERE part = ? AND name = ?", (part, name))]), WRITE_SECONDS
        )

    def _select(self, sql: str, values: tuple) -> list[dict]:
        self._writer.settle()
        return self._read(sql, values)


def handed_over(old: str, new: str) -> list[Statement]:
    """Return the statements that give one owner's progress to another; where both have an item, the newer one stays."""
    newer = """
        INSERT INTO progress (owner, part, name, updated, body)
        SELECT ?, part, name, updated, body FROM progress WHERE owner = ?
        ON CONFLICT (owner, part, name) DO UPDATE SET updated = excluded.updated, body = excluded.body
        WHERE excluded.updated > progress.updated"""
    return [(newer, (new, old)), ("DELETE FROM progress WHERE owner = ?", (old,))]


def _body(text: object) -> dict | None:
    """Return the JSON object of a row; None if it is none: one bad row costs one item."""
    try:
        body = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return None
    return body if isinstance(body, dict) else None
