"""Programs that stand in for the child process of an import."""

import sys


def played(code: str) -> list[str]:
    """Return the command line of a Python program with these lines."""
    return [sys.executable, "-c", "import json, os, sys, time\n" + code]
