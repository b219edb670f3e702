"""The layer that connects everything with everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from clsf.calls import Call
from clsf.model.apis import Api, ApiStep, arg
from clsf.model.fields import Whole
from clsf.model.layers import activations, notes
from clsf.model.layers.activations import ActivationName
from clsf.model.layers.base import MAX_WIDTH, Layer, Look, UseBias, aligned, parameters
from clsf.model.shapes import Shape, Weight, flat_features
from clsf.words import Sentence, say, say_n


@dataclass(frozen=True, slots=True)
class Dense(Layer):
    """Connect every input with every unit. Shape: (n,) -> (units,). Learned: units * (n + 1). Raises SpecError on an image."""

    role: ClassVar = "Linear"
    LOOK: ClassVar = Look(say("Connects every input with every unit."), "hub", "weights", "dense")
    KERAS: ClassVar = Api(
        "layers.Dense", arg("units", place=True), arg("activation", None, to=activations.argument, back=activations.named),
        arg("use_bias", True),
    )  # fmt: skip
    TORCH: ClassVar = (
        Api("nn.Linear", arg("in_features", field=None, place=True), arg("out_features", field="units", place=True), arg("bias", True, "use_bias")),
    )  # fmt: skip
    KERNELS: ClassVar = ("kernel",)
    WIDTH: ClassVar = "units"
    whole: ClassVar = True

    units: Annotated[int, Whole(1, MAX_WIDTH, few=1_024), say("Numbers that come out.")]
    activation: ActivationName = "linear"
    use_bias: UseBias = True

    @classmethod
    def fresh(cls, shape: Shape | None) -> Layer:
        return cls(64, "relu")

    @classmethod
    def first(cls) -> Layer:
        return cls(16)

    def out_shape(self, shape: Shape) -> Shape:
        flat_features(shape)
        return (self.units,)

    def weights(self, shape: Shape) -> tuple[Weight, ...]:
        n = flat_features(shape)
        kernel = Weight("kernel", (n, self.units), fan_in=n, fan_out=self.units)
        bias = Weight("bias", (self.units,), fan_in=n, fan_out=self.units)
        return (kernel, bias) if self.use_bias else (kernel,)

    def multiply_adds(self, shape: Shape) -> int:
        return flat_features(shape) * self.units

    def formula(self, before: Shape, after: Shape) -> str:
        return aligned([r"n &\to \text{units}", rf"{before[0]} &\to {after[0]}"])

    def counted(self, shape: Shape) -> Sentence:
        total = f"{sum(w.size for w in self.weights(shape)):,}"
        if self.use_bias:
            return say_n(
                "{units} × ({inputs} weight + 1 bias) = {total} parameters: every unit is connected with the number.",
                "{units} × ({inputs} weights + 1 bias) = {total} parameters: every unit is connected with every number.",
                shape[0], units=self.units, inputs=f"{shape[0]:,}", total=total,
            )  # fmt: skip
        return say_n(
            "{units} × {inputs} weight = {total}: every unit is connected with the number.",
            "{units} × {inputs} weights = {total}: every unit is connected with every number.",
            shape[0], units=self.units, inputs=f"{shape[0]:,}", total=parameters(self.units * shape[0]),
        )  # fmt: skip

    def keras(self) -> tuple[ApiStep, ...]:
        return (ApiStep(self.KERAS.call(self), weights=True), *activations.keras_after(self.activation))

    def torch(self, shape: Shape) -> tuple[ApiStep, ...]:
        call = self.TORCH[0].call(self, notes.in_features(shape[0], None), in_features=shape[0])
        return (ApiStep(call, weights=True), *activations.torch_steps(self.activation))

    @classmethod
    def of_torch(cls, call: Call, shape: Shape) -> list[Layer]:
        return [cls(**cls.TORCH[0].read(call)[0])]
