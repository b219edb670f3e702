"""The bar of the conversion lab: one planted fault a pair, its first layer and its cause named; clean pairs are silent."""

from __future__ import annotations

from importlib import import_module

import pytest

from clsf.convert import lab
from clsf.errors import ClsfError
from tests import conversions
from tests.frameworks import process

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

FAULTS = [  # network, what goes wrong, where, file, the cause
    ("plain", "hw-swapped", "conv_a", "pt", "transposed-kernel"),
    ("plain", "viewed", "conv_a", "safetensors", "transposed-kernel"),
    ("plain", "in-out", "conv_b", "onnx-old", "transposed-kernel"),
    ("plain", "rotated", "conv_b", "pt", "flipped-kernel"),
    ("plain", "flatten", "fc_a", "safetensors", "flatten-order"),
    ("plain", "not-turned", "fc_b", "pt", "transposed-kernel"),
    ("plain", "missing", "tanh_b", "onnx-old", "missing-activation"),
    ("plain", "pooling", "pool_b", "onnx", "pooling"),
    ("plain", "no-bias", "conv_b", "safetensors", "missing-bias"),
    ("plain", "half", "conv_a", "pt", "rounded-weights"),
    ("normed", "padding", "stem", "onnx-old", "padding"),
    ("normed", "epsilon", "middle_bn", "onnx", "bn-epsilon"),
    ("normed", "epsilon", "stem_bn", "keras", "bn-epsilon"),
    ("normed", "stats-swapped", "last_bn", "pt", "bn-statistics"),
    ("normed", "no-stats", "stem_bn", "safetensors", "bn-statistics"),
    ("normed", "gamma-beta", "middle_bn", "onnx-old", "bn-scale"),
    ("normed", "missing", "last_relu", "onnx", "missing-activation"),
    ("normed", "bgr", "stem", "safetensors", "channel-order"),
    ("normed", "left-out", "middle_bn", "onnx-old", "missing-layer"),
    ("residual", "flatten", "scores", "onnx-old", "flatten-order"),
    ("residual", "from:body_b", "body_a", "pt", "swapped-layers"),
    ("residual", "missing", "add_relu", "onnx", "missing-activation"),
    ("residual", "std", "body_bn", "safetensors", "bn-statistics"),
    ("mobile", "multiplier", "deep", "pt", "transposed-kernel"),
    ("mobile", "padding", "stem", "onnx", "padding"),
    ("mobile", "other", "point_silu", "onnx-old", "other-activation"),
    ("mobile", "epsilon", "point_bn", "onnx-old", "bn-epsilon"),
    ("branches", "hw-swapped", "right", "safetensors", "transposed-kernel"),
    ("branches", "flatten-wh", "fc", "pt", "flatten-order"),
    ("branches", "missing", "left_relu", "keras", "missing-activation"),
    ("branches", "strides", "pool", "onnx-old", "pooling"),
    ("vector", "not-turned", "two", "onnx", "transposed-kernel"),
    ("vector", "from:three", "two", "safetensors", "swapped-layers"),
    ("vector", "gamma-beta", "one_bn", "onnx-old", "bn-scale"),
    ("vector", "times-255", "one", "pt", None),
]  # fmt: skip
CLEAN = [
    (which, kind) for n, which in enumerate(conversions.NETS) for kind in (("pt", "onnx-old"), ("safetensors", "onnx"))[n % 2]
]


class Service:
    """Calls the two processes of the tests."""

    missing = ()

    def call(self, framework: str, function: str, *values: object, timeout: float = 0.0) -> object:
        return process(framework).run(_called, function, values)

    call_apart = call


def _called(function: str, values: tuple) -> object:
    module, _, name = function.partition(":")
    return getattr(import_module(module), name)(*values)


def _told(net: list, what: str, where: str) -> list:
    """Return the network that a wrong program makes."""
    return conversions.changed(
        net, where,
        {
            "missing": lambda layer: None, "left-out": lambda layer: None, "epsilon": lambda layer: (*layer[:2], 1e-5),
            "pooling": lambda layer: (*layer[:2], "max", layer[3]), "other": lambda layer: (*layer[:2], "relu"),
            "strides": lambda layer: (*layer[:2], "max" if layer[2] == "average" else "average", layer[3]),
        }.get(what, lambda layer: layer),
    )  # fmt: skip


def pair(which: str, kind: str, fault: tuple[str, str] | None, seed: int) -> list[lab.Given]:
    content, weights = process("tensorflow").run(conversions.keras_made, which, seed)
    net = _told(conversions.NETS[which], *fault) if fault else conversions.NETS[which]
    if kind == "keras":
        other, _ = process("tensorflow").run(conversions.keras_made, which, seed, net, weights)
    else:
        other = process("torch").run(conversions.torch_made, which, weights, fault, kind, seed % 2 == 0, net)
    suffix = "onnx" if kind.startswith("onnx") else kind
    return [lab.Given("first.keras", content), lab.Given(f"second.{suffix}", other)]


def test_first_layer_and_cause_of_planted_faults():
    wrong, count = [], 0
    for seed, (which, what, where, kind, cause) in enumerate(FAULTS):
        if cause is None:
            continue
        count += 1
        try:
            found = lab.examined(Service(), pair(which, kind, (what, where), seed), "digits").comparison
        except ClsfError as error:
            wrong.append((which, what, where, kind, cause, str(error)))
            continue
        first = found.findings[0] if found.findings else None
        if first is None or (first.layer, first.cause.name) != (where, cause):
            wrong.append(
                (which, what, where, kind, cause, first and (first.layer, first.cause.name, str(first.cause.sentence)))
            )
    print(f"{count - len(wrong)} of {count}", *wrong, sep="\n")
    assert len(wrong) <= count // 10, wrong


def test_clean_pairs_are_silent():
    loud = []
    for seed, (which, kind) in enumerate(CLEAN):
        try:
            found = lab.examined(Service(), pair(which, kind, None, seed), "digits").comparison
        except ClsfError as error:
            loud.append((which, kind, str(error)))
            continue
        if found.differs:
            loud.append(
                (which, kind, found.findings[0].layer, found.findings[0].cause, max(r.difference or 0 for r in found.rows))
            )
    assert not loud
