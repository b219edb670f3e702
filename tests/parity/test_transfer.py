"""Pretrained weights, frozen layers and a learning rate for the backbone: both frameworks agree."""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import numpy as np
import pytest

from clsf.errors import DataError
from clsf.model.branches import Block, Residual
from clsf.model.layers import Activation, BatchNorm, Conv2D, Dense, DepthwiseConv2D, Dropout, GlobalAveragePool2D
from clsf.model.spec import ModelSpec
from clsf.plan import Schedule
from tests import frameworks, transfer_inside
from tests.parity.in_lockstep import compared, digits

pytestmark = pytest.mark.slow

RELU6 = Activation("relu6")
SPEC = ModelSpec(
    "small",
    (
        Conv2D(4, 3, padding="same", use_bias=False), BatchNorm(), RELU6,
        Block((Conv2D(8, 1, use_bias=False), BatchNorm(), RELU6)),
        Residual((DepthwiseConv2D(3, padding="same", use_bias=False), BatchNorm(), RELU6, Conv2D(8, 1))),
        GlobalAveragePool2D(), Dropout(0.2), Dense(10),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"train_layers": "head"},
        {"train_layers": "last:1", "schedule": Schedule("cosine"), "backbone_rate": 1e-3},
        {"train_layers": "last:2", "freeze_norms": True},
        {"freeze_norms": True, "backbone_rate": 1e-3, "weight_decay": 0.01},
        {"backbone_rate": 1e-4, "average": 0.9, "accumulate": 2},
    ],
    ids=["head", "last block", "last two, norms still", "all, norms still", "all, slow backbone"],
)
@pytest.mark.parametrize("optimizer", ["momentum", "adam"])
def test_what_is_frozen_and_what_trains_is_the_same(optimizer, changes):
    done = compared(SPEC, digits(optimizer, **changes), steps=40)
    assert done.result.first_parting is None
    assert done.result.max_weight_difference <= 1e-10
    assert done.result.max_gradient_difference <= 1e-10


@pytest.mark.parametrize("changes", [{"train_layers": "head"}, {"train_layers": "last:1"}], ids=["head", "last block"])
def test_training_on_kept_features_is_the_same_training(changes):
    plan = digits("adam", **changes)
    for whole, kept in zip(
        *(frameworks.both(transfer_inside.trained, SPEC.to_json(), plan.to_json(), kept, 10) for kept in (False, True)),
        strict=True,
    ):
        assert max(abs(a - b) for a, b in zip(whole[1], kept[1], strict=True)) <= 1e-12
        assert np.allclose(whole[2], kept[2], rtol=1e-12)
        assert all(np.allclose(whole[0][name], kept[0][name], rtol=0, atol=1e-10) for name in whole[0])
    again = frameworks.both(transfer_inside.trained, SPEC.to_json(), plan.to_json(), True, 1)
    assert [computed for *_, computed in again] == [0, 0]  # every image was computed before


def test_frozen_weights_stay_and_the_others_move():
    before = frameworks.both(
        transfer_inside.trained, SPEC.to_json(), digits(train_layers="last:1", learning_rate=1e-9).to_json(), False, 1
    )
    after = frameworks.both(transfer_inside.trained, SPEC.to_json(), digits(train_layers="last:1").to_json(), False, 10)
    for (old, *_), (new, *_) in zip(before, after, strict=True):
        moved = {name.split(".")[0] for name in new if np.abs(new[name] - old[name]).max() > 1e-6}
        assert moved == {"5", "8"}


def test_pretrained_weights_say_the_same_in_both_frameworks():
    """With scikit-learn's photographs and generated pictures; float64 on small ones, where it is fast enough."""
    one, two = frameworks.both(transfer_inside.imagenet_logits, "efficientnet-lite0", "float32", 224)
    assert np.abs(one - two).max() <= 1e-4
    names = frameworks.process("torch").run(transfer_inside.imagenet_names)
    assert [names[at] for at in one[:2].argmax(axis=1)] == ["palace", "daisy"]
    for side in (64, 96):
        one, two = frameworks.both(transfer_inside.imagenet_logits, "efficientnet-lite0", "float64", side)
        assert np.abs(one - two).max() <= 1e-9


def test_weights_that_are_fetched_are_read_as_torchvision_means_them(tmp_path):
    """Real fetching and reading, on a generated file of the same form."""
    torch = frameworks.process("torch")
    (tmp_path / "pretrained").mkdir()
    sha256 = torch.run(transfer_inside.stand_in, str(tmp_path / "pretrained"))
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        mirror = f"http://127.0.0.1:{server.server_port}"
        with pytest.raises(DataError, match="its checksum is"):
            torch.run(transfer_inside.fetched_and_read, mirror, str(tmp_path), "f37072fd")
        weights, wanted = torch.run(transfer_inside.fetched_and_read, mirror, str(tmp_path), sha256[:8])
        server.shutdown()
    for said in frameworks.both(transfer_inside.logits_with, weights, "resnet-18", 96):
        assert np.abs(said - wanted).max() <= 1e-9 * np.abs(wanted).max()


def test_grad_cam_of_a_pretrained_network_is_the_same_and_not_empty():
    """Its last convolution is followed by batch normalisation and ReLU6: the map is of the output after both."""
    one, two = frameworks.both(transfer_inside.looked, 96)
    assert one[0] == two[0]
    np.testing.assert_allclose(one[2], two[2], atol=1e-4)
    assert one[1].max() > 0
    np.testing.assert_allclose(one[1], two[1], atol=1e-3 * one[1].max())
