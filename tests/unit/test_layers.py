"""What each layer computes of itself (shapes, counts), against numbers worked out by hand."""

import pytest

from clsf.errors import SpecError
from clsf.model.branches import Multiply, Parallel, Residual
from clsf.model.layers import (
    ACTIVATIONS,
    Activation,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
    MaxPool2D,
    SeparableConv2D,
)
from clsf.model.shapes import same_padding, shape_text
from clsf.model.walk import analyse

FACTS = [
    # layer, input, output, learned, multiply-adds
    pytest.param(Conv2D(32), (28, 28, 1), (26, 26, 32), 320, 194_688, id="conv valid trims kernel - 1"),
    pytest.param(Conv2D(32, padding="same"), (28, 28, 1), (28, 28, 32), 320, 225_792, id="conv same keeps the side"),
    pytest.param(Conv2D(16, 5), (14, 14, 6), (10, 10, 16), 2_416, 240_000, id="conv 5x5 of LeNet"),
    pytest.param(Conv2D(8, strides=2), (28, 28, 1), (13, 13, 8), 80, 12_168, id="conv valid stride 2"),
    pytest.param(Conv2D(8, strides=2), (7, 9, 3), (3, 4, 8), 224, 2_592, id="conv valid stride 2 on odd sides"),
    pytest.param(Conv2D(8, strides=2, padding="same"), (7, 9, 3), (4, 5, 8), 224, 4_320, id="conv same stride 2 rounds up"),
    pytest.param(Conv2D(8, strides=3, padding="same"), (7, 9, 3), (3, 3, 8), 224, 1_944, id="conv same stride 3"),
    pytest.param(Conv2D(4, 2, strides=3), (7, 8, 1), (2, 3, 4), 20, 96, id="conv stride beyond its kernel"),
    pytest.param(Conv2D(8, dilation_rate=2), (7, 9, 3), (3, 5, 8), 224, 3_240, id="conv dilation 2 reaches 5"),
    pytest.param(Conv2D(8, dilation_rate=2, padding="same"), (7, 9, 3), (7, 9, 8), 224, 13_608, id="conv same dilation 2"),
    pytest.param(Conv2D(8, 9, padding="same"), (7, 9, 3), (7, 9, 8), 1_952, 122_472, id="conv same takes any kernel"),
    pytest.param(Conv2D(8, 1, use_bias=False), (7, 9, 3), (7, 9, 8), 24, 1_512, id="conv 1x1 without bias"),
    pytest.param(Conv2D(1, 3), (3, 3, 1), (1, 1, 1), 10, 9, id="conv that just fits"),
    pytest.param(Conv2D(8, (3, 1), (1, 2)), (7, 9, 3), (5, 5, 8), 80, 1_800, id="conv 3x1, strides 1x2"),
    pytest.param(MaxPool2D((2, 1)), (7, 9, 3), (3, 9, 3), 0, 0, id="max pool of rows alone"),
    pytest.param(DepthwiseConv2D(), (28, 28, 8), (26, 26, 8), 80, 48_672, id="depthwise"),
    pytest.param(DepthwiseConv2D(depth_multiplier=3), (7, 9, 2), (5, 7, 6), 60, 1_890, id="depthwise multiplier 3"),
    pytest.param(DepthwiseConv2D(strides=2, padding="same"), (7, 9, 2), (4, 5, 2), 20, 360, id="depthwise same stride 2"),
    pytest.param(DepthwiseConv2D(2, dilation_rate=3, use_bias=False), (7, 9, 2), (4, 6, 2), 8, 192, id="depthwise dilation 3"),
    pytest.param(SeparableConv2D(16), (28, 28, 8), (26, 26, 16), 72 + 128 + 16, 48_672 + 86_528, id="separable"),
    pytest.param(
        SeparableConv2D(4, (3, 1), 2, "same", 2),
        (7, 9, 2),
        (4, 5, 4),
        12 + 16 + 4,
        240 + 320,
        id="separable, two kernels a channel",
    ),
    pytest.param(MaxPool2D(2), (28, 28, 32), (14, 14, 32), 0, 0, id="max pool halves"),
    pytest.param(MaxPool2D(2), (7, 9, 3), (3, 4, 3), 0, 0, id="max pool drops an odd cell"),
    pytest.param(MaxPool2D(2, padding="same"), (7, 9, 3), (4, 5, 3), 0, 0, id="max pool same keeps an odd cell"),
    pytest.param(MaxPool2D(3, strides=1), (7, 9, 3), (5, 7, 3), 0, 0, id="max pool overlapping"),
    pytest.param(MaxPool2D(3, strides=1, padding="same"), (7, 9, 3), (7, 9, 3), 0, 0, id="max pool same stride 1"),
    pytest.param(AveragePool2D(2), (28, 28, 6), (14, 14, 6), 0, 0, id="average pool halves"),
    pytest.param(AveragePool2D(3, strides=2, padding="same"), (7, 9, 3), (4, 5, 3), 0, 0, id="average pool same stride 2"),
    pytest.param(GlobalAveragePool2D(), (7, 9, 64), (64,), 0, 0, id="global average pool"),
    pytest.param(Flatten(), (7, 7, 64), (3136,), 0, 0, id="flatten"),
    pytest.param(Flatten(), (12,), (12,), 0, 0, id="flatten of a flat vector"),
    pytest.param(Dense(128), (784,), (128,), 100_480, 100_352, id="dense of the lecture: 100,480"),
    pytest.param(Dense(10, use_bias=False), (784,), (10,), 7_840, 7_840, id="dense without bias"),
    pytest.param(Dropout(0.2), (7, 9, 3), (7, 9, 3), 0, 0, id="dropout"),
    pytest.param(BatchNorm(), (7, 9, 16), (7, 9, 16), 32, 0, id="batch norm"),
    pytest.param(BatchNorm(), (100,), (100,), 200, 0, id="batch norm of a flat vector"),
    pytest.param(Activation("gelu"), (7, 9, 3), (7, 9, 3), 0, 0, id="activation"),
]


@pytest.mark.parametrize(("layer", "image", "out", "learned", "multiply_adds"), FACTS)
def test_shape_parameters_and_cost(layer, image, out, learned, multiply_adds):
    assert layer.out_shape(image) == out
    assert sum(w.size for w in layer.weights(image) if w.trainable) == learned
    assert layer.multiply_adds(image) == multiply_adds


def test_batch_norm_keeps_moving_statistics_that_are_not_learned():
    facts = analyse((BatchNorm(),), (7, 9, 16)).layers[0]
    assert (facts.trainable, facts.non_trainable) == (32, 32)
    assert [w.name for w in facts.weights] == ["gamma", "beta", "moving_mean", "moving_variance"]


@pytest.mark.parametrize(
    ("layer", "image", "shapes"),
    [
        pytest.param(Conv2D(8, 5), (9, 9, 3), [(5, 5, 3, 8), (8,)], id="conv: kernel height, width, in, out"),
        pytest.param(DepthwiseConv2D(5, depth_multiplier=2), (9, 9, 3), [(5, 5, 3, 2), (6,)], id="depthwise: in, multiplier"),
        pytest.param(Dense(8), (27,), [(27, 8), (8,)], id="dense: in, out"),
        pytest.param(Dense(8, use_bias=False), (27,), [(27, 8)], id="no bias"),
    ],
)
def test_weights_lie_in_the_agreed_layout(layer, image, shapes):
    assert [w.shape for w in layer.weights(image)] == shapes


@pytest.mark.parametrize(
    ("layer", "image", "fans"),
    [
        pytest.param(Conv2D(8), (9, 9, 3), (27, 72), id="conv"),
        pytest.param(Dense(8), (27,), (27, 8), id="dense"),
        pytest.param(DepthwiseConv2D(depth_multiplier=2), (9, 9, 3), (9, 18), id="depthwise: each kernel sees one channel"),
    ],
)
def test_fans_are_what_the_start_schemes_divide_by(layer, image, fans):
    for weight in layer.weights(image):
        assert (weight.fan_in, weight.fan_out) == fans


# Receptive fields, as in Araujo et al. 2019: r = r + (k - 1) * jump, jump = jump * stride.


@pytest.mark.parametrize(
    ("layers", "side", "fields"),
    [
        pytest.param((Conv2D(1), Conv2D(1), Conv2D(1)), 28, [3, 5, 7], id="three 3x3 see 7"),
        pytest.param((Conv2D(1), MaxPool2D(2), Conv2D(1), MaxPool2D(2)), 28, [3, 4, 8, 10], id="pooling doubles the jump"),
        pytest.param((Conv2D(1, strides=2), Conv2D(1, strides=2), Conv2D(1)), 28, [3, 7, 15], id="strides multiply"),
        pytest.param((Conv2D(1, dilation_rate=3), Conv2D(1)), 28, [7, 9], id="dilation widens"),
        pytest.param((Conv2D(1, (3, 1)), Conv2D(1, (1, 3)), MaxPool2D((2, 1))), 28, [(3, 1), 3, (4, 3)], id="not square"),
        pytest.param((MaxPool2D(3, strides=1), MaxPool2D(2), AveragePool2D(2)), 28, [3, 4, 6], id="pools"),
        pytest.param(
            (DepthwiseConv2D(5), Conv2D(1, 1), Dropout(), BatchNorm(), Activation()), 28, [5] * 5, id="pointwise adds none"
        ),
        pytest.param((Conv2D(1, 5, padding="same"),) * 4, 8, [5, 8, 8, 8], id="never beyond the image"),
        pytest.param((Conv2D(1), GlobalAveragePool2D(), Dense(2)), 28, [3, 28, 28], id="global pooling sees everything"),
        pytest.param((Conv2D(1), Flatten(), Dense(2)), 28, [3, 3, 28], id="dense sees everything, flatten only lays out"),
    ],
)
def test_receptive_field(layers, side, fields):
    assert [facts.receptive_field for facts in analyse(layers, (side, side, 1)).layers] == fields


def test_the_widest_branch_decides_the_receptive_field():
    inception = Parallel(
        ((Conv2D(1, 1),), (Conv2D(1, 5, padding="same"),), (Conv2D(1, padding="same"), Conv2D(1, padding="same")))
    )
    residual = Residual((Conv2D(3, padding="same"), Conv2D(3, padding="same")))
    facts = {f.path: f.receptive_field for f in analyse((inception, residual), (28, 28, 1)).layers}
    assert facts == {
        "1.branch1.1": 1, "1.branch2.1": 5, "1.branch3.1": 3, "1.branch3.2": 5, "1": 5, "2.body.1": 7, "2.body.2": 9, "2": 9,
    }  # fmt: skip


# Branches.


@pytest.mark.parametrize(
    ("gate", "image", "out"),
    [
        pytest.param((GlobalAveragePool2D(), Dense(3, "sigmoid")), (7, 9, 3), (7, 9, 3), id="one number per channel"),
        pytest.param((MaxPool2D(9, padding="same"),), (7, 9, 3), (7, 9, 3), id="an image of one pixel"),
        pytest.param((Conv2D(3, 1),), (7, 9, 3), (7, 9, 3), id="an image of the same shape"),
        pytest.param((), (7, 9, 3), (7, 9, 3), id="itself"),
        pytest.param((Dense(5),), (5,), (5,), id="flat vectors"),
        pytest.param((GlobalAveragePool2D(), Dense(4)), (7, 9, 3), None, id="another number of channels"),
        pytest.param((Conv2D(1, 1),), (7, 9, 3), None, id="one channel for all"),
        pytest.param((MaxPool2D(2),), (7, 9, 3), None, id="a smaller image"),
    ],
)
def test_what_multiply_takes(gate, image, out):
    layer = Multiply(gate)
    if out is None:
        with pytest.raises(SpecError, match="only equal shapes or one number per channel can be multiplied"):
            layer.out_shape(image)
    else:
        assert layer.out_shape(image) == out


def test_residual_adds_and_parallel_concatenates():
    residual = Residual((Conv2D(8, strides=2, padding="same"),), shortcut=(Conv2D(8, 1, strides=2, padding="same"),))
    parallel = Parallel(((Conv2D(2, 1),), (Conv2D(3, 3, padding="same"),), ()))
    analysis = analyse((residual, parallel), (7, 9, 4))
    assert [f.path for f in analysis.layers] == ["1.body.1", "1.shortcut.1", "1", "2.branch1.1", "2.branch2.1", "2"]
    assert analysis.layers[2].out_shape == (4, 5, 8)
    assert analysis.output_shape == (4, 5, 13)
    assert analysis.trainable == (9 * 4 + 1) * 8 + (4 + 1) * 8 + (8 + 1) * 2 + (9 * 8 + 1) * 3
    assert [f.depth for f in analysis.layers] == [1, 1, 0, 1, 1, 0]


def test_weights_are_named_by_their_place():
    layers = (Conv2D(2, 1), Residual((BatchNorm(), Residual((Conv2D(2, 1, use_bias=False),)))), Flatten(), Dense(3))
    assert list(analyse(layers, (2, 2, 1)).named_weights()) == [
        "1.kernel", "1.bias", "2.body.1.gamma", "2.body.1.beta", "2.body.1.moving_mean", "2.body.1.moving_variance",
        "2.body.2.body.1.kernel", "4.kernel", "4.bias",
    ]  # fmt: skip


# Padding "same".


@pytest.mark.parametrize(
    ("side", "window", "stride", "before_after"),
    [
        pytest.param(28, 3, 1, (1, 1), id="3 at stride 1"),
        pytest.param(28, 5, 1, (2, 2), id="5 at stride 1"),
        pytest.param(28, 4, 1, (1, 2), id="an even window pads more after"),
        pytest.param(28, 3, 2, (0, 1), id="stride 2 on an even side pads after only"),
        pytest.param(7, 3, 2, (1, 1), id="stride 2 on an odd side"),
        pytest.param(28, 1, 2, (0, 0), id="a stride beyond the window pads nothing"),
        pytest.param(7, 2, 3, (0, 1), id="stride 3"),
    ],
)
def test_same_padding_is_tensorflows(side, window, stride, before_after):
    assert same_padding(side, window, stride) == before_after


# Messages for mistakes.


@pytest.mark.parametrize(
    ("layers", "image", "sentence"),
    [
        pytest.param(
            (Conv2D(6, 5, padding="same"), AveragePool2D(2), Conv2D(16, 5), MaxPool2D(2), Conv2D(8, 5)),
            (24, 24, 1),
            "Layer 5, Conv2D: a 5×5 kernel does not fit the 4×4 image it receives; use a kernel of at most 4, or padding 'same'",
            id="a kernel that does not fit",
        ),
        pytest.param(
            (Conv2D(6, 2, dilation_rate=4),),
            (3, 9, 1),
            "Layer 1, Conv2D: a 5×5 kernel does not fit the 3×9 image it receives; use a kernel of at most 3, or padding 'same'",
            id="dilation counts",
        ),
        pytest.param(
            (DepthwiseConv2D(4),),
            (9, 3, 1),
            "Layer 1, DepthwiseConv2D: a 4×4 kernel does not fit the 9×3 image it receives; "
            "use a kernel of at most 3, or padding 'same'",
            id="a depthwise kernel",
        ),
        pytest.param(
            (MaxPool2D(2), AveragePool2D(2)),
            (2, 5, 1),
            "Layer 2, AveragePool2D: a 2×2 window does not fit the 1×2 image it receives; "
            "use a window of at most 1, or padding 'same'",
            id="a window that does not fit",
        ),
        pytest.param(
            (Dense(3),),
            (6, 7, 1),
            "Layer 1, Dense: it needs a flat vector, but receives a 6×7×1 image; "
            "put a flatten or global pooling layer before it",
            id="dense on an image",
        ),
        pytest.param(
            (Flatten(), Conv2D(3)),
            (6, 6, 1),
            "Layer 2, Conv2D: it needs an image (height × width × channels), but receives a flat vector of 36 numbers; "
            "put it before the image becomes a vector",
            id="conv on a flat vector",
        ),
        pytest.param(
            (Conv2D(3, 1), Residual((Conv2D(4),))),
            (6, 6, 1),
            "Layer 2, Residual: its layers make 4×4×4 of the 6×6×3 input, but its shortcut makes 6×6×3, and only equal shapes "
            "can be added; give the shortcut a convolution with kernel_size 1 that ends in 4×4×4, or use padding 'same'",
            id="a residual of unequal shapes",
        ),
        pytest.param(
            (Parallel(((Conv2D(1),), (Conv2D(4, 1),))),),
            (6, 6, 1),
            "Layer 1, Parallel: its branches end in images of different size (4×4×1, 6×6×4), and only equal heights and widths "
            "can be put side by side; use padding 'same' and the same strides in every branch",
            id="branches of unequal size",
        ),
        pytest.param(
            (Conv2D(3, 1), Parallel(((), (Conv2D(2, 1), Residual((), shortcut=(Activation(), Conv2D(4, 9))))))),
            (6, 6, 1),
            "Layer 2, Parallel: in branch2, layer 2, Residual: in shortcut, layer 2, Conv2D: a 9×9 kernel does not fit the 6×6 "
            "image it receives; use a kernel of at most 6, or padding 'same'",
            id="the place inside branches of branches",
        ),
        pytest.param(
            (Conv2D(65_536, 1),),
            (256, 256, 3),
            "Layer 1, Conv2D: on a 256×256×3 input it would need 4,294,967,296 numbers in one array; "
            "at most 50,000,000 are allowed, so make it narrower or put a pooling layer before it",
            id="an output beyond memory",
        ),
        pytest.param(
            (Flatten(), Dense(10_000)),
            (128, 128, 1),
            "Layer 2, Dense: on a 16384 input it would need 163,840,000 numbers in one array; "
            "at most 50,000,000 are allowed, so make it narrower or put a pooling layer before it",
            id="weights beyond memory",
        ),
        pytest.param(
            (Residual((Conv2D(65_536, 1), Conv2D(3, 1))),),
            (256, 256, 3),
            "Layer 1.body.1, Conv2D: on a 256×256×3 input it would need 4,294,967,296 numbers in one array; "
            "at most 50,000,000 are allowed, so make it narrower or put a pooling layer before it",
            id="memory inside a branch",
        ),
    ],
)
def test_a_mistake_names_the_layer_and_says_what_would_do(layers, image, sentence):
    with pytest.raises(SpecError) as raised:
        analyse(layers, image)
    assert str(raised.value) == sentence


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        pytest.param(lambda: Conv2D(0), "filters is 0, but must be a whole number from 1 to 65536.", id="no filters"),
        pytest.param(lambda: Conv2D(True), "filters is true, but must be a whole number from 1 to 65536.", id="bool"),
        pytest.param(lambda: Conv2D("8"), "filters is '8', but must be a whole number from 1 to 65536.", id="text"),
        pytest.param(lambda: Conv2D(8, 3.0), "kernel_size is 3.0, but must be a whole number from 1 to 64.", id="float"),
        pytest.param(
            lambda: Conv2D(8, (3, 65)), "kernel_size is 65, but must be a whole number from 1 to 64.", id="one of a pair"
        ),
        pytest.param(
            lambda: Conv2D(8, (3, 3, 3)),
            "kernel_size is (3, 3, 3), but must be a whole number, or two of them: height and width.",
            id="three",
        ),
        pytest.param(lambda: Conv2D(8, 65), "kernel_size is 65, but must be a whole number from 1 to 64.", id="too wide"),
        pytest.param(lambda: Conv2D(8, strides=0), "strides is 0, but must be a whole number from 1 to 64.", id="stride 0"),
        pytest.param(
            lambda: Conv2D(8, strides=None), "strides is null, but must be a whole number from 1 to 64.", id="no stride"
        ),
        pytest.param(lambda: Conv2D(8, padding="full"), "padding is 'full', but must be one of 'valid', 'same'.", id="padding"),
        pytest.param(lambda: Conv2D(8, use_bias=1), "use_bias is 1, but must be one of true, false.", id="1 is not true"),
        pytest.param(
            lambda: Conv2D(8, strides=2, dilation_rate=2),
            "strides is 2 and dilation_rate is 2, but Keras refuses both above 1 together; set one of them to 1.",
            id="strides and dilation",
        ),
        pytest.param(
            lambda: DepthwiseConv2D(depth_multiplier=0),
            "depth_multiplier is 0, but must be a whole number from 1 to 64.",
            id="multiplier 0",
        ),
        pytest.param(lambda: MaxPool2D(0), "pool_size is 0, but must be a whole number from 1 to 64.", id="pool 0"),
        pytest.param(
            lambda: AveragePool2D(strides=-1), "strides is -1, but must be a whole number from 1 to 64.", id="stride -1"
        ),
        pytest.param(lambda: Dense(-3), "units is -3, but must be a whole number from 1 to 65536.", id="negative units"),
        pytest.param(
            lambda: Dense(3, "Relu"),
            f"Unknown activation 'Relu'. Did you mean 'relu'? Known: {', '.join(ACTIVATIONS)}.",
            id="activation nearly right",
        ),
        pytest.param(
            lambda: Activation("step"), f"Unknown activation 'step'. Known: {', '.join(ACTIVATIONS)}.", id="activation unknown"
        ),
        pytest.param(
            lambda: Dropout(1),
            "rate is 1, but must be at least 0 and below 1: the share of values set to 0 while training.",
            id="everything dropped",
        ),
        pytest.param(
            lambda: Dropout(float("nan")),
            "rate is nan, but must be at least 0 and below 1: the share of values set to 0 while training.",
            id="nan",
        ),
        pytest.param(
            lambda: BatchNorm(momentum=1.0),
            "momentum is 1.0, but must be at least 0 and below 1: the share of the old moving mean that is kept.",
            id="momentum 1",
        ),
        pytest.param(lambda: BatchNorm(epsilon=0), "epsilon is 0, but must be a number above 0 and at most 1.", id="epsilon 0"),
        pytest.param(
            lambda: BatchNorm(epsilon=10**400),
            f"epsilon is 1{'0' * 56}…, but must be a number above 0 and at most 1.",
            id="a whole number that no float can hold",
        ),
        pytest.param(lambda: Parallel(((),)), "it has 1 branch, but needs at least 2; add a branch.", id="one branch"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(build, sentence):
    with pytest.raises(SpecError) as raised:
        build()
    assert str(raised.value) == sentence


@pytest.mark.parametrize(("shape", "text"), [((28, 28, 1), "28×28×1"), ((10,), "10")])
def test_a_shape_is_written_with_crosses(shape, text):
    assert shape_text(shape) == text
