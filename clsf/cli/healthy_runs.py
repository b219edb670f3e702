"""Random healthy runs as the dashboard trains them, for measuring the doctor: presets, optimizers, data; usual learning rates."""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from clsf.data import catalogue
from clsf.doctor.measured import HEALTHY, MeasuredRun
from clsf.doctor.records import facts_of, history_of
from clsf.errors import SpecError
from clsf.events import EpochEnded
from clsf.faults.doctor import diagnose, looked_at
from clsf.model.presets import NAMES, preset
from clsf.optimizers import OPTIMIZERS
from clsf.plan import LEARNING_RATES, Plan
from clsf.runs.record import RunRecord

EPOCHS, BATCHES, IMAGES = (3, 8), (16, 32, 64), (700, 1500)  # to draw from; EPOCHS and IMAGES are lower and upper bounds


def drawn(frameworks: Sequence[str], sets: Sequence[str], seed: int, count: int) -> list[tuple[str, str, Plan]]:
    """Return `count` different runs: framework, preset, plan. The same seed draws the same runs; another seed draws new ones."""
    chance = random.Random(f"healthy runs {seed}")
    every = [
        (framework, data, name, optimizer)
        for framework in frameworks for data in sets for name in NAMES for optimizer in OPTIMIZERS if _fits(data, name)
    ]  # fmt: skip
    return [
        (framework, name, Plan(
            data, epochs=chance.randint(*EPOCHS), optimizer=optimizer, learning_rate=LEARNING_RATES[optimizer], seed=seed,
            batch_size=chance.choice(BATCHES), train_limit=chance.randint(*IMAGES), look_inside=chance.random() < 0.5,
        ))
        for framework, data, name, optimizer in chance.sample(every, min(count, len(every)))
    ]  # fmt: skip


def healthy_runs(
    frameworks: Sequence[str], sets: Sequence[str], seed: int, count: int, known: dict[tuple, MeasuredRun]
) -> Iterator[MeasuredRun]:
    """Train the runs from `drawn` that are not in `known`, in a temporary store. Yield the results."""
    from clsf.training_service import open_service

    wanted = drawn(frameworks, sets, seed, count)
    missing = [one for one in wanted if _key(*one) not in known]
    yield from (known[_key(*one)] for one in wanted if one not in missing)
    if not missing:
        return
    spent = trained = 0.0
    with _own_home(), open_service(tuple(dict.fromkeys(one[0] for one in missing))) as service:
        for framework, name, plan in missing:
            (run_id,) = service.train(preset(name, len(catalogue.info(plan.data).classes)), plan, (framework,), owner="cli")
            looked = 0.0
            for _, event in service.follow([run_id]):
                if isinstance(event, EpochEnded) and looked_at(event.epoch) == event.epoch:
                    looked += _look(service.record(run_id))
            record = service.record(run_id)
            spent += looked
            trained += record.ended.seconds if record.ended else 0.0
            print(
                f"clsf: in flight the doctor took {looked * 1000:.0f} ms; of all runs so far {spent / max(trained, 1e-9):.3%}",
                file=sys.stderr,
            )
            yield MeasuredRun(*_key(framework, name, plan), history_of(record), facts_of(record))


def _look(record: RunRecord) -> float:
    """Diagnose a run repeatedly while it trains, as the pages do. Return the CPU seconds that this took."""
    began = time.thread_time()
    diagnose(history_of(record), facts_of(record))
    return time.thread_time() - began


def _key(framework: str, model: str, plan: Plan) -> tuple:
    return HEALTHY, framework, plan.data, plan.seed, model, plan.optimizer


@contextmanager
def _own_home() -> Iterator[None]:
    before = os.environ.get("CLSF_HOME")
    with tempfile.TemporaryDirectory(prefix="clsf-measured-", ignore_cleanup_errors=True) as folder:
        os.environ["CLSF_HOME"] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ["CLSF_HOME"]
            else:
                os.environ["CLSF_HOME"] = before


def _fits(data: str, name: str) -> bool:
    """Return whether the images are large enough for the preset."""
    info = catalogue.info(data)
    try:
        preset(name, len(info.classes)).analyse(info.shape)
    except SpecError:
        return False
    return True
