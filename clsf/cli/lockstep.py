"""`python -m clsf lockstep`: both frameworks take the same steps, and every tensor is compared."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator
from dataclasses import asdict

from clsf.cli import arguments, training_arguments
from clsf.compare.differences import switched
from clsf.compare.lockstep import lockstep
from clsf.compare.pairs import PAIRS
from clsf.compare.recording import Recording
from clsf.compare.sides import check
from clsf.compare.values import LockstepResult, LockstepStarted, StepDifference
from clsf.data import catalogue
from clsf.engine import start_engine
from clsf.frameworks import TITLES
from clsf.optimizers import PLAINEST
from clsf.plan import DIFFERENCES

SHOWN = 20  # steps in the readable summary


def add_arguments(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("lockstep", help="train both frameworks step by step and compare every number")
    arguments.add(parser, "data", "model", "optimizer")
    parser.add_argument("--steps", type=int, default=200, metavar="N")
    arguments.add(parser, "dtype")
    parser.add_argument(
        "--differences",
        default="",
        metavar="NAME,NAME",
        help=f"what PyTorch does otherwise; of {', '.join(DIFFERENCES)}",
    )
    parser.add_argument(
        "--sides", choices=PAIRS, default="frameworks", help="what is compared; all but the frameworks need a GPU"
    )
    parser.add_argument("--isolate", action="store_true", help="give each layer of PyTorch what TensorFlow's received")
    parser.add_argument("--evaluate-every", type=int, default=10, metavar="N", help="try validation images every N steps")
    arguments.add(
        parser, "batch-size", "learning-rate", "seed", "image-size", "train-limit", "scale", "rules", "start", "l2", "device"
    )
    training_arguments.add(parser, "pretrained")
    parser.add_argument("--json", action="store_true", help="one JSON object per step and line")
    parser.set_defaults(run=run, optimizer=PLAINEST, dtype="float64", device="cpu")


def run(options: argparse.Namespace) -> int:
    """Compare and show the result. Returns 0, also when the frameworks differ; 1 if one of them could not go on."""
    data = arguments.data_name(options.data, options)
    spec = arguments.model_spec(options.model, len(catalogue.info(data).classes))
    plan = arguments.plan(options, data, **training_arguments.pretrained(options))
    other = switched(plan, [name.strip() for name in options.differences.split(",") if name.strip()])
    recording = Recording(options.steps, evaluate_every=options.evaluate_every, isolate=options.isolate)
    check(spec, plan, recording)
    pair = PAIRS[options.sides]
    engine = start_engine(pair.frameworks if pair.alone else ())
    try:
        sides = pair.of(engine, spec, {"tensorflow": plan, "torch": other}, recording)
        said = lockstep(*sides, recording, pair=pair)
        result = _json_lines(said) if options.json else _summary(said)
    finally:
        engine.close()
    if result.failure is not None:
        framework, sentence = result.failure
        print(f"clsf: {framework}: {sentence}", file=sys.stderr)
        return 1
    return 0


def step_line(step: StepDifference) -> dict:
    """Return the JSON line of a step; numbers that are not finite become null."""
    return _plain({
        "event": "step_compared", "step": step.step, "losses": list(step.losses), "loss_difference": step.loss,
        "logit_difference": step.logits, "activation_difference": step.activations, "gradient_difference": step.gradients,
        "weight_difference": step.weights, "evaluation_difference": step.evaluation, "same_batch": step.same_batch,
    })  # fmt: skip


def result_line(started: LockstepStarted, result: LockstepResult) -> dict:
    """Return the last JSON line."""
    parting = result.first_parting
    return _plain({
        "event": "lockstep_ended", "steps": result.steps, "max_loss_difference": result.max_loss_difference,
        "max_logit_difference": result.max_logit_difference, "max_activation_difference": result.max_activation_difference,
        "max_gradient_difference": result.max_gradient_difference, "max_weight_difference": result.max_weight_difference,
        "max_evaluation_difference": result.max_evaluation_difference,
        "first_parting": None if parting is None else asdict(parting), "dtype": result.dtype,
        "same_weights": started.same_weights, "same_order": started.same_order,
        "weights_hash": started.sides[0].weights_hash, "sentence": str(result.sentence),
        "failure": None if result.failure is None else {"framework": result.failure[0], "message": str(result.failure[1])},
    })  # fmt: skip


def _json_lines(said: Iterator[object]) -> LockstepResult:
    for item in said:
        if isinstance(item, LockstepStarted):
            started = item
            continue
        line = step_line(item) if isinstance(item, StepDifference) else result_line(started, item)
        print(json.dumps(line, ensure_ascii=False), flush=True)
    return item


def _summary(said: Iterator[object]) -> LockstepResult:
    from rich.console import Console
    from rich.table import Table

    console, table, every = Console(), None, 1
    for item in said:
        match item:
            case LockstepStarted():
                names = " and ".join(f"{TITLES[s.framework]} ({s.device}, {s.threads} threads)" for s in item.sides)
                equal = "the same" if item.same_weights else "other"
                console.print(
                    f"{names}: {item.steps} steps in {item.dtype} from {equal} initial weights ({item.parameters:,} parameters)",
                    highlight=False,
                    soft_wrap=True,
                )
                table = Table("step", "loss", "Δ loss", "Δ logits", "Δ gradients", "Δ weights", "Δ evaluation")
                every = max(item.steps // SHOWN, 1)
            case StepDifference():
                if item.step == 1 or item.step % every == 0 or item.partings:
                    numbers = (item.loss, item.logits, item.gradients, item.weights)
                    last = "" if item.evaluation is None else f"{item.evaluation:.1e}"
                    if table.row_count < 2 * SHOWN:
                        table.add_row(str(item.step), f"{item.losses[0]:.6f}", *(f"{x:.1e}" for x in numbers), last)
            case LockstepResult():
                console.print(table)
                console.print(str(item.sentence), highlight=False, soft_wrap=True)
    return item


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {name: _plain(x) for name, x in value.items()}
    if isinstance(value, list):
        return [_plain(x) for x in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
