"""Converts a ModelSpec to a Keras model, and reads and writes weights in the agreed layout, which is Keras' own."""

from __future__ import annotations

import keras
import numpy as np

from clsf.backends.base import Weights
from clsf.backends.tensorflow.layers import (
    AlignedNorm,
    ChannelsFirstFlatten,
    DealtChannels,
    GroupNorm,
    LayerNorm,
    MaskedDropout,
    UnbiasedNorm,
    activation,
)
from clsf.backends.tensorflow.stock import made_of, variable_of
from clsf.calls import Call
from clsf.model import layers
from clsf.model.freezing import backbone_weights, frozen, frozen_weights, own_row, place
from clsf.model.shapes import Shape
from clsf.model.spec import ModelSpec
from clsf.model.walk import Analysis
from clsf.plan import Plan


class Penalty(keras.regularizers.L1L2):
    """L1L2 in the dtype that `model.fit` sums losses in: it refuses a float64 penalty with a loss that it made float32.

    The gradient stays float64: through a sum and a cast it is exactly 1.
    """

    def __call__(self, x):
        return keras.ops.cast(super().__call__(x), keras.config.floatx())


class BuiltModel:
    """A Keras functional model and its layers by path ("3.body.1")."""

    def __init__(self, spec: ModelSpec, shape: Shape, plan: Plan, native_dropout: bool) -> None:
        self.layers: dict[str, keras.layers.Layer] = {}
        self.outputs: dict[str, keras.KerasTensor] = {}  # output at every path, branching layers included
        self._dtype, self._plan, self._native_dropout = "mixed_bfloat16" if plan.mixed else plan.dtype, plan, native_dropout
        inputs = keras.Input(shape, dtype=plan.dtype)
        outputs = self._row(spec.layers, inputs, "")
        if plan.mixed:  # the loss is computed in float32
            outputs = keras.layers.Activation("linear", dtype=plan.dtype, name="float32")(outputs)
        self.model = keras.Model(inputs, outputs)
        analysis = spec.analyse(shape)
        self.names = list(analysis.named_weights())
        self._freeze(analysis, plan)

    def _freeze(self, analysis: Analysis, plan: Plan) -> None:
        """Freeze the frozen layers, and the statistics of batch normalisation where the plan says so."""
        self.frozen = frozen_weights(analysis, plan.freezes)
        apart = plan.backbone_rate is not None or plan.does("head-not-in-optimizer")
        self._backbone = backbone_weights(analysis) if apart else set()
        first_trained = frozen(own_row(analysis), plan.freezes)
        for path, layer in self.layers.items():
            layer.trainable = place(path) >= first_trained
            if isinstance(layer, AlignedNorm):
                layer.still = plan.freeze_norms or (not layer.trainable and not plan.does("frozen-bn-moves"))

    def first_layers(self, count: int) -> keras.Model:
        """Return the model's first top-level layers."""
        return keras.Model(self.model.inputs, self.outputs[str(count)])

    def last_layers(self, skipped: int) -> keras.Model:
        """Return the model without its first top-level layers."""
        return keras.Model(self.outputs[str(skipped)], self.model.outputs[0])

    def parameters(self) -> tuple[list[keras.Variable], list[keras.Variable]]:
        """Return the variables that train: those before the head, and those of the head."""
        before, trained = {id(self._variable(name)) for name in self._backbone}, self.model.trainable_variables
        return [v for v in trained if id(v) in before], [v for v in trained if id(v) not in before]

    def hand_out(self, masks: dict) -> None:
        """Give every dropout layer its mask by path; a layer without one draws its own."""
        for path, layer in self.layers.items():
            if isinstance(layer, MaskedDropout):
                layer.mask = masks.get(path)

    def kernels(self) -> list[keras.Variable]:
        """Return the kernels, which L2 regularisation applies to."""
        return [self._variable(name) for name in self.names if name.endswith("kernel") and name not in self.frozen]

    def get_weights(self) -> Weights:
        return {name: self._variable(name).numpy() for name in self.names}

    def set_weights(self, weights: Weights) -> None:
        for name in self.names:
            self._variable(name).assign(weights[name])

    def gradients(self, values: list) -> dict[str, np.ndarray]:
        """Return weight -> gradient, in order of computation, for values in the order of `model.trainable_variables`."""
        gradients = self.gradients_of(self.model.trainable_variables, values)
        return {name: gradients[name] for name in self.names if name in gradients}

    def gradients_of(self, variables: list, values: list) -> dict[str, np.ndarray]:
        """Return weight -> gradient for these variables."""
        names = self.trainable_names()
        return {names[id(v)]: np.asarray(g) for v, g in zip(variables, values, strict=True)}

    def trainable_names(self) -> dict[int, str]:
        """Return id of a variable -> name of the weight."""
        return {id(self._variable(name)): name for name in self.names}

    def _variable(self, name: str) -> keras.Variable:
        path, weight = name.rsplit(".", 1)
        return variable_of(self.layers[path], weight)

    def _row(self, row: tuple, x: keras.KerasTensor, prefix: str) -> keras.KerasTensor:
        for position, layer in enumerate(row, start=1):
            x = self._apply(layer, x, f"{prefix}{position}")
        return x

    def _apply(self, layer: object, x: keras.KerasTensor, path: str) -> keras.KerasTensor:
        self.outputs[path] = x = self._built(layer, x, path)
        return x

    def _built(self, layer: object, x: keras.KerasTensor, path: str) -> keras.KerasTensor:
        named = {"name": "layer_" + path.replace(".", "_"), "dtype": self._dtype}
        if layer.rows():
            ends = [self._row(row, x, f"{path}.{name}.") for name, row in layer.rows()]
            return made_of(Call(layer.MERGE), **named)(ends) if layer.MERGE else ends[0]
        built = self._plain(layer, x.shape[1:], named)
        self.layers[path] = built
        if self._plan.variants["tensorflow"] == "fit" and (self._plan.l1 or self._l2):
            self._regularise(built)
        return built(x)

    def _regularise(self, layer: keras.layers.Layer) -> None:
        """Give the kernel its regularizer, as a student would write it for `model.fit`; own loops add penalties themselves."""
        for name in ("kernel_regularizer", "depthwise_regularizer", "pointwise_regularizer"):
            if hasattr(layer, name):
                setattr(layer, name, Penalty(l1=self._plan.l1, l2=self._l2))

    @property
    def _l2(self) -> float:
        return 0.0 if self._plan.does("weight-decay-style") else self._plan.l2

    def _plain(self, layer: object, shape: Shape, named: dict) -> keras.layers.Layer:
        match layer:
            case layers.Layer(role="Flat") if self._plan.does("flatten-order"):
                return ChannelsFirstFlatten(**named)
            case layers.Dropping() if not self._native_dropout or self._plan.does("dropout-at-evaluation"):
                return MaskedDropout(layer.rate, self._plan.does("dropout-at-evaluation"), layer.mask_shape(shape), **named)
            case layers.Layer(role="Batchwise"):
                kind = UnbiasedNorm if self._plan.does("bn-variance") else AlignedNorm
                return kind(momentum=layer.momentum, epsilon=layer.epsilon, **named)
            case layers.Layer(role="Shuffle"):
                return DealtChannels(layer.groups, **named)
            case layers.Layer(role="LayerNorm"):
                return LayerNorm(**layer.keras()[0].call.kwargs, **named)
            case layers.Layer(role="GroupNorm"):
                return GroupNorm(**layer.keras()[0].call.kwargs, **named)
            case layers.Layer(role="Function"):
                return keras.layers.Activation(activation(layer.name), **named)
        call = layer.keras_on(shape)[0].call
        if layer.function != "linear":  # by our own rule, where the frameworks' differ
            kwargs = {name: value for name, value in call.kwargs.items() if name != "activation"}
            return made_of(call.but(kwargs=kwargs), activation=activation(layer.function), **named)
        return made_of(call, **named)
