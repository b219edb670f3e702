"""Healthy runs as the dashboard trains them: presets, optimizers and data, at the usual learning rates. For measuring the doctor."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from clsf.data import catalogue
from clsf.doctor.measured import HEALTHY, Case
from clsf.doctor.records import facts_of, history_of
from clsf.errors import SpecError
from clsf.model.presets import preset
from clsf.optimizers import DEFAULT, POPULAR, with_momentum
from clsf.plan import LEARNING_RATES, Plan

PRESETS = ("lecture-cnn", "lenet-5", "mlp", "residual", "tiny")
OPTIMIZERS = (POPULAR, with_momentum().name, DEFAULT, "adagrad", "nadam")
EPOCHS = 3


def healthy_runs(frameworks: Sequence[str], sets: Sequence[str], seed: int, known: dict[tuple, Case]) -> Iterator[Case]:
    """Train each preset with each optimizer on each data set, in a store of its own that is thrown away. Yield what was seen."""
    from clsf.training_service import open_service

    wanted = [
        (framework, data, name, optimizer) for framework in frameworks for data in sets for name in PRESETS for optimizer in OPTIMIZERS
    ]  # fmt: skip
    wanted = [one for one in wanted if _fits(one[1], one[2])]
    missing = [one for one in wanted if _key(*one, seed) not in known]
    yield from (known[_key(*one, seed)] for one in wanted if one not in missing)
    if not missing:
        return
    with _own_home(), open_service(tuple(dict.fromkeys(one[0] for one in missing))) as service:
        for framework, data, name, optimizer in missing:
            plan = Plan(
                data, epochs=EPOCHS, optimizer=optimizer, learning_rate=LEARNING_RATES[optimizer], seed=seed, batch_size=32,
                train_limit=1000,
            )  # fmt: skip
            (run_id,) = service.train(preset(name, 10), plan, (framework,), owner="cli")
            for _ in service.follow([run_id]):
                pass
            record = service.record(run_id)
            yield Case(*_key(framework, data, name, optimizer, seed), history_of(record), facts_of(record))


def _key(framework: str, data: str, model: str, optimizer: str, seed: int) -> tuple:
    return HEALTHY, framework, data, seed, model, optimizer


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
    try:
        preset(name, 10).analyse(catalogue.info(data).shape)
    except SpecError:
        return False
    return True
