"""The classic experiments: each a set of arms that differ in one thing alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clsf import checks
from clsf.checks import field as word
from clsf.errors import PlanError
from clsf.experiments.regularised import unregularised, with_batch_norm, with_dropout
from clsf.experiments.values import Arm, text
from clsf.model.spec import ModelSpec
from clsf.optimizers import title
from clsf.plan import LEARNING_RATES, OPTIMIZERS, Plan, Stopping
from clsf.words import Sentence, say

KINDS: dict[str, Sentence] = {
    "optimizers": say("Optimizers"),
    "regularisation": say("Regularisation"),
    "learning-rate": say("Learning rate"),
    "batch-size": say("Batch size"),
    "seeds": say("Seeds and chance"),
    "own": say("Your own grid"),
}

RATE_FACTORS = (0.01, 0.1, 0.3, 1.0, 3.0, 10.0)
BATCH_SIZES = (8, 16, 32, 64, 128, 256)
MOST_SEEDS = 12


@dataclass(frozen=True, slots=True)
class Strengths:
    """How strongly each kind of regularisation is applied in that experiment."""

    l1: float = 1e-4
    l2: float = 1e-3
    dropout: float = 0.5
    patience: int = 2  # epochs

    def __post_init__(self) -> None:
        checks.number(PlanError, word("l1"), self.l1, 0, 10)
        checks.number(PlanError, word("l2"), self.l2, 0, 10)
        checks.number(PlanError, word("dropout"), self.dropout, 0, 0.95)
        checks.whole(PlanError, word("patience"), self.patience, 1, 1000)


def optimizers(spec: ModelSpec, plan: Plan) -> tuple[Arm, ...]:
    """Return all optimizers, each with the learning rate that it is usually begun with."""
    return tuple(
        Arm((("optimizer", text(title(name))),), spec, plan.but(optimizer=name, learning_rate=LEARNING_RATES[name]))
        for name in OPTIMIZERS
    )


def regularisation(spec: ModelSpec, plan: Plan, strengths: Strengths | None = None) -> tuple[Arm, ...]:
    """Return no regularisation, then each kind alone. The model's and the plan's own regularisation is removed first."""
    how = strengths or Strengths()
    bare, plan = unregularised(spec), plan.but(l1=0.0, l2=0.0, weight_decay=0.0, stopping=Stopping())
    return (
        _regularised(say("none"), bare, plan),
        _regularised(say("L1, {strength}", strength=f"{how.l1:g}"), bare, plan.but(l1=how.l1)),
        _regularised(say("L2, {strength}", strength=f"{how.l2:g}"), bare, plan.but(l2=how.l2)),
        _regularised(say("dropout, {rate}", rate=f"{how.dropout:g}"), with_dropout(bare, how.dropout), plan),
        _regularised(say("batch normalisation"), with_batch_norm(bare), plan),
        _regularised(
            say("early stopping, patience {epochs}", epochs=how.patience), bare,
            plan.but(stopping=Stopping(patience=how.patience, restore_best=True)),
        ),
    )  # fmt: skip


def learning_rates(spec: ModelSpec, plan: Plan, rates: Sequence[float] = ()) -> tuple[Arm, ...]:
    """Return these learning rates; by default six, from a hundredth to ten times the optimizer's usual one."""
    chosen = rates or [float(f"{LEARNING_RATES[plan.optimizer] * factor:.3g}") for factor in RATE_FACTORS]
    return tuple(Arm((("learning_rate", text(float(rate))),), spec, plan.but(learning_rate=rate)) for rate in chosen)


def batch_sizes(spec: ModelSpec, plan: Plan, sizes: Sequence[int] = (), images: int | None = None) -> tuple[Arm, ...]:
    """Return these batch sizes; by default 8 to 256, those left out that are more than `images`."""
    chosen = sizes or [size for size in BATCH_SIZES if images is None or size <= images]
    return tuple(Arm((("batch_size", text(size)),), spec, plan.but(batch_size=size)) for size in chosen)


def seeds(spec: ModelSpec, plan: Plan, count: int = 5) -> tuple[Arm, ...]:
    """Return the same plan with seeds from the plan's own one on: nothing differs but chance."""
    checks.whole(PlanError, word("seeds"), count, 2, MOST_SEEDS)
    first = min(plan.seed, 2**31 - 1 - count)
    return tuple(
        Arm((("seed", say("seed {seed}", seed=seed)),), spec, plan.but(seed=seed)) for seed in range(first, first + count)
    )


def _regularised(name: Sentence, spec: ModelSpec, plan: Plan) -> Arm:
    return Arm((("regularisation", name),), spec, plan)
