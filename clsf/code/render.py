"""A model as source, in seven styles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clsf import checks
from clsf.code import keras_styles, own_layers, torch_styles
from clsf.code.lines import Code, Line, SourceWriter
from clsf.code.model import SourceModel
from clsf.code.rows import branching
from clsf.errors import SpecError
from clsf.model.shapes import Shape
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.words import Sentence, say


@dataclass(frozen=True)
class CodeStyle:
    """One way to write a model."""

    framework: str  # "tensorflow" or "torch"
    title: Sentence
    write: Callable[[SourceWriter, SourceModel], None]
    branches: bool  # whether it can hold Residual and Parallel


STYLES: dict[str, CodeStyle] = {
    "keras-add": CodeStyle("tensorflow", say("Keras: add()"), keras_styles.write_add, False),
    "keras-list": CodeStyle("tensorflow", say("Keras: a list"), keras_styles.write_list, False),
    "keras-functional": CodeStyle("tensorflow", say("Keras: functional"), keras_styles.write_functional, True),
    "keras-subclass": CodeStyle("tensorflow", say("Keras: a subclass"), keras_styles.write_subclass, True),
    "torch-sequential": CodeStyle("torch", say("PyTorch: Sequential"), torch_styles.write_sequential, False),
    "torch-module": CodeStyle("torch", say("PyTorch: a Module"), torch_styles.write_module, True),
    "torch-mixed": CodeStyle("torch", say("PyTorch: Sequential blocks in a Module"), torch_styles.write_mixed, True),
}


def why_not(spec: ModelSpec, style: str) -> Sentence | None:
    """Return why this model can't be written in this style, or None if it can. Raises SpecError for an unknown style."""
    checks.known(SpecError, say("style"), style, STYLES)
    path = branching(spec.layers)
    if STYLES[style].branches or path is None:
        return None
    others = [name for name, other in STYLES.items() if other.branches and other.framework == STYLES[style].framework]
    return say(
        "The style “{style}” writes layers one after the other and cannot hold a branch, but layer {path} is {kind}. Choose {others}.",
        style=STYLES[style].title, path=path, kind=type(spec.layers[int(path) - 1]).__name__, others=", ".join(others),
    )  # fmt: skip


def model_code(spec: ModelSpec, input_shape: Shape, classes: int, style: str, plan: Plan | None = None) -> Code:
    """Return source that defines `model` for images of `input_shape` (height, width, channels), and nothing else.

    With a plan, what the plan puts into the model is there too: L2 in Keras' layers, layers changed by its differences.
    Raises SpecError if the layers do not fit each other, or if the style can't hold them (see `why_not`). A last layer
    that does not match `classes` is written as it is: the design may not be finished.
    """
    problem = why_not(spec, style)
    if problem:
        raise SpecError(problem)
    body = body_of(spec, input_shape, style, plan)
    w = SourceWriter()
    keras = STYLES[style].framework == "tensorflow"
    precise = plan is not None and plan.dtype != "float32"
    for line in keras_styles.imports(body.text) if keras else torch_styles.imports(body.text, precise):
        w.add(line)
    if precise:
        w.blank()
        w.add(f'keras.config.set_floatx("{plan.dtype}")' if keras else f"torch.set_default_dtype(torch.{plan.dtype})")
    # The name may not come into the first two lines, where Python would look for an encoding in it.
    w.blank(2 if body.lines[1].text.startswith(("class ", "@")) else 1)
    return Code((*w.lines, *body.lines))


KERAS_SEQUENTIAL = "keras-sequential"
"""As "keras-list", with activations by their names: what scripts use."""


def body_of(spec: ModelSpec, input_shape: Shape, style: str, plan: Plan | None, exact: bool = False) -> Code:
    """Return the source of a model without its imports."""
    model = SourceModel(spec, input_shape, plan, exact)
    w = SourceWriter()
    (keras_styles.write_sequential if style == KERAS_SEQUENTIAL else STYLES[style].write)(w, model)
    own = own_layers.needed(w.code().text, plan.dtype if plan else "float32")
    title = f"# {model.title}"
    return Code((*(Line(text) for text in (title, *own)), *_trimmed(w.lines)))


def _trimmed(lines: list) -> list:
    """Return the lines without blank ones before a closing bracket or a return, where they would look like leftovers."""
    return [
        line
        for n, line in enumerate(lines)
        if line.text or (n + 1 < len(lines) and not lines[n + 1].text.lstrip().startswith(("return", ")")))
    ]
