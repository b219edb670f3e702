"""The catalogue of faults: kind -> its file and its declaration. Importing it reads them all; import it only where needed."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import ModuleType

from clsf import checks
from clsf.errors import SpecError
from clsf.faults.fault import KINDS, Fault
from clsf.words import say

MODULES: dict[str, ModuleType] = {kind: import_module(f"clsf.faults.{kind.replace('-', '_')}") for kind in KINDS}
"""Kind -> its file, in the order of `KINDS`."""

FAULTS: dict[str, Fault] = {kind: module.FAULT for kind, module in MODULES.items()}
"""Kind -> declaration, in the order of `KINDS`."""


def fault(kind: str) -> Fault:
    """Return the declaration of a kind. Raises SpecError with the closest name for an unknown one."""
    checks.known(SpecError, say("fault"), kind, KINDS)
    return FAULTS[kind]


def functions(name: str) -> dict[str, Callable]:
    """Return kind -> the function of that name ("in_code", "in_run", "plant"), for the kinds that have it."""
    return {kind: getattr(module, name) for kind, module in MODULES.items() if hasattr(module, name)}


__all__ = ["FAULTS", "KINDS", "MODULES", "Fault", "fault", "functions"]
