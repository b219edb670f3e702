"""The shape that comes out of a layer, as a formula in LaTeX with the student's numbers filled in; the same in every language."""

from __future__ import annotations

from clsf.layer_stack.facts import WINDOWED, reach, stride
from clsf.model.layers import Conv2D, Dense, DepthwiseConv2D, Flatten, GlobalAveragePool2D
from clsf.model.walk import LayerFacts


def shape_formula(facts: LayerFacts) -> str:
    """Return the formula of the shape that comes out. Source of the windows': Dumoulin & Visin 2016, arXiv:1603.07285."""
    layer, before, after = facts.layer, facts.in_shape, facts.out_shape
    if isinstance(layer, WINDOWED):
        lines = [*_covered(layer), *_side(layer, "H", before[0], after[0])]
        if before[0] != before[1]:
            lines += _side(layer, "W", before[1], after[1])
        return rf"\begin{{gathered}}{_aligned(lines)} \\ {_text(before)} \to {_text(after)}\end{{gathered}}"
    if isinstance(layer, Flatten) and len(before) == 3:
        return _aligned([r"n &= H \cdot W \cdot C", rf"&= {before[0]} \cdot {before[1]} \cdot {before[2]} = {after[0]}"])
    if isinstance(layer, GlobalAveragePool2D):
        return _aligned([r"H \times W \times C &\to C", rf"{_text(before)} &\to {after[0]}"])
    if isinstance(layer, Dense):
        return _aligned([r"n &\to \text{units}", rf"{before[0]} &\to {after[0]}"])
    return rf"{_text(before)} \to {_text(after)}"


def _covered(layer: object) -> list[str]:
    if getattr(layer, "dilation_rate", 1) == 1:
        return []
    k, d = layer.kernel_size, layer.dilation_rate
    return [rf"k_d &= d\,(k-1)+1 = {d}\,({k}-1)+1 = {reach(layer)}"]


def _side(layer: object, letter: str, side: int, out: int) -> list[str]:
    s, covered = stride(layer), reach(layer)
    k = "k_d" if getattr(layer, "dilation_rate", 1) > 1 else "k" if isinstance(layer, Conv2D | DepthwiseConv2D) else "p"
    if layer.padding == "same":
        return [
            rf"{letter}' &= \left\lceil \frac{{{letter}}}{{s}} \right\rceil = \left\lceil \frac{{{side}}}{{{s}}} \right\rceil = {out}"
        ]
    return [
        rf"{letter}' &= \left\lfloor \frac{{{letter} - {k}}}{{s}} \right\rfloor + 1",
        rf"&= \left\lfloor \frac{{{side} - {covered}}}{{{s}}} \right\rfloor + 1 = {out}",
    ]


def _aligned(lines: list[str]) -> str:
    return r"\begin{aligned}" + r" \\ ".join(lines) + r"\end{aligned}"


def _text(shape: tuple[int, ...]) -> str:
    return r" \times ".join(map(str, shape))
