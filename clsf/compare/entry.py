"""The parts of an entry of `clsf.compare.differences`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING

from clsf import checks
from clsf.compare.values import Phase
from clsf.errors import PlanError
from clsf.model.freezing import frozen_weights
from clsf.model.walk import Analysis, LayerFacts
from clsf.plan import Plan
from clsf.words import Sentence, say

if TYPE_CHECKING:
    from clsf.faults.fault import Fault

Place = tuple[Phase, str]  # phase and tensor, as in TensorDifference
Needs = Callable[[Analysis, Plan], Sentence | None]


@dataclass(frozen=True, slots=True)
class ClaimSource:
    """The source of a claim: a file of an installed package, and a name in it."""

    file: str  # relative to the installed packages, such as "torch/optim/adam.py"
    name: str  # a class, function or method, such as "Linear.reset_parameters"


@dataclass(frozen=True, slots=True)
class SwitchOption:
    """One position of a switch. Names: aligned, keras, torch, lecture."""

    name: str
    title: Sentence
    does: dict[str, tuple[str, ...]] = field(default_factory=dict)  # framework -> differences that it gets


@dataclass(frozen=True, slots=True)
class Difference:
    """One behaviour that differs under the same name."""

    name: str
    title: Sentence
    keras: Sentence
    torch: Sentence
    shows: Sentence  # where it first differs in lockstep, in words
    parts_at: Callable[[Analysis, Plan], Place]  # the first tensor that differs, in step 1; called where `idle` returns None
    idle: Needs  # why switching it on changes nothing for a model and plan; None: it does change something
    sources: tuple[ClaimSource, ...]
    options: tuple[SwitchOption, ...]
    lecture: Sentence | None = None  # what the lecture's code does, where it is neither

    @property
    def fault(self) -> Fault | None:
        """Return the fault that this difference is, from the catalogue of faults; None where both ways are right."""
        from clsf.faults.catalogue import FAULTS  # loads all its files, which most pages that name a difference don't need

        return next((fault for fault in FAULTS.values() if self.name in fault.differences), None)

    def option(self, name: str) -> SwitchOption:
        """Return the switch's position of that name. Raises PlanError if it has none."""
        checks.known(PlanError, say("option"), name, [option.name for option in self.options])
        return next(option for option in self.options if option.name == name)


# Switches that several entries share.


def as_torch(name: str) -> tuple[SwitchOption, ...]:
    """Return the switch of an entry whose aligned rule is Keras' own."""
    return (
        SwitchOption("aligned", say("aligned: both as Keras")),
        SwitchOption("torch", say("each its own: PyTorch as PyTorch"), {"torch": (name,)}),
    )


def as_lecture(name: str) -> tuple[SwitchOption, ...]:
    """Return the switch of an entry that neither framework does by default."""
    return SwitchOption("aligned", say("aligned")), SwitchOption(
        "lecture", say("PyTorch as in the lecture"), {"torch": (name,)}
    )


# Questions that entries ask about a model and a plan.


def layers(analysis: Analysis, role: str) -> list[LayerFacts]:
    """Return the layers with a role, in order of computation."""
    return [facts for facts in analysis.layers if facts.role == role]


def first_weight(analysis: Analysis, *words: str) -> str | None:
    """Return the name of the first weight whose last word is one of these."""
    return next((name for name in analysis.named_weights() if name.rsplit(".", 1)[1] in words), None)


def first_trained(analysis: Analysis, plan: Plan) -> str:
    """Return the name of the first weight that an optimizer changes."""
    still = frozen_weights(analysis, plan.freezes)
    return next(name for name, weight in analysis.named_weights().items() if weight.trainable and name not in still)


def moving_norms(analysis: Analysis, plan: Plan) -> list[LayerFacts]:
    """Return the batch normalisation layers whose statistics move while training, in order of computation."""
    still = frozen_weights(analysis, plan.freezes)
    norms = [] if plan.freeze_norms else layers(analysis, "Batchwise")
    return [facts for facts in norms if f"{facts.path}.{facts.weights[0].name}" not in still]


def dropping(analysis: Analysis, but: float | None = None) -> list[LayerFacts]:
    """Return the layers with dropout at a rate other than `but`."""
    return [facts for facts in analysis.layers if facts.layer.drops and facts.layer.rate > 0 and facts.layer.rate != but]


def reordered(analysis: Analysis) -> list[LayerFacts]:
    """Return the flattening layers for which the order of the input's channels, rows and columns matters."""
    flats = [facts for facts in layers(analysis, "Flat") if len(facts.in_shape) == 3]
    return [facts for facts in flats if facts.in_shape[2] > 1 and prod(facts.in_shape[:2]) > 1]


def always(analysis: Analysis, plan: Plan) -> None:
    """Return None: the difference has an effect on every model and plan."""


def native(plan: Plan) -> Sentence | None:
    """Return why an aligned rule can't be switched off: both frameworks already follow their own."""
    if plan.rules == "native":
        return say(
            "With the rules 'native' both frameworks do this by themselves already; choose 'aligned' to switch it alone."
        )
    return None
