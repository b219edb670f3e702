"""`python -m clsf diagnose --measure`: run the doctor on every plantable fault, on data sets and seeds, and on healthy runs."""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from clsf import FRAMEWORKS, checks
from clsf.data import catalogue
from clsf.doctor.measured import HEALTHY, MeasuredRun, kept
from clsf.errors import DataError
from clsf.faults.catalogue import KINDS, functions
from clsf.faults.doctor import diagnose
from clsf.faults.running import run
from clsf.faults.scene import Scene
from clsf.faults.scenes import DATA, MODELS, healthy
from clsf.optimizers import POPULAR
from clsf.words import say

AT_ONCE = 8  # programs per process, so that several programs share one import of a framework

OTHER = {
    "digits-turned": ("digits", ("np.rint(digits.images * (255 / 16)).astype(np.uint8)", "255 - np.rot90(np.rint(digits.images * (255 / 16)), axes=(1, 2)).astype(np.uint8)")),
    "shapes-redrawn": ("shapes", ("draw_shapes(1500, seed=0)", "draw_shapes(1500, seed=17)")),
}  # fmt: skip
"""Data sets that were not used to tune any judge: name -> the scene's data, and what is changed in its program.

Dark digits on light, lying; other shapes.
"""


def start(framework: str, data: str, model: str, seed: int, optimizer: str = POPULAR) -> Scene:
    """Return a healthy program on a data set of `DATA` or `OTHER`."""
    if data in DATA:
        return healthy(framework, data, model, seed, optimizer)
    base, edit = OTHER[data]
    return healthy(framework, base, model, seed, optimizer).edited(edit)


def planted(kind: str, framework: str, data: str, seed: int) -> tuple[str, Scene] | None:
    """Return the model's name and a small program with the fault; None if the framework or the data can't have this fault."""
    for model in MODELS:
        scene = functions("plant")[kind](start(framework, data, model, seed))
        if scene is not None:
            return model, scene
    return None


def measure(options: argparse.Namespace) -> int:
    """Train the runs that are not stored yet, print one line for each run, and the shares at the end."""
    file = Path(options.keep) if options.keep else None
    known = {case.key: case for case in kept(file)} if file else {}
    if options.judge:
        if not known:
            raise DataError("There are no runs to judge. Name the file that --keep wrote: --judge --keep FILE.")
        cases = list(known.values())
    else:
        cases = []
        for case in _trained(options, known):
            if file and case.key not in known:
                with file.open("a", encoding="utf-8") as opened:
                    opened.write(case.to_line() + "\n")
            cases.append(case)
            _print(case)
    _table(cases, print_wrong=options.judge)
    return 0


def _named(case: MeasuredRun) -> list[str]:
    return [verdict.kind for verdict in diagnose(case.history, case.facts)]


def right(case: MeasuredRun) -> bool:
    """Return whether the kind is among the first two verdicts; for a healthy run, whether there is no verdict."""
    named = _named(case)
    return not named if case.fault == HEALTHY else case.fault in named[:2]


def _print(case: MeasuredRun) -> None:
    row = {
        "fault": case.fault, "framework": case.framework, "data": case.data, "seed": case.seed, "model": case.model,
        "optimizer": case.optimizer, "named": _named(case), "right": right(case),
    }  # fmt: skip
    print(json.dumps(row), flush=True)


def _table(cases: list[MeasuredRun], print_wrong: bool) -> None:
    """Print the shares by data and framework, as Markdown, and with `print_wrong` each run that was judged wrongly."""
    if print_wrong:
        for case in cases:
            if not right(case):
                _print(case)
    groups: dict[tuple[str, str], list[MeasuredRun]] = defaultdict(list)
    for case in cases:
        groups[case.framework, case.data].append(case)
    rows = [*sorted(groups.items()), (("all", "all"), cases)]
    print("| framework | data | seeds | faulty runs (kinds) | right among the first two | healthy runs | with a verdict |")
    print("|---|---|---|---|---|---|---|")
    for (framework, data), some in rows:
        faulty, well = [c for c in some if c.fault != HEALTHY], [c for c in some if c.fault == HEALTHY]
        good, false = sum(map(right, faulty)), sum(not right(c) for c in well)
        seeds = ", ".join(map(str, sorted({c.seed for c in some})))
        share = f"{good} ({good / len(faulty):.1%})" if faulty else "–"
        wrong = f"{false} ({false / len(well):.1%})" if well else "–"
        print(
            f"| {framework} | {data} | {seeds} | {len(faulty)} ({len({c.fault for c in faulty})}) | {share} | {len(well)} | {wrong} |"
        )


def _trained(options: argparse.Namespace, known: dict[tuple, MeasuredRun]) -> Iterator[MeasuredRun]:
    kinds = options.kinds.split(",") if options.kinds else list(functions("plant"))
    frameworks, sets = options.framework.split(","), options.data.split(",")
    well = HEALTHY in kinds or not options.kinds
    faulty = [kind for kind in kinds if kind != HEALTHY]
    for names, allowed in ((kinds, (*KINDS, HEALTHY)), (frameworks, FRAMEWORKS)):
        for name in names:
            checks.known(DataError, say("name"), name, allowed)
    for name in sets:
        if name not in OTHER:
            catalogue.info(name)
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        for framework in frameworks:
            for data in sets:
                if data in DATA or data in OTHER:
                    yield from _programs(framework, data, seed, faulty, known)
    if well:
        from clsf.cli.healthy_runs import healthy_runs

        yield from healthy_runs(
            frameworks, [data for data in sets if data not in OTHER], options.first_seed, options.healthy, known
        )


def _programs(framework: str, data: str, seed: int, kinds: list[str], known: dict[tuple, MeasuredRun]) -> Iterator[MeasuredRun]:
    waiting: list[tuple[tuple, Scene]] = []
    for kind in kinds:
        cases = planted(kind, framework, data, seed)
        if cases is None:
            continue
        key = (kind, framework, data, seed, cases[0], cases[1].plan.optimizer)
        if key in known:
            yield known[key]
        else:
            waiting.append((key, cases[1]))
    for first in range(0, len(waiting), AT_ONCE):
        part = waiting[first : first + AT_ONCE]
        for (key, _), ran in zip(part, run([scene for _, scene in part]), strict=True):
            if ran is None:
                print(f"clsf: {' '.join(map(str, key))} took too long", file=sys.stderr)
                continue
            yield MeasuredRun(*key, ran.history, ran.facts)
