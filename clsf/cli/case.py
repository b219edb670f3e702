"""`python -m clsf case NAME`: a published gap between the frameworks, trained again with one cause less after another."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator

from clsf.cli import arguments
from clsf.compare.cases import CASES, case_of
from clsf.compare.cases.case import Case
from clsf.compare.cases.lecture import LECTURE, loss_floor
from clsf.compare.cases.runner import ServiceTrainer
from clsf.compare.cases.steps import CaseStep, Recalibrated, check, explain, proof, summary
from clsf.data import catalogue
from clsf.errors import EngineError
from clsf.optimizers import DEFAULT
from clsf.plan import Plan
from clsf.training_service import open_service

LIST = "list"
OLD = "lecture-gap"  # the name of the first case from when it was the only one


def add_arguments(commands: argparse._SubParsersAction) -> None:
    """Add this command and its older name to the parser."""
    parser = commands.add_parser("case", help="explain a published gap between the frameworks, one cause after another")
    parser.add_argument("case", metavar="NAME", help=f"{LIST}, or one of {', '.join(CASES)}")
    _add(parser, data="digits", epochs=None)
    parser.set_defaults(run=run)
    old = commands.add_parser(OLD, help="the same as: case lecture")
    _add(old, data=None, epochs=5)
    old.set_defaults(run=run, case=LECTURE.name)


def _add(parser: argparse.ArgumentParser, data: str | None, epochs: int | None) -> None:
    arguments.add(parser, "data", "epochs")
    if data is not None:
        parser.set_defaults(data=data)
        next(action for action in parser._actions if action.dest == "data").required = False
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="train every step with N seeds")
    parser.add_argument(
        "--order", metavar="NAME,NAME", help="the order in which causes are taken away; default: the case's own"
    )
    arguments.add(parser, "train-limit", "image-size", "batch-size", "learning-rate", "seed", "dtype", "device")
    parser.set_defaults(epochs=epochs, batch_size=None)  # None: the case's own
    parser.add_argument("--json", action="store_true", help="one JSON object per step and line")


def run(options: argparse.Namespace) -> int:
    """Train and show the case. Returns 0, or 1 if a run could not go on."""
    if options.case == LIST:
        _list(options.json)
        return 0
    case = case_of(options.case)
    order = case.order if options.order is None else tuple(name.strip() for name in options.order.split(",") if name.strip())
    check(case, options.seeds, order)
    data = arguments.data_name(options.data, options)
    classes = len(catalogue.info(data).classes)
    chosen = {name: getattr(options, name) for name in ("batch_size", "learning_rate") if getattr(options, name) is not None}
    options.epochs = case.epochs if options.epochs is None else options.epochs
    options.batch_size = chosen.get("batch_size", Plan(data).batch_size)
    plan = case.settings(arguments.plan(options, data, optimizer=DEFAULT)).but(**chosen)
    with open_service() as service:
        steps = explain(case, ServiceTrainer(service, owner="cli"), plan, classes, options.seeds, order)
        try:
            _json_lines(case, steps, OLD in sys.argv) if options.json else _summary(case, steps, classes)
        except EngineError as error:
            print(f"clsf: {error}", file=sys.stderr)
            return 1
    return 0


def _list(as_json: bool) -> None:
    for case in CASES.values():
        told = {
            "name": case.name,
            "title": str(case.title),
            "published": case.published.where,
            "address": case.published.address,
        }
        print(json.dumps(told) if as_json else f"{case.name:<18}{case.title}. {case.question}")


def step_line(step: CaseStep, event: str = "case_step") -> dict:
    """Return the JSON line of a step."""
    line = {
        "event": event, "cause": step.cause, "accuracy": step.accuracy, "low": step.low, "high": step.high,
        "seeds": len(step.seeds), "accuracies": list(step.accuracies), "loss": step.loss,
    }  # fmt: skip
    if step.reference is not None:
        gap = step.gap.interval
        line |= {"reference": step.reference.accuracy, "reference_loss": step.reference.loss}
        line |= {"gap": gap.mean, "gap_low": gap.low, "gap_high": gap.high}
    return line


def recalibrated_line(recalibrated: Recalibrated) -> dict:
    """Return the JSON line of the effect of recomputed batch normalisation statistics."""
    return {
        "event": "case_recalibrated", "framework": recalibrated.framework, "before": list(recalibrated.before), "after": list(recalibrated.after),
    }  # fmt: skip


def _json_lines(case: Case, steps: Iterable[CaseStep | Recalibrated], old: bool) -> None:
    for said in steps:
        if isinstance(said, Recalibrated):
            line = recalibrated_line(said)
        else:
            line = step_line(said, "gap_step") if old else {**step_line(said), "case": case.name}
        print(json.dumps(line), flush=True)


def _summary(case: Case, steps: Iterator[CaseStep | Recalibrated], classes: int) -> None:
    done = []
    print(f"{case.title}. {case.published.where} {case.published.address}".rstrip())
    print(f"{'':<58}accuracy   95 % interval    {'reference   ' if case.reference else ''}loss    gain")
    for said in steps:
        if isinstance(said, Recalibrated):
            print(proof(said))
            continue
        done.append(said)
        gain = "" if said.gain is None else f"{said.gain.interval.mean * 100:+.1f} ± {said.gain.interval.half_width * 100:.1f}"
        beside = "" if said.reference is None else f"{said.reference.accuracy:>9.3f}   "
        print(
            f"{said.title!s:<58}{said.accuracy:>8.3f}   {said.low:.3f} to {said.high:.3f}   {beside}{said.loss:>7.3f}   {gain}",
            flush=True,
        )
    if case is LECTURE:
        print(f"Two softmaxes can't bring the loss below ln(1 + {classes - 1}/e) = {loss_floor(classes):.3f}.")
    print(summary(done))
    if case.lesson is not None:
        print(case.lesson)
