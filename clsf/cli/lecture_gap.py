"""`python -m clsf lecture-gap`: why PyTorch looked worse in the lecture, one cause after another."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator

from clsf.cli import arguments
from clsf.compare.gap import CAUSES, GapStep, check, explain, loss_floor, sentence, service_runner
from clsf.data import catalogue
from clsf.errors import EngineError
from clsf.optimizers import DEFAULT
from clsf.training_service import open_service


def add_arguments(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("lecture-gap", help="explain the lecture's gap by taking away one cause at a time")
    arguments.add(parser, "data", "epochs")
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="train every step with N seeds")
    parser.add_argument(
        "--order", default=",".join(CAUSES), metavar="NAME,NAME", help=f"the order of the causes; default {','.join(CAUSES)}"
    )
    arguments.add(parser, "train-limit", "image-size", "batch-size", "learning-rate", "seed", "dtype", "device")
    parser.add_argument("--json", action="store_true", help="one JSON object per step and line")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Train and show it. Returns 0, or 1 if a run could not go on."""
    data = arguments.data_name(options.data, options)
    classes = len(catalogue.info(data).classes)
    plan = arguments.plan(options, data, optimizer=DEFAULT)
    order = [name.strip() for name in options.order.split(",") if name.strip()]
    spec = arguments.model_spec("lecture-cnn", classes)
    check(options.seeds, order)
    with open_service() as service:
        steps = explain(service_runner(service, spec, owner="cli"), plan, options.seeds, order)
        try:
            _json_lines(steps) if options.json else _summary(steps, classes)
        except EngineError as error:
            print(f"clsf: {error}", file=sys.stderr)
            return 1
    return 0


def step_line(step: GapStep) -> dict:
    """Return the JSON line of a step."""
    return {
        "event": "gap_step", "cause": step.cause, "accuracy": step.accuracy, "low": step.low, "high": step.high,
        "seeds": len(step.seeds), "accuracies": list(step.accuracies), "loss": step.loss,
    }  # fmt: skip


def _json_lines(steps: Iterator[GapStep]) -> None:
    for step in steps:
        print(json.dumps(step_line(step)), flush=True)


def _summary(steps: Iterator[GapStep], classes: int) -> None:
    done = []
    print(f"{'':<38}accuracy   95 % interval    training loss   gain")
    for step in steps:
        done.append(step)
        gain = "" if step.gain is None else f"{step.gain.interval.mean * 100:+.1f} ± {step.gain.interval.half_width * 100:.1f}"
        print(
            f"{step.title!s:<38}{step.accuracy:>8.3f}   {step.low:.3f} to {step.high:.3f}   {step.loss:>13.3f}   {gain}",
            flush=True,
        )
    print(f"Two softmaxes can't bring the loss below ln(1 + {classes - 1}/e) = {loss_floor(classes):.3f}.")
    print(sentence(done))
