"""Not valid Python."""

from clsf.faults.fault import Fault
from clsf.words import say

FAULT = Fault(
    kind="syntax",
    title=say("Not valid Python"),
    what=say("A bracket, colon, comma or quotation mark is missing, or the indentation is wrong."),
    symptom=say("A SyntaxError with a line; the mistake is there or just before."),
    mend=say("Look at that line and the one before."),
    sources=("docs.python.org: 8.1 Syntax Errors",),
    level=1,
)
