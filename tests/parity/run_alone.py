"""A plain process that trains by a plan in one framework: python run_alone.py FRAMEWORK MODEL.json PLAN.json; prints the epochs."""

import json
import sys
from pathlib import Path

from clsf import backends, losses
from clsf.backends.start import start_weights
from clsf.control import Control
from clsf.data.prepare import prepare
from clsf.data.sources import open_dataset
from clsf.events import EpochEnded
from clsf.model.changes import changed
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.training import train


def main(framework: str, model: str, plan: str) -> None:
    plan = Plan.from_json(json.loads(Path(plan).read_text("utf-8")))
    plan = plan.as_prepared  # as `clsf.training` does before it prepares
    prepared = prepare(open_dataset(plan.data), plan)
    spec = losses.fitted(ModelSpec.from_json(json.loads(Path(model).read_text("utf-8"))), plan, len(prepared.classes))
    built = changed(spec, plan.differences)
    start = start_weights(built.analyse(prepared.shape), plan)
    backend = backends.load(framework).build(built, plan, prepared, start)
    ended = [e for e in train(backend, framework, prepared, plan, Control(), built) if isinstance(e, EpochEnded)]
    print("EPOCHS", json.dumps([[e.train_loss, e.train_accuracy, e.validation_loss, e.validation_accuracy] for e in ended]))


if __name__ == "__main__":
    main(*sys.argv[1:])
