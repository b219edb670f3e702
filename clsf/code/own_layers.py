"""Layers that a framework lacks, as source: small classes that stand before the model that uses them.

`clsf.backends.<framework>.stock` has the same classes, and models are built from those.
"""

from __future__ import annotations

import re

from clsf.model.walk import Analysis

FLATTEN = """class FlattenLikeKeras(nn.Module):
    def forward(self, x):  # (batch, channels, height, width)
        return torch.flatten(x.permute(0, 2, 3, 1), 1)"""

LAYER_NORM = '''class LayerNorm2d(nn.LayerNorm):
    """Normalises each pixel over its channels."""

    def forward(self, x):  # (batch, channels, height, width)
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)'''

SLOPES = '''class SlopePerValue(nn.Module):
    """Learns a slope for each value of an image of one shape (channels, height, width)."""

    def __init__(self, shape, init=0.25):
        super().__init__()
        self.weight = nn.Parameter(torch.full(shape, float(init)))

    def forward(self, x):
        return torch.where(x > 0, x, self.weight * x)'''

PERMUTE = """class PermuteAxes(nn.Module):
    def __init__(self, *dims):
        super().__init__()
        self.dims = dims

    def forward(self, x):
        return x.permute(self.dims)"""

RESHAPE = """class ReshapeLikeKeras(nn.Module):
    def __init__(self, height, width, channels):
        super().__init__()
        self.shape = height, width, channels

    def forward(self, x):
        x = x.permute(0, 2, 3, 1) if x.ndim == 4 else x  # (batch, height, width, channels)
        return x.reshape(-1, *self.shape).permute(0, 3, 1, 2)"""

RESPONSE = '''@keras.saving.register_keras_serializable()
class LocalResponseNormalization(layers.Layer):
    """Divides each value by the strength of the channels next to it, as AlexNet does."""

    def __init__(self, depth_radius, bias, alpha, beta, **more):
        super().__init__(**more)
        self.settings = {"depth_radius": depth_radius, "bias": bias, "alpha": alpha, "beta": beta}

    def call(self, x):
        return tf.nn.local_response_normalization(x, **self.settings)

    def get_config(self):
        return {**super().get_config(), **self.settings}'''

_PRECISE = """        # The formula itself: TensorFlow's function refuses float64.
        s, radius = self.settings, self.settings["depth_radius"]
        squares = tf.pad(tf.square(x), [[0, 0]] * 3 + [[radius, radius]])
        total = tf.add_n([squares[..., n : n + x.shape[-1]] for n in range(2 * radius + 1)])
        return x / (s["bias"] + s["alpha"] * total) ** s["beta"]"""

SOURCES = {re.search(r"class (\w+)", source)[1]: source for source in (FLATTEN, LAYER_NORM, SLOPES, PERMUTE, RESHAPE, RESPONSE)}
"""Name -> source."""


def of_keras(analysis: Analysis) -> list[str]:
    """Return the names of the classes that a model in Keras needs: a saved one can't be opened without them."""
    calls = [step.call for facts in analysis.layers if not facts.layer.rows() for step in facts.layer.keras_on(facts.in_shape)]
    return sorted({call.name for call in calls if call.name in SOURCES})


def needed(text: str, dtype: str) -> list[str]:
    """Return the lines of the classes that `text` uses, each followed by two empty lines."""
    lines: list[str] = []
    for name, source in SOURCES.items():
        if re.search(rf"(?<![\w.]){name}\(", text):
            if dtype == "float64":
                source = source.replace("        return tf.nn.local_response_normalization(x, **self.settings)", _PRECISE)
            lines += [*source.splitlines(), "", ""]
    return lines
