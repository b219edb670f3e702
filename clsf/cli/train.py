"""`python -m clsf train`: train a model in one framework or both, and report progress."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from clsf import FRAMEWORKS, logs, losses
from clsf.cli import arguments, training_arguments
from clsf.cli.show import JsonLines, ProgressBars
from clsf.data import catalogue
from clsf.data.imports import Imported
from clsf.errors import DataError
from clsf.events import RunEnded, RunFailed
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.training_service import TrainingService, open_service


def add_arguments(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("train", help="train a model in TensorFlow, PyTorch or both")
    arguments.add(parser, "data", "model")
    parser.add_argument("--framework", default="both", metavar="NAME", help="tensorflow, torch or both (default)")
    arguments.add(
        parser, "variant", "epochs", "batch-size", "optimizer", "learning-rate", "train-limit", "image-size", "scale", "seed",
        "rules", "start", "dtype", "device",
    )  # fmt: skip
    parser.add_argument("--race", action="store_true", help="run both frameworks at the same time (they share the cores)")
    parser.add_argument("--json", action="store_true", help="one JSON object per event and line")
    parser.add_argument("--csv", metavar="FOLDER", help="write epochs and steps of each run into this folder when it is over")
    parser.add_argument("--tensorboard", metavar="FOLDER", help="write event files for TensorBoard there, a zip per run")
    training_arguments.add(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Train and show the runs. Returns 0, or 1 if a run failed or diverged."""
    frameworks = _frameworks(options.framework)
    data, imported = arguments.imported(options.data, options)
    if options.json:
        _say_data(data, imported)
    spec = arguments.model_spec(options.model, len(catalogue.info(data).classes))
    plan = arguments.plan(options, data, **training_arguments.changes(options))
    spec = _fitted(spec, plan, len(catalogue.info(data).classes))
    for folder in filter(None, (options.csv, options.tensorboard)):
        _writable(folder)
    show = JsonLines() if options.json else ProgressBars()
    with open_service(frameworks) as service, show:
        if service.missing:
            print(f"clsf: {service.notice()}", file=sys.stderr)
        run_ids = service.train(spec, plan, frameworks, owner="cli", race=options.race)
        good = True
        try:
            for run_id, event in service.follow(run_ids):
                show.event(service.record(run_id), event)
                if isinstance(event, RunFailed) or (isinstance(event, RunEnded) and event.reason != "finished"):
                    good = False
        except KeyboardInterrupt:
            for run_id in run_ids:
                service.control(run_id, "stop")
            raise
        _write_logs(service, run_ids, options)
        if not good:
            for record in map(service.record, run_ids):
                if record.status == "diverged":
                    print(
                        f"clsf: {record.framework}: the loss has become nan or larger than a million; try a smaller learning rate than "
                        f"{plan.learning_rate:g}",
                        file=sys.stderr,
                    )
                if record.failure:
                    print(f"clsf: {record.framework}: {record.failure}", file=sys.stderr)
        return 0 if good else 1


def _say_data(data: str, imported: Imported | None) -> None:
    """Print the data set as the first line of JSON."""
    info = catalogue.info(data)
    line = {"event": "data", "data": data, "classes": list(info.classes), "train": info.train, "validation": info.validation, "test": info.test}  # fmt: skip
    if imported is not None:
        line["left_out"] = [{"file": file, "why": str(why)} for file, why in imported.skipped]
        line["copies"] = [{"file": file, "same_as": same} for file, same in imported.copies]
    print(json.dumps(line, ensure_ascii=False), flush=True)


def _fitted(spec: ModelSpec, plan: Plan, classes: int) -> ModelSpec:
    """Return the model as the loss needs it, and print a note if that changes it."""
    fitted = losses.fitted(spec, plan, classes)
    if fitted != spec:
        print(
            f"clsf: for the {plan.loss} loss the model ends in {losses.outputs(plan, classes)} "
            f"{'unit' if losses.outputs(plan, classes) == 1 else 'units'}, activation {losses.last_activation(plan)}",
            file=sys.stderr,
        )
    return fitted


def _writable(folder: str) -> None:
    """Create the folder now, so that an error shows before training and not after it."""
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError("The folder '{path}' can't be made: {reason}.", path=folder, reason=str(error)) from None


def _write_logs(service: TrainingService, run_ids: list[str], options: argparse.Namespace) -> None:
    for record in map(service.record, run_ids):
        name = f"{record.framework}-{record.run_id[:8]}"
        if options.csv:
            for what, text in (("epochs", logs.epochs_csv(record)), ("steps", logs.steps_csv(record))):
                Path(options.csv, f"{name}-{what}.csv").write_text(text, encoding="utf-8")
        if options.tensorboard:
            Path(options.tensorboard, f"{name}.zip").write_bytes(service.tensorboard(record.run_id))


def _frameworks(name: str) -> tuple[str, ...]:
    from clsf import checks
    from clsf.errors import PlanError
    from clsf.words import say

    checks.known(PlanError, say("framework"), name, (*FRAMEWORKS, "both"))
    return FRAMEWORKS if name == "both" else (name,)
