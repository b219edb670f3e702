"""Axes reshaped where they should be transposed."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="view-for-permute",
    title=say("Axes reshaped where they should be transposed"),
    what=say(
        "view and reshape keep the order in memory, so pixels of several rows and channels are mixed. permute moves axes."
    ),
    symptom=say("It trains, but worse than it should: images look scrambled. Convolutions gain nothing over a dense layer."),
    mend=say("Use permute or transpose to move axes."),
    sources=(
        "jeya-maria-jose/TransWeather#2",
        "pytorch/vision#48",
    ),
    level=3,
)
