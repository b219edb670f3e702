"""The facts about each framework in one place: its names, its look, the variants of its loop, and its export formats.

Code that compares the two frameworks names them itself, because it has two sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Style:
    """How a framework looks, everywhere: one colour, one kind of line, one symbol, so that colour is never the only sign.

    Colour as #rrggbb, Plotly's names for line and symbol, and the symbol as a character of text.
    """

    title: str
    colour: str
    dash: Literal["solid", "dash", "dot"]
    symbol: Literal["circle", "square", "diamond"]
    size: int  # of the symbol in pixels; they differ, so that both are seen where they coincide
    mark: str
    text_colour: Literal["orange", "violet", "gray"]  # the theme's colour for words

    def faint(self) -> str:
        """Return the colour for what lies in the background: single batches."""
        red, green, blue = (int(self.colour[i : i + 2], 16) for i in (1, 3, 5))
        return f"rgba({red},{green},{blue},0.3)"


@dataclass(frozen=True, slots=True)
class Framework:
    """One framework."""

    name: str  # of its Python package, and everywhere
    style: Style
    variants: dict[str, str]  # of the training loop: name -> title; the first is the usual one
    first: str  # the variant that is ready at once: no graph is traced
    packages: tuple[str, ...]  # that a script which trains in it needs
    exports: tuple[str, ...]  # kinds of files that a trained model is written as
    code_style: str  # of `clsf.code`: the model with the exported names and order of weights
    list_style: str  # of `clsf.code`: a row of layers
    layout: str  # of images in its layers, a letter an axis

    @property
    def title(self) -> str:
        """The framework as a reader knows it."""
        return self.style.title


BY_NAME: dict[str, Framework] = {
    framework.name: framework
    for framework in (
        Framework(
            "tensorflow",
            Style("TensorFlow", "#dd6b00", "solid", "circle", 12, "●", "orange"),
            variants={"graph": "@tf.function", "eager": "eager", "fit": "model.fit"},
            first="eager",
            packages=("tensorflow",),
            exports=("keras", "onnx", "tflite"),
            code_style="keras-functional",
            list_style="keras-list",
            layout="NHWC",
        ),
        Framework(
            "torch",
            Style("PyTorch", "#6f66f2", "dash", "square", 7, "■", "violet"),
            variants={"loop": "index loop", "dataloader": "DataLoader"},
            first="loop",
            packages=("torch", "numpy"),
            exports=("pt", "safetensors", "onnx"),
            code_style="torch-module",
            list_style="torch-sequential",
            layout="NCHW",
        ),
    )
}
"""Name -> declaration, in the order in which they are shown: that of `clsf.FRAMEWORKS`."""

VARIANTS: dict[str, tuple[str, ...]] = {name: tuple(framework.variants) for name, framework in BY_NAME.items()}
TITLES: dict[str, str] = {name: framework.title for name, framework in BY_NAME.items()}
VARIANT_TITLES: dict[str, str] = {variant: title for f in BY_NAME.values() for variant, title in f.variants.items()}
USUAL: dict[str, str] = {name: variants[0] for name, variants in VARIANTS.items()}
"""The variant that runs unless a plan says another."""
