"""A call that the library doesn't take."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="api-misuse",
    title=say("A call that the library doesn't take"),
    what=say("Wrong names, arguments of another version, or methods of the other framework."),
    symptom=say("An AttributeError or TypeError that names the call."),
    mend=say("Look the call up for the version you have."),
    sources=("Islam et al. 2019, arXiv:1906.01388",),
    level=1,
)
