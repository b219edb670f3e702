"""`python -m clsf train`: train a model in one framework or both, and say how it goes."""

from __future__ import annotations

import argparse
import sys

from clsf import FRAMEWORKS
from clsf.cli import arguments
from clsf.cli.show import JsonLines, Progress
from clsf.data import catalogue
from clsf.events import RunEnded, RunFailed
from clsf.lab import open_lab


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
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Train and show it. Returns 0, or 1 if a run failed or diverged."""
    frameworks = _frameworks(options.framework)
    data = arguments.data_name(options.data)
    spec = arguments.model_spec(options.model, len(catalogue.info(data).classes))
    plan = arguments.plan(options, data)
    show = JsonLines() if options.json else Progress()
    with open_lab() as lab, show:
        run_ids = lab.train(spec, plan, frameworks, owner="cli", race=options.race)
        good = True
        try:
            for run_id, event in lab.follow(run_ids):
                show.event(lab.record(run_id), event)
                if isinstance(event, RunFailed) or (isinstance(event, RunEnded) and event.reason != "finished"):
                    good = False
        except KeyboardInterrupt:
            for run_id in run_ids:
                lab.control(run_id, "stop")
            raise
        if not good:
            for record in map(lab.record, run_ids):
                if record.status == "diverged":
                    print(
                        f"clsf: {record.framework}: the loss has become nan or larger than a million; try a smaller learning rate than "
                        f"{plan.learning_rate:g}",
                        file=sys.stderr,
                    )
                if record.failure:
                    print(f"clsf: {record.framework}: {record.failure}", file=sys.stderr)
        return 0 if good else 1


def _frameworks(name: str) -> tuple[str, ...]:
    from clsf import checks
    from clsf.errors import PlanError
    from clsf.words import say

    checks.known(PlanError, say("framework"), name, (*FRAMEWORKS, "both"))
    return FRAMEWORKS if name == "both" else (name,)
