"""Labels that begin at 1."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="labels-from-one",
    title=say("Labels that begin at 1"),
    what=say("Losses expect classes from 0 to C - 1. Label C has no output, and output 0 has no label."),
    symptom=say(
        "PyTorch stops with an index error. TensorFlow gives a loss of nan on the GPU or an error on the CPU. With "
        "one unit more it trains, and one output is never used."
    ),
    mend=say("Subtract 1 from the labels."),
    sources=(
        "tensorflow/tensorflow#8484",
        "keras-team/keras#11786",
    ),
    level=1,
)
