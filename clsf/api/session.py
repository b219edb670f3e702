"""A session: workers for the frameworks and the store of runs, opened once and used for many trainings and comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from clsf import FRAMEWORKS, checks
from clsf.api import live
from clsf.api.choices import in_float64, model_of, plan_of
from clsf.api.training import Training
from clsf.compare import fairness
from clsf.compare.differences import switched
from clsf.compare.lockstep import lockstep
from clsf.compare.pairs import PAIRS
from clsf.compare.recording import Recording
from clsf.compare.sides import check
from clsf.compare.values import LockstepResult, LockstepStarted, StepDifference
from clsf.errors import PlanError
from clsf.model.spec import ModelSpec
from clsf.optimizers import PLAINEST
from clsf.training_service import CLI, TrainingService, open_service
from clsf.words import say

if TYPE_CHECKING:
    import pandas as pd


def open_session(frameworks: Sequence[str] = FRAMEWORKS) -> Session:
    """Start a worker process per framework and open the store of runs (`CLSF_HOME`). Raises EngineError or StoreError.

    Use it in a `with` statement, or call `close`; a process that ends closes it too.
    """
    for name in frameworks:
        checks.known(PlanError, say("framework"), name, FRAMEWORKS)
    return Session(open_service(tuple(frameworks)), tuple(frameworks))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether two runs may be compared, and their last numbers side by side."""

    verdict: str  # "green", "amber" or "red": the worst of the findings
    findings: pd.DataFrame  # level, topic, sentence
    numbers: pd.DataFrame  # a row per run: its last losses and accuracies


@dataclass(frozen=True, slots=True)
class Lockstep:
    """The same steps in both frameworks: how far their numbers are apart."""

    steps: pd.DataFrame  # a row per step: both losses, and the largest differences
    sentence: str  # the result
    first_difference: object | None  # clsf.compare.values.FirstParting; None: equal within the tolerance
    result: LockstepResult


class Session:
    """Trains and compares. Not safe to use from several threads at once."""

    def __init__(self, service: TrainingService, frameworks: tuple[str, ...]) -> None:
        self._service, self._frameworks = service, frameworks

    def train(
        self, model: str | Path | ModelSpec, data: str | Path, frameworks: Sequence[str] = (), draw: bool | None = None,
        **choices: object,
    ) -> Training:  # fmt: skip
        """Begin to train one run per framework, one after the other, and return at once.

        model: a preset's name, a JSON file or a ModelSpec. data: a built-in name, or a folder or zip of images.
        draw: whether iterating draws a live figure; by default in notebooks only. choices: fields of `clsf.plan.Plan`,
        such as epochs=3, optimizer="…", learning_rate=0.1, seed=1, and image_size and scale of the preparation.
        Raises ClsfError, with what to do, before anything is trained.
        """
        plan = plan_of(data, **choices)
        run_ids = self._service.train(model_of(model, plan), plan, tuple(frameworks) or self._frameworks, owner=CLI)
        return Training(self._service, run_ids, live.in_notebook() if draw is None else draw)

    def compare(self, one: Training, two: Training | None = None) -> Comparison:
        """Compare the two runs of one training, or the first runs of two. Raises PlanError if their data differ."""
        import pandas as pd

        records = one.records if two is None else [one.records[0], two.records[0]]
        if len(records) != 2:
            raise PlanError(
                "There is {count} run to compare, but a comparison needs two. Train both frameworks.", count=len(records)
            )
        fairness.require_comparable(*records)
        checked = fairness.check(*records)
        findings = pd.DataFrame([{"level": f.level, "topic": f.topic, "sentence": str(f.sentence)} for f in checked])
        columns = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
        numbers = pd.DataFrame(
            [{"framework": r.framework, "status": r.status} | {c: getattr(r.final, c, None) for c in columns} for r in records]
        )
        return Comparison(fairness.worst(checked), findings, numbers)

    def lockstep(
        self, model: str | Path | ModelSpec, data: str | Path, steps: int = 20, differences: Sequence[str] = (),
        sides: str = "frameworks", **choices: object,
    ) -> Lockstep:  # fmt: skip
        """Take the same steps in both frameworks and compare every tensor; in float64 on the processor unless chosen otherwise.

        differences: what PyTorch does differently, from `clsf.plan.DIFFERENCES`. sides: which two are compared, from
        `clsf.compare.pairs.PAIRS`; all but the frameworks need a GPU. Raises ClsfError, also if one side can't continue.
        """
        import pandas as pd

        choices.setdefault("optimizer", PLAINEST)
        plan = in_float64(plan_of(data, **choices), choices)
        spec, recording = model_of(model, plan), Recording(steps)
        checks.known(PlanError, checks.field("sides"), sides, PAIRS)
        check(spec, plan, recording)
        pair = PAIRS[sides]
        plans = {"tensorflow": plan, "torch": switched(plan, list(differences))}
        both = pair.of(self._service.engine, spec, plans, recording)
        one, two = pair.keys
        rows, result = [], None
        for said in lockstep(*both, recording, pair=pair):
            match said:
                case LockstepStarted():
                    pass
                case StepDifference():
                    rows.append(
                        {
                            "step": said.step,
                            f"loss_{one}": said.losses[0],
                            f"loss_{two}": said.losses[1],
                            "loss_difference": said.loss,
                            "logit_difference": said.logits,
                            "gradient_difference": said.gradients,
                            "weight_difference": said.weights,
                        }
                    )
                case LockstepResult():
                    result = said
        if result.failure is not None:
            framework, reason = result.failure
            raise PlanError("{framework}: {reason}", framework=framework, reason=reason)
        return Lockstep(pd.DataFrame(rows), str(result.sentence), result.first_parting, result)

    def close(self) -> None:
        """End the workers and close the store."""
        self._service.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
