"""Notes on why a layer's call in one framework is not simply a translation of the other's."""

from __future__ import annotations

from clsf.model.shapes import Shape, shape_text
from clsf.words import Sentence, say


def keras_leaky(slope: str) -> Sentence:
    return say(
        "A separate layer, because the slope has to be given: {slope} here and in PyTorch, but 0.2 for Keras' string "
        "\"leaky_relu\" and 0.3 for its layer.",
        slope=slope,
    )  # fmt: skip


def keras_flatten() -> Sentence:
    return say("Row by row, column by column, channel by channel, because Keras keeps the channels last.")


def keras_pool_same() -> Sentence:
    return say("Padding never wins a maximum and is left out of a mean; an odd row or column goes to the bottom and the right.")


def in_channels(channels: int) -> Sentence:
    return say(
        "PyTorch wants the number of incoming channels, {channels}; Keras takes it from its input. Images are channels first.",
        channels=channels,
    )  # fmt: skip


def in_features(features: int, image: Shape | None) -> Sentence:
    if image is None:
        return say(
            "PyTorch wants the number of incoming features, {features}; Keras takes it from its input.", features=features
        )
    return say(
        "PyTorch wants the number of incoming features: {image} = {features}. It changes whenever a layer or the image size "
        "before it does; Keras takes it from its input.",
        image=shape_text(image), features=features,
    )  # fmt: skip


def depthwise(channels: int) -> Sentence:
    return say(
        "PyTorch has no layer of its own for this: a convolution in as many groups as there are channels, {channels}.",
        channels=channels,
    )  # fmt: skip


def keras_shuffle() -> Sentence:
    return say("Keras has no layer for it: the channels as a table of groups, turned over, and laid out again.")


def channels_first_axes() -> Sentence:
    return say("The axes are counted with the batch, and the channels come before height and width in PyTorch.")


def keras_numbers() -> Sentence:
    return say("In Keras' order, row by row and channels last: PyTorch's own `reshape` would go channel by channel.")


def separable() -> Sentence:
    return say("PyTorch has no layer for both steps: first each channel by itself, then a 1×1 convolution that mixes them.")


def symmetric_padding() -> Sentence:
    return say(
        'What Keras calls "same", as a number: PyTorch refuses the word together with strides. Here it is equal on both sides, '
        "for this image size."
    )


def uneven_padding(pads: tuple[int, int, int, int]) -> Sentence:
    left, right, top, bottom = pads
    return say(
        "Keras' \"same\" pads unevenly here: {left} left, {right} right, {top} above, {bottom} below. PyTorch's number for padding is the same on both sides, "
        "and it refuses \"same\" with strides, so the padding is a separate step.",
        left=left, right=right, top=top, bottom=bottom,
    )  # fmt: skip


def even_kernel(pads: tuple[int, int, int, int]) -> Sentence:
    left, right, top, bottom = pads
    return say(
        "An even kernel has no middle: {left} left, {right} right, {top} above, {bottom} below, as Keras does it. padding=\"same\" "
        "would do the same, with a warning.",
        left=left, right=right, top=top, bottom=bottom,
    )  # fmt: skip


def ceil_mode() -> Sentence:
    return say(
        'Keras\' "same" lets the last window stick out to the right and the bottom; PyTorch calls that `ceil_mode`. What lies '
        "outside never wins a maximum and is left out of a mean."
    )


def average_without_padding() -> Sentence:
    return say("Without `count_include_pad=False`, PyTorch counts the zeros outside the image into the mean; Keras does not.")


def cropped() -> Sentence:
    return say(
        'An even window with padding "same": pooling in PyTorch pads both sides equally and makes one row and column too many; taking the '
        "first away leaves Keras' windows."
    )


def torch_flatten(image: Shape) -> Sentence:
    return say(
        "Channel by channel here, row by row in Keras: the same {image} numbers in another order. Learning is not affected, but weights "
        "carried over must have the inputs of the next layer reordered.",
        image=shape_text(image),
    )  # fmt: skip


def functional_dropout(function: str) -> Sentence:
    return say(
        "`training=self.training` is what `model.train()` and `model.eval()` switch. F.{function}(x) alone drops half, always, at "
        "evaluation too.",
        function=function,
    )  # fmt: skip


def torch_norm() -> Sentence:
    return say(
        "The other way round: Keras' momentum is the share of the old that is kept, PyTorch's is the share of the new. By default "
        "the two forget at different speeds, and epsilon is 0.001 against 0.00001. PyTorch also keeps the unbiased variance."
    )


def torch_activation() -> Sentence:
    return say("An activation is a separate step in PyTorch; its layers have no argument for it.")


def torch_softmax() -> Sentence:
    return say("Over axis 1: that is where PyTorch has its channels, behind the batch. In Keras they are last.")


def global_average() -> Sentence:
    return say("The mean over height and width, which leaves one number per channel; Keras has a layer for both steps.")


def global_max() -> Sentence:
    return say("The maximum over height and width, which leaves one number per channel; Keras has a layer for both steps.")


def order_of_sides() -> Sentence:
    return say("Left, right, top, bottom in PyTorch; top and bottom, then left and right in Keras.")


def torch_epsilon() -> Sentence:
    return say("Given, because the defaults differ: 0.001 in Keras, 0.00001 in PyTorch.")


def layer_norm_2d() -> Sentence:
    return say(
        "nn.LayerNorm normalises the last axes, which are height and width in PyTorch: the channels are moved to the end for it, "
        "as ConvNeXt does."
    )


def layer_norm_image(shape: Shape) -> Sentence:
    return say(
        "PyTorch wants the shape of what is normalised: {image}, channels first. It has a scale and a shift for each of these "
        "numbers, and so fits no other image size.",
        image=shape_text((shape[2], *shape[:2])),
    )  # fmt: skip


def keras_response() -> Sentence:
    return say("Keras has no layer for it; TensorFlow has the function, which is made a layer here.")


def torch_response(radius: int) -> Sentence:
    return say(
        "alpha is multiplied by the window of {size}: PyTorch takes the mean of the squares, TensorFlow (and AlexNet) their sum.",
        size=2 * radius + 1,
    )  # fmt: skip


def torch_slopes() -> Sentence:
    return say("PyTorch begins with a slope of 0.25, Keras with 0, unless it is given.")


def keras_slopes() -> Sentence:
    return say("Without `shared_axes`, Keras learns a slope for each value of the image; PyTorch one for all.")


def torch_each_slope() -> Sentence:
    return say("PyTorch's layer has one slope, or one per channel; a slope for each value of the image needs its own class.")
