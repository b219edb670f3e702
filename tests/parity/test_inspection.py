"""Looking inside: both frameworks agree, gradients match finite differences, and Grad-CAM equals NumPy's."""

from dataclasses import replace

import numpy as np
import pytest

from clsf.data.prepare import prepare
from clsf.model.branches import Parallel, Residual
from clsf.model.layers import (
    Activation,
    BatchNorm,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
    MaxPool2D,
)
from clsf.model.spec import ModelSpec
from clsf.plan import Plan, Preparation
from clsf.predict import explain
from clsf.predict.values import ModelRequest
from tests import predict_inside
from tests.frameworks import both
from tests.jobs import anything, inputs, random_job

EVERYTHING = ModelSpec(
    "everything",
    (
        Conv2D(4, 3, padding="same", activation="relu"),
        BatchNorm(),
        Residual((Conv2D(4, 3, padding="same"), Activation("tanh")), ()),
        DepthwiseConv2D(3, strides=2, padding="same", activation="gelu"),
        Parallel(((Conv2D(3, 1),), (MaxPool2D(1), Conv2D(2, 3, padding="same", activation="leaky_relu")))),
        Dropout(0.5),
        Flatten(),
        Dense(7, "sigmoid"),
        Dense(3),
    ),
)
SHAPE = (6, 5, 2 + 1)
FLOAT64 = 1e-10  # sums run in another order per framework


@pytest.fixture(scope="module")
def job():
    return anything(random_job(EVERYTHING, SHAPE, images=6))


def test_every_layer_hands_on_the_same(job):
    one, two = both(predict_inside.activations, job, inputs(job))
    assert list(one) == list(two) == [facts.path for facts in EVERYTHING.analyse(SHAPE).layers]
    for facts in EVERYTHING.analyse(SHAPE).layers:
        assert one[facts.path].shape == (6, *facts.out_shape)
        np.testing.assert_allclose(one[facts.path], two[facts.path], atol=FLOAT64, err_msg=facts.path)
    assert (one["6"] == one["5"]).all()  # dropout is off


def test_slopes_are_equal_and_are_slopes(job):
    x, wanted = inputs(job), np.array([0, 1, 2, 2, 1, 0])
    (one, values, inner), (two, _, other) = both(predict_inside.slopes, job, x, wanted)
    np.testing.assert_allclose(one, two, atol=FLOAT64)
    for path in inner:
        assert inner[path].shape == values[path].shape
        np.testing.assert_allclose(inner[path], other[path], atol=FLOAT64, err_msg=path)
    # A small step in the input, up and down.
    step, at = 1e-6, [(0, 2, 2, 0), (3, 5, 4, 2), (5, 0, 0, 1)]
    for image, row, column, channel in at:
        up, down = x.copy(), x.copy()
        up[image, row, column, channel] += step
        down[image, row, column, channel] -= step
        for scored in zip(both(predict_inside.scores, job, up), both(predict_inside.scores, job, down), strict=True):
            measured = (scored[0] - scored[1])[image, wanted[image]] / (2 * step)
            assert one[image, row, column, channel] == pytest.approx(measured, rel=1e-4, abs=1e-7)


def test_grad_cam_of_a_tiny_model_is_what_numpy_computes():
    """Conv, relu, mean over the image, Dense: the gradient of channel k is the Dense weight divided by the number of positions."""
    spec = ModelSpec("tiny cam", (Conv2D(5, 3, activation="relu"), GlobalAveragePool2D(), Dense(2)))
    job = anything(random_job(spec, (7, 6, 1), images=3))
    x, wanted = inputs(job), np.array([1, 0, 1])
    kernel, bias, dense = job.weights["1.kernel"], job.weights["1.bias"], job.weights["3.kernel"]
    windows = np.lib.stride_tricks.sliding_window_view(x[..., 0], (3, 3), axis=(1, 2))  # (n, 5, 4, 3, 3)
    maps = np.maximum(np.einsum("nhwij,ijk->nhwk", windows, kernel[:, :, 0]) + bias, 0)
    expected = np.stack([np.maximum(a @ (dense[:, c] / (5 * 4)), 0) for a, c in zip(maps, wanted, strict=True)])
    for _, values, slopes in both(predict_inside.slopes, job, x, wanted):
        np.testing.assert_allclose(values["1"], maps, atol=FLOAT64)
        mine = np.stack([explain.grad_cam(v, s) for v, s in zip(values["1"], slopes["1"], strict=True)])
        np.testing.assert_allclose(mine, expected, atol=FLOAT64)
    assert expected.max() > 0


def test_a_layer_the_score_does_not_hang_on_has_no_slope():
    """Half of the units are disconnected by a weight of 0."""
    spec = ModelSpec("cut", (Flatten(), Dense(4), Dense(2)))
    job = anything(random_job(spec, (2, 2, 1), images=2))
    job.weights["3.kernel"][:] = 0
    for first, _, inner in both(predict_inside.slopes, job, inputs(job), np.array([0, 1])):
        assert not first.any()
        assert not inner["2"].any()


def test_the_ways_to_ask_agree_but_for_the_mistake(job):
    for found, unchanged in both(predict_inside.ways, job, inputs(job)):
        assert unchanged
        (_, _, _, _, first), (_, _, _, _, second), (code, _, _, _, third) = found
        np.testing.assert_allclose(first, second, atol=1e-6)  # Keras' predict casts inputs to float32
        assert np.abs(first - third).max() > 1e-3  # dropout was on, and the batch was normalised by its own statistics
        assert "train" in code
        assert all(took >= 0 and dtype == "float64" for _, _, dtype, took, _ in found)


# Through the session that pages use.


def request(job, scale="zero-one"):
    plan = job.plan.but(data="digits", dtype="float32", preparation=Preparation(scale=scale))
    return ModelRequest("small", "", job.spec.to_json(), plan.to_json(), (8, 8, 1), 10)


SMALL = ModelSpec("small", (Conv2D(6, 3, activation="relu"), Flatten(), Dense(12, "relu"), Dropout(0.3), Dense(10)))


def asked_in_both(made, weights, function, *args):
    from clsf import FRAMEWORKS
    from tests.frameworks import process

    requests = [replace(made, framework=name) for name in FRAMEWORKS]
    futures = [process(r.framework).begin(predict_inside.asked, r, weights, function, *args) for r in requests]
    return [future.result() for future in futures]


@pytest.fixture(scope="module")
def small():
    found = anything(random_job(SMALL, (8, 8, 1), images=4, dtype="float32"))
    weights = {name: (w / 3).astype(np.float32) for name, w in found.weights.items()}
    return request(found), weights


PICTURE = np.random.default_rng(5).integers(0, 256, (8, 8, 1), dtype=np.uint8)
FLOAT32 = 2e-5


def test_an_evaluation_is_the_same_in_both_and_adds_up(small):
    one, two = asked_in_both(*small, "clsf.predict.evaluating:evaluate")
    for found in (one, two):
        assert found.part == "test"
        assert found.probabilities.shape == (360, 10)
        np.testing.assert_allclose(found.probabilities.sum(axis=1), 1, atol=1e-12)
        right = (found.probabilities.argmax(axis=1) == found.labels).mean()
        assert found.accuracy == pytest.approx(right, abs=1e-12)  # by hand equals `evaluate`
        chosen = found.probabilities[np.arange(360), found.labels]
        assert found.loss == pytest.approx(-np.log(chosen).mean(), rel=1e-5)
        assert found.inputs == (32, 8, 8, 1)
        assert found.ways[1].apart < FLOAT32 < found.ways[2].apart
    np.testing.assert_allclose(one.probabilities, two.probabilities, atol=FLOAT32)
    assert (one.labels == two.labels).all()


def test_a_model_whose_images_are_gone_is_asked_by_the_scale_that_its_run_told(small):
    made, weights = small
    plan = Plan.from_json(made.plan).but(preparation=Preparation(scale="standardise"))
    here = replace(made, token="here", plan=plan.to_json())
    from clsf.data.sources import open_dataset

    prepared = prepare(open_dataset("digits"), plan)
    scale = tuple(prepared.mean.tolist()), tuple(prepared.deviation.tolist())
    gone = replace(here, token="gone", plan=plan.but(data="folder-0123456789abcdef").to_json(), scale=scale)
    expected = (PICTURE - prepared.mean) / prepared.deviation
    for before, after in zip(
        asked_in_both(here, weights, "clsf.predict.session:predict", PICTURE[None]),
        asked_in_both(gone, weights, "clsf.predict.session:predict", PICTURE[None]),
        strict=True,
    ):
        assert (before.probabilities == after.probabilities).all()
        assert after.lowest == pytest.approx(expected.min(), rel=1e-6)
        assert after.highest == pytest.approx(expected.max(), rel=1e-6)


def test_what_is_seen_inside_is_the_same_in_both(small):
    one, two = asked_in_both(*small, "clsf.predict.inspection:inspect_image", PICTURE, 3)
    assert (one.wanted, one.cam_layer, one.cam_size, one.patch) == (3, "1", (6, 6), 2)
    for name in ("saliency", "cam", "occlusion", "kernels", "probabilities"):
        np.testing.assert_allclose(getattr(one, name), getattr(two, name), atol=FLOAT32 * 10, err_msg=name)
    assert [layer.path for layer in one.layers] == ["1", "2", "3", "4", "5"]
    for mine, other in zip(one.layers, two.layers, strict=True):
        np.testing.assert_allclose(mine.values, other.values, atol=FLOAT32 * 10)
        assert mine.shape == other.shape
    first = one.layers[0]
    assert sorted(first.strongest) == list(range(6))
    assert (np.diff(first.means) <= 0).all()
    np.testing.assert_allclose(first.best.mean(axis=(0, 1)), first.means, rtol=1e-5)


def test_neighbours_are_the_same_and_an_image_is_its_own_nearest(small):
    first = asked_in_both(*small, "clsf.predict.evaluating:evaluate")  # makes sure that both are warmed up
    assert len(first) == 2
    from clsf.data.digits import load_digits

    picture = load_digits()[1].pixels[17]
    one, two = asked_in_both(*small, "clsf.predict.inspection:neighbours", picture, 5)
    assert one.layer == two.layer == "4"
    assert one.nearest[0] == two.nearest[0] == 17
    assert one.distances[0] == pytest.approx(0, abs=1e-4)
    np.testing.assert_allclose(one.distances, two.distances, atol=1e-3)
    assert one.looked == 360


def test_the_map_is_the_same_in_both_and_is_scikit_learns(small):
    one, two = asked_in_both(*small, "clsf.predict.inspection:mapped", PICTURE, "pca")
    np.testing.assert_allclose(one.points, two.points, atol=5e-3)
    np.testing.assert_allclose(one.own, two.own, atol=5e-3)
    assert one.points.shape == (360, 2)
    assert 0 < one.explained < 1
    assert np.abs(one.points.mean(axis=0)).max() < 1e-3  # PCA subtracts the mean


def test_a_worker_that_lacks_the_model_says_so_and_keeps_few(small):
    made, weights = small
    for found in both(predict_inside.unknown, ModelRequest("nobody", "torch", made.model, made.plan, made.shape, 10)):
        assert found == [None, None, None]
    from tests.frameworks import process

    requests = [ModelRequest(f"token{n}", "torch", made.model, made.plan, made.shape, 10) for n in range(4)]
    assert process("torch").run(predict_inside.held, requests, weights) == [False, True, True, True]


# Models with other outputs: the loss takes probabilities, or there are two classes and one output.


@pytest.mark.parametrize(
    ("last", "plan", "classes"),
    [
        pytest.param(Dense(10, "softmax"), {"probabilities": True}, 10, id="softmax in the model"),
        pytest.param(Dense(1), {"loss": "binary"}, 2, id="one logit for two classes"),
        pytest.param(Dense(1, "sigmoid"), {"loss": "binary", "probabilities": True}, 2, id="one probability for two classes"),
    ],
)
def test_models_that_end_otherwise_are_asked_and_looked_into(last, plan, classes):
    spec = ModelSpec("ends otherwise", (Conv2D(4, 3, activation="relu"), Flatten(), Dense(6, "tanh"), last))
    job = anything(random_job(spec, (8, 8, 1), images=4, dtype="float32"))
    weights = {name: (w / 3).astype(np.float32) for name, w in job.weights.items()}
    made = ModelRequest(f"{last} {plan}", "", spec.to_json(), job.plan.but(data="digits", **plan).to_json(), (8, 8, 1), classes)
    explained = [asked_in_both(made, weights, "clsf.predict.inspection:inspect_image", PICTURE, wanted) for wanted in (0, 1)]
    for one, two in explained:
        assert one.probabilities.shape == (classes,)
        assert one.probabilities.sum() == pytest.approx(1, abs=1e-5)
        np.testing.assert_allclose(one.probabilities, two.probabilities, atol=FLOAT32)
        for name in ("saliency", "cam", "occlusion"):
            np.testing.assert_allclose(getattr(one, name), getattr(two, name), atol=FLOAT32 * 10, err_msg=name)
    if classes == 2:  # evidence for one class is evidence against the other
        np.testing.assert_allclose(explained[0][0].occlusion, -explained[1][0].occlusion, atol=1e-6)
        np.testing.assert_allclose(explained[0][0].saliency, explained[1][0].saliency, atol=1e-6)
        assert (np.minimum(explained[0][0].cam, explained[1][0].cam) == 0).all()
