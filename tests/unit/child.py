"""Programs that replace the child process of an import."""

import sys


def played(code: str) -> list[str]:
    """Return the command line that runs these lines of Python."""
    return [sys.executable, "-c", "import json, os, sys, time\n" + code]
