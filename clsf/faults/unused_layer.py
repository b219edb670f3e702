"""A layer that is made but not used."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="unused-layer",
    title=say("A layer that is made but not used"),
    what=say("A layer is made in __init__ or assigned to a name, but never called on the way from input to output."),
    symptom=say("The parameter count is larger than the network that runs; in PyTorch its gradient is None."),
    mend=say("Call it in forward, or delete it."),
    sources=("torch/nn/modules/module.py: Module",),
    level=4,
)
