"""The presets' parameter counts, worked out by hand, and that each is what its name says."""

import pytest

from clsf.errors import SpecError
from clsf.model.presets import NAMES, preset

CIFAR, MNIST = (32, 32, 3), (28, 28, 1)


PARAMETERS = {
    # input, learned, kept but not learned
    "lecture-cnn": (CIFAR, 430_102, 0),
    "lenet-5": (MNIST, 61_706, 0),
    "lenet-5-relu": (MNIST, 61_706, 0),
    "two-block-cnn": (MNIST, 1_676_266, 0),
    "two-block-dropout": (MNIST, 1_676_266, 0),
    "mlp": (MNIST, 101_770, 0),
    "tiny": (MNIST, 80 + 15_690, 0),
    # stem 432 + 32; identity block 2 * (2304 + 32); strided block 4608 + 64 + 9216 + 64, shortcut 512 + 64; dense 330
    "residual": (CIFAR, 19_994, 2 * (3 * 16 + 3 * 32)),
    # stem 448; branches 272, 204 + 2616, 68 + 808, 136; dense (16 + 24 + 8 + 8 + 1) * 10
    "inception-like": (CIFAR, 5_122, 0),
    # 2432; two groups of 16 channels 25,664; 36,928; dense 128 * (4 * 4 * 64 + 1) and 1290
    "alexnet-like": (CIFAR, 197_514, 0),
    # patches 416 + 64; a block 1600 + 64 + 4224 + 4128, twice; norm 64; dense 330
    "convnext-like": (CIFAR, 20_906, 0),
    # stem 144 + 32; block 2 * (2304 + 32), squeeze 16 * 4 + 4, excitation 4 * 16 + 16; convolution 2900; dense 210
    "squeeze-and-excitation": (MNIST, 8_106, 2 * 3 * 16),
    # stem 144 + 32; 16 * 9 + 16 * 32 + 64; block 2 * (32 * 9 + 32 * 32 + 64); 32 * 9 + 32 * 64 + 64; dense 650
    "separable": (MNIST, 6_698, 2 * (16 + 3 * 32)),
    # stem 144 + 32; block 16 * 4, 16 * 9, 16 * 4, three times 32; grouped 9 * 4 * 32 + 32; dense 330
    "shuffle": (MNIST, 2_058, 2 * 4 * 16),
    # patches 64 * 32 + 32 and 33 * 32; twice: tokens 64 + 17 * 32 + 33 * 16, channels 64 + 33 * 64 + 65 * 32; last 64; dense 330
    "mixer": (MNIST, 14_314, 0),
    # published with 1000 classes: 4,652,008 and twice 21,008 channels; the head of ten is 1281 * 990 smaller
    "efficientnet-lite0": (CIFAR, 3_383_818, 42_016),
    # torchvision's resnet18(num_classes=10)
    "resnet-18": (CIFAR, 11_181_642, 9_600),
}


@pytest.mark.parametrize("name", NAMES)
def test_parameters(name):
    image, trainable, kept = PARAMETERS[name]
    analysis = preset(name).check(image, classes=10)
    assert (analysis.trainable, analysis.non_trainable) == (trainable, kept)
    assert analysis.parameters == trainable + kept


def test_the_lecture_cnn_layer_by_layer():
    analysis = preset("lecture-cnn").analyse(CIFAR)
    assert [f.trainable for f in analysis.layers] == [896, 0, 18_496, 0, 0, 409_700, 0, 1_010]
    assert [f.out_shape for f in analysis.layers] == [
        (32, 32, 32), (16, 16, 32), (16, 16, 64), (8, 8, 64), (4096,), (100,), (100,), (10,),
    ]  # fmt: skip
    assert [f.multiply_adds for f in analysis.layers] == [884_736, 0, 4_718_592, 0, 0, 409_600, 0, 1_000]
    assert analysis.multiply_adds == 6_013_928
    assert [f.receptive_field for f in analysis.layers] == [3, 4, 8, 10, 10, 32, 32, 32]


def test_lenet_5_layer_by_layer():
    analysis = preset("lenet-5").analyse(MNIST)
    assert [f.trainable for f in analysis.layers] == [156, 0, 2_416, 0, 0, 48_120, 10_164, 850]


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_is_called_by_its_name_and_ends_in_the_classes(name):
    spec = preset(name, classes=7)
    assert spec.name == name
    assert spec.check(MNIST, classes=7).output_shape == (7,)


def test_an_unknown_preset_is_named_with_the_known_ones():
    with pytest.raises(
        SpecError, match=r"Unknown model 'lecture-cn'. Did you mean 'lecture-cnn'\? Known: lecture-cnn, lenet-5"
    ):
        preset("lecture-cn")
