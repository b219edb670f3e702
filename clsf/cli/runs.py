"""`python -m clsf runs`: list the saved runs, and remove old ones as an administrator."""

from __future__ import annotations

import argparse
import json
import re
import time
from datetime import datetime

from clsf.errors import StoreError
from clsf.runs.happened import Happened
from clsf.runs.record import OVER
from clsf.runs.store import RunStore
from clsf.runs.summary import RunSummary
from clsf.words import say_n

HOURS = {"h": 1, "d": 24, "w": 7 * 24}
TABLE_WIDTH = 120  # columns; in a narrower terminal words would be cut off, so each run gets two lines there
WAIT_SECONDS = 10.0  # to wait for another program that has locked the file
AT_ONCE = 100  # runs removed in one transaction, so that a running dashboard waits only briefly


def add_arguments(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("runs", help="list saved runs, or remove old ones for good")
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION", parser_class=type(parser))
    listed = actions.add_parser("list", help="the newest runs, newest first")
    listed.add_argument("--owner", metavar="OWNER", help="only of this owner, as the list shows it; cli: of the command line")
    listed.add_argument("--limit", type=int, default=50, metavar="N", help="at most this many; default: 50")
    listed.add_argument("--json", action="store_true", help="one JSON object a line")
    listed.set_defaults(run=show)
    pruned = actions.add_parser("prune", help="remove runs that ended long ago, for good")
    pruned.add_argument("--older-than", required=True, metavar="AGE", help="since their end, such as 30d, 12h or 8w")
    pruned.add_argument("--owner", metavar="OWNER", help="only of this owner")
    pruned.add_argument("--dry-run", action="store_true", help="say what would be removed, and remove nothing")
    pruned.set_defaults(run=prune)


def show(options: argparse.Namespace) -> int:
    """Print the newest runs."""
    if not 1 <= options.limit <= 1_000_000:
        raise StoreError("--limit is {value}, but must be a whole number from 1 to 1,000,000.", value=options.limit)
    store = _opened()
    try:
        listed = store.runs(options.owner, options.limit)
        beyond = {s.run_id: line.happened for s in listed if (line := store.history.line(s.run_id))} if options.json else {}
    finally:
        store.close()
    if options.json:
        for summary in listed:
            happened = beyond.get(summary.run_id, Happened())
            print(json.dumps(_row(summary) | {"beyond_the_plan": [*map(str, happened.sentences())]}, ensure_ascii=False))
        return 0
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if console.width < TABLE_WIDTH:
        for s in listed:
            print(f"{s.run_id}  {_moment(s.created)}  {s.framework}  {s.status}")
            accuracy = "" if s.validation_accuracy is None else f"  validation {s.validation_accuracy:.1%}"
            print(f"    {s.model} on {s.data}, epochs {s.epochs}/{s.planned_epochs}{accuracy}  owner {s.owner}")
        return 0
    table = Table("run", "when", "framework", "data", "model", "status", "epochs", "validation", "owner")
    table.columns[0].no_wrap = table.columns[-1].no_wrap = True  # the ids must be typed, so they are not cut off
    for s in listed:
        accuracy = "" if s.validation_accuracy is None else f"{s.validation_accuracy:.1%}"
        cells = (
            s.run_id, _moment(s.created), s.framework, s.data, s.model, s.status, f"{s.epochs}/{s.planned_epochs}", accuracy, s.owner,
        )  # fmt: skip
        table.add_row(*(Text(cell) for cell in cells))  # a model's name may look like rich markup
    console.print(table)
    return 0


def prune(options: argparse.Namespace) -> int:
    """Remove runs that ended long ago and shrink the file. A run that trains, waits or is paused is never touched."""
    before = time.time() - seconds(options.older_than)
    store = _opened()
    try:
        old = [s for s in store.history.old(before, options.owner) if s.status in OVER]
        if options.dry_run:
            for s in old:
                print(f"{s.run_id}  {_moment(s.created)}  {s.framework}  {s.data}  {s.status}  {s.owner}")
            print(f"{_runs(len(old))} would be removed.")
            return 0
        for first in range(0, len(old), AT_ONCE):
            store.history.remove([s.run_id for s in old[first : first + AT_ONCE]])
            if store.notice is not None:  # locked or full: nothing of this batch was removed
                raise StoreError(
                    say_n(
                        "{count} of {all} run was removed. {problem}",
                        "{count} of {all} runs were removed. {problem}",
                        len(old),
                        count=first,
                        all=len(old),
                        problem=store.notice,
                    )
                )
        print(f"{_runs(len(old))} removed.")
        freed = store.shrink() if old else 0
        if freed > 0:
            print(f"{freed / 1e6:,.1f} MB given back.")
        return 0
    finally:
        store.close(patience=0)  # runs reported as not removed are not removed later


def seconds(age: str) -> float:
    """Return an age such as 30d in seconds. Raises StoreError for text that is not an age."""
    typed = re.fullmatch(r"(\d{1,6})([hdw])", age.strip())
    if typed is None:
        raise StoreError(
            "--older-than is '{value}', but must be a number of hours, days or weeks, such as 12h, 30d or 8w.", value=age[:40]
        )
    return int(typed[1]) * HOURS[typed[2]] * 3600.0


def _opened() -> RunStore:
    store = RunStore.open()
    until = time.monotonic() + WAIT_SECONDS
    while store.trouble is not None and time.monotonic() < until:
        time.sleep(0.1)
    if store.notice is not None:  # the store is not the file but an empty one in memory, or a new file
        try:
            raise StoreError(store.notice)
        finally:
            store.close(patience=0)
    return store


def _row(summary: RunSummary) -> dict:
    names = (
        "run_id", "group", "framework", "owner", "created", "status", "model", "data", "planned_epochs", "epochs", "parameters",
        "seconds", "train_accuracy", "validation_accuracy",
    )  # fmt: skip
    return {name: getattr(summary, name) for name in names}


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count} runs"


def _moment(when: float) -> str:
    return datetime.fromtimestamp(when).astimezone().strftime("%Y-%m-%d %H:%M")
