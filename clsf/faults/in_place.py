"""An in-place change that breaks the gradient."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="in-place",
    title=say("An in-place change that breaks the gradient"),
    what=say("x += 1 or x[...] = 0 changes a value that the backward pass still needs, or detaches it."),
    symptom=say(
        'RuntimeError: "one of the variables needed for gradient computation has been modified by an inplace operation".'
    ),
    mend=say("Write x = x + 1."),
    sources=("torch/autograd: in-place correctness checks",),
    level=1,
    not_in={"tensorflow": say("TensorFlow's tensors can't be changed in place.")},
)
