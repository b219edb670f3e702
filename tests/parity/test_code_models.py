"""Generated source of models: every preset and many random models, in every style, against our own backends."""

from __future__ import annotations

import numpy as np
import pytest

from clsf import FRAMEWORKS
from clsf.code import STYLES, model_code, why_not
from clsf.code.model import SourceModel
from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from tests import frameworks
from tests.code_inside import Case, Found, outputs
from tests.code_specs import drawn, some_weights
from tests.rows import FLAT_ROWS, IMAGE_ROWS
from tests.sampled import QUICK_PRESETS

CLOSE = 1e-5  # float32, sums in another order: relative to the largest output

RANDOM = 72


def case(framework: str, spec: ModelSpec, shape: tuple, classes: int) -> Case:
    sources = {
        style: model_code(spec, shape, classes, style).text
        for style, found in STYLES.items()
        if found.framework == framework and why_not(spec, style) is None
    }
    return Case(spec, shape, classes, some_weights(spec, shape), sources, SourceModel(spec, shape, None).reordered)


def check(cases: list[Case], results: list[list[Found]]) -> int:
    """Compare every style of every case; return how many there were."""
    count = 0
    for each, founds in zip(cases, results, strict=True):
        parameters = each.spec.analyse(each.shape).parameters
        for found in founds:
            said = f"{found.style} of {each.spec.to_json()} on {each.shape}:\n{each.sources[found.style]}"
            assert found.parameters == parameters, said
            assert found.output.shape == found.ours.shape, said
            scale = max(1.0, float(np.abs(found.ours).max()))
            np.testing.assert_allclose(found.output, found.ours, rtol=0, atol=CLOSE * scale, err_msg=said)
            count += 1
    return count


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_preset_in_every_style(framework):
    cases = [case(framework, preset(name), (28, 28, 1), 10) for name in QUICK_PRESETS]
    cases.append(case(framework, preset("lecture-cnn"), (32, 32, 3), 10))
    assert check(cases, frameworks.process(framework).run(outputs, framework, cases)) >= 2 * len(cases)


@pytest.mark.slow
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_random_models_in_every_style(framework):
    models = drawn(RANDOM)
    assert len(models) >= 60
    assert sum(why_not(spec, "keras-add") is not None for spec, _, _ in models) >= 8, "too few with branches"
    cases = [case(framework, *model) for model in models]
    assert check(cases, frameworks.process(framework).run(outputs, framework, cases)) >= 2 * len(cases)


@pytest.mark.slow
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_kind_of_layer_and_padding_in_every_style(framework):
    """The rows of the backend tests: awkward sizes, uneven padding, every activation."""
    from clsf.model.layers import Dense, Flatten

    cases = []
    for name, row in IMAGE_ROWS.items():
        flat = () if len(ModelSpec(name, row).analyse((6, 7, 2)).output_shape) == 1 else (Flatten(),)
        cases.append(case(framework, ModelSpec(name, (*row, *flat, Dense(3))), (6, 7, 2), 3))
    cases += [
        case(framework, ModelSpec(name, (Flatten(), Dense(5), *row, Dense(3))), (4, 3, 2), 3) for name, row in FLAT_ROWS.items()
    ]
    assert check(cases, frameworks.process(framework).run(outputs, framework, cases)) >= 2 * len(cases)
