"""How a script of a run differs from the run itself: it repeats the run's random draws, but some things it can't repeat."""

from __future__ import annotations

from clsf.code.model import draws_itself
from clsf.model.walk import Analysis
from clsf.optimizers import OPTIMIZERS
from clsf.plan import Plan
from clsf.words import Sentence, say


def departures(plan: Plan, framework: str, analysis: Analysis) -> list[Sentence]:
    """Return what a script of this plan (`clsf.code.script` with `exact`) needs, or where it differs from the run.

    The run is the one in `framework`.
    """
    drops = any(facts.layer.drops and facts.layer.rate for facts in analysis.layers)
    fit = framework == "tensorflow" and plan.variants["tensorflow"] == "fit"
    sentences = [
        say(
            "Images, split, batches, first weights and learning rates are those of the run. Sums may be rounded in another order: "
            "in float32 the losses agree to about 1e-6 at first, and rounding grows."
        ),
    ]
    if plan.mixed:
        sentences.append(
            say(
                "In bfloat16, which keeps about three digits, sums in another order move the third digit: losses agree to about 0.01."
            )
        )
    if plan.begin_from is not None:
        sentences.append(
            say(
                "The run continued an earlier run: the script reads that run's weights.npz, which must be next to it as begin.npz."
            )
        )
    if drops and draws_itself(plan, framework):
        sentences.append(say("The dropout draws the framework's own numbers, as it did in the run, but not the same ones."))
    if drops and plan.does("dropout-at-evaluation"):
        sentences.append(
            say("A dropout outside of training draws the framework's own numbers, so the validation numbers differ.")
        )
    if plan.does("eval-mode") and fit:
        sentences.append(
            say("fit always evaluates in evaluation mode, so the difference {name} is left out.", name="eval-mode")
        )
    elif plan.does("eval-mode") and drops:
        sentences.append(say("The dropout draws other numbers while the model is evaluated in training mode."))
    if fit and (plan.l1 or plan.l2):
        sentences.append(say("The loss that fit shows includes the penalties L1 and L2; the run's own leaves them out."))
    if framework == "tensorflow" and plan.dtype == "float64" and "gelu" in _functions(analysis):
        sentences.append(say("Keras' gelu goes through float32, which the run avoids: numbers differ from the ninth digit on."))
    if framework == "torch" and "selu" in _functions(analysis):
        sentences.append(
            say(
                "The slope of nn.SELU at exactly 0 is that of the side below, and in the run that of the side above, as in Keras."
            )
        )
    if framework == "torch" and any(weight.name == "alpha" for weight in analysis.named_weights().values()):
        sentences.append(
            say(
                "The layer of learned slopes gives a value of exactly 0 its slope in PyTorch, and none in the run, as in Keras."
            )
        )
    if framework == "tensorflow" and plan.accumulate > 1 and not fit and OPTIMIZERS[plan.optimizer].counts_steps:
        sentences.append(
            say("Keras counts every batch as a step of {optimizer}, the run only every update.", optimizer=plan.optimizer)
        )
    if plan.average and not (framework == "tensorflow" and fit):
        sentences.append(
            say(
                "After each epoch the script judges the weights themselves; the moving average comes in their place at the end."
            )
        )
    return sentences


def _functions(analysis: Analysis) -> set[str]:
    """Return the activations of the model."""
    return {getattr(f.layer, field, "") for f in analysis.layers for field in ("activation", "name")}
