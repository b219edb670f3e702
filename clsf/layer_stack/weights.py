"""The weights of a chain: random from a seed, handwritten, the student's own, or those of a trained run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from clsf.backends.base import Weights
from clsf.backends.initial import initial_weights
from clsf.errors import SpecError
from clsf.layer_stack import kernels
from clsf.layer_stack.stages import Filling, LayerStack, Stage, layers_of
from clsf.model.layers import Convolution
from clsf.model.shapes import Shape, one_or_two_text, shape_text
from clsf.model.walk import Analysis, LayerFacts, analyse
from clsf.words import Sentence

DTYPE = "float32"


def draw(chain: LayerStack, in_shape: Shape, trained: Mapping[str, Weights] | None = None) -> Weights:
    """Return every weight of a chain that fits `in_shape`, "1.kernel" -> float32 array in the agreed layout.

    `trained`: run id -> its weights; a stage that names no layer of a run yet keeps random weights. Raises SpecError naming the layer if a run's weights are not there or do not fit.
    """
    analysis = analyse(layers_of(chain), in_shape)
    weights: Weights = {}
    for stage, facts in zip(chain, analysis.layers, strict=True):
        own = Analysis(facts.in_shape, (facts,))
        filling = stage.filling
        drawn = initial_weights(own, filling.scheme, filling.seed, DTYPE)
        if not stage.layer.learns:
            continue
        if filling.source == "run" and filling.path:  # random until a layer of the run is chosen
            drawn = _of_run(stage, facts, (trained or {}).get(filling.run))
        elif filling.source in ("hand", "own") and isinstance(stage.layer, Convolution):
            drawn = _written(stage, facts, drawn)
        weights |= drawn
    return weights


def written(filling: Filling) -> list[tuple[float, ...]]:
    """Return the kernels that are not random, in the order of the filters."""
    if filling.source == "own":
        return [filling.numbers]
    return [kernels.KERNELS[name] for name in filling.kernels] if filling.source == "hand" else []


def too_small(stage: Stage) -> Sentence | None:
    """Return why handwritten kernels do not fit this layer, None if they do."""
    by_hand = isinstance(stage.layer, Convolution) and stage.filling.source in ("hand", "own")
    if not by_hand or min(stage.layer.sides) >= kernels.SIDE:
        return None
    return Sentence(
        "kernels by hand are {side}×{side}, but kernel_size is {value}; set it to {side} or more, or take random weights",
        {"side": kernels.SIDE, "value": one_or_two_text(stage.layer.kernel_size)},
    )


def _written(stage: Stage, facts: LayerFacts, weights: Weights) -> Weights:
    problem = too_small(stage)
    if problem is not None:
        raise SpecError("Layer {path}, {kind}: {problem}", path=facts.path, kind=facts.kind, problem=problem)
    own = stage.layer.KERNELS[0]
    name = f"{facts.path}.{own}"
    put = kernels.into_depthwise if own == "depthwise_kernel" else kernels.into_convolution
    return weights | {name: put(weights[name], written(stage.filling)).astype(DTYPE)}


def _of_run(stage: Stage, facts: LayerFacts, trained: Weights | None) -> Weights:
    if trained is None:
        raise SpecError(
            "Layer {path}, {kind}: the weights of the run it was to have are not here; choose a run that has ended, or other weights",
            path=facts.path, kind=facts.kind,
        )  # fmt: skip
    weights = {}
    for weight in facts.weights:
        array = trained.get(f"{stage.filling.path}.{weight.name}")
        if array is None:
            raise SpecError(
                "Layer {path}, {kind}: layer {other} of the run has no {weight} like this layer's; choose another layer of the run",
                path=facts.path, kind=facts.kind, other=stage.filling.path, weight=weight.name,
            )  # fmt: skip
        if array.shape != weight.shape:
            raise SpecError(
                "Layer {path}, {kind}: layer {other} of the run has a {weight} of {found}, but on a {shape} input {wanted} is needed; "
                "let the chain begin behind the layers before it, or choose another layer",
                path=facts.path, kind=facts.kind, other=stage.filling.path, weight=weight.name, found=shape_text(array.shape),
                wanted=shape_text(weight.shape), shape=shape_text(facts.in_shape),
            )  # fmt: skip
        weights[f"{facts.path}.{weight.name}"] = np.asarray(array, DTYPE)
    return weights
