"""What every style needs from a model: its layers with their names, their shapes, and the code for each layer."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace

from clsf.calls import Call
from clsf.code.keras_layers import keras_steps
from clsf.code.names import commented, layer_names
from clsf.code.own_layers import SOURCES
from clsf.code.rows import torch_orders
from clsf.code.torch_layers import torch_steps
from clsf.model.apis import ApiStep
from clsf.model.branches import Branching
from clsf.model.changes import changed
from clsf.model.layers import LEAKY_SLOPE
from clsf.model.shapes import Shape, shape_text
from clsf.model.spec import ModelSpec
from clsf.plan import Plan


class SourceModel:
    """A spec at an input shape, with the plan that its source is written for."""

    def __init__(self, spec: ModelSpec, input_shape: Shape, plan: Plan | None, exact: bool = False) -> None:
        spec = changed(spec, plan.differences) if plan else spec
        self.name, self.layers, self.input_shape, self.plan = spec.name, spec.layers, tuple(input_shape), plan
        self.analysis = spec.analyse(self.input_shape)
        self.names = layer_names(self.layers)
        self.facts = {facts.path: facts for facts in self.analysis.layers}
        kept, self.reordered = torch_orders(self.layers, self.analysis)
        channels_first = plan is not None and plan.does("flatten-order")  # the order that the run flattens in
        self.keep_order = set() if channels_first else kept
        self.turned = kept if channels_first else set()
        self.exact = exact  # layers as in a run, see `clsf.code.run_layers`
        if exact and channels_first:  # the weights are the run's, so that every flattening has to be
            self.turned = {facts.path for facts in self.analysis.layers if facts.role == "Flat" and len(facts.in_shape) == 3}
            self.reordered = {}
        self.last = str(len(self.layers))

    @property
    def title(self) -> str:
        """One line of comment: the name and the totals."""
        what = "images" if len(self.input_shape) == 3 else "numbers"
        return f"{commented(self.name)}: {shape_text(self.input_shape)} {what}, {self.analysis.parameters:,} parameters"

    def row(self) -> Iterator[tuple[str, object]]:
        """The model's own row: path, layer."""
        for position, layer in enumerate(self.layers, start=1):
            yield str(position), layer

    def plain_layers(self) -> Iterator[tuple[str, object]]:
        """Every plain layer, in order of computation, branches included: path, layer."""
        for facts in self.analysis.layers:
            if not facts.layer.rows():
                yield facts.path, facts.layer

    def keras(self, path: str, layer: object, objects: bool = False) -> list[ApiStep]:
        run = self._of_run(path, layer, "tensorflow")
        if run is not None:
            return [ApiStep(run, weights=run.name == "UnbiasedNorm", training=True)]
        shape = self.facts[path].in_shape
        steps = keras_steps(layer, shape, self.plan, objects=objects, last=path == self.last, turned=path in self.turned)
        if self.plan is None or self.plan.dtype != "float64":
            return steps
        # TensorFlow's own function may refuse float64: its class then computes it differently.
        return [replace(step, function="") if step.call.name in SOURCES else step for step in steps]

    def torch(self, path: str, layer: object) -> list[ApiStep]:
        run = self._of_run(path, layer, "torch")
        if run is not None:
            return [ApiStep(run, weights=run.name == "RunNorm", training=True)]
        steps = torch_steps(
            layer,
            self.facts[path].in_shape,
            flattened=self._flattened(path),
            turned=path in self.keep_order,
            last=path == self.last,
        )
        if not self.exact or self.plan.dtype != "float64":
            return steps
        # TensorFlow keeps a leaky ReLU's slope in float32, whatever the dtype, and a run does the same.
        ours, run = (f"F.leaky_relu({{x}}, {slope!r})" for slope in (LEAKY_SLOPE, float32(LEAKY_SLOPE)))
        return [replace(step, function=step.function.replace(ours, run)) for step in steps]

    def masked(self, framework: str) -> bool:
        """Whether dropout has the masks of a run: not where the framework draws its own, as `model.fit` always does."""
        drops = any(facts.layer.drops and facts.layer.rate for facts in self.analysis.layers)
        return self.exact and drops and not draws_itself(self.plan, framework)

    def _of_run(self, path: str, layer: object, framework: str) -> Call | None:
        """Return the call for a layer that differs in a run from the framework's, or None."""
        if not self.exact:
            return None
        maps = layer.role == "DropMaps"
        if layer.drops and layer.rate and self.masked(framework):
            return Call("RunDropout", (path, layer.rate), {"maps": True} if maps else {})
        if layer.drops and layer.rate and self.plan.does("dropout-at-evaluation"):
            return Call("AlwaysDropout", (layer.rate,), {"maps": True} if maps else {})
        if layer.role == "Batchwise" and framework == "torch":
            features = self.facts[path].in_shape[-1]
            return Call("RunNorm", (features,), {"eps": layer.epsilon, "momentum": layer.momentum})
        if layer.role == "Batchwise" and self.plan.does("bn-variance"):
            return Call("UnbiasedNorm", (), {"momentum": layer.momentum, "epsilon": layer.epsilon})
        return None

    def comment(self, path: str, last: bool = True) -> str:
        """Return the output shape, in Keras' order, where it changes and is not obvious; nothing inside a layer."""
        return _tuple(self.facts[path].out_shape) if last and self._changes(path) else ""

    def torch_comment(self, path: str, last: bool = True) -> str:
        """Return the same in PyTorch's order: channels first."""
        shape = self.facts[path].out_shape
        shape = (shape[2], *shape[:2]) if len(shape) == 3 else shape
        return _tuple(shape) if last and self._changes(path) else ""

    def _changes(self, path: str) -> bool:
        facts = self.facts[path]
        return facts.in_shape != facts.out_shape and facts.role != "Linear"  # a dense layer says its units itself

    def headline(self, path: str, layer: Branching) -> str:
        """Return the comment over a branching layer."""
        return f"{self.names[path]}: {layer.headline()}"

    def _flattened(self, path: str) -> Shape | None:
        """Return the image that a dense layer's input was flattened from, if only layers that keep the order lie between."""
        prefix, _, position = path.rpartition(".")
        prefix += "." if prefix else ""
        for before in range(int(position) - 1, 0, -1):
            facts = self.facts[f"{prefix}{before}"]
            if facts.role == "Flat" and len(facts.in_shape) == 3:
                return facts.in_shape
            if not facts.layer.elementwise:
                return None
        return None


def draws_itself(plan: Plan, framework: str) -> bool:
    """Whether dropout masks are the framework's own in a run."""
    return plan.native_dropout or (framework == "tensorflow" and plan.variants["tensorflow"] == "fit")


def float32(value: float) -> float:
    """Return the nearest float32."""
    return struct.unpack("f", struct.pack("f", value))[0]


def _tuple(shape: Shape) -> str:
    return f"({', '.join(map(str, shape))})" if len(shape) > 1 else str(shape[0])
