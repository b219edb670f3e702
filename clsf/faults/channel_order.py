"""Channels at the wrong axis."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="channel-order",
    title=say("Channels at the wrong axis"),
    what=say(
        "Keras expects height, width, channels; PyTorch expects channels, height, width. In the wrong order a "
        "convolution takes rows for channels."
    ),
    symptom=say("An error about the number of channels; if the sizes happen to fit, a model that learns badly."),
    mend=say("Transpose with permute(0, 3, 1, 2), or to channels last for Keras."),
    sources=("pytorch/vision#48",),
    level=1,
)
