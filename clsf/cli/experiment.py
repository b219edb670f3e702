"""`python -m clsf experiment`: a set of runs that differ in one thing, their results, and which of them is ahead."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from clsf import FRAMEWORKS, checks
from clsf.cli import arguments
from clsf.data import catalogue
from clsf.errors import PlanError
from clsf.experiments import grid, sets
from clsf.experiments.estimate import estimate
from clsf.experiments.fitting import fitting
from clsf.experiments.settings import differing, shown, title
from clsf.experiments.start import ExperimentRuns, Member, find, start, stop
from clsf.experiments.values import Arm, Experiment
from clsf.experiments.verdict import agreement, verdicts
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.training_service import TrainingService, open_service
from clsf.words import say


def add_arguments(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("experiment", help="train a set of runs that differ in one thing, and compare them")
    parser.add_argument("kind", metavar="KIND", help=", ".join(sets.KINDS))
    arguments.add(parser, "data")
    parser.add_argument("--model", default="lenet-5", metavar="PRESET|FILE.json", help="default: lenet-5")
    parser.add_argument("--framework", default="both", metavar="NAME", help="tensorflow, torch or both (default)")
    parser.add_argument("--values", default="", metavar="V,V", help="of learning-rate or batch-size: what to try")
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="of seeds: how many")
    parser.add_argument(
        "--vary", action="append", default=[], metavar="NAME=V,V",
        help=f"of own: a setting and its values; may be given again. Names: {', '.join(grid.FACTORS)}",
    )  # fmt: skip
    arguments.add(
        parser, "epochs", "batch-size", "optimizer", "learning-rate", "train-limit", "image-size", "scale", "seed", "rules", "dtype",
        "device",
    )  # fmt: skip
    parser.add_argument(
        "--in-turn", action="store_true",
        help="one run after the other, so that their times can be compared; otherwise small runs share the processor",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="one JSON object per run and line, then the verdicts")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Train and show the experiment. Returns 0, or 1 if a run did not finish."""
    checks.known(PlanError, say("experiment"), options.kind, sets.KINDS)
    checks.known(PlanError, say("framework"), options.framework, (*FRAMEWORKS, "both"))
    data = arguments.data_name(options.data, options)
    info = catalogue.info(data)
    spec = arguments.model_spec(options.model, len(info.classes))
    plan = arguments.plan(options, data)
    if options.image_size is None:
        plan = fitting(spec, plan)
    frameworks = FRAMEWORKS if options.framework == "both" else (options.framework,)
    experiment = Experiment(options.kind, arms(options, spec, plan), frameworks)
    with open_service(frameworks) as service:
        about = estimate(experiment, info, service.recent(None, 100), options.in_turn)
        share = f", {about.together} at a time: their times can't be compared" if about.together > 1 else ""
        print(f"clsf: {about.runs} runs, about {about.seconds:.0f} s{share}", file=sys.stderr)
        begun = find(service, start(service, experiment, "cli", "", options.in_turn))
        try:
            _follow(service, begun, options.json)
        except KeyboardInterrupt:
            stop(service, begun)
            raise
        for sentence in said(begun.members):
            print(json.dumps({"event": "verdict", "sentence": sentence}) if options.json else sentence)
        return 0 if all(m.record.status == "finished" for m in begun.members) else 1


def arms(options: argparse.Namespace, spec: ModelSpec, plan: Plan) -> Sequence[Arm]:
    """Return the experiment that the arguments describe."""
    if options.vary and options.kind != "own":
        raise PlanError("--vary belongs to the experiment 'own'; this is '{kind}'.", kind=options.kind)
    match options.kind:
        case "optimizers":
            return sets.optimizers(spec, plan)
        case "regularisation":
            return sets.regularisation(spec, plan)
        case "learning-rate":
            return sets.learning_rates(spec, plan, grid.read("learning_rate", options.values))
        case "batch-size":
            images = catalogue.info(plan.data).trained(plan.validation_share, plan.train_limit)
            return sets.batch_sizes(spec, plan, grid.read("batch_size", options.values), images)
        case "seeds":
            return sets.seeds(spec, plan, options.seeds)
    values = {}
    for text in options.vary:
        name, _, typed = text.partition("=")
        values[name.strip()] = grid.read(name.strip(), typed)
    return grid.grid(spec, plan, values, len(catalogue.info(plan.data).classes))


def said(members: Sequence[Member]) -> list[str]:
    """Return the findings about the runs, one sentence each."""
    judged = verdicts(members)
    agreed = agreement(judged)
    several = len({m.record.framework for m in members}) > 1
    lines = [f"{v.framework}: {v.sentence}" if several else str(v.sentence) for v in judged]
    return [*lines, str(agreed)] if agreed is not None else lines


def _follow(service: TrainingService, experiment: ExperimentRuns, as_json: bool) -> None:
    """Wait for the runs, one after the other, and report how each ended."""
    columns = {
        name: values for name, values in differing([m.record for m in experiment.members]).items() if name != "framework"
    }
    titles = [
        "framework",
        *(str(title(name)) for name in columns),
        "status",
        "epochs",
        "train",
        "validation",
        "loss",
        "seconds",
    ]
    widths = [10] + [max(len(str(title(n))), *(len(str(shown(v))) for v in values)) for n, values in columns.items()]
    widths += [9, 6, 6, 10, 7, 7]
    if not as_json:
        print("  ".join(text.ljust(width) for text, width in zip(titles, widths, strict=True)))
    for place, member in enumerate(experiment.members):
        service.wait([member.record.run_id])
        record = member.record
        settings = {name: values[place] for name, values in columns.items()}
        if as_json:
            print(json.dumps(line(member, settings)), flush=True)
            continue
        end = record.ended
        cells = [record.framework, *(str(shown(v)) for v in settings.values()), record.status, str(len(record.epochs))]
        cells += [
            _digits(end and end.train_accuracy),
            _digits(end and end.validation_accuracy),
            _digits(end and end.validation_loss),
        ]
        cells.append(f"{end.seconds:.1f}" if end else "")
        print("  ".join(text.ljust(width) for text, width in zip(cells, widths, strict=True)).rstrip(), flush=True)
        if record.failure is not None:
            print(f"clsf: {record.failure}", file=sys.stderr)


def line(member: Member, settings: dict) -> dict:
    """Return the JSON line of a finished run."""
    record, end = member.record, member.record.ended
    return {
        "event": "experiment_run", "run": record.run_id, "framework": record.framework, "arm": str(member.label),
        "settings": settings, "status": record.status, "epochs": len(record.epochs),
        "train_accuracy": end and end.train_accuracy, "validation_accuracy": end and end.validation_accuracy,
        "validation_loss": end and end.validation_loss, "seconds": end and end.seconds,
    }  # fmt: skip


def _digits(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
