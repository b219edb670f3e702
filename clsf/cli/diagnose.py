"""`python -m clsf diagnose`: what looks wrong with a run, or with curves that another program wrote."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from clsf.errors import DataError
from clsf.faults.doctor import RunVerdict, diagnose
from clsf.faults.history import History, RunFacts


def add_arguments(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("diagnose", help="say what looks wrong with a run, or with curves in a file")
    parser.add_argument(
        "what", metavar="RUN|all|FILE", nargs="*",
        help="ids of runs, or all; or files: Keras' History as JSON, CSVLogger, a printed log, TensorBoard's event file or folder",
    )  # fmt: skip
    parser.add_argument("--classes", type=int, metavar="N", help="number of classes, for files; default 10")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--measure", action="store_true", help="plant every fault and count how often its kind is found")
    parser.add_argument(
        "--data",
        metavar="NAMES",
        default="digits,shapes",
        help="with --measure: of digits, shapes, digits-turned, shapes-redrawn; healthy runs take any data set that is here",
    )
    parser.add_argument("--framework", metavar="NAMES", default="torch,tensorflow", help="with --measure")
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="with --measure: number of seeds; default 3")
    parser.add_argument("--first-seed", type=int, default=0, metavar="N", help="with --measure: the first seed; default 0")
    parser.add_argument("--healthy", type=int, default=40, metavar="N", help="with --measure: number of healthy runs, drawn with the first seed; default 40")  # fmt: skip
    parser.add_argument("--kinds", metavar="NAMES", help="with --measure: only these faults, or healthy")
    parser.add_argument("--keep", metavar="FILE", help="with --measure: keep the runs there; what is there isn't trained again")
    parser.add_argument("--judge", action="store_true", help="with --keep: judge the runs that were kept, without training")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Diagnose the given run or curves. Returns 0 even if something looks wrong."""
    if options.measure or options.judge:
        from clsf.cli.diagnose_measure import measure

        return measure(options)
    if not options.what:
        raise DataError("Say what to look at: the id of a run, all, or a file.")
    if options.classes is not None and not 2 <= options.classes <= 65_536:
        raise DataError("--classes is {value}, but must be a whole number from 2 to 65,536.", value=options.classes)
    asked = [name for name in options.what if not Path(name).exists()]
    for name in options.what:
        if name not in asked:
            _show(options, name, *_from_file(name, options.classes))
    if asked:
        _runs(options, asked)
    return 0


def _from_file(name: str, classes: int | None) -> tuple[History, RunFacts]:
    from clsf.doctor.files import MAX_BYTES, read_folder, read_log

    path = Path(name)
    if path.is_dir():
        return read_folder(path), RunFacts(classes=classes or 10)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DataError("The file '{path}' can't be read: {reason}.", path=name[:200], reason=str(error.strerror)) from None
    return read_log(content, path.name), RunFacts(classes=classes or 10)


def _runs(options: argparse.Namespace, asked: list[str]) -> None:
    from clsf.cli.runs import _opened
    from clsf.doctor.records import facts_of, history_of

    store = _opened()
    try:
        ids = [summary.run_id for summary in store.runs(None, 1_000_000)] if "all" in asked else asked
        for run_id in ids:
            record = store.record(run_id)
            title = f"{run_id}  {record.framework}  {record.model.name} on {record.plan.data}"
            _show(options, run_id, history_of(record), facts_of(record), title)
    finally:
        store.close()


def _show(options: argparse.Namespace, name: str, history: History, facts: RunFacts, title: str | None = None) -> None:
    told = diagnose(history, facts)
    if options.json:
        print(json.dumps({"run": name, "epochs": len(history.epochs), "verdicts": [_row(v) for v in told]}, ensure_ascii=False))
        return
    print(title or name)
    if not told:
        print("  nothing looks wrong")
    for verdict in told:
        print(f"  {verdict.kind} ({verdict.certainty}): {verdict.fault.title}")
        print(f"    seen: {verdict.evidence.said}")
        print(f"    do:   {verdict.fault.mend}")
        if verdict.evidence.probe:
            from clsf.faults.probes import PROBES

            print(f"    check: {PROBES[verdict.evidence.probe].does}")


def _row(verdict: RunVerdict) -> dict:
    return {
        "kind": verdict.kind, "certainty": verdict.certainty, "weight": verdict.evidence.weight,
        "evidence": str(verdict.evidence.said), "title": str(verdict.fault.title), "mend": str(verdict.fault.mend),
        "probe": verdict.evidence.probe or None,
    }  # fmt: skip
