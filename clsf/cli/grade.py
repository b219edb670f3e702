"""`python -m clsf grade FOLDER`: check all hand-ins of an assignment again, and write their marks. No student's code is run."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from clsf.errors import ClsfError, TeachingError


def add_arguments(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("grade", help="check hand-ins again, and write their marks")
    parser.add_argument("folder", metavar="FOLDER", help="where the files are that students handed in, folders in it too")
    parser.add_argument("--csv", metavar="FILE", help="write the marks for Moodle or Canvas; - for standard output")
    parser.add_argument(
        "--points-possible", action="store_true", help="add Canvas's row of possible points, which Moodle does not take"
    )
    parser.add_argument("--task", metavar="LINK|FILE.json", help="the assignment that counts; default: that of most files")
    parser.add_argument("--accept", action="store_true", help="give points for what can't be confirmed")
    parser.add_argument("--json", action="store_true", help="one JSON object for each file")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Grade and print. Returns 0; 1 if some file got no mark."""
    from clsf.runs.database import home
    from clsf.teaching import grading, seal, table

    files = grading.files_of(Path(options.folder))
    assignment = _assignment(options.task) if options.task else None
    workers = _Workers()
    try:
        graded = grading.grade(files, workers, seal.secret(home()), assignment)
    finally:
        workers.close()
    title = next((each.handin.assignment.title for each in graded if each.mark() is not None), "")
    written = table.marks(graded, title or "clsf", options.accept, options.points_possible) if options.csv else ""
    if options.csv == "-":
        print(written, end="")
    else:
        for each in graded:
            print(json.dumps(told(each, options.accept), ensure_ascii=False) if options.json else _line(each, options.accept))
    if options.csv and options.csv != "-":
        try:
            Path(options.csv).write_text(written, table.ENCODING)
        except OSError as error:
            raise TeachingError(
                "The marks can't be written to {file}: {reason}.", file=options.csv, reason=error.strerror or "?"
            ) from None
    marked = sum(each.mark() is not None for each in graded)
    nameless = table.without_number(graded) if options.csv else 0
    if nameless:
        print(f"clsf: {nameless} with a mark gave no number, login or address; Canvas goes by their name, Moodle can't find them", file=sys.stderr)  # fmt: skip
    print(f"clsf: {marked} of {len(graded)} files have a mark", file=sys.stderr)
    return 0 if marked == len(graded) else 1


def told(each, accept: bool = False) -> dict:
    """Return the result of a file as JSON."""
    hand = each.handin
    return {
        "file": each.file, "name": hand.name if hand else None, "number": hand.number if hand else None, "mark": each.mark(accept),
        "points": each.points(accept) if each.refused is None else None, "possible": each.possible or None,
        "refused": str(each.refused) if each.refused is not None else None, "sealed": hand.sealed if hand else None,
        "tasks": {item.key: item.state for item in each.items}, "unconfirmed": [str(said) for said in each.unconfirmed],
        "runs": [
            {"framework": r.framework, "model": r.model, "parameters": r.parameters, "validation_accuracy": r.accuracy, "validation_loss": r.loss}
            for r in each.runs
        ],
        "texts": dict(each.texts),
    }  # fmt: skip


def _line(each, accept: bool) -> str:
    who = (each.handin.name or each.handin.number if each.handin else "") or each.file
    if each.refused is not None:
        return f"{who[:32]:32} {'–':>7}  {each.refused}"
    wrong = [item.key for item in each.items if item.state == "wrong"]
    missing = sum(item.state == "open" for item in each.items)
    said = [f"{each.points(accept)} of {each.possible}"]
    said += [f"wrong: {', '.join(wrong)}"] if wrong else []
    said += [f"not done: {missing}"] if missing else []
    lines = [f"{who[:32]:32} {each.mark(accept):>7g}  {'; '.join(said)}"]
    lines += [f"{'':32} {'':>7}  not confirmed: {each_said}" for each_said in each.unconfirmed[:6]]
    return "\n".join(lines)


def _assignment(text: str):
    from urllib.parse import parse_qs, urlsplit

    from clsf.teaching import assignment

    if text.endswith(".json") and "?" not in text:
        try:
            return assignment.read(Path(text).read_bytes()[: assignment.MOST_JSON * 4])
        except OSError as error:
            raise TeachingError(
                "The assignment {file} can't be read: {reason}.", file=text, reason=error.strerror or "?"
            ) from None
    packed = parse_qs(urlsplit(text).query).get(assignment.PARAMETER, [text])[0]
    return assignment.unpacked(packed)


class _Workers:
    """Workers of this machine, each started on first use, because most classes need only one framework."""

    def __init__(self) -> None:
        self._engines: dict[str, object] = {}

    def call(self, framework: str, function: str, *args: object, timeout: float = 60.0) -> object:
        from clsf.engine import start_engine

        if framework not in self._engines:
            self._engines[framework] = start_engine((framework,))
        return self._engines[framework].call(framework, function, *args, timeout=timeout)

    def close(self) -> None:
        for engine in self._engines.values():
            try:
                engine.close()
            except ClsfError:
                continue
