"""Adds dropout or batch normalisation to a model at the textbook positions, and removes both."""

from __future__ import annotations

from dataclasses import replace

from clsf.model.layers import made
from clsf.model.spec import MAX_NAME, Layer, ModelSpec


def unregularised(spec: ModelSpec) -> ModelSpec:
    """Return the model without its dropout and batch normalisation layers, those inside branches left as they are."""
    layers = tuple(layer for layer in spec.layers if not layer.drops and layer.role != "Batchwise")
    return spec if layers == spec.layers else _named(spec, "plain", layers)


def with_dropout(spec: ModelSpec, rate: float) -> ModelSpec:
    """Return the model with dropout after each hidden dense layer, or before the last one if there is no hidden one.

    Source: Srivastava et al. 2014, section 4 and appendix A.1; rates of 0.2 to 0.5 are usual there.
    """
    last, hidden = _dense(spec)
    layers: list[Layer] = []
    for place, layer in enumerate(spec.layers):
        if place == last and not hidden:
            layers.append(made("Drop", rate))
        layers.append(layer)
        if place in hidden:
            after = spec.layers[place + 1 : place + 2]
            if not (after and after[0].role == "Function"):
                layers.append(made("Drop", rate))
        elif layer.role == "Function" and place - 1 in hidden:
            layers.append(made("Drop", rate))
    return _named(spec, "dropout", tuple(layers))


def with_batch_norm(spec: ModelSpec) -> ModelSpec:
    """Return the model with batch normalisation between each hidden layer's sums and its activation.

    Source: Ioffe & Szegedy 2015, section 3.2: "immediately before the nonlinearity".
    """
    last, _ = _dense(spec)
    layers: list[Layer] = []
    for place, layer in enumerate(spec.layers):
        if layer.KERNELS and place != last:
            layers += [replace(layer, activation="linear"), made("Batchwise")]
            if layer.activation != "linear":
                layers.append(made("Function", layer.activation))
        else:
            layers.append(layer)
    return _named(spec, "batch-norm", tuple(layers))


def _dense(spec: ModelSpec) -> tuple[int, list[int]]:
    """Return the place of the last dense layer, -1 if there is none, and those of the others."""
    places = [place for place, layer in enumerate(spec.layers) if layer.role == "Linear"]
    return (places[-1], places[:-1]) if places else (-1, [])


def _named(spec: ModelSpec, what: str, layers: tuple[Layer, ...]) -> ModelSpec:
    return ModelSpec(f"{spec.name[: MAX_NAME - len(what) - 1]}-{what}", layers)
