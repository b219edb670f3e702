"""Finds why two layers that should be equal differ: each known conversion fault is tried on the weights and settings.

A difference in weights is explained by the change that turns one into the other: a transposed, mirrored or reordered kernel is
recognised by its numbers, an epsilon is solved for. A difference without explanation is called other weights, not guessed at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from clsf.convert.unfolding import Item, effective
from clsf.model.shapes import one_or_two_text
from clsf.words import Sentence, say

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause: a name that is the same in every language, and a sentence with the numbers."""

    name: str
    sentence: Sentence


TITLES = {
    "transposed-kernel": say("kernel with its axes in another order"), "flipped-kernel": say("mirrored kernel"),
    "flatten-order": say("order of flattening"), "channel-order": say("order of the channels"), "filter-order": say("order of the filters"),
    "bn-epsilon": say("epsilon of batch normalisation"), "bn-statistics": say("running statistics of batch normalisation"),
    "bn-scale": say("scale and shift of batch normalisation"), "epsilon": say("epsilon"), "padding": say("padding"), "strides": say("strides"),
    "dilation": say("dilation"), "kernel-size": say("size of the window"), "groups": say("groups"), "pooling": say("kind of pooling"),
    "missing-activation": say("missing activation"), "extra-activation": say("an activation too many"),
    "other-activation": say("another activation"), "missing-layer": say("missing layer"), "extra-layer": say("a layer too many"),
    "layer-order": say("order of layers"), "missing-bias": say("missing bias"), "other-bias": say("another bias"),
    "swapped-layers": say("weights of another layer"), "scaled-weights": say("weights times a factor"),
    "rounded-weights": say("rounded weights"), "merge": say("how branches meet"), "branch-order": say("order of the branches"), "input-scale": say("scale of the input"),
    "other-layer": say("another layer"), "other-weights": say("other weights"),
}  # fmt: skip
"""Every cause that can be named -> its title."""


def close(a: np.ndarray, b: np.ndarray, tolerance: float = 2e-5) -> bool:
    """Whether two arrays are equal up to rounding, relative to the size of the first."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if a.shape != b.shape:
        return False
    return bool(np.abs(a - b).max(initial=0) <= tolerance * max(np.abs(a).max(initial=0), 1e-12))


# Settings.


def of_gap(item: Item, missing: bool, elsewhere: bool) -> Cause:
    """Return the cause if one network lacks a layer of the other; `elsewhere`: the other has such a layer at another place."""
    what = item.layer.function if item.role == "Function" else item.role if item.role != "Slopes" else "leaky_relu"
    if elsewhere:
        return Cause(
            "layer-order", say("Both networks have it ({layer}), but not at the same place among their layers.", layer=what)
        )
    if item.role in ("Function", "Slopes"):
        if missing:
            return Cause("missing-activation", say("The second network has no {function} here.", function=what))
        return Cause("extra-activation", say("The second network has a {function} here that the first has not.", function=what))
    kind = type(item.layer).__name__
    if missing:
        return Cause("missing-layer", say("The second network has no {kind} here.", kind=kind))
    return Cause("extra-layer", say("The second network has a {kind} here that the first has not.", kind=kind))


def of_settings(a: Item, b: Item) -> Cause | None:
    """Return the first setting in which two layers differ, None if there is none."""

    def two(name: str, one: object, other: object, what: Sentence) -> Cause:
        return Cause(
            name, say("{what} is {one} in the first file and {other} in the second.", what=what, one=str(one), other=str(other))
        )

    if a.role != b.role:
        if {a.role, b.role} <= {"Function", "Slopes"}:
            return two("other-activation", _function(a), _function(b), say("The activation"))
        if {a.role, b.role} <= {"MaxPool", "AveragePool", "GlobalAverage", "GlobalMax"}:
            return two("pooling", type(a.layer).__name__, type(b.layer).__name__, say("The pooling"))
        if a.layer.rows() or b.layer.rows():
            return two("merge", a.role, b.role, say("What joins the branches"))
        return two("other-layer", type(a.layer).__name__, type(b.layer).__name__, say("The layer"))
    if a.role == "Function" and a.layer.name != b.layer.name:
        return two("other-activation", a.layer.name, b.layer.name, say("The activation"))
    if hasattr(a.layer, "moves"):
        for name, one, other, what in (
            ("kernel-size", a.layer.sides, b.layer.sides, say("The size of the window")),
            ("strides", a.layer.moves, b.layer.moves, say("The stride")),
            ("dilation", a.layer.gaps, b.layer.gaps, say("The dilation")),
        ):
            if one != other:
                return two(name, one_or_two_text(one), one_or_two_text(other), what)
        if a.pads != b.pads or (a.role == "AveragePool" and any(a.pads) and a.layer.padding != b.layer.padding):
            return two("padding", _sides(a), _sides(b), say("The padding (left, right, top, bottom)"))
        if getattr(a.layer, "groups", 1) != getattr(b.layer, "groups", 1):
            return two("groups", a.layer.groups, b.layer.groups, say("The number of groups"))
    for name in ("groups", "axis", "depth_radius", "bias", "alpha", "beta"):
        if a.role in ("GroupNorm", "LayerNorm", "ResponseNorm") and getattr(a.layer, name, None) != getattr(
            b.layer, name, None
        ):
            return two(
                "groups" if name == "groups" else "other-layer",
                getattr(a.layer, name),
                getattr(b.layer, name),
                say("{name}", name=name),
            )
    return None


def _function(item: Item) -> str:
    return item.layer.name if item.role == "Function" else "leaky_relu"


def _sides(item: Item) -> str:
    counted = "" if item.role != "AveragePool" or item.layer.padding == "same" or not any(item.pads) else " +"
    return ", ".join(map(str, item.pads)) + counted


def of_epsilon(a: Item, b: Item) -> Cause | None:
    """Return the cause if two normalisation layers have different epsilons."""
    one, other = getattr(a.layer, "epsilon", None), getattr(b.layer, "epsilon", None)
    if one == other:
        return None
    name = "bn-epsilon" if a.role == "Batchwise" else "epsilon"
    return Cause(name, say("epsilon is {one} in the first file and {other} in the second.", one=f"{one:g}", other=f"{other:g}"))


def of_order(order: Iterable[int]) -> Cause:
    """Return the cause if the second file concatenates branches in another order."""
    places = [str(number + 1) for number in order]
    return Cause(
        "branch-order",
        say(
            "Its branches are put side by side in another order: the first file's branches 1 to {count} are the second's {order}.",
            count=len(places), order=", ".join(places),
        ),
    )  # fmt: skip


# Weights.


def of_weights(
    a: Item,
    one: Arrays,
    other: Arrays,
    raw: Arrays,
    elsewhere: Iterable[tuple[str, Arrays]],
    norm: Arrays | None,
    epsilon: float,
) -> Cause:
    """Return why the weights of two layers differ.

    `one` and `other`: weight -> array in the agreed layout; `raw`: arrays of the second file whose shapes are not the layer's.
    `elsewhere`: name and weights of the first file's other layers. `norm`: the batch normalisation that was folded into the
    layer of the first file; the kernel before that is in `one` as "kernel before"; `epsilon`: that of the normalisation.
    """
    for weight, array in raw.items():
        if array.size:
            return Cause(
                "transposed-kernel" if array.ndim > 1 else "other-weights",
                say("Its {weight} has the shape {found} in the second file: the axes were not put into PyTorch's order.", weight=weight, found="×".join(map(str, array.shape))),
            )  # fmt: skip
    if a.role == "Batchwise":
        return _batchwise(a, one, other, elsewhere, epsilon)
    kernel = next((name for name in one if name.endswith("kernel")), None)
    if norm is not None and kernel is not None:
        return _normed(a, kernel, one, other, norm, epsilon, elsewhere)
    if kernel is not None and not close(one[kernel], other[kernel]):
        return _kernel(a, kernel, one[kernel], other[kernel], elsewhere)
    for name in one:
        if name != kernel and not close(one[name], other.get(name, np.zeros(1))):
            return _vector(a, name, one[name], other.get(name, np.zeros_like(one[name])), elsewhere)
    return Cause("other-weights", say("Its numbers are different, and no known fault of a conversion explains them."))


def _kernel(a: Item, name: str, one: np.ndarray, other: np.ndarray, elsewhere: Iterable[tuple[str, Arrays]]) -> Cause:
    if close(one, other, 1e-2) and _rounded(one, other):
        return Cause(
            "rounded-weights",
            say("Its weights are the first file's, rounded to fewer digits (half precision, or whole steps)."),
        )
    for axes in permutations(range(one.ndim)):
        if (
            axes != tuple(range(one.ndim))
            and tuple(one.shape[n] for n in axes) == other.shape
            and close(one.transpose(axes), other)
        ):
            return Cause(
                "transposed-kernel",
                say(
                    "Its kernel is the first file's with the axes in another order: {axes} in place of {usual}.",
                    axes=_axes(axes),
                    usual=_axes(range(one.ndim)),
                ),
            )
    if one.ndim == 4:
        for flipped, what in (
            (one[::-1, ::-1], say("turned by half")),
            (one[::-1], say("upside down")),
            (one[:, ::-1], say("mirrored")),
        ):
            if max(one.shape[:2]) > 1 and close(flipped, other):
                return Cause("flipped-kernel", say("Its kernel is the first file's, {how}.", how=what))
            turned = flipped.transpose(1, 0, 2, 3)
            if turned.shape == other.shape and close(turned, other):
                return Cause(
                    "transposed-kernel",
                    say("Its kernel is the first file's, with height and width exchanged, and {how}.", how=what),
                )
    if _relaid(one, other):
        return Cause(
            "transposed-kernel",
            say(
                "Its kernel has the first file's numbers in their old order under a new shape: reshaped where it had to be transposed."
            ),
        )
    for name, values in elsewhere:
        if any(close(array, other) for key, array in values.items() if key.endswith("kernel") and array.shape == other.shape):
            return Cause("swapped-layers", say("Its kernel is that of the layer {name}.", name=name))
    factor = _factor(one, other)
    if factor is not None:
        if abs(factor * 255 - 1) < 1e-3 or abs(factor / 255 - 1) < 1e-3:
            return Cause(
                "input-scale",
                say(
                    "Its kernel is the first file's times {factor}: one of the two gets pixels from 0 to 255.",
                    factor=f"{factor:.6g}",
                ),
            )
        return Cause("scaled-weights", say("Its kernel is the first file's times {factor}.", factor=f"{factor:.6g}"))
    inputs, outputs = (0 if one.ndim == 2 else 2), one.ndim - 1
    if a.role != "Depthwise" and _same_parts(one, other, inputs):
        if a.flattened:
            return _flattened(a, say("The rows of its kernel"))
        return Cause("channel-order", say("The channels that it receives are in another order."))
    if _same_parts(one, other, inputs if a.role == "Depthwise" else outputs):
        return Cause("filter-order", say("Its filters are the first file's in another order."))
    if one.size == other.size and close(np.sort(one, axis=None), np.sort(other, axis=None)):
        return Cause("transposed-kernel", say("Its kernel has the first file's numbers, in another order."))
    return Cause("other-weights", say("Its numbers are different, and no known fault of a conversion explains them."))


def _flattened(a: Item, what: Sentence) -> Cause:
    return Cause(
        "flatten-order",
        say(
            "{what} are in another order: the {image} image before it is flattened in the other framework's order.",
            what=what, image="×".join(map(str, a.flattened)),
        ),
    )  # fmt: skip


def _axes(axes: Iterable[int]) -> str:
    return "(" + ", ".join(map(str, axes)) + ")"


def _relaid(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether the numbers have the same memory order under some axis order of each array, although the arrays differ."""
    for first in permutations(range(one.ndim)):
        flat = one.transpose(first).ravel()
        for second in permutations(range(one.ndim)):
            laid = other.transpose(second).ravel()
            if close(flat[:64], laid[:64]) and close(flat, laid):
                return True
    return False


def _rounded(one: np.ndarray, other: np.ndarray) -> bool:
    if close(one.astype(np.float16), other, 1e-6):
        return True
    bits = np.asarray(one, np.float32).view(np.uint32)
    if (
        close(((bits + 0x8000) & 0xFFFF0000).view(np.float32), other, 4e-3)
        and len(np.unique(np.asarray(other, np.float32).view(np.uint32) & 0xFFFF)) == 1
    ):
        return True
    levels = len(np.unique(other))
    return (
        (other.size > 600 and levels <= 256)
        or close(np.round(one, 2), other, 1e-6)
        or close(np.round(one, 3), other, 1e-6)
        or close(np.round(one, 4), other, 1e-7)
    )


def _factor(one: np.ndarray, other: np.ndarray) -> float | None:
    at = np.abs(one).argmax()
    factor = float(other.ravel()[at] / one.ravel()[at]) if one.ravel()[at] else 0.0
    return factor if factor and close(one * factor, other) else None


def _same_parts(one: np.ndarray, other: np.ndarray, axis: int) -> bool:
    """Whether the slices along an axis are equal up to their order, checked with one random sum of each."""
    if one.shape != other.shape or one.shape[axis] < 2:
        return False
    rest = np.delete(np.arange(one.ndim), axis)
    mix = np.random.default_rng(7).normal(size=[one.shape[n] for n in rest])
    sums = [np.sort(np.tensordot(array.astype(np.float64), mix, (rest, np.arange(len(rest))))) for array in (one, other)]
    return close(sums[0], sums[1])


def _vector(a: Item, name: str, one: np.ndarray, other: np.ndarray, elsewhere: Iterable[tuple[str, Arrays]]) -> Cause:
    if not np.any(other):
        return Cause("missing-bias", say("Its {weight} is not in the second file, or all zeros.", weight=name))
    if _rounded(one, other) and close(one, other, 1e-2):
        return Cause(
            "rounded-weights",
            say("Its weights are the first file's, rounded to fewer digits (half precision, or whole steps)."),
        )
    for found, values in elsewhere:
        if any(
            close(array, other) for key, array in values.items() if key == name and array.shape == other.shape and np.any(array)
        ):
            return Cause("swapped-layers", say("Its {weight} is that of the layer {name}.", weight=name, name=found))
    if close(np.sort(one, axis=None), np.sort(other, axis=None)):
        return Cause("filter-order", say("Its {weight} has the first file's numbers in another order.", weight=name))
    return Cause("other-bias", say("Its {weight} has other numbers.", weight=name))


# Batch normalisation.

_NAMES = ("gamma", "beta", "moving_mean", "moving_variance")


def _batchwise(a: Item, one: Arrays, other: Arrays, elsewhere: Iterable[tuple[str, Arrays]], epsilon: float) -> Cause:
    gamma, beta, mean, variance = (np.asarray(one[n], np.float64) for n in _NAMES)
    for name, values in elsewhere:
        if set(_NAMES) <= set(values) and all(values[n].shape == other[n].shape and close(values[n], other[n]) for n in _NAMES):
            return Cause("swapped-layers", say("Its weights are those of the layer {name}.", name=name))
    told = _told(gamma, beta, mean, variance, epsilon, effective(other, b_epsilon(other, epsilon)))
    if told is not None:
        return told
    stacks = [np.stack([np.asarray(x[n], np.float64) for n in _NAMES]) for x in (one, other)]
    if _same_parts(stacks[0], stacks[1], 1):
        if a.flattened:
            return _flattened(a, say("Its features"))
        return Cause("channel-order", say("Its channels are in another order."))
    differs = [n for n in _NAMES if not close(one[n], other[n])]
    if differs and set(differs) <= {"moving_mean", "moving_variance"}:
        return Cause("bn-statistics", say("Its running statistics have other numbers; its scale and shift are the same."))
    if differs and set(differs) <= {"gamma", "beta"}:
        return Cause("bn-scale", say("Its scale or shift has other numbers; its running statistics are the same."))
    return Cause("other-weights", say("Its numbers are different, and no known fault of a conversion explains them."))


def b_epsilon(other: Arrays, otherwise: float) -> float:
    """Return the epsilon that fits the second layer's statistics."""
    return float(other["epsilon"]) if "epsilon" in other else otherwise


def _told(gamma, beta, mean, variance, epsilon, wanted: tuple[np.ndarray, np.ndarray]) -> Cause | None:
    """Return the cause that explains the found factor and summand from the first layer's statistics, None if none is known."""
    zero, unit = np.zeros_like(mean), np.ones_like(mean)
    tries = (
        ("bn-scale", (beta, gamma, mean, variance), say("Its gamma and beta are exchanged.")),
        ("bn-statistics", (gamma, beta, variance, mean), say("Its running mean and variance are exchanged.")),
        ("bn-statistics", (gamma, beta, mean, np.sqrt(np.abs(variance))), say("Its running variance holds the standard deviation.")),
        ("bn-statistics", (gamma, beta, mean, variance**2), say("Its running variance is squared.")),
        ("bn-statistics", (gamma, beta, zero, unit), say("Its running statistics were not carried over: they are 0 and 1.")),
        ("bn-statistics", (gamma, beta, zero, variance), say("Its running mean was not carried over: it is 0.")),
        ("bn-statistics", (gamma, beta, mean, unit), say("Its running variance was not carried over: it is 1.")),
        ("bn-scale", (unit, beta, mean, variance), say("Its gamma was not carried over: it is 1.")),
        ("bn-scale", (gamma, zero, mean, variance), say("Its beta was not carried over: it is 0.")),
        ("bn-scale", (unit, zero, mean, variance), say("Its gamma and beta were not carried over: they are 1 and 0.")),
        ("missing-layer", (unit, zero, zero, unit - epsilon), say("Batch normalisation was left out.")),
    )  # fmt: skip
    for name, values, sentence in tries:
        with np.errstate(all="ignore"):
            factor, summand = effective(dict(zip(_NAMES, values, strict=True)), epsilon)
        if np.all(np.isfinite(factor)) and close(factor, wanted[0]) and close(summand, wanted[1], 1e-4):
            return Cause(name, sentence)
    return _epsilon(gamma, beta, mean, variance, epsilon, wanted)


def _epsilon(gamma, beta, mean, variance, epsilon, wanted) -> Cause | None:
    with np.errstate(all="ignore"):
        each = (gamma / wanted[0]) ** 2 - variance
    each = np.where(np.isfinite(each), each, np.nan)
    if np.all(np.isnan(each)):
        return None
    where = np.nanargmin(np.where(np.isnan(each), np.nan, np.abs(variance)))
    solved = float(each[where])
    usual = min((1e-3, 1e-5, 1e-4, 1e-6, 1e-7, 1e-8, 1e-2, 1e-1), key=lambda e: abs(np.log(max(solved, 1e-12) / e)))
    for value in (usual, solved):
        if value <= 0 or abs(value - epsilon) < 1e-3 * epsilon:
            continue
        factor, summand = effective(dict(zip(_NAMES, (gamma, beta, mean, variance), strict=True)), value)
        if close(factor, wanted[0]) and close(summand, wanted[1], 1e-4):
            return Cause(
                "bn-epsilon",
                say("epsilon is {one} in the first file and {other} in the second.", one=f"{epsilon:g}", other=f"{value:g}"),
            )
    return None


def _normed(a: Item, kernel: str, one: Arrays, other: Arrays, norm: Arrays, epsilon: float, elsewhere) -> Cause:
    """Name the cause if the second file folded batch normalisation into the layer: factor and summand come from kernel and bias."""
    before, now = np.asarray(one["kernel before"], np.float64), np.asarray(other[kernel], np.float64)
    bias = np.asarray(one.get("bias before", 0.0), np.float64)
    gamma, beta, mean, variance = (np.asarray(norm[n], np.float64) for n in _NAMES)
    factor = gamma / np.sqrt(variance + epsilon)
    shape = before.shape[-2:] if kernel == "depthwise_kernel" else before.shape[-1:]
    axes = tuple(range(before.ndim - len(shape)))
    with np.errstate(all="ignore"):
        ratio = ((before * now).sum(axes) / (before**2).sum(axes)).reshape(-1)
    if np.all(np.isfinite(ratio)) and close(before * ratio.reshape(shape), now, 1e-4):
        if close(ratio, factor):  # the kernel is right, so the summand is wrong
            told = _told(
                gamma,
                beta,
                mean,
                variance,
                epsilon,
                (ratio, np.broadcast_to(other.get("bias", 0.0) - bias * ratio, ratio.shape)),
            )
            if told is not None:
                return told
            if (
                "bias before" in one
                and np.any(bias)
                and close(beta - mean * factor, np.asarray(other.get("bias", np.zeros_like(ratio))))
            ):
                return Cause("missing-bias", say("Its {weight} is not in the second file, or all zeros.", weight="bias"))
            return _vector(a, "bias", np.asarray(one["bias"]), np.asarray(other.get("bias", np.zeros_like(ratio))), ())
        told = _told(
            gamma, beta, mean, variance, epsilon, (ratio, np.broadcast_to(other.get("bias", 0.0) - bias * ratio, ratio.shape))
        )
        return told or Cause("bn-statistics", say("Its running statistics, scale or shift have other numbers."))
    return _kernel(a, kernel, before, now / factor.reshape(shape), elsewhere)
