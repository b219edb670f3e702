"""Batch normalisation of a state_dict that the other file lacks because its exporter has folded it into the layers before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from clsf.convert import binding
from clsf.convert.causes import close
from clsf.convert.unfolding import effective
from clsf.convert.values import Loaded
from clsf.model.layers import Layer, made
from clsf.model.spec import ModelSpec

EPSILONS = (1e-5, 1e-3, 1e-4, 1e-6, 1e-2)


def shown(state: Loaded, like: Loaded) -> ModelSpec:
    """Return the other file's model with the state_dict's batch normalisations after the layers into which they were folded.

    A layer holds one if the two kernels differ by a factor for each channel. The epsilon, which a state_dict does not hold, is
    the one that explains these factors best.
    """
    have = binding.modules(state.state)
    plain = binding.bound(state, like.spec, like.shape, like)
    used = {key.rpartition(".")[0] for key in plain.keys.values()}
    norms = [{w: state.state[k] for w, k in have[m].items()} for m in have if m not in used and "running_var" in have[m]]
    if not norms:
        return like.spec
    behind: dict[str, Layer] = {}
    for facts in like.spec.analyse(like.shape).layers:
        kernel = next((w for w in facts.weights if w.name.endswith("kernel")), None)
        if kernel is None or facts.layer.rows() or len(facts.layer.KERNELS) > 1:
            continue
        name = f"{facts.path}.{kernel.name}"
        one, two = (np.asarray(x.weights[name], np.float64) for x in (plain, like))
        shape = kernel.shape[-2:] if kernel.name == "depthwise_kernel" else kernel.shape[-1:]
        axes = tuple(range(one.ndim - len(shape)))
        with np.errstate(all="ignore"):
            factor = (one * two).sum(axes) / (one**2).sum(axes)
        if close(one, two, 1e-6) or not np.all(np.isfinite(factor)) or not close(one * factor, two, 1e-4):
            continue
        factor = factor.reshape(-1)
        fits = [
            (_apart(norm, factor, epsilon), epsilon)
            for norm in norms
            if norm["running_var"].size == factor.size
            for epsilon in EPSILONS
        ]
        apart, epsilon = min(fits, default=(np.inf, 0.0))
        if apart < 1e-2:
            behind[facts.path] = made("Batchwise", 0.9, epsilon)
    return ModelSpec(like.spec.name, _row(like.spec.layers, "", behind)) if behind else like.spec


def _apart(norm: dict[str, np.ndarray], factor: np.ndarray, epsilon: float) -> float:
    size = factor.size
    stats = {
        "gamma": norm.get("weight", np.ones(size)), "beta": norm.get("bias", np.zeros(size)), "moving_mean": norm["running_mean"],
        "moving_variance": norm["running_var"],
    }  # fmt: skip
    computed, _ = effective(stats, epsilon)
    return float(np.abs(computed - factor).max()) / max(float(np.abs(factor).max()), 1e-12)


def _row(row: tuple, prefix: str, behind: dict[str, Layer]) -> tuple:
    layers: list[Layer] = []
    for position, layer in enumerate(row, start=1):
        path = f"{prefix}{position}"
        if layer.rows():
            layer = layer.of_rows(tuple(_row(inner, f"{path}.{name}.", behind) for name, inner in layer.rows()))
        norm = behind.get(path)
        if norm is None:
            layers.append(layer)
            continue
        function = layer.function
        layers += [replace(layer, activation="linear"), norm]
        layers += [made("Function", function)] if function != "linear" else []
    return tuple(layers)
