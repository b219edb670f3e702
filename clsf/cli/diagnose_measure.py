"""`python -m clsf diagnose --measure`: every plantable fault, on data sets, with seeds, and healthy programs beside them."""

from __future__ import annotations

import argparse
import json
import sys

from clsf import FRAMEWORKS, checks
from clsf.errors import DataError
from clsf.faults import KINDS, functions
from clsf.faults.doctor import diagnose
from clsf.faults.running import run
from clsf.faults.scene import Scene
from clsf.faults.scenes import DATA, MODELS, healthy
from clsf.optimizers import DEFAULT, PLAINEST, POPULAR, with_momentum
from clsf.words import say

AT_ONCE = 8  # programs of one process, so that a framework is imported once for some


def planted(kind: str, framework: str, data: str, seed: int) -> Scene | None:
    """Return a small program with the fault; None where the framework or the data can't have it."""
    for model in MODELS:
        scene = functions("plant")[kind](healthy(framework, data, model, seed))
        if scene is not None:
            return scene
    return None


def measure(options: argparse.Namespace) -> int:
    """Print one line for each program, and the two shares at the end."""
    kinds = options.kinds.split(",") if options.kinds else list(functions("plant"))
    frameworks, sets = options.framework.split(","), options.data.split(",")
    for names, known in ((kinds, KINDS), (frameworks, FRAMEWORKS), (sets, DATA)):
        for name in names:
            checks.known(DataError, say("name"), name, known)
    found = asked = 0
    false = well = 0
    for framework in frameworks:
        for data in sets:
            for seed in range(options.seeds):
                scenes = [(kind, planted(kind, framework, data, seed)) for kind in kinds]
                if not options.kinds:
                    scenes += [
                        ("healthy", healthy(framework, data, model, seed, optimizer))
                        for model in MODELS for optimizer in (POPULAR, with_momentum().name, DEFAULT, PLAINEST)
                    ]  # fmt: skip
                scenes = [(kind, scene) for kind, scene in scenes if scene is not None]
                for first in range(0, len(scenes), AT_ONCE):
                    part = scenes[first : first + AT_ONCE]
                    for (kind, scene), ran in zip(part, run([scene for _, scene in part]), strict=True):
                        named = [v.kind for v in diagnose(ran.history, ran.facts)] if ran else ["too slow"]
                        if kind == "healthy":
                            false, well = false + bool(named), well + 1
                        else:
                            found, asked = found + (kind in named[:2]), asked + 1
                        row = {
                            "fault": kind, "framework": framework, "data": data, "seed": seed, "named": named,
                            "optimizer": scene.plan.optimizer, "right": kind in named[:2] if kind != "healthy" else not named,
                        }  # fmt: skip
                        print(json.dumps(row), flush=True)
    print(f"{found} of {asked} faults among the first two; {false} of {well} healthy runs with a verdict", file=sys.stderr)
    return 0
