"""The rows of "same thing, other names": in which group each stands, and what is to be known about it.

The code of a row is in the twin modules `names`; nothing here says what comes out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from clsf.words import Sentence, say

Group = Literal["make", "shape", "join", "choose", "arithmetic", "axis", "product", "type"]

GROUPS: dict[Group, Sentence] = {
    "make": say("Make"),
    "shape": say("Shape"),
    "join": say("Join and cut"),
    "choose": say("Choose elements"),
    "arithmetic": say("Arithmetic"),
    "axis": say("Over an axis"),
    "product": say("Products"),
    "type": say("Types and classes"),
}

_ROWS: dict[Group, tuple[str, ...]] = {
    "make": ("zeros", "ones", "full", "arange", "linspace", "eye", "zeros_like"),
    "shape": (
        "reshape", "flatten", "transpose", "move_axis", "swap_axes", "expand_dims", "new_axis", "squeeze", "broadcast_to",
        "tile", "repeat", "flip", "roll", "pad",
    ),
    "join": ("concatenate", "stack", "split", "unstack"),
    "choose": ("take", "mask", "where", "nonzero", "diagonal", "sort", "argsort", "top_k", "unique"),
    "arithmetic": (
        "add", "add_method", "multiply", "power", "square_root", "exponential", "logarithm", "absolute", "larger", "clip",
        "round", "floor_divide", "remainder",
    ),
    "axis": (
        "sum", "sum_axis", "mean_axis", "max_axis", "argmax", "deviation", "cumulative", "any", "norm", "count",
    ),
    "product": ("matmul", "operator", "dot", "outer", "einsum"),
    "type": ("cast", "one_hot", "softmax", "all_close", "to_list"),
}  # fmt: skip

NOTES: dict[str, Sentence] = {
    "zeros": say("NumPy makes float64 by default; TensorFlow and PyTorch make float32."),
    "arange": say("Whole numbers are int64 in NumPy and PyTorch, int32 in TensorFlow."),
    "flatten": say("NumPy's ravel and PyTorch's flatten give a view where they can; TensorFlow has no views."),
    "transpose": say("permute is the general one: it names every axis. torch.transpose swaps exactly two and asks which."),
    "move_axis": say(
        "movedim takes one axis to another place and keeps the order of the rest. TensorFlow has only the general transpose."
    ),
    "squeeze": say("Asked to remove an axis that is longer than 1, PyTorch does nothing, without an error; the others refuse."),
    "repeat": say("In PyTorch, repeat means what the others call tile; element by element it is repeat_interleave."),
    "flip": say("A negative step such as [::-1] works in NumPy and TensorFlow, but not in PyTorch."),
    "pad": say("PyTorch lists the padding from the last axis to the first, and is called from torch.nn.functional."),
    "split": say(
        "The number says how many pieces in NumPy and TensorFlow, but how long each piece is in PyTorch; chunk counts pieces."
    ),
    "sort": say("torch.sort returns two things: the values, and where they stood."),
    "unique": say("TensorFlow keeps the order of first appearance; NumPy and PyTorch sort."),
    "add_method": say("PyTorch has almost every function as a method too, a.add(b); the others only have the operator."),
    "round": say("All three round a half to the even neighbour: 0.5 becomes 0, 1.5 becomes 2."),
    "floor_divide": say("All three round down, also below zero: -3 // 2 is -2."),
    "remainder": say("Two remainders exist: one takes the sign of the divisor (mod), the other that of the dividend (fmod)."),
    "max_axis": say("torch.max over a dimension returns two things, values and indices; amax returns only the values."),
    "argmax": say("The axis is called axis in NumPy and TensorFlow, dim in PyTorch."),
    "mean_axis": say("keepdims in NumPy and TensorFlow, keepdim in PyTorch: one letter less."),
    "deviation": say("torch.std divides by n - 1 unless correction=0 is given; the others divide by n."),
    "dot": say("np.dot multiplies matrices too. torch.dot takes only vectors."),
    "one_hot": say("Floats in TensorFlow, whole numbers in PyTorch: a loss may want the other."),
    "cast": say("astype, tf.cast and .to do the same; the section Cast shows what is lost on the way."),
}

TRAPS = (
    "transpose", "squeeze", "repeat", "flip", "split", "sort", "unique", "add_method", "remainder", "max_axis", "deviation", "dot",
)  # fmt: skip
"""Rows with a second step NAME_trap: what somebody guesses who knows one library."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation in three libraries."""

    name: str
    group: Group

    @property
    def step(self) -> str:
        return f"names.{self.name}"

    @property
    def trap(self) -> str | None:
        return f"names.{self.name}_trap" if self.name in TRAPS else None

    @property
    def note(self) -> Sentence | None:
        return NOTES.get(self.name)


ROWS: tuple[Operation, ...] = tuple(Operation(name, group) for group, names in _ROWS.items() for name in names)
