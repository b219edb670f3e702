"""Softmax over the wrong axis."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="softmax-over-batch",
    title=say("Softmax over the wrong axis"),
    what=say(
        "softmax(dim=0) normalises over the images of the batch, not over the classes. What an image gets then "
        "depends on the other images."
    ),
    symptom=say("Accuracy is low and depends on the batch size; single images all get the same answer."),
    mend=say("Normalise over the last axis: dim=1 or axis=-1."),
    sources=("torch/nn/functional.py: softmax",),
    level=2,
)
