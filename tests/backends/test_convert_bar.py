"""Detection rate of the conversion lab: for each planted fault its first layer and cause are named; clean pairs give no finding."""

from __future__ import annotations

from importlib import import_module

import pytest

from clsf.convert import lab
from clsf.errors import ClsfError
from tests import conversions
from tests.conversion_faults import FAULTS, told
from tests.frameworks import process

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

CLEAN = [
    (which, kind) for n, which in enumerate(conversions.NETS) for kind in (("pt", "onnx-old"), ("safetensors", "onnx"))[n % 2]
]


class Service:
    """A service that calls the tests' two processes."""

    missing = ()

    def call(self, framework: str, function: str, *values: object, timeout: float = 0.0) -> object:
        return process(framework).run(_called, function, values)

    call_apart = call


def _called(function: str, values: tuple) -> object:
    module, _, name = function.partition(":")
    return getattr(import_module(module), name)(*values)


def pair(which: str, kind: str, fault: tuple[str, str] | None, seed: int) -> list[lab.Given]:
    content, weights = process("tensorflow").run(conversions.keras_made, which, seed)
    net = told(conversions.NETS[which], *fault) if fault else conversions.NETS[which]
    if kind == "keras":
        other, _ = process("tensorflow").run(conversions.keras_made, which, seed, net, weights)
    else:
        other = process("torch").run(conversions.torch_made, which, weights, fault, kind, seed % 2 == 0, net)
    suffix = "onnx" if kind.startswith("onnx") else kind
    return [lab.Given("first.keras", content), lab.Given(f"second.{suffix}", other)]


def test_first_layer_and_cause_of_planted_faults():
    wrong, count = [], 0
    for seed, (which, what, where, kind, cause) in enumerate(FAULTS):
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
