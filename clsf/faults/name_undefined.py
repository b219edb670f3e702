"""A name that isn't defined."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="name-undefined",
    title=say("A name that isn't defined"),
    what=say("A variable or module is used that was never assigned or imported, or is spelled otherwise."),
    symptom=say("NameError with the name."),
    mend=say("Define or import it before, or correct the spelling."),
    sources=("docs.python.org: NameError",),
    level=1,
)
